-- +goose Up
-- The books of a customer are entered, corrected and withdrawn, and read as of any day. A row that is corrected or
-- withdrawn goes here as it was, with the time during which it stood in the books.

-- superseded_entry: what the books said of a term, an exception, bought seats, an order or a system, and no longer say.
CREATE TABLE superseded_entry (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  kind          TEXT NOT NULL,                 -- term, exception, seats, order, system
  entry_id      UUID NOT NULL,                 -- the row's
  data          TEXT NOT NULL,                 -- JSON of the entry as it was
  recorded_at   BIGINT NOT NULL,
  replaced_at   BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX superseded_entry_time ON superseded_entry (tenant_id, replaced_at);

-- recorded_at: since when the row stands in the books as it is; 0: before the books knew.
ALTER TABLE subscription ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_exception ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE system ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
UPDATE system SET recorded_at = created_at;

-- system_component: somebody else's product that runs beside a system: what a case may be waiting for.
CREATE TABLE system_component (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  system_id     UUID NOT NULL,
  name          TEXT NOT NULL,
  vendor        TEXT NOT NULL,
  version       TEXT NOT NULL DEFAULT '',
  since         BIGINT NOT NULL,
  ended_at      BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id)
);
CREATE UNIQUE INDEX system_component_one ON system_component (tenant_id, system_id, name) WHERE ended_at IS NULL;

-- +goose Down
DROP TABLE system_component;
ALTER TABLE system DROP COLUMN recorded_at;
ALTER TABLE order_exception DROP COLUMN recorded_at;
ALTER TABLE subscription DROP COLUMN recorded_at;
DROP TABLE superseded_entry;
