package inbound

import (
	"context"
	"time"

	"liaison/internal/db"
	"liaison/internal/errs"
)

// OldestHeld is when the mail was received that has waited longest for a decision; false when none waits.
func (s *Service) OldestHeld(ctx context.Context) (received time.Time, waits bool, err error) {
	defer errs.Wrap(&err, "inbound.OldestHeld")
	var at int64
	err = s.DB.View(ctx, db.ForSystem("inbound.oldest"), func(tx *db.Tx) error {
		return tx.Row(`SELECT COALESCE(MIN(received_at), 0) FROM inbound_mail WHERE state = 'held'`, nil, &at)
	})
	return time.UnixMicro(at).UTC(), at != 0, err
}
