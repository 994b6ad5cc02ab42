-- +goose Up
-- access_at: since when a grant says the role and the kind that it says, or the access that ended last (UTC microseconds); 0:
-- since there has been a row. What it said before, and access that ended and was given again, goes into superseded_entry
-- (kind access), as everything else in the books. What was before this step is not told: the rows did not keep it.
ALTER TABLE access_grant ADD COLUMN access_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE access_grant DROP COLUMN access_at;
