-- +goose Up
-- Open cases whose liaison has left are few: staff look for them in the queue.
CREATE INDEX case_departed ON support_case (priority, plan_order, next_promise, received_at, id) WHERE owner_departed_at IS NOT NULL;

-- +goose Down
DROP INDEX case_departed;
