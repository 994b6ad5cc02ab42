-- +goose Up
-- case_team: whom the customer has assigned to an urgent case (3.3). Being named gives no access.
CREATE TABLE case_team (
  tenant_id     UUID NOT NULL,
  case_id       UUID NOT NULL,
  person_id     UUID NOT NULL,
  role          TEXT NOT NULL,                 -- lead, system_administrator, database, network, application, other
  position      BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, case_id, person_id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES support_case (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES access_grant (tenant_id, person_id)
);

-- contact_time: when one of the customer's people can be reached: once, or in the same hours of every day of a range.
CREATE TABLE contact_time (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  case_id       UUID NOT NULL,
  position      BIGINT NOT NULL,
  person_id     UUID NOT NULL,
  way           TEXT NOT NULL,                 -- phone, email: the number or address is the person's own
  from_at       BIGINT,                        -- once: [from_at, to_at)
  to_at         BIGINT,
  first_day     TEXT NOT NULL DEFAULT '',      -- on days: both inclusive, local to the zone
  last_day      TEXT NOT NULL DEFAULT '',
  opens         BIGINT NOT NULL DEFAULT 0,     -- minutes after 00:00 of the day on which it opens
  closes        BIGINT NOT NULL DEFAULT 0,     -- beyond 1440: on the next day
  zone          TEXT NOT NULL,                 -- IANA name
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES support_case (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES access_grant (tenant_id, person_id)
);
CREATE INDEX contact_time_case ON contact_time (tenant_id, case_id, position);

-- +goose Down
DROP TABLE contact_time;
DROP TABLE case_team;
