-- +goose Up
-- The care of the days on which centres are closed.

-- calendar_edit: what administrators have changed and not yet published: one day of one country's list.
CREATE TABLE calendar_edit (
  country       TEXT NOT NULL,                 -- ISO 3166 alpha-2, whose list it is
  day           TEXT NOT NULL,                 -- YYYY-MM-DD, in the calendar's own zone
  kind          TEXT NOT NULL,                 -- holiday, hours, usual
  name_en       TEXT NOT NULL DEFAULT '',
  name_zh       TEXT NOT NULL DEFAULT '',
  certainty     TEXT NOT NULL DEFAULT '',      -- of a holiday: statutory, announced, estimated
  hours         TEXT NOT NULL DEFAULT '',      -- of a day with other hours: 09:00-12:00 13:00-17:00
  edited_by     UUID NOT NULL,
  edited_at     BIGINT NOT NULL,
  PRIMARY KEY (country, day)
);

-- calendar_review: somebody has looked through a year of a list and stands for it.
CREATE TABLE calendar_review (
  country       TEXT NOT NULL,
  year          BIGINT NOT NULL,
  reviewed_by   UUID NOT NULL,
  reviewed_at   BIGINT NOT NULL,
  PRIMARY KEY (country, year)
);

-- +goose Down
DROP TABLE calendar_review;
DROP TABLE calendar_edit;
