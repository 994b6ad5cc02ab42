-- +goose Up
-- recorded_at: since when the invoice stands in the books as it is; 0: before the books knew. How it stood before goes to
-- superseded_entry (kind invoice).
ALTER TABLE invoice ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE invoice DROP COLUMN recorded_at;
