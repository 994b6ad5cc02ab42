-- +goose Up
-- Announcements and keys follow from being designated, and nothing ever asked this table: what governs nothing is not kept.
-- Who left their last seat by a file or a directory stayed a liaison without one: they are members (1.1, 2.4).
DROP TABLE liaison_right;
UPDATE access_grant SET role = 'member' WHERE role = 'liaison' AND ended_at IS NULL
  AND EXISTS (SELECT 1 FROM designation d WHERE d.tenant_id = access_grant.tenant_id AND d.person_id = access_grant.person_id)
  AND NOT EXISTS (SELECT 1 FROM designation d WHERE d.tenant_id = access_grant.tenant_id AND d.person_id = access_grant.person_id AND d.ended_at IS NULL);

-- +goose Down
CREATE TABLE liaison_right (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  person_id     UUID NOT NULL,
  kind          TEXT NOT NULL,                 -- announcements, keys, secure_transfer
  since         BIGINT NOT NULL,
  ended_at      BIGINT,
  PRIMARY KEY (tenant_id, kind, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES access_grant (tenant_id, person_id)
);
CREATE UNIQUE INDEX liaison_right_one ON liaison_right (tenant_id, person_id, kind) WHERE ended_at IS NULL;
