package edition

import (
	"context"
	"slices"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
)

// MaxArchive is the size of the largest archive of a pack that is taken, in bytes.
const MaxArchive = 4 << 20

// farthestYears is how far ahead an edition may begin: holidays are published a year or two before, and a mistyped year
// must not move the promises of open cases.
const farthestYears = 2

// Draft is a pack that may become an edition.
type Draft struct {
	Pack      *policy.Pack
	Effective time.Time
}

// Read reads and checks a pack that somebody sent as a zip.
func (s *Service) Read(archive []byte) (*policy.Pack, error) {
	return policy.LoadZip(archive, s.Shipped)
}

// Preview is what publishing a pack would do.
type Preview struct {
	Edition   string        `json:"edition"`
	Digest    string        `json:"sha256"`               // of the files
	Effective time.Time     `json:"effectiveAt,omitzero"` // zero: since ever
	Open      int           `json:"openCases"`
	InForce   string        `json:"editionInForce"` // at present
	Published bool          `json:"published"`      // these very files are an edition already: publishing them changes nothing
	Breaches  int           `json:"wouldBreach"`    // cases with a clock that would be missed when the edition takes effect
	Moved     []cases.Moved `json:"moved"`
	On        calendar.Date `json:"supportOn"`
	LosingAt  time.Time     `json:"supportAt"` // the first instant of that date on which the edition holds
	Losing    []Unserved    `json:"losingSupport"`

	Renumbered []policy.Renumbered `json:"renumberedClauses"` // against the edition before it: links to the old numbers lead elsewhere
}

// Unserved is a system that is served until an instant and not from then on.
type Unserved struct {
	System   string `json:"system"`
	Customer string `json:"customer"` // key
	Decision string `json:"decision"`
	Clause   string `json:"clause"`
}

// Preview says which open cases would move if a pack were published to hold from an instant on, and who would lose
// support on a date: the first day on which it holds, from the instant on at which it begins, when that is zero. It changes nothing. Of a pack that is published
// already it says so, from when it holds, and that nothing moves. Errors are those of Publish.
func (s *Service) Preview(ctx context.Context, a access.Actor, p *policy.Pack, effective time.Time, on calendar.Date) (v Preview, err error) {
	defer errs.Wrap(&err, "edition.Preview(%s)", p.Edition)
	if err := access.Check(a, access.AdminPolicy); err != nil {
		return v, err
	}
	if err := s.Refresh(ctx); err != nil {
		return v, err
	}
	next, same := s.Book(), false
	if e, ok := s.published(p); ok {
		same, effective = true, e.From
	} else if next, err = s.next(p, effective); err != nil {
		return v, err
	}
	moved, err := s.Cases.Preview(ctx, a, next)
	if err != nil {
		return v, err
	}
	v = Preview{Edition: p.Edition, Digest: p.Digest(), Effective: effective, InForce: s.Now().Edition, Published: same, Open: moved.Open, Moved: moved.Moved, On: on,
		Losing: []Unserved{}, Renumbered: []policy.Renumbered{}}
	if v.Moved == nil {
		v.Moved = []cases.Moved{}
	}
	seen := map[string]bool{}
	for _, m := range v.Moved {
		if m.Breaches && !seen[m.Number] {
			seen[m.Number] = true
			v.Breaches++
		}
	}
	if same {
		effective = s.Clock.Now()
		v.On, v.LosingAt = calendar.DateOf(effective, p.Vendor.Zone), effective
		return v, nil
	}
	v.Renumbered = append(v.Renumbered, policy.Moves(s.At(effective), p)...)
	v.On, v.LosingAt = supportAt(on, effective, p.Vendor.Zone)
	v.Losing, err = s.losing(ctx, a, next, v.LosingAt, p.Vendor.Zone)
	return v, err
}

// supportAt is the instant at which to look who loses support on a date, the first one on which an edition holds when it is
// zero: where the edition begins within the date, at that instant, for before it nothing has changed.
func supportAt(on calendar.Date, effective time.Time, zone *time.Location) (calendar.Date, time.Time) {
	first := calendar.DateOf(effective, zone)
	if on.IsZero() || on == first {
		return first, effective
	}
	return on, on.StartIn(zone)
}

