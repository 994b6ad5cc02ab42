-- +goose Up
-- As 00350: the blocks of search pieces that 00022 marked.
UPDATE search_piece SET tokens = tokens || array_to_tsvector(ARRAY['~p' || (seq >> 12), '~q' || (seq >> 16)])
  WHERE NOT ('~p' || (seq >> 12)) = ANY (tsvector_to_array(tokens));

-- +goose Down
SELECT 1;
