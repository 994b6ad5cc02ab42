-- +goose Up
-- Lists of people and customers are read by name, a page at a time.
CREATE INDEX person_name ON person (name, email_norm);
CREATE INDEX customer_name ON customer (name, key);

-- +goose Down
SELECT 1;