// losing compares the last instant before another one, under the policy as it is, with that one under another policy.
func (s *Service) losing(ctx context.Context, a access.Actor, next *policy.Book, at time.Time, zone *time.Location) (out []Unserved, err error) {
	out = []Unserved{}
	err = s.DB.View(ctx, scope(a, "who loses support"), func(tx *db.Tx) error {
		before := map[id.ID]bool{}
		last := at.Add(-time.Microsecond)
		all, err := contract.EverySystem(tx, s.Contract, calendar.DateOf(last, zone))
		for _, f := range all {
			before[f.System] = entitlement.Register(s.At(last), serving(f), last).Allowed
		}
		if err != nil {
			return err
		}
		all, err = contract.EverySystem(tx, s.Contract, calendar.DateOf(at, zone))
		for _, f := range all {
			d := entitlement.Register(next.At(at), serving(f), at)
			if before[f.System] && !d.Allowed {
				out = append(out, Unserved{System: f.SystemName, Customer: f.CustomerKey, Decision: d.Code, Clause: d.Clause})
			}
		}
		return err
	})
	return out, err
}

// serving are the facts of a system as for a liaison of it.
func serving(f contract.Facts) entitlement.RegisterFacts {
	r := f.Entitlement("portal")
	r.Liaison = true
	return r
}

func scope(a access.Actor, reason string) db.Scope {
	if a.System {
		return db.ForSystem("edition.publish")
	}
	return db.ForStaff(a.Person, reason)
}

// next is the book with a pack that is to hold from an instant on. What has passed is not edited: the error names the
// first stretch of a calendar that would be told otherwise (policy.elapsed_open, policy.elapsed_closed), or says that the
// instant lies in the past (policy.effective_past) or too far ahead (policy.effective_far), that the name of the edition is
// taken (policy.edition_taken, policy.edition_withdrawn), or that a later one is published (policy.edition_order). What speaks against publishing
// the pack is told as its problems (pack.invalid).
func (s *Service) next(p *policy.Pack, effective time.Time) (*policy.Book, error) {
	if unmet := p.Unmet(); len(unmet) > 0 {
		return nil, errs.Because(errs.Invalid, "pack.invalid", unmet)
	}
	now, book := s.Clock.Now(), s.Book()
	switch {
	case book.IsWithdrawn(p.Edition):
		return nil, errs.New(errs.Conflict, "policy.edition_withdrawn", "edition", p.Edition)
	case book.Knows(p.Edition):
		return nil, errs.New(errs.Conflict, "policy.edition_taken", "edition", p.Edition)
	}
	if e, found := book.At(now).PastEdit(p, effective, now); found {
		key := "policy.elapsed_closed"
		if e.WasOpen {
			key = "policy.elapsed_open"
		}
		there := book.At(now)
		return nil, errs.New(errs.Conflict, key, "calendar", e.Calendar, "from", there.Local(e.From), "to", there.Local(e.To))
	}
	if !effective.After(now) {
		return nil, past(p, effective, now)
	}
	if latest := now.AddDate(farthestYears, 0, 0); effective.After(latest) {
		return nil, errs.New(errs.Conflict, "policy.effective_far", "edition", p.Edition, "effective", p.Local(effective), "latest", p.Local(latest))
	}
	return book.With(effective, p)
}

func past(p *policy.Pack, effective, now time.Time) error {
	return errs.New(errs.Conflict, "policy.effective_past", "effective", p.Local(effective), "now", p.Local(now))
}

// published is the edition that a pack is already, with these very files.
func (s *Service) published(p *policy.Pack) (policy.Edition, bool) {
	e, ok := s.Book().Named(p.Edition)
	return e, ok && e.Pack.Digest() == p.Digest()
}

// Publish makes a pack an edition that holds from an instant on. Publishing the very edition that is published already
// changes nothing: done is false. Cases keep what was counted; the due instants of open cases follow within a moment
// (cases.Follow), and liaisons are told before it takes effect (Announce).
func (s *Service) Publish(ctx context.Context, a access.Actor, p *policy.Pack, effective time.Time) (done bool, err error) {
	return s.PublishWithin(ctx, a, p, effective, nil)
}

