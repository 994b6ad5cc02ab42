-- +goose Up
-- What waits for a decision of staff is listed over all customers, the oldest first, and counted in the menu: few rows, and
-- none of those that are done.
CREATE INDEX staff_task_waiting ON staff_task (made_at, id) WHERE done_at IS NULL;

-- +goose Down
DROP INDEX staff_task_waiting;
