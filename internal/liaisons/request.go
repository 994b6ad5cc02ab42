package liaisons

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Item is one thing that a request asks for: New or Email without Old designates, Old alone removes, both swap.
type Item struct {
	System       id.ID
	Old          id.ID  // who is to leave
	New          id.ID  // somebody of the customer
	Name, Email  string // somebody else, who is invited
	ProjectAdmin bool   // administers the projects too: advised, not asked for
}

// Request asks for a change.
type Request struct {
	Customer id.ID // staff name it; everybody else asks for their own
	Items    []Item
	Override string // staff only: why it is let through although the year's changes are used
	Listed   bool   // a wrong value is named with the place of its item, also where there is one item only

	// Within runs last in the transaction, e.g. to keep the answer of an idempotency key.
	Within func(tx *db.Tx, change id.ID) error
}

// maxItems is how many persons one request may be about, maxReason how many characters a reason may have.
const (
	maxItems  = 50
	maxReason = 500
)

// Request changes who is a liaison, as far as seats and the year's changes allow (1.1). The refusal is journaled too.
func (s *Service) Request(ctx context.Context, a access.Actor, in Request) (change id.ID, err error) {
	defer errs.Wrap(&err, "liaisons.Request")
	if err := s.mayAsk(a, in.Override); err != nil {
		return change, err
	}
	customer, err := customerOf(a, in.Customer)
	if err != nil {
		return change, err
	}
	if err := in.check(); err != nil {
		return change, err
	}
	change = id.New()
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		w := &work{Service: s, tx: tx, actor: a, customer: customer, change: change}
		if err := w.request(in); err != nil {
			return err
		}
		if in.Within != nil {
			return in.Within(tx, change)
		}
		return nil
	})
	if d := errs.As(err).Decision; err != nil && d != nil {
		if failed := s.recordRefusal(ctx, a, customer, *d); failed != nil {
			return id.ID{}, failed
		}
	}
	return change, err
}

func (s *Service) mayAsk(a access.Actor, override string) error {
	if a.System {
		return nil
	}
	if err := access.Check(a, access.LiaisonManage); err != nil {
		return err
	}
	if override != "" || a.Role.IsStaff() {
		return access.Check(a, access.LiaisonOverride)
	}
	return nil
}

func (s *Service) recordRefusal(ctx context.Context, a access.Actor, customer id.ID, d errs.Decision) error {
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		l := onPerson("liaison.change_refused", a.Person, map[string]any{"decision": d})
		l.SubjectKind, l.Subject, l.Clause = "customer", customer, d.Clause
		return s.record(tx, a, customer, l)
	})
}

// check refuses what cannot be, before anything is read.
func (in *Request) check() error {
	var bad []errs.Field
	if len(in.Items) == 0 || len(in.Items) > maxItems {
		bad = append(bad, errs.BadField("items", "liaisons.item_count", "max", maxItems))
	}
	in.Override = strings.TrimSpace(in.Override)
	if utf8.RuneCountInString(in.Override) > maxReason {
		bad = append(bad, errs.BadField("override", "field.too_long", "max", maxReason))
	}
	for i := range in.Items {
		bad = append(bad, in.checkItem(i)...)
	}
	return errs.BadFields(bad...)
}

func (in *Request) checkItem(i int) (bad []errs.Field) {
	it, field := &in.Items[i], in.field(i)
	if it.System.IsZero() {
		bad = append(bad, errs.BadField(field("system"), "field.required"))
	}
	it.Email = strings.TrimSpace(it.Email)
	switch {
	case !it.New.IsZero() && it.Email != "":
		bad = append(bad, errs.BadField(field("email"), "liaisons.one_of_both"))
	case it.New.IsZero() && it.Email == "" && it.Old.IsZero():
		bad = append(bad, errs.BadField(field("email"), "field.required"))
	case it.Email != "":
		email, err := account.NormaliseEmail(it.Email)
		if err != nil {
			for _, f := range errs.As(err).Fields {
				f.Name = field("email")
				bad = append(bad, f)
			}
		}
		it.Email = email
		bad = append(bad, account.CheckName(field("name"), it.Name)...)
	}
	for j := range i {
		same := in.Items[j].System == it.System
		if same && !it.Old.IsZero() && in.Items[j].Old == it.Old {
			bad = append(bad, errs.BadField(field("old"), "liaisons.twice"))
		}
		if same && (!it.New.IsZero() && in.Items[j].New == it.New || it.Email != "" && in.Items[j].Email == it.Email) {
			bad = append(bad, errs.BadField(field("email"), "liaisons.twice"))
		}
	}
	return bad
}

