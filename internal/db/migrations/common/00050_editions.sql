-- +goose Up
-- Editions of the policy over time. effective_at is 0 for the first one, which holds since ever; body is a zip of the
-- pack's files (policy.Pack.Archive) and sha256 their digest. A row is never changed but for announced_at.
ALTER TABLE policy_edition ADD COLUMN body BYTEA;
ALTER TABLE policy_edition ADD COLUMN published_by UUID;
ALTER TABLE policy_edition ADD COLUMN announced_at BIGINT;

-- +goose Down
ALTER TABLE policy_edition DROP COLUMN announced_at;
ALTER TABLE policy_edition DROP COLUMN published_by;
ALTER TABLE policy_edition DROP COLUMN body;