// PublishWithin is Publish; within runs last in the transaction, also when nothing is changed, e.g. to keep the answer
// of an idempotency key.
func (s *Service) PublishWithin(ctx context.Context, a access.Actor, p *policy.Pack, effective time.Time, within func(tx *db.Tx, done bool) error) (done bool, err error) {
	defer errs.Wrap(&err, "edition.Publish(%s)", p.Edition)
	if err := access.Check(a, access.AdminPolicy); err != nil {
		return false, err
	}
	if err := s.Refresh(ctx); err != nil {
		return false, err
	}
	if within == nil {
		within = func(*db.Tx, bool) error { return nil }
	}
	if _, same := s.published(p); same {
		return false, s.DB.Update(ctx, scope(a, "publish a policy"), func(tx *db.Tx) error { return within(tx, false) })
	}
	if _, err := s.next(p, effective); err != nil {
		return false, err
	}
	body, err := p.ArchiveWithExamples()
	if err != nil {
		return false, err
	}
	err = s.DB.Update(ctx, scope(a, "publish a policy"), func(tx *db.Tx) error {
		if err := s.store(tx, a, p, effective, body); err != nil {
			return err
		}
		return within(tx, true)
	})
	if err != nil {
		return false, err
	}
	return true, s.Refresh(ctx)
}

// store adds the row of an edition. Another process may have published one since the book was read.
func (s *Service) store(tx *db.Tx, a access.Actor, p *policy.Pack, effective time.Time, body []byte) error {
	rows, err := standing(tx)
	if err != nil {
		return err
	}
	if last := rows[len(rows)-1]; !s.knows(rows) || last.from >= effective.UnixMicro() {
		return errs.New(errs.Conflict, "policy.edition_meanwhile", "edition", p.Edition, "last", last.edition, "holds", p.Local(instant(last.from)))
	}
	if !effective.After(tx.Now()) {
		return past(p, effective, tx.Now())
	}
	return insert(tx, row{edition: p.Edition, pack: p.Name, sha256: p.Digest(), from: effective.UnixMicro()}, body, a.Person, "policy.published")
}

// Published is an edition as the list shows it.
type Published struct {
	Edition     string     `json:"edition"`
	Pack        string     `json:"pack"`
	Digest      string     `json:"sha256"`
	Effective   *time.Time `json:"effectiveAt"` // nil: since ever
	PublishedAt time.Time  `json:"publishedAt"`
	By          string     `json:"publishedBy,omitempty"` // name
	InForce     bool       `json:"inForce"`
	WithdrawnAt *time.Time `json:"withdrawnAt"` // before it held; nil: it was not
	WithdrawnBy string     `json:"withdrawnBy,omitempty"`
}

// List gives the editions of the installation, the newest first.
func (s *Service) List(ctx context.Context, a access.Actor) (out []Published, err error) {
	defer errs.Wrap(&err, "edition.List")
	if err := access.Check(a, access.AdminPolicy); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, scope(a, "list the editions of the policy"), func(tx *db.Tx) error {
		out = []Published{}
		force := s.At(tx.Now()).Edition
		return tx.Query(`SELECT e.edition, e.pack, e.sha256, e.effective_at, e.imported_at, coalesce(p.name, ''), e.withdrawn_at, coalesce(w.name, '') FROM policy_edition e
			LEFT JOIN person p ON p.id = e.published_by LEFT JOIN person w ON w.id = e.withdrawn_by ORDER BY e.effective_at DESC, e.imported_at DESC`, nil, func(scan func(...any) error) error {
			var v Published
			var from int64
			if err := scan(&v.Edition, &v.Pack, &v.Digest, &from, db.Time(&v.PublishedAt), &v.By, db.NullTime(&v.WithdrawnAt), &v.WithdrawnBy); err != nil {
				return err
			}
			if from != 0 {
				at := instant(from)
				v.Effective = &at
			}
			v.InForce = v.Edition == force
			out = append(out, v)
			return nil
		})
	})
	return out, err
}

// Export gives the files of an edition, also of one that was withdrawn, as policy.LoadArchive reads them; "" is the one in force.
func (s *Service) Export(ctx context.Context, a access.Actor, edition string) (archive []byte, err error) {
	defer errs.Wrap(&err, "edition.Export(%s)", edition)
	if err := access.Check(a, access.AdminPolicy); err != nil {
		return nil, err
	}
	if edition == "" {
		edition = s.Now().Edition
	}
	book := s.Book()
	e, ok := book.Named(edition)
	if i := slices.IndexFunc(book.Withdrawn(), func(gone policy.Edition) bool { return gone.Pack.Edition == edition }); !ok && i >= 0 {
		e, ok = book.Withdrawn()[i], true
	}
	if !ok {
		return nil, errs.Missing()
	}
	return e.Pack.ArchiveWithExamples()
}
