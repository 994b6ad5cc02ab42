-- +goose Up
-- last_used_at: when the directory has called last, to within a few minutes; NULL: never.
ALTER TABLE directory_token ADD COLUMN last_used_at BIGINT;

-- +goose Down
ALTER TABLE directory_token DROP COLUMN last_used_at;
