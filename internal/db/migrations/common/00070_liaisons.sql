-- +goose Up
-- Who is a liaison of what, since when, by which request.

-- agreement: what a customer has signed. Its first day begins the contract years in which changes are counted.
CREATE TABLE agreement (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  number        TEXT NOT NULL,
  country       TEXT NOT NULL,                 -- where it was signed, ISO 3166 alpha-2
  centre        TEXT NOT NULL,                 -- regional centre that follows from it
  signing_entity TEXT NOT NULL,                -- of the vendor
  from_date     TEXT NOT NULL,                 -- both days inclusive, vendor's zone
  to_date       TEXT NOT NULL,
  recorded_at   BIGINT NOT NULL,
  withdrawn_at  BIGINT,                        -- entered by mistake: no longer true from this instant
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX agreement_days ON agreement (tenant_id, from_date, to_date);

-- extra_seat: seats bought beside those of the plan, for a term of one year (1.1).
CREATE TABLE extra_seat (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  system_id     UUID NOT NULL,
  seats         BIGINT NOT NULL,
  from_date     TEXT NOT NULL,
  to_date       TEXT NOT NULL,
  recorded_at   BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id)
);
CREATE INDEX extra_seat_system ON extra_seat (tenant_id, system_id, from_date, to_date);

-- designation_period: every time that somebody was a liaison of a system; designation holds the present one only.
CREATE TABLE designation_period (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  system_id     UUID NOT NULL,
  person_id     UUID NOT NULL,
  since         BIGINT NOT NULL,
  ended_at      BIGINT,
  PRIMARY KEY (tenant_id, system_id, id),
  FOREIGN KEY (tenant_id, system_id, person_id) REFERENCES designation (tenant_id, system_id, person_id)
);
CREATE INDEX designation_period_person ON designation_period (tenant_id, system_id, person_id, since);

-- vacated_seat: a liaison left it without a successor. Filling it is a change; filling any other free seat is none.
CREATE TABLE vacated_seat (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  system_id     UUID NOT NULL,
  person_id     UUID NOT NULL,                 -- who left
  since         BIGINT NOT NULL,
  item_id       UUID,                          -- of the request that is to fill it, or has
  filled_at     BIGINT,
  task_due      BIGINT,                        -- when staff have to look at the cases that were left; NULL: none was, or it is settled
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id)
);
CREATE INDEX vacated_seat_free ON vacated_seat (tenant_id, system_id, since) WHERE filled_at IS NULL;
CREATE INDEX vacated_seat_due ON vacated_seat (task_due) WHERE task_due IS NOT NULL;

-- liaison_change: one request to change who is a liaison, with everything in it: it counts once (1.1).
CREATE TABLE liaison_change (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  requested_at  BIGINT NOT NULL,
  requested_by  UUID,
  side          TEXT NOT NULL,                 -- customer, staff, system
  year_from     TEXT NOT NULL,                 -- first day of the year in which it counts
  override_by   UUID,                          -- staff who let it through although the year's changes were used
  override_reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX liaison_change_year ON liaison_change (tenant_id, year_from);

-- liaison_change_item: one person for one system: a designation (no old person), a removal (nobody new) or a swap.
CREATE TABLE liaison_change_item (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  change_id     UUID NOT NULL,
  position      BIGINT NOT NULL,
  system_id     UUID NOT NULL,
  old_person    UUID,
  new_person    UUID,                          -- known before, or since the invitation was accepted
  new_email     TEXT NOT NULL DEFAULT '',      -- normalised; '' for a removal
  new_name      TEXT NOT NULL DEFAULT '',
  project_admin BOOLEAN NOT NULL DEFAULT FALSE,
  counts        BOOLEAN NOT NULL,
  why           TEXT NOT NULL,                 -- code: why it counts or does not
  state         TEXT NOT NULL,                 -- waiting, done, declined, withdrawn, expired
  settled_at    BIGINT,
  invite_hash   BYTEA UNIQUE,                  -- SHA-256 of the token in the invitation's link
  expires_at    BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, change_id) REFERENCES liaison_change (tenant_id, id),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id)
);
CREATE INDEX liaison_change_item_change ON liaison_change_item (tenant_id, change_id, position);
CREATE INDEX liaison_change_item_waiting ON liaison_change_item (tenant_id, system_id) WHERE state = 'waiting';
CREATE INDEX liaison_change_item_expiry ON liaison_change_item (expires_at) WHERE state = 'waiting';

