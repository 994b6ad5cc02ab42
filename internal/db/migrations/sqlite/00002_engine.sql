-- +goose Up
-- What SQLite adds to the common schema.

CREATE TABLE counter (
  name   TEXT PRIMARY KEY,
  value  BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('case', 0);

-- +goose StatementBegin
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
BEGIN
  SELECT RAISE(ABORT, 'the journal is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
BEGIN
  SELECT RAISE(ABORT, 'the journal is append-only');
END;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
