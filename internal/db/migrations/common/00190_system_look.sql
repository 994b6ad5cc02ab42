-- +goose Up
-- When the coverage and the plan of a system are to be looked at next: what covers it changes at a known instant, or was
-- written since. A system that nobody has looked at is due.
ALTER TABLE system ADD COLUMN look_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX system_look ON system (look_at);

-- +goose Down
DROP INDEX system_look;
ALTER TABLE system DROP COLUMN look_at;
