-- +goose Up
-- quoted: what the mail that a case was filed with quoted, with its signature; shown folded, as of a message.
ALTER TABLE support_case ADD COLUMN quoted TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
