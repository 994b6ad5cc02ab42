package inbound

import (
	"context"

	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/mailmsg"
)

// followUp makes a new case of a reply that came too late to reopen the case it is about, on the same system. It is a case of
// its own, acknowledged and with clocks: a machine's reply waits for a person, and so does what looks like a loop (L03).
func (s *Service) followUp(ctx context.Context, r *receipt) error {
	if r.msg.Nature != mailmsg.Human {
		r.out.state, r.out.reason, r.out.act, r.out.answer = StateHeld, CaseClosed, none, ""
		return s.keep(ctx, r)
	}
	loops, err := s.loops(ctx, r)
	if err != nil {
		return err
	}
	if loops {
		r.out.state, r.out.reason, r.out.act, r.out.answer = StateHeld, LoopSuspected, none, ""
		return s.keep(ctx, r)
	}
	before, err := s.Cases.Get(ctx, r.out.as, r.facts.on.number)
	if err != nil {
		if !lasting(err) {
			return err
		}
		r.out.state, r.out.reason, r.out.act, r.out.answer = StateHeld, NotTaken, none, AnswerByHand
		return s.keep(ctx, r)
	}
	r.follows = before.Number
	r.out.state, r.out.act = StateCase, register
	return s.registerOn(ctx, r, contract.Default{System: before.System, Product: before.Product, Version: before.Release, Environment: before.Environment})
}

// loops reports whether the sender's mails have made so many cases lately that this one is taken for a machine's.
func (s *Service) loops(ctx context.Context, r *receipt) (loops bool, err error) {
	f := r.facts
	err = s.DB.View(ctx, db.ForTenant(r.out.customer), func(tx *db.Tx) (err error) {
		f.recent, err = recentCases(tx, r.msg.From.Addr, tx.Now().Add(-loopWithin))
		return err
	})
	return err == nil && f.looping(), err
}

// following is the line at the head of a case that goes on with a closed one.
func (s *Service) following(number, lang string) string {
	if number == "" {
		return ""
	}
	return s.sentence(lang, "intake.follows", map[string]any{"number": number}) + "\n\n"
}