-- liaison_right: what comes with being a liaison of a customer, each from an instant to another.
CREATE TABLE liaison_right (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  person_id     UUID NOT NULL,
  kind          TEXT NOT NULL,                 -- announcements, keys, secure_transfer
  since         BIGINT NOT NULL,
  ended_at      BIGINT,
  PRIMARY KEY (tenant_id, kind, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES access_grant (tenant_id, person_id)
);
CREATE UNIQUE INDEX liaison_right_one ON liaison_right (tenant_id, person_id, kind) WHERE ended_at IS NULL;

-- region_choice: the centre that a liaison has chosen for the new cases of a system (premier and elite).
CREATE TABLE region_choice (
  tenant_id     UUID NOT NULL,
  system_id     UUID NOT NULL,
  person_id     UUID NOT NULL,
  centre        TEXT NOT NULL,
  chosen_at     BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, system_id, person_id),
  FOREIGN KEY (tenant_id, system_id, person_id) REFERENCES designation (tenant_id, system_id, person_id)
);

-- staff_task: something that a person of the vendor has to decide about a customer.
CREATE TABLE staff_task (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  kind          TEXT NOT NULL,                 -- owner_departed
  centre        TEXT NOT NULL,
  system_id     UUID,
  person_id     UUID,
  made_at       BIGINT NOT NULL,
  done_at       BIGINT,
  done_by       UUID,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX staff_task_open ON staff_task (tenant_id, made_at) WHERE done_at IS NULL;

-- customer_contact: who stands for what between a customer and the vendor: success_manager, regional_manager,
-- account_executive and renewals are of the vendor; contract, billing, security and privacy are the customer's.
CREATE TABLE customer_contact (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  kind          TEXT NOT NULL,
  person_id     UUID NOT NULL REFERENCES person(id),
  since         BIGINT NOT NULL,
  ended_at      BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX customer_contact_one ON customer_contact (tenant_id, kind, person_id) WHERE ended_at IS NULL;

-- review_at: when the customer is asked next to check who has access; 0: not planned yet.
ALTER TABLE customer ADD COLUMN review_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX customer_review ON customer (review_at);
ALTER TABLE designation ADD COLUMN project_admin BOOLEAN NOT NULL DEFAULT FALSE; -- administers the projects too (a hint of 1.1, no duty)
ALTER TABLE support_case ADD COLUMN owner_departed_at BIGINT; -- its liaison left without a successor
-- sees: which cases of the customer a liaison sees: own, system (those of the systems they are a liaison of), all.
ALTER TABLE access_grant ADD COLUMN sees TEXT NOT NULL DEFAULT 'all';

-- What was there before begins its history here: a period has the id of its person.
INSERT INTO designation_period (tenant_id, id, system_id, person_id, since, ended_at)
  SELECT tenant_id, person_id, system_id, person_id, since, ended_at FROM designation;
INSERT INTO liaison_right (tenant_id, id, person_id, kind, since)
  SELECT tenant_id, person_id, person_id, 'announcements', min(since) FROM designation WHERE ended_at IS NULL GROUP BY tenant_id, person_id;
INSERT INTO liaison_right (tenant_id, id, person_id, kind, since)
  SELECT tenant_id, person_id, person_id, 'keys', min(since) FROM designation WHERE ended_at IS NULL GROUP BY tenant_id, person_id;

-- +goose Down
SELECT 1;
