package report

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/sla"
)

// Format names the form of a statement; another form has another name. Files of the forms before are computed again as
// they were.
const (
	Format              = "liaison-statement/4"
	formatWithCancelled = "liaison-statement/3" // told periods of no length that were cancelled
	formatWithEmpty     = "liaison-statement/2" // and those that were met
)

// known reports whether a form can be computed again.
func known(format string) bool {
	return format == Format || format == formatWithCancelled || format == formatWithEmpty
}

// isEmpty reports whether an obligation began and ended at one instant: an answer that is a question too, two updates in
// one save, or an end of the case that comes with the answer. Nothing was owed in it (semantics, Clocks 8), so it is no
// promise that was due, neither kept nor cancelled.
func isEmpty(format string, k sla.Clock) bool {
	ended := k.State == sla.Met || k.State == sla.Cancelled && format != formatWithCancelled
	return format != formatWithEmpty && ended && k.Deadline == sla.StatusUpdate && k.EndedAt.Equal(k.StartedAt)
}

// Inputs are what a statement is computed from.
type Inputs struct {
	Format   string    `json:"format"`
	Customer string    `json:"customer"` // key
	Month    string    `json:"month"`    // "2026-10", of the vendor's zone
	Zone     string    `json:"zone"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"` // exclusive: what happened later is not in it
	Editions []Edition `json:"editions"`
	Cases    []Case    `json:"cases"`
}

// Edition is an edition of the policy with its files.
type Edition struct {
	Edition string     `json:"edition"`
	Pack    string     `json:"pack"`
	From    *time.Time `json:"from"` // nil: since ever
	SHA256  string     `json:"sha256"`
	Archive string     `json:"archive"` // base64 of the zip
}

// Case is a case with the facts that its clocks follow from.
type Case struct {
	Number string      `json:"number"`
	System string      `json:"system"`
	Facts  []sla.Event `json:"facts"`
}

// Line is an obligation that was due in the month, or missed in it.
type Line struct {
	Number     string       `json:"number"`
	System     string       `json:"system"`
	Kind       sla.Deadline `json:"kind"`
	Clock      string       `json:"clock"`
	Clause     string       `json:"clause"`
	Edition    string       `json:"edition"`
	Target     sla.Target   `json:"target"`
	StartedAt  time.Time    `json:"startedAt"`
	DueAt      time.Time    `json:"dueAt"`
	MetAt      *time.Time   `json:"metAt"`
	State      sla.State    `json:"state"`
	BreachedAt *time.Time   `json:"breachedAt"`
	WaivedAt   *time.Time   `json:"waivedAt,omitempty"` // the state is waived then: the breach stays recorded beside it
	Told       *Told        `json:"told,omitempty"`     // of a correction: what an earlier statement said
}

// Told is what an earlier statement said of an obligation of which more became known after its month.
type Told struct {
	DueAt      time.Time  `json:"dueAt"`
	MetAt      *time.Time `json:"metAt"`
	State      sla.State  `json:"state"`
	BreachedAt *time.Time `json:"breachedAt"`
}

// States of lines that no clock has.
const (
	Waived sla.State = "waived"  // the breach was waived until the end of the month
	NotDue sla.State = "not_due" // as is known by now, what an earlier statement told was never due
)

// Total is how many obligations of a kind were due and what became of them.
type Total struct {
	Kind      sla.Deadline `json:"kind"`
	Due       int          `json:"due"`
	Met       int          `json:"met"`
	Breached  int          `json:"breached"`
	Cancelled int          `json:"cancelled"`
	Waived    int          `json:"waived,omitempty"`
}

// Statement is what was due in a month and what became of it, after what that follows from.
type Statement struct {
	Inputs
	Lines  []Line  `json:"lines"`
	Totals []Total `json:"totals"`
	Later  []Line  `json:"later,omitempty"` // of an earlier month, but known in this one only: a waiver, a breach taken over or found, a correction
}

