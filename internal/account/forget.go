package account

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/journal"
)

// Forget removes sessions and resets that have ended. It is periodic work.
func (s *Service) Forget(ctx context.Context) (n int64, err error) {
	defer errs.Wrap(&err, "account.Forget")
	err = s.db.Update(ctx, db.ForSystem("account.forget"), func(tx *db.Tx) error {
		n, err = tx.Exec(`DELETE FROM session WHERE expires_at < $1 OR seen_at < $2`, tx.Now(), tx.Now().Add(-s.idle))
		if err != nil {
			return err
		}
		resets, err := tx.Exec(`DELETE FROM password_reset WHERE expires_at < $1`, tx.Now())
		if n += resets; err != nil || n == 0 {
			tx.MarkJournaled() // nothing was there: there is nothing to say
			return err
		}
		return record(tx, access.Actor{System: true}, line{about: "installation", kind: "sessions.expired", visibility: journal.System,
			data: map[string]any{"count": n}})
	})
	return n, err
}
