-- +goose Up
-- A second wall behind the use cases: a restricted customer has no files, whatever way they come in (7.1).

-- +goose StatementBegin
CREATE TRIGGER attachment_restricted BEFORE INSERT ON attachment
WHEN (SELECT restricted FROM customer WHERE id = NEW.tenant_id)
BEGIN
  SELECT RAISE(ABORT, 'a restricted customer has no files');
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER attachment_restricted;
