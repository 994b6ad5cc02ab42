-- +goose Up
-- Extended lifecycle support is ordered in windows that count together; an order exception is none of them (4.7).
ALTER TABLE order_exception ADD COLUMN kind TEXT NOT NULL DEFAULT 'exception';

-- +goose Down
ALTER TABLE order_exception DROP COLUMN kind;
