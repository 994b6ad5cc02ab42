-- +goose Up
-- crm_ref: what the program that keeps the vendor's customers calls a row here. It names each by its own id, before any
-- customer is known.
CREATE TABLE crm_ref (
  kind          TEXT NOT NULL,                 -- customer, contact, system, agreement
  external_id   TEXT NOT NULL,
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  row_id        UUID NOT NULL,
  linked_at     BIGINT NOT NULL,
  PRIMARY KEY (kind, external_id)
);
CREATE UNIQUE INDEX crm_ref_row ON crm_ref (tenant_id, kind, row_id);

-- +goose Down
DROP TABLE crm_ref;
