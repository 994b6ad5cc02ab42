-- +goose Up
-- What is searched: one row per piece of a case (its subject, its description, each message), in the order written.
-- The words are in search_index only, whose rowid is seq; the program splits them, so the tokenizer only cuts at
-- blanks. Without positions (detail) and without a copy of the text (content), a piece costs few bytes.
CREATE TABLE search_piece (
  seq           INTEGER PRIMARY KEY,
  customer_id   BLOB NOT NULL,
  case_id       BLOB NOT NULL,
  internal      BOOLEAN NOT NULL
);
CREATE VIRTUAL TABLE search_index USING fts5(
  tokens, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '.-_~'"
);

-- +goose Down
SELECT 1;
