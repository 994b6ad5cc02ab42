package cases

import (
	"encoding/json"
	"sync"
	"time"

	"liaison/internal/access"
	"liaison/internal/blob"
	"liaison/internal/contract"
	"liaison/internal/cursor"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/internal/search"
	"liaison/internal/sla"
)

// Enqueuer puts a job into the transaction: it runs after the commit, or not at all.
type Enqueuer interface {
	Enqueue(tx *db.Tx, kind string, args any) error
}

// Service holds the use cases of cases. The exported fields are set once, before use.
type Service struct {
	DB        *db.DB
	Policy    policy.Source
	Contract  *contract.Service
	Jobs      Enqueuer
	Index     *search.Index
	Blobs     *blob.Store
	Keys      *blob.Keyring
	CursorKey cursor.Key // seals the cursors of lists

	// Forsaken is what another slice does in the same transaction when a closed case is taken up again whose liaison has left
	// and nobody followed; nil: nothing.
	Forsaken func(tx *db.Tx, a access.Actor, customer, system, person id.ID) error

	coverage sync.Mutex
	covered  time.Time // when coverage was last compared
	followed string    // the state of the policy that the stored due instants follow
}

// With gives the same use cases with other reactions.
func (s *Service) With(jobs Enqueuer) *Service {
	return &Service{DB: s.DB, Policy: s.Policy, Contract: s.Contract, Jobs: jobs, Index: s.Index, Blobs: s.Blobs, Keys: s.Keys, CursorKey: s.CursorKey, Forsaken: s.Forsaken}
}

// ConsentVersion names the text beside the submit button (R3.2-11); it changes with the text.
const ConsentVersion = "2025-02/1"

// side is the actor's side of the table.
func side(a access.Actor) Side {
	switch {
	case a.System:
		return SystemSide
	case a.Role.IsStaff():
		return StaffSide
	}
	return CustomerSide
}

// scope is the door through which an actor reaches rows: staff all customers', everyone else their customer's.
func scope(a access.Actor, reason string) db.Scope {
	if a.Role.IsStaff() {
		return db.ForStaff(a.Person, reason)
	}
	return db.ForTenant(a.Customer)
}

// seesNotes reports whether an actor reads what staff write for each other only: a role that may write notes.
func seesNotes(a access.Actor) bool { return access.RoleAllows(a.Role, access.CaseNote) }

// Permit refuses what the actor's role or token does not allow. On the customer's side the refusal is a decision:
// the support centre is for liaisons (table 2.4).
func (s *Service) Permit(a access.Actor, p access.Permission) error {
	if a.IsNobody() {
		return errs.New(errs.Unauthenticated, "error.unauthenticated")
	}
	if access.Allows(a, p) {
		if !a.System && !a.Role.IsStaff() && a.Customer.IsZero() {
			return errs.Missing() // of no customer: no system is theirs to see, which comes before any other reason
		}
		return nil
	}
	if !a.Role.IsStaff() && a.Role != access.Liaison {
		now := s.DB.Clock().Now()
		return errs.Refuse(entitlement.MayOpen(s.Policy.At(now), entitlement.Standing{Member: a.Role == access.Member}, policy.SupportCentre, now))
	}
	return errs.New(errs.Refused, "error.forbidden")
}

// record writes the journal line of a change on a case. data holds ids, codes and instants only.
func (s *Service) record(tx *db.Tx, a access.Actor, c *Case, kind string, vis journal.Visibility, at time.Time, clause string, data map[string]any) error {
	if data == nil {
		data = map[string]any{}
	}
	data["number"] = c.Number
	if err := s.decide(c, kind, data, tx.Now()); err != nil {
		return err
	}
	return journal.Record(tx, journal.Line{
		Occurred: at, Tenant: c.Tenant, Actor: a.Person, ActorKind: string(side(a)), SubjectKind: "case", Subject: c.ID,
		Kind: kind, Visibility: vis, Data: data, Clause: clause, Edition: c.Edition,
	})
}

// add appends a clock fact. Facts stand in the order in which they became known; the engine orders them by when
// they happened.
func (c *Case) add(e sla.Event) { c.Facts = append(c.Facts, e) }

// stamp notes when the facts that are new were recorded, where that is later than they happened: a statement says what was
// known at the end of its month, whatever becomes known later.
func (c *Case) stamp(now time.Time) {
	for i := c.known; i < len(c.Facts); i++ {
		if f := &c.Facts[i]; f.At < micros(now) && f.Recorded == 0 {
			f.Recorded = micros(now)
		}
	}
	c.known = len(c.Facts)
}

// recompute evaluates the clocks at now and sets what the indexes need.
func (s *Service) recompute(c *Case, now time.Time) error { return recomputeBy(s.Policy, c, now) }

func recomputeBy(of policy.Editions, c *Case, now time.Time) error {
	r, err := sla.Evaluate(of, c.Facts, now)
	if err != nil {
		return err
	}
	c.Clocks, c.Spent, c.clocksAt = r.Clocks, sla.SpentOf(c.Facts, now), now
	c.NextPromise = r.NextPromise
	c.NextDue = r.NextDue
	if c.NextDue == nil && c.Suspended && c.Status == Resolved {
		look := now.Add(coverageOfResolved)
		c.NextDue = &look
	}
	return nil
}

// store recomputes the clocks and writes the row.
func (s *Service) store(tx *db.Tx, c *Case) error {
	if err := s.recompute(c, tx.Now()); err != nil {
		return err
	}
	c.UpdatedAt = tx.Now()
	if err := save(tx, c); err != nil {
		return err
	}
	return s.mirror(tx, c)
}

// micros is an instant as clock facts hold it.
func micros(t time.Time) int64 { return t.UnixMicro() }

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only for values built here from strings and numbers
	}
	return string(b)
}
