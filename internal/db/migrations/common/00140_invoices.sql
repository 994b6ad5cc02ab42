-- +goose Up
-- What an invoice asks for, how it was settled, and how far its reminders are. A voided invoice is as settled as a paid one.
ALTER TABLE invoice ADD COLUMN amount BIGINT NOT NULL DEFAULT 0;      -- in the smallest unit of the currency
ALTER TABLE invoice ADD COLUMN currency TEXT NOT NULL DEFAULT '';     -- ISO 4217; empty: nobody said how much
ALTER TABLE invoice ADD COLUMN issued_on TEXT NOT NULL DEFAULT '';    -- day of the vendor's zone; empty: nobody said
ALTER TABLE invoice ADD COLUMN voided_at BIGINT;
ALTER TABLE invoice ADD COLUMN void_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE invoice ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE invoice ADD COLUMN told BIGINT NOT NULL DEFAULT 0;        -- how many of its reminders are over
ALTER TABLE invoice ADD COLUMN remind_at BIGINT;                      -- of the next one; NULL: none follows
UPDATE invoice SET remind_at = 0 WHERE paid_at IS NULL;
CREATE INDEX invoice_remind ON invoice (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX invoice_number ON invoice (number);
CREATE INDEX invoice_due ON invoice (due_date, id);
DROP INDEX invoice_unpaid;
CREATE INDEX invoice_unpaid ON invoice (due_date) WHERE paid_at IS NULL AND voided_at IS NULL;

-- +goose Down
DROP INDEX invoice_unpaid;
DROP INDEX invoice_due;
DROP INDEX invoice_number;
DROP INDEX invoice_remind;
ALTER TABLE invoice DROP COLUMN remind_at;
ALTER TABLE invoice DROP COLUMN told;
ALTER TABLE invoice DROP COLUMN version;
ALTER TABLE invoice DROP COLUMN void_reason;
ALTER TABLE invoice DROP COLUMN voided_at;
ALTER TABLE invoice DROP COLUMN issued_on;
ALTER TABLE invoice DROP COLUMN currency;
ALTER TABLE invoice DROP COLUMN amount;
CREATE INDEX invoice_unpaid ON invoice (due_date) WHERE paid_at IS NULL;
