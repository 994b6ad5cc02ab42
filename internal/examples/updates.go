package examples

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"liaison/internal/policy"
	"liaison/internal/sla"
)

// statusUpdate replays the events, or one update, on a case that was opened with a logged call.
func statusUpdate(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Clock, Plan, Priority string
		Last                  time.Time   `json:"last_customer_visible_update"`
		Events                [][2]string `json:"events"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	told, err := tell(in.Events, in.Last)
	if err != nil {
		return answer{}, err
	}
	f := filing{FiledAt: told.first, Priority: in.Priority, Plan: in.Plan, Calendar: in.Clock}
	if err := f.clockedBy(pack, in.Clock); err != nil {
		return answer{}, err
	}
	if told.priority != "" {
		f.Priority = told.priority
	}
	s := begin(pack, f)
	s.events[0].Answered = true
	if told.status != "" {
		s.then(told.first, inStatus(told.status))
	}
	s.events = append(s.events, told.facts...)
	c := s.clock(sla.StatusUpdate, told.last)
	if !c.MetAt.IsZero() || c.State == sla.Cancelled { // the case is over: no further update is owed
		c.DueAt = time.Time{}
	}
	return s.answer(c, map[string]any{"interval_working_days": c.Target.WorkingDays})
}

// tale is what the events of an example tell of a case.
type tale struct {
	facts       []sla.Event
	first, last time.Time  // of the first word of support, and of the last event
	priority    string     // before the first change of it; "" when it never changed
	status      sla.Status // before the first change of it, where that was not open
}

// tell reads the events and the last update. An update that no event tells of is one more; where an event of that
// instant is no word of support, the event says what happened.
func tell(events [][2]string, last time.Time) (t tale, err error) {
	t.last = last
	told, changed := false, false
	for _, e := range events {
		at, err := time.Parse(time.RFC3339Nano, e[0])
		if err != nil {
			return t, err
		}
		word, err := read(e[1])
		if err != nil {
			return t, err
		}
		told = told || at.Equal(last)
		if at.After(t.last) {
			t.last = at
		}
		if t.priority == "" {
			t.priority = word.oldPriority
		}
		if word.kind == sla.StatusChanged {
			if !changed && word.oldStatus != sla.StatusOpen {
				t.status = word.oldStatus
			}
			changed = true
		}
		if word.kind == "" {
			continue
		}
		fact := word.fact
		fact.Kind, fact.At = word.kind, at.UnixMicro()
		t.facts = append(t.facts, fact)
		if word.kind != sla.CustomerActed && (t.first.IsZero() || at.Before(t.first)) {
			t.first = at
		}
	}
	if !last.IsZero() && (!told || t.first.IsZero()) {
		t.facts = append(t.facts, sla.Event{Kind: sla.Answered, At: last.UnixMicro()})
		if t.first.IsZero() || last.Before(t.first) {
			t.first = last
		}
	}
	return t, nil
}

// inStatus is the change to a state, with the question that waiting for the customer needs.
func inStatus(status sla.Status) sla.Event {
	e := sla.Event{Kind: sla.StatusChanged, Status: status}
	if status == sla.StatusWaitingCustomer {
		e.Question = "question"
	}
	return e
}

// word is what the word for an event of a case means. One without a kind moves no clock.
type word struct {
	kind        sla.Kind
	fact        sla.Event
	oldStatus   sla.Status // of a change of state, when the word tells it
	oldPriority string     // of a change of priority
}

// read reads the word for an event of a case.
func read(text string) (word, error) {
	name, change, _ := strings.Cut(text, ":")
	if from, to, ok := strings.Cut(change, "->"); ok {
		switch name {
		case "status_changed", "status_change", "status", "state_changed":
			was, is := statusOf(from), statusOf(to)
			if was == "" || is == "" {
				return word{}, fmt.Errorf("unknown event %q", text)
			}
			return word{kind: sla.StatusChanged, fact: inStatus(is), oldStatus: was}, nil
		case "priority_changed", "priority_change", "priority":
			n, err := level(to)
			return word{kind: sla.PriorityChanged, fact: sla.Event{Priority: n}, oldPriority: from}, err
		}
		return word{}, fmt.Errorf("unknown event %q", text)
	}
	if isSilent(text) {
		return word{}, nil
	}
	if status, was := changesTo(text); status != "" {
		e := inStatus(status)
		e.ByCustomer = isByCustomer(text)
		return word{kind: sla.StatusChanged, fact: e, oldStatus: was}, nil
	}
	if isByCustomer(text) {
		return word{kind: sla.CustomerActed}, nil
	}
	if asksCustomer(text) {
		return word{kind: sla.StatusChanged, fact: inStatus(sla.StatusWaitingCustomer), oldStatus: sla.StatusOpen}, nil
	}
	if isChange(text) { // the customer sees it
		return word{kind: sla.Answered}, nil
	}
	human, err := isAnswer(text)
	if human {
		return word{kind: sla.Answered}, err
	}
	return word{}, err
}

// statusOf reads the name of a state, "" for what is none.
func statusOf(name string) sla.Status {
	switch name {
	case "waiting_for_customer", "waiting_on_customer":
		return sla.StatusWaitingCustomer
	case "waiting_for_third_party", "waiting_on_third_party":
		return sla.StatusWaitingThirdParty
	}
	known := []sla.Status{sla.StatusOpen, sla.StatusWaitingCustomer, sla.StatusWaitingThirdParty, sla.StatusDevelopment, sla.StatusResolved, sla.StatusClosed}
	if slices.Contains(known, sla.Status(name)) {
		return sla.Status(name)
	}
	return ""
}

// changesTo reads a word that names the state which a case enters ("waiting_customer", "resolved_by_engineer"), with
// the state before it.
func changesTo(text string) (to, was sla.Status) {
	if status := statusOf(text); status != "" {
		return status, sla.StatusOpen
	}
	switch {
	case isPart(text, "reopened"):
		return sla.StatusOpen, sla.StatusClosed
	case isPart(text, "resolved"):
		return sla.StatusResolved, sla.StatusOpen
	case isPart(text, "closed"):
		return sla.StatusClosed, sla.StatusOpen
	}
	return "", ""
}

// isPart reports whether one of the parts of a word is one of those.
func isPart(text string, of ...string) bool {
	return slices.ContainsFunc(strings.Split(text, "_"), func(p string) bool { return slices.Contains(of, p) })
}

// isSilent reports whether nobody of support or of the customer said anything to the other: automatic mail, what only
// support sees, an attempt that reached nobody.
func isSilent(text string) bool {
	machine := slices.ContainsFunc(strings.Split(text, "_"), func(p string) bool { return strings.HasSuffix(p, "bot") })
	return machine || hasPart(text, "internal", "private", "auto", "acknowledg", "assign", "reassign", "bounce", "reminder", "notification") ||
		isPart(text, "office", "system", "viewed", "read", "draft") ||
		(hasPart(text, "escalat") || isPart(text, "owner", "tag", "tagged", "linked", "merged", "watcher", "missed", "attempt",
			"attempted", "unanswered", "failed", "scheduled", "survey", "colleague", "member", "stranger", "third", "voicemail")) && !isByCustomer(text)
}

// isByCustomer reports whether a word names an act of the customer, on whatever channel.
func isByCustomer(text string) bool {
	if isPart(text, "colleague", "informed", "notified") {
		return false
	}
	return strings.HasPrefix(text, "customer_") && !strings.HasPrefix(text, "customer_visible_") || strings.HasPrefix(text, "liaison_") ||
		slices.ContainsFunc([]string{"_by_customer", "_by_liaison", "_from_customer", "_from_liaison"}, func(end string) bool { return strings.HasSuffix(text, end) })
}

// asksCustomer reports whether a word names a question of support, or the waiting for its answer.
func asksCustomer(text string) bool {
	return isPart(text, "requested", "question", "asked") || isPart(text, "waiting") && isPart(text, "customer") ||
		isPart(text, "information") && isPart(text, "request")
}

// isChange reports whether a word names a change of state or priority without saying which: an update, but no answer.
func isChange(text string) bool {
	return isPart(text, "status", "state", "priority") && hasPart(text, "chang", "rais", "lower")
}

// isAnswer reports whether what a word names is a human answer of support that the customer sees (Clocks 5), by the
// parts of the word; what no part tells is unknown.
func isAnswer(text string) (bool, error) {
	switch {
	case isSilent(text), isByCustomer(text), isChange(text):
		return false, nil
	case asksCustomer(text), isPart(text, "comment", "reply", "replied", "answer", "answered", "mail", "email", "message", "call", "called", "update",
		"response", "responded", "chat", "public", "workaround", "remedy", "solution", "informed", "notified"):
		return true, nil
	case isPart(text, "attachment", "upload", "uploaded", "file", "note", "resolved", "closed", "reopened"), statusOf(text) != "":
		return false, nil // neither a reply nor a mail nor a call
	}
	return false, fmt.Errorf("unknown event %q", text)
}
