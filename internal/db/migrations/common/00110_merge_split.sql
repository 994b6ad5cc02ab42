-- +goose Up
-- Cases that were merged into another one, and cases that were split off another one (Clocks 15). The texts, files and
-- facts of a case stay with it; what it owes ends with the case that answers for it.
-- merged_into: the case that goes on; closed_at stays NULL while something is still owed for this one.
ALTER TABLE support_case ADD COLUMN merged_into UUID;
-- split_from, split_message: the case and the customer's message that this one was made of.
ALTER TABLE support_case ADD COLUMN split_from UUID;
ALTER TABLE support_case ADD COLUMN split_message UUID;
CREATE INDEX case_merged ON support_case (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE UNIQUE INDEX case_split ON support_case (tenant_id, split_message) WHERE split_message IS NOT NULL;
CREATE INDEX attachment_message ON attachment (tenant_id, message_id); -- a split case shows the files of its message

-- +goose Down
DROP INDEX attachment_message;
DROP INDEX case_split;
DROP INDEX case_merged;
ALTER TABLE support_case DROP COLUMN split_message;
ALTER TABLE support_case DROP COLUMN split_from;
ALTER TABLE support_case DROP COLUMN merged_into;
