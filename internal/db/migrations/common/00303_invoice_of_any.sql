-- +goose Up
-- Whether another customer has the number of an invoice is asked for every row of a file.
CREATE INDEX invoice_of_any ON invoice (number);

-- +goose Down
DROP INDEX invoice_of_any;
