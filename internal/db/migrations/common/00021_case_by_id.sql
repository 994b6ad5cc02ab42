-- +goose Up
-- What a search finds is looked up by the case alone, whosever it is.
CREATE UNIQUE INDEX case_by_id ON support_case (id);

-- +goose Down
SELECT 1;
