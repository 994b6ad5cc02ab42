package demo

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"liaison/internal/db"
	"liaison/internal/errs"
)

// The settings that a demo keeps in its database.
const (
	settingWorld = "demo.world" // listed as JSON; written last, so its presence says that the seed is whole
	settingClock = "demo.clock" // the latest instant shown, RFC 3339
	settingBegun = "demo.begun" // a seed was begun
	settingExtra = "demo.extra" // how many further cases were seeded
)

func readSetting(ctx context.Context, d *db.DB, name string) (value string, err error) {
	err = d.View(ctx, db.ForSystem("demo.setting"), func(tx *db.Tx) error {
		return tx.Row(`SELECT value FROM setting WHERE name = $1`, []any{name}, &value)
	})
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return value, err
}

func writeSetting(ctx context.Context, d *db.DB, name, value string) error {
	return d.Update(ctx, db.ForSystem("demo.setting"), func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO setting (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	})
}

// state is what an earlier run left behind.
type state struct {
	begun, seeded bool
	world         listed
	shown         time.Time // the latest instant that was shown or recorded
}

func readState(ctx context.Context, d *db.DB) (st state, err error) {
	defer errs.Wrap(&err, "demo.readState")
	begun, err := readSetting(ctx, d, settingBegun)
	if err != nil {
		return st, err
	}
	st.begun = begun != ""
	world, err := readSetting(ctx, d, settingWorld)
	if err != nil || world == "" {
		return st, err
	}
	st.seeded = true
	if err := json.Unmarshal([]byte(world), &st.world); err != nil {
		return st, err
	}
	shown, err := readSetting(ctx, d, settingClock)
	if err != nil {
		return st, err
	}
	if shown != "" {
		if st.shown, err = time.Parse(time.RFC3339Nano, shown); err != nil {
			return st, err
		}
	}
	// after a kill the journal may be ahead of what was noted
	var last *time.Time
	err = d.View(ctx, db.ForSystem("demo.clock"), func(tx *db.Tx) error {
		return tx.Row(`SELECT max(at) FROM journal`, nil, db.NullTime(&last))
	})
	if err == nil && last != nil && last.After(st.shown) {
		st.shown = *last
	}
	return st, err
}
