-- +goose Up
-- Customers and their contracts as files, and by other systems. An invoice is found by its number.
CREATE UNIQUE INDEX invoice_by_number ON invoice (tenant_id, number);

-- +goose Down
DROP INDEX invoice_by_number;
