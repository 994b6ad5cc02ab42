-- +goose Up
-- decided_facts: how many of the case's facts are in the journal as inputs of decisions about its clocks. The next
-- decision stores those that came since, so that the lines of a long case do not grow with its length.
ALTER TABLE support_case ADD COLUMN decided_facts BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE support_case DROP COLUMN decided_facts;
