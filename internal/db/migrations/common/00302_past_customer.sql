-- +goose Up
-- Since when a customer's own data, and what somebody sees of its cases, stand as they are (UTC microseconds); 0: since
-- there has been a row. What they were before goes into superseded_entry, as everything else in the books.
ALTER TABLE customer ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE access_grant ADD COLUMN sees_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE access_grant DROP COLUMN sees_at;
ALTER TABLE customer DROP COLUMN recorded_at;
