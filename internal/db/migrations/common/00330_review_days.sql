-- +goose Up
-- A review of a year of a country's list stands for the days that were there: once they change, it is over. Reviews of
-- before have no digest and stand as they did.
ALTER TABLE calendar_review ADD COLUMN days TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE calendar_review DROP COLUMN days;
