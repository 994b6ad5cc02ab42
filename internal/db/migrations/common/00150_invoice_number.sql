-- +goose Up
-- The number of an invoice that was taken back can be entered again.
DROP INDEX invoice_by_number;
CREATE UNIQUE INDEX invoice_by_number ON invoice (tenant_id, number) WHERE voided_at IS NULL;
CREATE INDEX invoice_of_number ON invoice (tenant_id, number);

-- +goose Down
DROP INDEX invoice_of_number;
DROP INDEX invoice_by_number;
CREATE INDEX invoice_by_number ON invoice (tenant_id, number);
