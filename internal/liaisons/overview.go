package liaisons

import (
	"context"
	"strconv"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Overview is everything about the liaisons of one customer at an instant.
type Overview struct {
	Customer id.ID
	Name     string
	Systems  []System
	Quota    Quota
	Ledger   Quota    // of the year whose changes are listed
	Earlier  int      // the year before it in which something was changed, as OverviewOf takes it; 0: none
	Later    int      // the year after it; 0: it is the present one
	Changes  []Change // of the year of Ledger, the newest first
	People   []Person // everybody with access, by name
	Tasks    []Task   // that wait for staff; empty for the customer
	May      bool     // the reader may ask for changes
	Override bool     // and for one more than the year's
}

// System is a system with its seats and who sits in them.
type System struct {
	contract.Seats
	Liaisons []Holder
	Waiting  []Asked
	Choice   errs.Decision // may its liaisons choose their centre (B)
	Centre   string
}

// Holder is a liaison of a system.
type Holder struct {
	Person       id.ID
	Name         string
	Since        time.Time
	ProjectAdmin bool
	Centre       string // chosen for their new cases; "" for the system's. Without effect where Choice says no
	Cases        int    // not closed
}

// Asked is an item of a request that waits for its invitation to be answered.
type Asked struct {
	Change, Item, Old id.ID
	Name, Email       string
	Replaces          string // name of the one whom they are to follow
	Until             time.Time
}

// Change is a request of the ledger.
type Change struct {
	ID             id.ID
	At             time.Time
	By             string // name; "" for the program
	Side           string
	Counts         bool
	OverrideBy     string
	OverrideReason string
	Items          []ChangeItem
}

// ChangeItem is what one item of a request came to.
type ChangeItem struct {
	System, Old, New string // names
	State, Why       string
	Counts           bool
	SettledAt        *time.Time
}

// Person is somebody with access to the customer.
type Person struct {
	ID          id.ID
	Name, Email string
	Role        access.Role
	Kind, Sees  string
	Systems     int // of which they are a liaison
}

// Task is something that staff have to decide.
type Task struct {
	ID     id.ID
	Kind   string
	System string
	Person string
	MadeAt time.Time
	Cases  int
}

// Overview reads it. A liaison, and the customer's contact for the contract, see their own customer's; staff see
// any.
func (s *Service) Overview(ctx context.Context, a access.Actor, named id.ID) (o Overview, err error) {
	return s.OverviewOf(ctx, a, named, "")
}

// OverviewOf is Overview with the changes of the contract year that begins in a year such as "2025"; "" is the present one.
func (s *Service) OverviewOf(ctx context.Context, a access.Actor, named id.ID, year string) (o Overview, err error) {
	defer errs.Wrap(&err, "liaisons.Overview")
	staff := a.Role.IsStaff()
	if err := access.Check(a, access.LiaisonRead); err != nil {
		return o, err
	}
	if o.Customer, err = customerOf(a, named); err != nil {
		return o, err
	}
	err = s.DB.View(ctx, db.ForTenant(o.Customer), func(tx *db.Tx) error {
		if !staff {
			if err := s.mayLook(tx, a, o.Customer); err != nil {
				return err
			}
			if o.May, err = s.mayAskSomething(tx, a, o.Customer); err != nil {
				return err
			}
		}
		if err := tx.Row(`SELECT name FROM customer WHERE id = $1`, []any{o.Customer}, &o.Name); err != nil {
			return errs.Missing()
		}
		return s.readAll(tx, &o, staff, year)
	})
	o.Override = staff && access.Allows(a, access.LiaisonOverride)
	o.May = o.Override || o.May
	return o, err
}

// mayAskSomething reports whether somebody of the customer may ask for changes of at least one of its systems.
func (s *Service) mayAskSomething(tx *db.Tx, a access.Actor, customer id.ID) (bool, error) {
	if !access.Allows(a, access.LiaisonManage) {
		return false, nil
	}
	seats, err := s.Contract.AllSeats(tx, customer)
	if err != nil {
		return false, err
	}
	var systems [][]id.ID
	for _, one := range seats {
		systems = append(systems, []id.ID{one.System})
	}
	for _, about := range append(systems, nil) {
		err := s.mayManage(tx, a, customer, about...)
		if err == nil || errs.As(err).Decision == nil {
			return err == nil, err
		}
		if a.Role == access.Liaison { // the answer is one for all
			return false, nil
		}
	}
	return false, nil
}

func (s *Service) readAll(tx *db.Tx, o *Overview, staff bool, year string) (err error) {
	seats, err := s.Contract.AllSeats(tx, o.Customer)
	if err != nil {
		return err
	}
	at := map[id.ID]int{}
	o.Systems = make([]System, len(seats))
	for i, one := range seats {
		o.Systems[i] = System{Seats: one}
		at[one.System] = i
	}
	if err := s.readChoices(tx, o, at); err != nil {
		return err
	}
	if o.Quota, err = s.quota(tx, o.Customer); err != nil {
		return err
	}
	if err := s.chooseYear(tx, o, year); err != nil {
		return err
	}
	for _, read := range []func(*db.Tx, *Overview, map[id.ID]int) error{readCentres, readHolders, readWaitings, readChanges, readPeople} {
		if err := read(tx, o, at); err != nil {
			return err
		}
	}
	if staff {
		return readTasks(tx, o)
	}
	return nil
}

// chooseYear finds the contract year whose changes are listed, and those beside it.
func (s *Service) chooseYear(tx *db.Tx, o *Overview, year string) (err error) {
	o.Ledger = o.Quota
	present := o.Quota.Year.From
	if year != "" {
		n, err := strconv.Atoi(year)
		if err != nil || n < 1 || n > present.Year {
			return errs.BadFields(errs.BadField("year", "field.not_allowed"))
		}
		if o.Ledger.Changes, err = s.Contract.ChangesOn(tx, o.Customer, contract.Anniversary(present, n-present.Year)); err != nil {
			return err
		}
	}
	shown := o.Ledger.Year.From
	var earlier *string
	err = tx.Row(`SELECT max(year_from) FROM liaison_change WHERE tenant_id = $1 AND year_from < $2`, []any{o.Customer, shown.String()}, &earlier)
	if err != nil {
		return err
	}
	if earlier != nil {
		d, err := calendar.ParseDate(*earlier)
		if err != nil {
			return err
		}
		o.Earlier = d.Year
	}
	if shown.Compare(present) < 0 {
		o.Later = shown.Year + 1
	}
	return nil
}

// readChoices asks what ChooseCentre asks, so that nobody is offered what is refused then.
func (s *Service) readChoices(tx *db.Tx, o *Overview, at map[id.ID]int) error {
	all, err := s.Contract.StandingsToday(tx, o.Customer)
	for _, st := range all {
		if i, ok := at[st.System]; ok {
			o.Systems[i].Choice, _ = entitlement.Ask(s.Policy.At(tx.Now()), entitlement.AskChooseCentre, st.Standing, tx.Now())
		}
	}
	return err
}

func readCentres(tx *db.Tx, o *Overview, at map[id.ID]int) error {
	return tx.Query(`SELECT id, centre FROM system WHERE tenant_id = $1`, []any{o.Customer}, func(scan func(...any) error) error {
		var system id.ID
		var centre string
		err := scan(&system, &centre)
		if i, ok := at[system]; ok && err == nil {
			o.Systems[i].Centre = centre
		}
		return err
	})
}

func readHolders(tx *db.Tx, o *Overview, at map[id.ID]int) error {
	return tx.Query(`SELECT d.system_id, d.person_id, p.name, d.since, d.project_admin, coalesce(r.centre, ''),
			(SELECT count(*) FROM support_case c WHERE c.tenant_id = d.tenant_id AND c.system_id = d.system_id AND c.liaison_id = d.person_id AND c.status <> 'closed')
		FROM designation d JOIN person p ON p.id = d.person_id
		LEFT JOIN region_choice r ON r.tenant_id = d.tenant_id AND r.system_id = d.system_id AND r.person_id = d.person_id
		WHERE d.tenant_id = $1 AND d.ended_at IS NULL ORDER BY d.since, p.name`, []any{o.Customer}, func(scan func(...any) error) error {
		var system id.ID
		var h Holder
		err := scan(&system, &h.Person, &h.Name, db.Time(&h.Since), &h.ProjectAdmin, &h.Centre, &h.Cases)
		if i, ok := at[system]; ok && err == nil {
			o.Systems[i].Liaisons = append(o.Systems[i].Liaisons, h)
		}
		return err
	})
}

func readWaitings(tx *db.Tx, o *Overview, at map[id.ID]int) error {
	return tx.Query(`SELECT i.system_id, i.change_id, i.id, i.old_person, i.new_name, i.new_email, coalesce(p.name, ''), i.expires_at
		FROM liaison_change_item i LEFT JOIN person p ON p.id = i.old_person
		WHERE i.tenant_id = $1 AND i.state = 'waiting' AND i.expires_at > $2 ORDER BY i.expires_at, i.id`, []any{o.Customer, tx.Now()},
		func(scan func(...any) error) error {
			var system id.ID
			var w Asked
			err := scan(&system, &w.Change, &w.Item, &w.Old, &w.Name, &w.Email, &w.Replaces, db.Time(&w.Until))
			if i, ok := at[system]; ok && err == nil {
				o.Systems[i].Waiting = append(o.Systems[i].Waiting, w)
			}
			return err
		})
}

// readChanges reads the ledger of the year. What counts is counted as quota does it.
func readChanges(tx *db.Tx, o *Overview, _ map[id.ID]int) error {
	return tx.Query(`SELECT c.id, c.requested_at, coalesce(b.name, ''), c.side, coalesce(v.name, ''), c.override_reason, s.name, coalesce(x.name, ''),
			coalesce(n.name, i.new_name), i.state, i.why, i.counts, i.settled_at, coalesce(i.expires_at, 0)
		FROM liaison_change c JOIN liaison_change_item i ON i.tenant_id = c.tenant_id AND i.change_id = c.id
		JOIN system s ON s.tenant_id = i.tenant_id AND s.id = i.system_id
		LEFT JOIN person b ON b.id = c.requested_by LEFT JOIN person v ON v.id = c.override_by
		LEFT JOIN person x ON x.id = i.old_person LEFT JOIN person n ON n.id = i.new_person
		WHERE c.tenant_id = $1 AND c.year_from >= $2 AND c.year_from <= $3 ORDER BY c.requested_at DESC, c.id DESC, i.position`,
		[]any{o.Customer, o.Ledger.Year.From.String(), o.Ledger.Year.To.String()}, func(scan func(...any) error) error {
			var c Change
			var it ChangeItem
			var expires int64
			err := scan(&c.ID, db.Time(&c.At), &c.By, &c.Side, &c.OverrideBy, &c.OverrideReason, &it.System, &it.Old, &it.New, &it.State, &it.Why,
				&it.Counts, db.NullTime(&it.SettledAt), &expires)
			if it.State == "waiting" && expires <= tx.Now().UnixMicro() {
				it.State = "expired"
			}
			if n := len(o.Changes); n == 0 || o.Changes[n-1].ID != c.ID {
				o.Changes = append(o.Changes, c)
			}
			last := &o.Changes[len(o.Changes)-1]
			last.Items = append(last.Items, it)
			last.Counts = last.Counts || it.Counts && (it.State == "done" || it.State == "waiting")
			return err
		})
}

func readPeople(tx *db.Tx, o *Overview, _ map[id.ID]int) error {
	return tx.Query(`SELECT p.id, p.name, p.email, g.role, g.kind, g.sees,
			(SELECT count(*) FROM designation d WHERE d.tenant_id = g.tenant_id AND d.person_id = g.person_id AND d.ended_at IS NULL)
		FROM access_grant g JOIN person p ON p.id = g.person_id AND p.disabled_at IS NULL
		WHERE g.tenant_id = $1 AND g.ended_at IS NULL ORDER BY p.name, p.id`, []any{o.Customer}, func(scan func(...any) error) error {
		var p Person
		err := scan(&p.ID, &p.Name, &p.Email, (*string)(&p.Role), &p.Kind, &p.Sees, &p.Systems)
		o.People = append(o.People, p)
		return err
	})
}

func readTasks(tx *db.Tx, o *Overview) error {
	return tx.Query(`SELECT t.id, t.kind, coalesce(s.name, ''), coalesce(p.name, ''), t.made_at,
			(SELECT count(*) FROM support_case c WHERE c.tenant_id = t.tenant_id AND c.system_id = t.system_id AND c.liaison_id = t.person_id
				AND c.owner_departed_at IS NOT NULL AND c.status <> 'closed')
		FROM staff_task t LEFT JOIN system s ON s.tenant_id = t.tenant_id AND s.id = t.system_id LEFT JOIN person p ON p.id = t.person_id
		WHERE t.tenant_id = $1 AND t.done_at IS NULL ORDER BY t.made_at, t.id`, []any{o.Customer}, func(scan func(...any) error) error {
		var t Task
		err := scan(&t.ID, &t.Kind, &t.System, &t.Person, db.Time(&t.MadeAt), &t.Cases)
		o.Tasks = append(o.Tasks, t)
		return err
	})
}
