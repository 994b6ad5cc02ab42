package edition

import (
	"context"
	"slices"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
)

// latest is until how long before it holds an edition can be withdrawn: every process of the installation knows of it by
// then, so that no case is decided by an edition that is gone.
const latest = time.Minute

// Withdrawal is what withdrawing an edition does.
type Withdrawal struct {
	Edition   string        `json:"edition"`
	Effective time.Time     `json:"effectiveAt"` // from when it would have held
	Withdrawn bool          `json:"withdrawn"`   // it is already: withdrawing it again changes nothing
	Told      bool          `json:"told"`        // liaisons were told of it, and are told that it is withdrawn
	Open      int           `json:"openCases"`
	Moved     []cases.Moved `json:"moved"` // clocks that go back to what they were without it
}

// PreviewWithdrawal says which clocks of open cases go back when an edition that is announced is withdrawn. It changes
// nothing. Errors are those of Withdraw.
func (s *Service) PreviewWithdrawal(ctx context.Context, a access.Actor, edition string) (v Withdrawal, err error) {
	defer errs.Wrap(&err, "edition.PreviewWithdrawal(%s)", edition)
	if err := access.Check(a, access.AdminPolicy); err != nil {
		return v, err
	}
	if err := s.Refresh(ctx); err != nil {
		return v, err
	}
	e, gone, err := leaving(s.Book(), edition, s.Clock.Now())
	if err != nil {
		return v, err
	}
	v = Withdrawal{Edition: edition, Effective: e.From, Withdrawn: gone, Moved: []cases.Moved{}}
	err = s.DB.View(ctx, scope(a, "preview the withdrawal of a policy"), func(tx *db.Tx) error {
		at, err := announcedAt(tx, edition)
		v.Told = at != nil
		return err
	})
	if err != nil || gone {
		return v, err
	}
	moved, err := s.Cases.Preview(ctx, a, s.Book().Without(e))
	v.Open, v.Moved = moved.Open, append(v.Moved, moved.Moved...)
	return v, err
}

// leaving is the edition that is to be withdrawn, at an instant; gone: it is withdrawn already. Errors: error.not_found;
// policy.withdraw_holds once it holds or is about to; policy.withdraw_order when a later one was published, which was made
// with it in view.
func leaving(book *policy.Book, edition string, now time.Time) (e policy.Edition, gone bool, err error) {
	if i := slices.IndexFunc(book.Withdrawn(), func(e policy.Edition) bool { return e.Pack.Edition == edition }); i >= 0 {
		return book.Withdrawn()[i], true, nil
	}
	e, ok := book.Named(edition)
	switch last := book.Last(); {
	case !ok:
		return e, false, errs.Missing()
	case e.From.IsZero():
		return e, false, errs.New(errs.Conflict, "policy.withdraw_first", "edition", edition)
	case e.From.Before(now.Add(latest)):
		return e, false, errs.New(errs.Conflict, "policy.withdraw_holds", "edition", edition, "effective", e.Pack.Local(e.From), "now", e.Pack.Local(now))
	case last.Pack.Edition != edition:
		return e, false, errs.New(errs.Conflict, "policy.withdraw_order", "edition", edition, "last", last.Pack.Edition, "holds", last.Pack.Local(last.From))
	}
	return e, false, nil
}

// Withdraw takes back an edition that is announced and does not hold yet. Cases go back to what they were promised without
// it within a moment (cases.Follow), and liaisons who were told of it are told. Withdrawing it again changes nothing: done
// is false. within, where it is not nil, runs last in the transaction, also when nothing is changed. Errors: those of
// leaving; policy.withdraw_meanwhile when somebody else published or withdrew an edition a moment ago.
func (s *Service) Withdraw(ctx context.Context, a access.Actor, edition string, within func(tx *db.Tx, w Withdrawal) error) (w Withdrawal, err error) {
	defer errs.Wrap(&err, "edition.Withdraw(%s)", edition)
	if err := access.Check(a, access.AdminPolicy); err != nil {
		return w, err
	}
	if err := s.Refresh(ctx); err != nil {
		return w, err
	}
	err = s.DB.Update(ctx, scope(a, "withdraw a policy"), func(tx *db.Tx) error {
		book := s.Book()
		e, gone, err := leaving(book, edition, tx.Now())
		if err != nil {
			return err
		}
		w = Withdrawal{Edition: edition, Effective: e.From, Withdrawn: gone, Moved: []cases.Moved{}}
		if !gone {
			if w.Told, err = s.withdraw(tx, a, book, e); err != nil {
				return err
			}
		}
		if within == nil {
			return nil
		}
		return within(tx, w)
	})
	if err != nil {
		return w, err
	}
	return w, s.Refresh(ctx)
}

// withdraw marks the row, brings the order of the queue back and tells who was told.
func (s *Service) withdraw(tx *db.Tx, a access.Actor, book *policy.Book, e policy.Edition) (told bool, err error) {
	rows, err := standing(tx)
	if err != nil {
		return false, err
	}
	if !slices.Equal(names(rows), book.Names()) {
		return false, errs.New(errs.Conflict, "policy.withdraw_meanwhile", "edition", e.Pack.Edition)
	}
	at, err := announcedAt(tx, e.Pack.Edition)
	if err != nil {
		return false, err
	}
	data := map[string]any{"pack": e.Pack.Name, "sha256": e.Pack.Digest(), "effective": e.From.UnixMicro()}
	if at != nil {
		event := id.New()
		people, err := liaisons(tx, *at)
		if err != nil {
			return false, err
		}
		for _, p := range people {
			m := Mail{Person: p, Edition: e.Pack.Edition, Event: event, At: tx.Now().UnixMicro(), From: e.From.UnixMicro(), Withdrawn: true}
			if err := s.Jobs.Enqueue(tx, MailJob, m); err != nil {
				return false, err
			}
		}
		if err := reorder(tx, e.Pack.Plans, e.Pack, book.Without(e).At(e.From)); err != nil {
			return false, err
		}
		data["event"], data["people"] = event, len(people)
	}
	if err := tx.Buffer(`UPDATE policy_edition SET withdrawn_at = $2, withdrawn_by = $3 WHERE edition = $1`, e.Pack.Edition, tx.Now(), a.Person); err != nil {
		return false, err
	}
	actor := "staff"
	if a.Person.IsZero() {
		actor = "system"
	}
	return at != nil, journal.Record(tx, journal.Line{Actor: a.Person, ActorKind: actor, SubjectKind: "installation", Kind: "policy.withdrawn",
		Visibility: journal.Staff, Edition: e.Pack.Edition, Data: data})
}

func announcedAt(tx *db.Tx, edition string) (at *time.Time, err error) {
	err = tx.Row(`SELECT announced_at FROM policy_edition WHERE edition = $1`, []any{edition}, db.NullTime(&at))
	return at, err
}

// standing are the rows of editions that were not withdrawn.
func standing(tx *db.Tx) ([]row, error) {
	rows, err := list(tx)
	return slices.DeleteFunc(rows, func(r row) bool { return r.withdrawn }), err
}

func names(rows []row) []string {
	all := make([]string, len(rows))
	for i, r := range rows {
		all[i] = r.edition
	}
	return all
}

// knows reports whether the editions that stand are those of the book.
func (s *Service) knows(rows []row) bool { return slices.Equal(names(rows), s.Book().Names()) }
