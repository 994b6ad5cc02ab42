package examples

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"liaison/internal/policy"
	"liaison/internal/sla"
)

// caseClocks computes what the clocks of a case said at a decision, from the facts that were stored with it.
func caseClocks(pack *policy.Pack, inputs []byte) (answer, error) {
	var s sla.Standing
	if err := json.Unmarshal(inputs, &s.Inputs); err != nil {
		return answer{}, err
	}
	if n := len(s.Inputs.Editions); n > 1 {
		return answer{}, fmt.Errorf("the decision rests on %d editions of the policy: replay it where they are, with `liaison case explain NUMBER --replay`", n)
	}
	now, err := sla.StandingOf(pack, s.Inputs.Facts, s.Inputs.At)
	return answer{clause: now.Clause, values: now.Answer}, err
}

// merged is a case that goes into another one.
func merged(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Survivor filing
		Merged   filing
		MergedAt time.Time  `json:"merged_at"`
		Answered *time.Time `json:"answered_at"` // in the survivor
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	into, gone := begin(pack, in.Survivor), begin(pack, in.Merged)
	if into.err != nil || gone.err != nil {
		return answer{}, errors.Join(into.err, gone.err)
	}
	owed, owes, err := sla.Owed(pack, gone.events, in.MergedAt)
	if err != nil {
		return answer{}, err
	}
	if owes {
		into.then(in.MergedAt, owed)
	}
	gone.then(in.MergedAt, sla.Event{Kind: sla.Merged})
	at := in.MergedAt
	if in.Answered != nil {
		at = *in.Answered
		into.then(at, sla.Event{Kind: sla.Answered})
		gone.then(at, sla.Event{Kind: sla.Answered})
	}
	a, b := into.clock(sla.InitialResponse, at), gone.clock(sla.InitialResponse, at)
	out, err := into.answer(a, map[string]any{"survivor_state": string(a.State), "merged_due": orNever(b.DueAt), "merged_state": string(b.State)})
	if err == nil {
		err = gone.err
	}
	return out, err
}

// split is a message that becomes a case of its own: received when the message was.
func split(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Case    filing
		Message time.Time `json:"message_received_at"`
		Split   time.Time `json:"split_at"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	old := begin(pack, in.Case)
	before := old.clock(sla.InitialResponse, in.Split)
	made := in.Case
	made.FiledAt = in.Message
	s := begin(pack, made)
	c := s.clock(sla.InitialResponse, in.Split)
	return s.answer(c, map[string]any{"state": string(c.State), "case_due": orNever(before.DueAt)})
}

// waived is a first response that was given late, and what a waiver changes of that.
func waived(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		filing
		Answered time.Time `json:"answered_at"`
		Waived   time.Time `json:"waived_at"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	s := begin(pack, in.filing)
	s.then(in.Answered, sla.Event{Kind: sla.Answered})
	missed := s.clock(sla.InitialResponse, in.Waived)
	if !missed.BreachedAt.IsZero() {
		s.then(in.Waived, sla.Event{Kind: sla.Waived, Deadline: sla.InitialResponse, Due: missed.BreachedAt.UnixMicro()})
	}
	c := s.clock(sla.InitialResponse, in.Waived)
	return s.answer(c, map[string]any{"state": string(c.State), "breached_at": orNever(c.BreachedAt), "waived_at": orNever(c.WaivedAt)})
}
