-- +goose Up
-- An invoice suspends nothing from before it was known: due_known_at is since when its due day stands as it is; 0: before
-- the books knew. A due day that was changed is kept in superseded_entry, kind due, with the time during which it stood.
ALTER TABLE invoice ADD COLUMN due_known_at BIGINT NOT NULL DEFAULT 0;

-- Reminders are known by what they are, not by their place in the policy's list: told_until is the instant of the last one
-- that is over, of its due day; told_stop is set once the customer was told that support is suspended. An edition that
-- changes the list neither drops one nor repeats one.
ALTER TABLE invoice ADD COLUMN told_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE invoice ADD COLUMN told_stop BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE invoice SET told_until = coalesce(remind_at - 1, 9000000000000000), told_stop = (remind_at IS NULL) WHERE told > 0;

-- +goose Down
ALTER TABLE invoice DROP COLUMN told_stop;
ALTER TABLE invoice DROP COLUMN told_until;
ALTER TABLE invoice DROP COLUMN due_known_at;
