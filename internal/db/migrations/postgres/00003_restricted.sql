-- +goose Up
-- A second wall behind the use cases: a restricted customer has no files, whatever way they come in (7.1).

-- +goose StatementBegin
CREATE FUNCTION attachment_restricted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT restricted FROM customer WHERE id = NEW.tenant_id) THEN
    RAISE EXCEPTION 'a restricted customer has no files';
  END IF;
  RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER attachment_restricted BEFORE INSERT ON attachment FOR EACH ROW EXECUTE FUNCTION attachment_restricted();

-- +goose Down
DROP TRIGGER attachment_restricted ON attachment;
DROP FUNCTION attachment_restricted();
