-- +goose Up
-- An edition that was announced may be withdrawn before it holds: its row stays, for the decisions that were made while it
-- was known are computed with it again.
ALTER TABLE policy_edition ADD COLUMN withdrawn_at BIGINT;
ALTER TABLE policy_edition ADD COLUMN withdrawn_by UUID;

-- +goose Down
ALTER TABLE policy_edition DROP COLUMN withdrawn_by;
ALTER TABLE policy_edition DROP COLUMN withdrawn_at;
