-- +goose Up
-- extended: the case goes by nothing but extended lifecycle support of its system (4.7). The facts of the case say since
-- when; the column finds the cases that do not know it yet.
ALTER TABLE support_case ADD COLUMN extended BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE system SET look_at = 0 WHERE id IN (SELECT x.system_id FROM order_exception x WHERE x.kind = 'extended');

-- +goose Down
ALTER TABLE support_case DROP COLUMN extended;