// Compute makes the statement of inputs. It is pure: the same inputs give the same statement for ever.
func Compute(in Inputs) (s Statement, err error) {
	defer errs.Wrap(&err, "report.Compute(%s, %s)", in.Customer, in.Month)
	book, err := bookOf(in.Editions)
	if err != nil {
		return s, err
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return s, err
	}
	s = Statement{Inputs: in, Lines: []Line{}, Totals: []Total{{Kind: sla.InitialResponse}, {Kind: sla.StatusUpdate}}}
	for _, c := range in.Cases {
		if err := s.tell(book, c, zone); err != nil {
			return s, fmt.Errorf("case %s: %w", c.Number, err)
		}
	}
	for _, lines := range [][]Line{s.Lines, s.Later} {
		slices.SortStableFunc(lines, func(a, b Line) int {
			return cmp.Or(a.place().Compare(b.place()), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Kind, b.Kind), a.StartedAt.Compare(b.StartedAt))
		})
	}
	return s, nil
}

// tell adds the lines of a case. What was recorded after the month is not known in it.
func (s *Statement) tell(book *policy.Book, c Case, zone *time.Location) error {
	c.Facts = sla.RecordedBefore(c.Facts, s.To)
	clocks, err := historyUntil(s.Format, book, c.Facts, s.To)
	if err != nil {
		return err
	}
	told, fixed, err := toldBefore(s.Format, book, c, s.From, zone)
	if err != nil {
		return err
	}
	for _, k := range clocks {
		at, of := placeOf(k), periodOf(k)
		_, isTold := told[of]
		switch {
		case at.IsZero() || !at.Before(s.To): // paused, or of a later month
		case !at.Before(s.From) && !isTold:
			s.Lines = append(s.Lines, lineOf(c, k.In(zone)))
			s.count(k)
		case fixed[of] != nil || !isTold || !k.WaivedAt.Before(s.From):
			l := lineOf(c, k.In(zone))
			l.Told = fixed[of]
			s.Later = append(s.Later, l)
			delete(fixed, of)
		}
	}
	for of, was := range fixed { // nothing of it is due any more, or later only
		l := told[of]
		l.Told, l.State, l.MetAt, l.BreachedAt, l.WaivedAt = was, NotDue, nil, nil, nil
		s.Later = append(s.Later, l)
	}
	return nil
}

// placeOf is the instant by which an obligation belongs to a month: that of its breach, which never moves, or else the one
// at which it is due. Zero while nobody can know it.
func placeOf(k sla.Clock) time.Time {
	if !k.BreachedAt.IsZero() {
		return k.BreachedAt
	}
	return k.DueAt
}

func (l Line) place() time.Time {
	if l.BreachedAt != nil {
		return *l.BreachedAt
	}
	return l.DueAt
}

// period names an obligation of a case, however its due moves.
type period struct {
	kind sla.Deadline
	from int64
}

func periodOf(k sla.Clock) period { return period{k.Deadline, k.StartedAt.UnixMicro()} }

// toldBefore are the obligations of a case that the statements of the months before an instant have told, as they told
// them; fixed are those of which something else is known now, by facts that were recorded later.
func toldBefore(format string, book *policy.Book, c Case, from time.Time, zone *time.Location) (told map[period]Line, fixed map[period]*Told, err error) {
	told, fixed = map[period]Line{}, map[period]*Told{}
	known := sla.RecordedBefore(c.Facts, from)
	clocks, err := historyUntil(format, book, known, from)
	for _, k := range clocks {
		if at := placeOf(k); !at.IsZero() && at.Before(from) {
			told[periodOf(k)] = lineOf(c, k.In(zone))
		}
	}
	late := func(f sla.Event) bool { return f.Time().Before(from) && !f.RecordedAt().Before(from) }
	if err != nil || !slices.ContainsFunc(c.Facts, late) {
		return told, fixed, err
	}
	clocks, err = historyUntil(format, book, c.Facts, from)
	now := map[period]Line{}
	for _, k := range clocks {
		if !placeOf(k).IsZero() {
			now[periodOf(k)] = lineOf(c, k.In(zone))
		}
	}
	for of, was := range told {
		if !reflect.DeepEqual(now[of], was) {
			fixed[of] = &Told{DueAt: was.DueAt, MetAt: was.MetAt, State: was.State, BreachedAt: was.BreachedAt}
		}
	}
	return told, fixed, err
}

