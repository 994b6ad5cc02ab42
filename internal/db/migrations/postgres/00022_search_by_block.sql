-- +goose Up
-- The newest pieces with a common word are found without reading all pieces that have it: the index knows for every
-- piece the block of 4,096 and the block of 65,536 that it is in, as tokens that no text can hold, and looks at the last
-- two of each before it looks at everything.
ALTER INDEX search_piece_tokens SET (gin_pending_list_limit = 256);

-- +goose StatementBegin
CREATE FUNCTION search_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.tokens := NEW.tokens || array_to_tsvector(ARRAY['~p' || (NEW.seq >> 12), '~q' || (NEW.seq >> 16)]);
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER search_block BEFORE INSERT ON search_piece FOR EACH ROW EXECUTE FUNCTION search_block();
UPDATE search_piece SET tokens = tokens || array_to_tsvector(ARRAY['~p' || (seq >> 12), '~q' || (seq >> 16)]);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION search_match(words tsquery, before bigint, with_internal boolean, most bigint)
RETURNS TABLE (seq bigint, customer_id uuid, case_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  everything boolean := current_setting('app.scope', true) IN ('staff', 'system');
  own uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  top bigint := before - 1;  -- the newest piece that is still to be looked at
  part tsquery;
  width int;
  got bigint := 0;
  n bigint;
BEGIN
  SELECT least(top, max(p.seq)) INTO top FROM search_piece p;
  FOREACH width IN ARRAY ARRAY[12, 16, 0] LOOP
    EXIT WHEN top IS NULL OR top < 0;
    CONTINUE WHEN width > 0 AND top >> width = 0; -- one block is everything
    part := words;
    IF width > 0 THEN
      part := words && (CASE width WHEN 12 THEN '~p' ELSE '~q' END || (top >> width))::tsquery;
      part := part || (words && (CASE width WHEN 12 THEN '~p' ELSE '~q' END || ((top >> width) - 1))::tsquery);
    END IF;
    RETURN QUERY WITH found AS MATERIALIZED (SELECT p.seq, p.customer_id, p.case_id, p.internal FROM search_piece p WHERE p.tokens @@ part)
      SELECT f.seq, f.customer_id, f.case_id FROM found f
      WHERE f.seq <= top AND (with_internal AND everything OR NOT f.internal) AND (everything OR f.customer_id = own)
      ORDER BY f.seq DESC LIMIT most - got;
    GET DIAGNOSTICS n = ROW_COUNT;
    got := got + n;
    EXIT WHEN got >= most OR width = 0;
    top := (((top >> width) - 1) << width) - 1;
  END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
