-- +goose Up
-- directory_id: what a customer's directory calls a person. It is made with the grant and says nothing about when the
-- person was first known, or whether anybody else knows them. What directories know already keeps its id; NULL, from a
-- program of before, is the person's id.
ALTER TABLE access_grant ADD COLUMN directory_id UUID;
UPDATE access_grant SET directory_id = person_id;
CREATE UNIQUE INDEX access_grant_directory ON access_grant (tenant_id, directory_id);

-- +goose Down
DROP INDEX access_grant_directory;
ALTER TABLE access_grant DROP COLUMN directory_id;
