-- +goose Up

-- calendar_week_edit: the usual hours of a country that administrators have changed and not yet published.
CREATE TABLE calendar_week_edit (
  country       TEXT NOT NULL,                 -- ISO 3166 alpha-2
  week          TEXT NOT NULL,                 -- Sunday to Saturday, parted by |: "|09:00-12:00 13:00-17:00|..."
  edited_by     UUID NOT NULL,
  edited_at     BIGINT NOT NULL,
  PRIMARY KEY (country)
);

-- +goose Down
DROP TABLE calendar_week_edit;