// field names the values of an item: plainly where there is one item, as in a form, else with its place.
func (in *Request) field(i int) func(string) string {
	if len(in.Items) == 1 && !in.Listed {
		return func(name string) string { return name }
	}
	return func(name string) string { return ItemField(i, name) }
}

// ItemField is how a value of the item at a place is named, counted from 0.
func ItemField(i int, name string) string { return "items[" + strconv.Itoa(i) + "]." + name }

// work is one request, or one item of it, being carried out inside a transaction.
type work struct {
	*Service
	tx       *db.Tx
	actor    access.Actor
	customer id.ID
	change   id.ID
	entry    id.ID // the entry of the ledger for seats that were left by another way than a request; zero: none yet
	leavings int   // items of it
}

// planned is an item with what was found out about it.
type planned struct {
	Item
	id      id.ID
	counts  bool
	why     string
	vacated id.ID // the seat that it fills
	known   bool  // New is a person of the customer
	liaison bool  // and a liaison already: nobody has to accept anything
}

func (w *work) request(in Request) error {
	var systems []id.ID
	for _, it := range in.Items {
		systems = append(systems, it.System)
	}
	if err := w.mayManage(w.tx, w.actor, w.customer, systems...); err != nil {
		return err
	}
	if err := w.withinDay(in); err != nil {
		return err
	}
	list := make([]planned, len(in.Items))
	for i, it := range in.Items {
		list[i] = planned{Item: it, id: id.New()}
		if err := w.resolve(&list[i], in.field(i)); err != nil {
			return err
		}
		if err := w.mayAskFor(&list[i]); err != nil {
			return err
		}
	}
	quota, err := w.quota(w.tx, w.customer)
	if err != nil {
		return err
	}
	over, err := w.plan(in, list)
	if err != nil {
		return err
	}
	return w.save(in, list, quota, over)
}

// DayInvitations is how many items with an address a customer may ask for within a day where nothing else is set, those
// included that were taken back: each is a mail.
const DayInvitations = 200

// withinDay refuses more invitations than a day may have. Limited.
func (w *work) withinDay(in Request) error {
	limit := w.InvitationsPerDay
	if limit == 0 {
		limit = DayInvitations
	}
	asked := 0
	for _, it := range in.Items {
		if it.Email != "" {
			asked++
		}
	}
	var sent int
	err := w.tx.Row(`SELECT count(*) FROM liaison_change_item i JOIN liaison_change c ON c.tenant_id = i.tenant_id AND c.id = i.change_id
		WHERE i.tenant_id = $1 AND c.requested_at > $2 AND i.new_email <> '' AND i.expires_at IS NOT NULL`,
		[]any{w.customer, w.tx.Now().Add(-24 * time.Hour)}, &sent)
	if err == nil && asked > 0 && sent+asked > limit {
		err = errs.New(errs.Limited, "liaisons.too_many_invitations", "max", limit)
	}
	return err
}

// plan finds out what each item counts and whether there is a seat for it. Removals come first: the seat that one item
// leaves another may fill. over is a designation that only the stated reason of staff lets through.
func (w *work) plan(in Request, list []planned) (over bool, err error) {
	seats := map[id.ID]contract.Seats{}
	left := map[id.ID][]id.ID{} // seats that somebody has left, the oldest first
	free := map[id.ID]*entitlement.FreeSeats{}
	for i := range list {
		if _, known := seats[list[i].System]; known {
			continue
		}
		s, err := w.Contract.SeatsOfSystem(w.tx, w.customer, list[i].System)
		if err != nil {
			return false, err
		}
		seats[s.System] = s
		if left[s.System], err = vacated(w.tx, w.customer, s.System); err != nil {
			return false, err
		}
		added, err := w.Contract.AddedSeats(w.tx, w.customer, s.System)
		if err != nil {
			return false, err
		}
		free[s.System] = &entitlement.FreeSeats{Added: added, Vacated: len(left[s.System])}
	}
	for i := range list {
		if it := &list[i]; it.removes() {
			s := seats[it.System]
			it.why = WhyRemoval
			if s.Taken > s.Total() {
				it.why = WhyOverSeat
			} else {
				left[it.System] = append(left[it.System], it.id)
				free[it.System].Vacated++
			}
			s.Taken--
			seats[it.System] = s
		}
	}
	for i := range list {
		it := &list[i]
		switch {
		case it.removes():
		case !it.Old.IsZero():
			it.why = WhySwap
		default:
			s := seats[it.System]
			if d := decideSeat(w.Policy.Now(), s); !d.Allowed && (s.Plan != "" || in.Override == "") {
				return false, refuse(d)
			} else if !d.Allowed {
				over = true
			}
			it.why = WhyFirst
			if free[it.System].Fill() == entitlement.VacatedFilled {
				it.why, it.vacated = WhyVacated, left[it.System][0]
				left[it.System] = left[it.System][1:]
			}
			s.Promised++
			seats[it.System] = s
		}
		it.counts = kindOf(it.why).Counts() > 0
	}
	return over, nil
}

