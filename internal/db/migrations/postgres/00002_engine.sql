-- +goose Up
-- What PostgreSQL adds to the common schema. Row-level security and the rights of the application's role are not
-- here: ../protect.sql gives them to every table after every migration, so that none can be forgotten.

CREATE SEQUENCE case_sequence;

-- pos: the transaction of a line. Lines are numbered (seq) before they are committed, so a reader that follows seq
-- would lose lines; it follows pos, up to the oldest transaction that is still running.
ALTER TABLE journal ADD COLUMN pos BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX journal_pos ON journal (pos, seq);

-- +goose StatementBegin
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the journal is append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
  FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();

-- +goose Down
SELECT 1;
