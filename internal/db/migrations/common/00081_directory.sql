-- +goose Up
-- A customer's own directory of people (SCIM 2.0).

-- directory_token: what a customer's directory calls with. Only its SHA-256 is kept.
CREATE TABLE directory_token (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  token_hash    BYTEA NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  created_by    UUID,                          -- NULL: the command line
  created_at    BIGINT NOT NULL,
  revoked_at    BIGINT,
  PRIMARY KEY (tenant_id, id)
);

-- directory_entry: what the directory says about a person. It is shown to the directory as it was said, so that it
-- learns nothing about people who are also somebody else's; it becomes the person's only where they are nobody else's.
CREATE TABLE directory_entry (
  tenant_id     UUID NOT NULL,
  person_id     UUID NOT NULL,
  user_key      TEXT NOT NULL,                 -- userName, lower case
  data          TEXT NOT NULL,                 -- JSON: account.DirectoryData
  state         TEXT NOT NULL DEFAULT '',      -- '', waiting (for an administrator), idle (it no longer waits), suspended (by the directory), deleted
  claimed       BOOLEAN NOT NULL DEFAULT FALSE, -- the person was there before and was nobody of this customer
  version       BIGINT NOT NULL DEFAULT 1,     -- optimistic lock, the ETag
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES access_grant (tenant_id, person_id)
);
CREATE UNIQUE INDEX directory_entry_user ON directory_entry (tenant_id, user_key) WHERE state <> 'deleted';

-- +goose Down
DROP TABLE directory_entry;
DROP TABLE directory_token;
