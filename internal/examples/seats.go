package examples

import (
	"fmt"
	"slices"
	"strings"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
)

// hasPart reports whether a part of a word ("fill_vacated_seat" has three) begins with one of the stems.
func hasPart(word string, stems ...string) bool {
	return slices.ContainsFunc(strings.Split(word, "_"), func(part string) bool {
		return slices.ContainsFunc(stems, func(stem string) bool { return strings.HasPrefix(part, stem) })
	})
}

// changeOf reads the word for what is done to a seat. Words for the same thing differ; what matters is what becomes of
// the seat.
func changeOf(action string) (entitlement.ChangeKind, error) {
	has := func(stems ...string) bool { return hasPart(action, stems...) }
	fills, left := has("fill", "refill", "designat", "add", "appoint"), has("vacat", "remov", "left", "leav", "depart")
	switch {
	case has("withdr", "cancel", "retract"):
		return entitlement.Withdrawn, nil
	case has("reject", "declin", "refus"):
		return entitlement.Rejected, nil
	case has("edit", "contact", "detail", "email", "phone", "renam", "keep"):
		return entitlement.ContactEdited, nil
	case has("seat") && has("end", "expir", "laps"), has("downgrad"):
		return entitlement.SeatEnded, nil
	case has("refill"), fills && left:
		return entitlement.VacatedFilled, nil
	case has("replac", "swap", "chang", "transfer", "success"):
		return entitlement.Replacement, nil
	case left:
		return entitlement.SeatVacated, nil
	case has("fill", "designat", "appoint"):
		return entitlement.NewSeatFilled, nil
	case has("buy", "bought", "purchas", "upgrad", "extra"), has("seat") && has("add"):
		return entitlement.SeatsAdded, nil
	case fills:
		return entitlement.NewSeatFilled, nil
	case has("request"):
		return entitlement.Replacement, nil
	}
	return "", fmt.Errorf("unknown action %q", action)
}

// stepOf is the step in the story of the seats that a change makes.
func stepOf(kind entitlement.ChangeKind) entitlement.StepKind {
	switch kind {
	case entitlement.SeatsAdded:
		return entitlement.StepAdded
	case entitlement.SeatEnded:
		return entitlement.StepEnded
	case entitlement.Replacement:
		return entitlement.StepReplaced
	case entitlement.SeatVacated:
		return entitlement.StepRemoved
	case entitlement.NewSeatFilled:
		return entitlement.StepDesignated
	case entitlement.VacatedFilled:
		return entitlement.StepRefilled
	default: // what changes no seat
		return entitlement.StepOther
	}
}

// seatEvent is a step with the people that the example names.
type seatEvent struct {
	entitlement.SeatStep
	change  entitlement.ChangeKind
	persons []string
}

// seatSteps reads [day, what, person...] as known on a day; what happened on one day belongs to one request. A request
// that was taken back or turned down later changed nobody's seat.
func seatSteps(events [][]string, until calendar.Date) ([]entitlement.SeatStep, error) {
	var all []seatEvent
	for _, e := range events {
		if len(e) < 2 {
			return nil, fmt.Errorf("%q is no event", e)
		}
		on, err := calendar.ParseDate(e[0])
		if err != nil {
			return nil, err
		}
		kind, err := changeOf(e[1])
		if err != nil {
			return nil, err
		}
		if on.Compare(until) <= 0 {
			step := entitlement.SeatStep{Request: e[0], On: on, Kind: stepOf(kind)}
			all = append(all, seatEvent{step, kind, e[2:]})
		}
	}
	slices.SortStableFunc(all, func(a, b seatEvent) int { return a.On.Compare(b.On) })
	steps := make([]entitlement.SeatStep, len(all))
	for i, e := range all {
		if e.change == entitlement.Withdrawn || e.change == entitlement.Rejected {
			cancelLast(all[:i], e.persons)
		}
	}
	for i, e := range all {
		steps[i] = e.SeatStep
	}
	return steps, nil
}

// cancelLast takes back the last request about those people, or the last one where nobody is named. A request of one
// day for several people is taken back as a whole.
func cancelLast(before []seatEvent, persons []string) {
	for i := len(before) - 1; i >= 0; i-- {
		e := &before[i]
		seated := slices.Contains([]entitlement.StepKind{entitlement.StepReplaced, entitlement.StepRemoved, entitlement.StepDesignated,
			entitlement.StepRefilled}, e.Kind)
		about := !slices.ContainsFunc(persons, func(p string) bool { return !slices.Contains(e.persons, p) })
		if !seated || !about {
			continue
		}
		e.Kind = entitlement.StepOther
		if len(persons) > 0 {
			return
		}
		for j := range before[:i] {
			if before[j].On == e.On && before[j].Kind != entitlement.StepAdded && before[j].Kind != entitlement.StepEnded {
				before[j].Kind = entitlement.StepOther
			}
		}
		return
	}
}

// replay gives what the request of that day comes down to, asked where no event tells, and all days that counted
// before it.
func replay(steps []entitlement.SeatStep, changes []calendar.Date, asked entitlement.ChangeKind, on calendar.Date) (entitlement.ChangeKind, []calendar.Date) {
	kind, counted := asked, slices.Clone(changes)
	if slices.ContainsFunc(steps, func(s entitlement.SeatStep) bool { return s.On == on }) {
		kind = entitlement.ContactEdited // the seats that were added that day changed nobody's
	}
	for _, r := range entitlement.Requests(steps) {
		switch before := r.On.Compare(on) < 0; {
		case r.On == on:
			kind = r.Kind
		case before && r.Kind.Counts() > 0 && !slices.Contains(changes, r.On):
			counted = append(counted, r.On)
		}
	}
	return kind, counted
}
