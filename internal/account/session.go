package account

import (
	"context"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

const (
	sessionLife  = 7 * 24 * time.Hour // from sign-in
	sessionIdle  = 12 * time.Hour     // without a request, where Options do not say
	seenInterval = 5 * time.Minute    // how exactly the last request is kept: a write per request would cost more than it tells
)

func noSession() error { return errs.New(errs.Unauthenticated, "auth.sign_in.expired") }

// BySession is the actor of a session's token; Unauthenticated when the session has ended or never was.
func (s *Service) BySession(ctx context.Context, token string) (a access.Actor, err error) {
	defer errs.Wrap(&err, "account.BySession")
	var seen time.Time
	var rows []actorRow
	now := s.clock.Now()
	err = s.db.LookAll(ctx, db.ForSystem("account.session"), `SELECT s.id, s.seen_at, `+actorColumns+`
		FROM session s JOIN person p ON p.id = s.person_id AND p.disabled_at IS NULL`+grantJoin+`
			AND (s.customer_id IS NULL OR g.tenant_id = s.customer_id)
		WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.seen_at > $3 LIMIT 2`,
		[]any{digest(token), now, now.Add(-s.idle)}, func(scan func(...any) error) error {
			var r actorRow
			err := scan(append([]any{&r.actor.Session, db.Time(&seen)}, r.dest()...)...)
			rows = append(rows, r)
			return err
		})
	if err != nil {
		return access.Actor{}, err
	}
	if len(rows) == 0 {
		return access.Actor{}, noSession()
	}
	a = s.actor(rows)
	s.noteSeen(ctx, a.Session, seen)
	return a, nil
}

// noteSeen keeps the session awake. A database that cannot be written now does not end what can still be read.
func (s *Service) noteSeen(ctx context.Context, session id.ID, seen time.Time) {
	now := s.clock.Now()
	if now.Sub(seen) < seenInterval {
		return
	}
	err := s.db.Update(ctx, db.ForSystem("account.session"), func(tx *db.Tx) error {
		return tx.Buffer(`UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2`, session, now)
	})
	if err != nil {
		s.log.Warn("the session's last request was not kept", "session", session.Short(), "err", err)
	}
}

// SignOut ends the session of a token on the server. Ending what has ended is no error.
func (s *Service) SignOut(ctx context.Context, token string) (err error) {
	defer errs.Wrap(&err, "account.SignOut")
	return s.db.Update(ctx, db.ForSystem("account.session"), func(tx *db.Tx) error {
		var session, person id.ID
		err := tx.Row(`SELECT id, person_id FROM session WHERE token_hash = $1`, []any{digest(token)}, &session, &person)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.Buffer(`DELETE FROM session WHERE id = $1`, session); err != nil {
			return err
		}
		return record(tx, access.Actor{Person: person}, line{about: "session", subject: session, kind: "session.ended",
			visibility: journal.System})
	})
}

// ActFor chooses the customer that the session acts for from now on. A customer to whom the person has no grant is
// NotFound, like one that does not exist.
func (s *Service) ActFor(ctx context.Context, a access.Actor, customer id.ID) (err error) {
	defer errs.Wrap(&err, "account.ActFor(%s)", customer)
	if err := access.Check(a, access.ProfileEdit); err != nil {
		return err
	}
	if a.Session.IsZero() {
		return errs.New(errs.Refused, "account.session_only")
	}
	return s.db.Update(ctx, db.ForSystem("account.session"), func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE session SET customer_id = $2 WHERE id = $1 AND person_id = $3 AND EXISTS
			(SELECT 1 FROM access_grant WHERE tenant_id = $2 AND person_id = $3 AND ended_at IS NULL)`, a.Session, customer, a.Person)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Missing()
		}
		return record(tx, a, line{tenant: customer, about: "session", subject: a.Session, kind: "session.acts_for",
			visibility: journal.System})
	})
}
