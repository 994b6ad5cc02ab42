-- +goose Up
-- What machines wrote is listed by when it came, as what is held is.
CREATE INDEX inbound_mail_ignored ON inbound_mail (received_at, id) WHERE state = 'ignored';

-- +goose Down
DROP INDEX inbound_mail_ignored;
