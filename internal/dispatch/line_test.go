package dispatch_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"liaison/internal/db"
	"liaison/internal/dispatch"
	"liaison/internal/id"
)

// line puts mails about one case to one person into their line.
func (o *office) line(templates ...string) (list []dispatch.Place) {
	o.t.Helper()
	for _, template := range templates {
		p := dispatch.Place{Case: o.of, Person: o.liaison.Person, Event: id.New(), Template: template}
		list = append(list, p)
		err := o.DB.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
			return dispatch.Line(tx, p, map[string]string{"template": template})
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
	return list
}

// first are the places whose turn it is.
func (o *office) first(list []dispatch.Place) (names []string) {
	o.t.Helper()
	for _, p := range list {
		first, err := o.Turn(context.Background(), p)
		if err != nil {
			o.t.Fatal(err)
		}
		if first {
			names = append(names, p.Template)
		}
	}
	return names
}

// leave ends a turn and gives the mail that was called.
func (o *office) leave(p dispatch.Place, left, own bool) string {
	o.t.Helper()
	o.called = nil
	if err := o.Leave(context.Background(), p, "mail.case", left, own); err != nil {
		o.t.Fatal(err)
	}
	var args struct{ Template string }
	if len(o.called) > 0 {
		if err := json.Unmarshal(o.called[0], &args); err != nil {
			o.t.Fatal(err)
		}
	}
	return args.Template
}

// Reliability R7: the mails about a case to a person leave in the order in which they were caused; one that the server
// does not take steps aside after five tries, one that cannot reach the server holds its place for half a day.
func TestMailsAboutACaseLeaveInTheirOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		list := o.line("one", "two", "three", "four")
		other := o.line("elsewhere")[0]
		other.Case = id.New()
		if got := o.first(append(slices.Clone(list), other)); !slices.Equal(got, []string{"one", "elsewhere"}) {
			t.Error("the turn of", got)
		}
		if got := o.leave(list[0], false, false); got != "" {
			t.Error("a server that cannot be reached called", got)
		}
		if got := o.leave(list[0], true, true); got != "two" {
			t.Errorf("the first one called %q", got)
		}
		if got := o.leave(list[0], true, true); got != "" {
			t.Errorf("it left again and called %q", got)
		}
		for range 4 {
			if got := o.leave(list[1], false, true); got != "" {
				t.Errorf("a mail that failed called %q", got)
			}
		}
		if got := o.leave(list[1], false, true); got != "three" {
			t.Errorf("stepping aside it called %q", got)
		}
		if got := o.first(list); !slices.Equal(got, []string{"one", "two", "three"}) { // one has left: nobody has to wait for it
			t.Error("the turn of", got)
		}
		o.clk.Forward(13 * time.Hour)
		if got := o.first(list); !slices.Contains(got, "four") {
			t.Error("after half a day it is the turn of", got)
		}
	})
}

// crash is how a worker's run ends, at one of the points of reliability R6.
type crash struct {
	name   string
	before bool // killed before the text left: nobody has it
	took   bool // the server has taken the mail when the worker is killed
	slow   bool // the worker is not killed but late: another one has taken over
}

// Reliability R6, each point twenty times: one row in the book, whatever happens; a mail twice only where the server had
// taken it and nobody could know; an alarm never twice, its unknown outcome shown to a person.
func TestAWorkerMayDieAtAnyPointOfAJob(t *testing.T) {
	t.Parallel()
	points := []crash{{name: "claimed", before: true}, {name: "before the server is asked", before: true}, {name: "in the text"}, {name: "taken, not written down", took: true},
		{name: "written down"}, {name: "later than its lease", took: true, slow: true}, {name: "two at once"}}
	each(t, func(t *testing.T, o *office) {
		for round := range 20 {
			for _, p := range points {
				for _, once := range []bool{false, true} {
					m := o.mail(p.name)
					m.MessageID, m.Once = id.New().String()+"@liaison.example", once
					o.told = nil
					taken := o.dies(m, p)
					o.clk.Forward(3 * time.Minute)
					sent, again, err := o.try(m, dispatch.Outcome{State: dispatch.Sent})
					if sent {
						taken++
					}
					state, _ := o.in(m)
					unknown := once && !p.before && (p.name == "in the text" || p.took)
					want, most := dispatch.Sent, 1
					if unknown {
						want = dispatch.Unknown
					}
					if p.took && !once {
						most = 2
					}
					if err != nil || again || state != want || taken > most || taken < 1 && !unknown || unknown != slices.Equal(o.told, []string{dispatch.NoticeUnknown}) {
						t.Errorf("round %d, %s, alarm %t: taken %d times, %s, told %v, %t %v", round, p.name, once, taken, state, o.told, again, err)
					}
				}
			}
		}
	})
}

// dies runs a worker up to its end and gives how often the server has taken the mail.
func (o *office) dies(m dispatch.Mail, p crash) (taken int) {
	o.t.Helper()
	defer func() { _ = recover() }()
	switch p.name {
	case "claimed":
		return 0
	case "written down":
		if sent, _, err := o.try(m, dispatch.Outcome{State: dispatch.Sent}); !sent || err != nil {
			o.t.Error(sent, err)
		}
		return 1
	}
	_, err := o.Deliver(context.Background(), m, func(ctx context.Context, hand func(context.Context) error) dispatch.Outcome {
		if p.before {
			panic("killed")
		}
		if p.name == "two at once" {
			if sent, _, err := o.try(m, dispatch.Outcome{State: dispatch.Sent}); sent && err == nil { //nolint:contextcheck // another worker
				taken++
			}
		}
		if err := hand(ctx); err != nil {
			return dispatch.Outcome{State: dispatch.Waiting, Why: "busy"}
		}
		if p.took {
			taken++
		}
		if p.slow {
			o.clk.Forward(3 * time.Minute)
			if sent, _, _ := o.try(m, dispatch.Outcome{State: dispatch.Sent}); sent { //nolint:contextcheck // another worker
				taken++
			}
			return dispatch.Outcome{State: dispatch.Sent}
		}
		panic("killed")
	})
	if err != nil {
		o.t.Error(err)
	}
	return taken
}
