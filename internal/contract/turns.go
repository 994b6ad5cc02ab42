package contract

import (
	"slices"
	"strings"
	"time"

	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
)

// turn is an instant from which nothing but extended lifecycle support covers a system, or something else does again.
type turn struct {
	From time.Time
	Only bool
}

// keeping is an order that keeps something of a system, with its entry.
type keeping struct {
	entitlement.Term
	extended bool
	services []string
	at       time.Time
}

// extendedTurns are those of a system in their order, future ones too (4.7). What was entered after its first day counts
// from its entry.
func (s *Service) extendedTurns(tx *db.Tx, customer, system id.ID) (turns []turn, err error) {
	var all []keeping
	deployment := ""
	err = tx.Query(`SELECT s.deployment, x.kind, x.scope, x.from_date, x.to_date, x.recorded_at FROM order_exception x
		JOIN system s ON s.tenant_id = x.tenant_id AND s.id = x.system_id WHERE x.tenant_id = $1 AND x.system_id = $2 ORDER BY x.from_date, x.id`,
		[]any{customer, system}, func(scan func(...any) error) error {
			var k keeping
			var kind, scope string
			var from, to *string
			if err := scan(&deployment, &kind, &scope, &from, &to, db.Time(&k.at)); err != nil {
				return err
			}
			k.extended, k.services = kind == extendedKind, strings.Fields(scope)
			err := days(dayColumn{from, &k.From}, dayColumn{to, &k.To})
			all = append(all, k)
			return err
		})
	if err != nil || !slices.ContainsFunc(all, func(k keeping) bool { return k.extended }) {
		return nil, err
	}
	only := false
	for _, at := range s.turningPoints(all) {
		if now := s.onlyExtendedAt(deployment, all, at); now != only {
			turns, only = append(turns, turn{at, now}), now
		}
	}
	return turns, nil
}

// counts is from when an order counts, and until when: from its entry where that came after its first day.
func (s *Service) counts(k keeping) (from, to time.Time) {
	from = s.start(k.From)
	if k.at.After(from) {
		from = k.at
	}
	return from, s.start(k.To.AddDays(1))
}

// turningPoints are the instants at which something begins or has ended, in order.
func (s *Service) turningPoints(all []keeping) []time.Time {
	found := []time.Time{s.start(s.Policy.Now().OnPremEnd)}
	for _, k := range all {
		from, to := s.counts(k)
		found = append(found, from, to)
	}
	slices.SortFunc(found, time.Time.Compare)
	return found
}

func (s *Service) onlyExtendedAt(deployment string, all []keeping, at time.Time) bool {
	var kept []string
	begun := false
	for _, k := range all {
		from, to := s.counts(k)
		switch {
		case from.After(at):
		case k.extended:
			begun = true
		case at.Before(to):
			kept = append(kept, k.services...)
		}
	}
	return entitlement.OnlyExtended(s.Policy.Now(), deployment, kept, begun, s.today(at))
}

// onlyAt reports whether nothing but extended lifecycle support covers the system at an instant.
func onlyAt(turns []turn, at time.Time) (only bool) {
	for _, x := range turns {
		if !x.From.After(at) {
			only = x.Only
		}
	}
	return only
}

// underExtended puts the turns by an instant among the plans.
func underExtended(plans []PlanFrom, turns []turn, at time.Time) (all []PlanFrom) {
	if len(turns) == 0 {
		return plans
	}
	for _, p := range plans {
		p.Extended = onlyAt(turns, p.From)
		all = append(all, p)
	}
	for _, x := range turns {
		if x.From.After(at) {
			continue
		}
		for i, p := range slices.Backward(plans) {
			if p.From.Before(x.From) {
				all = append(all, PlanFrom{Plan: plans[i].Plan, Extended: x.Only, From: x.From})
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b PlanFrom) int { return a.From.Compare(b.From) })
	return all
}