func (p *planned) removes() bool { return p.New.IsZero() && p.Email == "" }

// save decides on the year's changes, writes the request and carries out what waits for nobody.
func (w *work) save(in Request, list []planned, q Quota, over bool) error {
	kind := entitlement.SeatVacated
	for _, it := range list {
		if k := kindOf(it.why); k.Counts() > kind.Counts() {
			kind = k
		}
	}
	counts := kind.Counts() > 0
	d := decideQuota(w.Policy.Now(), q, kind)
	var by *id.ID
	reason := ""
	switch {
	case d.Allowed && !over:
	case in.Override == "":
		return refuse(d)
	default:
		by, reason = &w.actor.Person, in.Override
	}
	err := w.tx.Buffer(`INSERT INTO liaison_change (tenant_id, id, requested_at, requested_by, side, year_from, override_by, override_reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, w.customer, w.change, w.tx.Now(), w.actor.Person, sideOf(w.actor), q.Year.From.String(), by, reason)
	if err != nil {
		return err
	}
	var items []map[string]any
	for i := range list {
		items = append(items, list[i].journaled())
	}
	line := onChange("liaison.change_requested", w.change, map[string]any{"items": items, "counts": counts, "override": by != nil, "year": q.Year.From})
	if err := w.record(w.tx, w.actor, w.customer, line); err != nil {
		return err
	}
	for _, removals := range []bool{true, false} {
		for i := range list {
			if it := &list[i]; it.removes() == removals {
				if err := w.begin(it, i); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *planned) journaled() map[string]any {
	m := map[string]any{"item": p.id, "system": p.System, "counts": p.counts, "why": p.why}
	if !p.Old.IsZero() {
		m["old"] = p.Old
	}
	if !p.New.IsZero() {
		m["new"] = p.New
	}
	return m
}

// begin writes an item. It is carried out at once when it waits for nobody, else its invitation goes out.
func (w *work) begin(it *planned, position int) error {
	var hash []byte
	var expires *time.Time
	invites := !it.removes() && !it.liaison
	if invites {
		at := w.tx.Now().Add(time.Duration(w.Policy.Now().Liaisons.InvitationDays) * 24 * time.Hour)
		hash, expires = digest(w.token(it.id)), &at
	}
	err := w.tx.Buffer(`INSERT INTO liaison_change_item (tenant_id, id, change_id, position, system_id, old_person, new_person, new_email,
		new_name, project_admin, counts, why, state, invite_hash, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'waiting', $13, $14)`,
		w.customer, it.id, w.change, position, it.System, orNull(it.Old), orNull(it.New), it.Email, it.Name, it.ProjectAdmin, it.counts, it.why, hash, expires)
	if err != nil {
		return err
	}
	if !it.vacated.IsZero() {
		err = w.tx.Buffer(`UPDATE vacated_seat SET item_id = $3 WHERE tenant_id = $1 AND id = $2 AND filled_at IS NULL`, w.customer, it.vacated, it.id)
		if err != nil {
			return err
		}
	}
	if !invites {
		return w.carryOut(it.settled())
	}
	return w.Jobs.Enqueue(w.tx, MailJob, Mail{Template: Invited, Tenant: w.customer, Item: it.id, Person: it.New, System: it.System, Other: it.Old,
		Event: it.id, At: w.tx.Now().UnixMicro()})
}

func (p *planned) settled() item {
	return item{id: p.id, system: p.System, old: p.Old, person: p.New, admin: p.ProjectAdmin, why: p.why, vacated: p.vacated}
}

func orNull(v id.ID) *id.ID {
	if v.IsZero() {
		return nil
	}
	return &v
}
