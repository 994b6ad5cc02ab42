package sla

import (
	"slices"
	"time"

	"liaison/internal/policy"
)

// KindOfStanding names the stored form of what the clocks of a case said at a decision.
const KindOfStanding = "case_clocks"

// Standing is what the clocks of a case said when something was decided, with all that it followed from: codes and
// instants only. Computing it again gives the same answer, whatever happened or was published since.
type Standing struct {
	Kind    string         `json:"kind"`
	Inputs  StandingInputs `json:"inputs"`
	Answer  map[string]any `json:"answer"`
	Clause  string         `json:"clause"`
	Edition string         `json:"edition"` // in force at that instant
}

// StandingInputs is what a standing follows from.
type StandingInputs struct {
	After    int       `json:"after,omitempty"` // so many facts of the standing before stand in front; 0: Facts are all
	Facts    []Event   `json:"facts"`
	At       time.Time `json:"at"`
	Editions []string  `json:"editions,omitempty"` // of the policy that were known, the oldest first; none for a pack alone
}

// StandingOf gives the standing of a case at an instant. The error is Internal.
func StandingOf(of policy.Editions, events []Event, at time.Time) (s Standing, err error) {
	book := of.Book()
	all := book.Editions()
	s = Standing{Kind: KindOfStanding, Inputs: StandingInputs{Facts: events, At: at.UTC()}, Clause: clauseTargets, Edition: book.At(at).Edition}
	for _, e := range all {
		s.Inputs.Editions = append(s.Inputs.Editions, e.Pack.Edition)
	}
	s.Answer, err = standing(editionsOf(book), events, at)
	return s, err
}

// After is the form of a standing that is stored after another one of the same case, which has its first facts.
func (s Standing) After(known int) Standing {
	s.Inputs.After, s.Inputs.Facts = known, s.Inputs.Facts[known:]
	return s
}

// Whole undoes After: before are the facts of the standing before. The error is Invalid where those are too few.
func (s Standing) Whole(before []Event) (Standing, error) {
	if s.Inputs.After > len(before) {
		return Standing{}, broken("the standing rests on %d facts before it, there are %d", s.Inputs.After, len(before))
	}
	s.Inputs.Facts = slices.Concat(before[:s.Inputs.After], s.Inputs.Facts)
	s.Inputs.After = 0
	return s, nil
}

// Again computes a standing anew with the editions that were known then, those since withdrawn too. The error is Invalid
// where the book has never had them.
func (s Standing) Again(of policy.Editions) (Standing, error) {
	book := of.Book().First(1)
	if names := s.Inputs.Editions; len(names) > 0 {
		was, ok := of.Book().Of(names)
		if !ok {
			return Standing{}, broken("the standing rests on the editions %q, which the policy has never had together", names)
		}
		book = was
	}
	again, err := StandingOf(book, s.Inputs.Facts, s.Inputs.At)
	again.Inputs = s.Inputs
	return again, err
}

func standing(editions []edition, events []Event, at time.Time) (map[string]any, error) {
	r, err := evaluate(editions, events, at, false)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for _, c := range r.Clocks {
		one := map[string]any{"clock": c.Clock, "state": string(c.State), "clause": c.Clause}
		for name, t := range map[string]time.Time{"due": c.DueAt, "met": c.MetAt, "breached": c.BreachedAt, "waived": c.WaivedAt} {
			if !t.IsZero() {
				one[name] = t.Format(time.RFC3339Nano)
			}
		}
		out[string(c.Deadline)] = one
	}
	return out, nil
}