// historyUntil gives the obligations of a case as they stood just before an instant; none before it was registered.
func historyUntil(format string, book *policy.Book, facts []sla.Event, before time.Time) ([]sla.Clock, error) {
	if !slices.ContainsFunc(facts, func(f sla.Event) bool { return f.Kind == sla.Registered }) {
		return nil, nil
	}
	clocks, err := sla.History(book, facts, before.Add(-time.Microsecond))
	return slices.DeleteFunc(clocks, func(k sla.Clock) bool { return isEmpty(format, k) }), err
}

func lineOf(c Case, k sla.Clock) Line {
	l := Line{Number: c.Number, System: c.System, Kind: k.Deadline, Clock: k.Clock, Clause: k.Clause, Edition: k.Edition, Target: k.Target,
		StartedAt: k.StartedAt, DueAt: k.DueAt, State: k.State}
	if !k.MetAt.IsZero() {
		l.MetAt = &k.MetAt
	}
	if !k.BreachedAt.IsZero() {
		l.BreachedAt = &k.BreachedAt
	}
	if !k.WaivedAt.IsZero() {
		l.WaivedAt, l.State = &k.WaivedAt, Waived
	}
	return l
}

func (s *Statement) count(k sla.Clock) {
	t := &s.Totals[0]
	if k.Deadline == sla.StatusUpdate {
		t = &s.Totals[1]
	}
	t.Due++
	switch {
	case !k.WaivedAt.IsZero():
		t.Waived++
	case k.State == sla.Met:
		t.Met++
	case k.State == sla.Breached:
		t.Breached++
	case k.State == sla.Cancelled:
		t.Cancelled++
	}
}

// bookOf reads the editions, and refuses one whose files are not those that its digest names.
func bookOf(editions []Edition) (b *policy.Book, err error) {
	for i, e := range editions {
		archive, err := base64.StdEncoding.DecodeString(e.Archive)
		if err != nil {
			return nil, err
		}
		p, err := policy.LoadArchive(archive, e.Pack)
		if err != nil {
			return nil, err
		}
		if p.Digest() != e.SHA256 || p.Edition != e.Edition || (i == 0) != (e.From == nil) {
			return nil, errs.New(errs.Invalid, "statement.edition_differs", "edition", e.Edition)
		}
		if i == 0 {
			b = policy.NewBook(p)
		} else if b, err = b.With(*e.From, p); err != nil {
			return nil, err
		}
	}
	if b == nil {
		return nil, errs.New(errs.Invalid, "statement.bad_file")
	}
	return b, nil
}

// editionsOf packs the editions that hold before an instant.
func editionsOf(b *policy.Book, before time.Time) (out []Edition, err error) {
	for i, e := range b.Editions() {
		if i > 0 && !e.From.Before(before) {
			break
		}
		archive, err := e.Pack.Archive()
		if err != nil {
			return nil, err
		}
		ed := Edition{Edition: e.Pack.Edition, Pack: e.Pack.Name, SHA256: e.Pack.Digest(), Archive: base64.StdEncoding.EncodeToString(archive)}
		if i > 0 {
			ed.From = &e.From
		}
		out = append(out, ed)
	}
	return out, nil
}

// encode gives the bytes of a statement: these are signed and compared.
func encode(s Statement) ([]byte, error) { return json.Marshal(s) }
