-- +goose Up
-- The original bytes of short mails, beside their row: they are durable with the same flush. Longer ones, and those that came
-- before, are files.
CREATE TABLE mail_original (
  id            UUID PRIMARY KEY,              -- inbound_mail.sealed_id
  bytes         BYTEA NOT NULL                 -- under the installation's key
);

-- +goose Down
DROP TABLE mail_original;
