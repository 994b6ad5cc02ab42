package cases

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/sla"
)

// decided is the name in a journal line under which it keeps what the clocks said, with all that this followed from.
const decided = "decision"

// isDecided reports whether a kind of line is a decision about clocks: they are stored so that they can be replayed.
func isDecided(kind string) bool {
	switch kind {
	case "status.changed", "priority.changed", "priority.requested", "plan.changed", "case.suspended", "case.reinstated", "case.corrected",
		"clock.waived", "case.merged", "case.joined":
		return true
	}
	return false
}

// decide puts the standing of c's clocks into the data of a line, where the line is a decision about them.
func (s *Service) decide(c *Case, kind string, data map[string]any, now time.Time) error {
	if !isDecided(kind) {
		return nil
	}
	c.stamp(now)
	standing, err := sla.StandingOf(s.Policy, c.Facts, now)
	data[decided] = standing.After(c.decidedFacts)
	c.decidedFacts = len(c.Facts)
	return err
}

// Replayed is a stored decision of a case beside what comes out now.
type Replayed struct {
	Seq    int64          `json:"seq"`
	At     time.Time      `json:"at"`
	Kind   string         `json:"kind"`
	Same   bool           `json:"same"`
	Stored map[string]any `json:"stored"`
	Now    map[string]any `json:"now"`
}

// Replay computes every stored decision about the clocks of a case again, from nothing but what was stored with it and
// the editions of the policy that were known then. Only the program itself may: it is for its operator.
func (s *Service) Replay(ctx context.Context, a access.Actor, number string) (out []Replayed, err error) {
	defer errs.Wrap(&err, "cases.Replay(%s)", number)
	if !a.System {
		return nil, errs.New(errs.Refused, "error.forbidden")
	}
	err = s.DB.View(ctx, db.ForSystem("cases.explain"), func(tx *db.Tx) error {
		tenant, of, err := locate(tx, number)
		if err != nil {
			return err
		}
		out, err = s.replay(tx, tenant, of)
		return err
	})
	return out, err
}

func (s *Service) replay(tx *db.Tx, tenant, of id.ID) (out []Replayed, err error) {
	all := []journal.Visibility{journal.Customer, journal.Staff, journal.System}
	var facts []sla.Event // of the decision before
	for after, more := int64(0), true; more; {
		lines, err := journal.OfSubject(tx, tenant, of, after, MaxPage, all)
		if err != nil {
			return nil, err
		}
		more = len(lines) == MaxPage
		for _, l := range lines {
			after = l.Seq
			var data struct {
				Decision *sla.Standing `json:"decision"`
			}
			if !isDecided(l.Kind) {
				continue
			}
			if err := json.Unmarshal(l.Data, &data); err != nil || data.Decision == nil {
				continue // of before they were stored
			}
			if *data.Decision, err = data.Decision.Whole(facts); err != nil {
				return nil, err
			}
			facts = data.Decision.Inputs.Facts
			again, err := data.Decision.Again(s.Policy)
			if err != nil {
				return nil, err
			}
			out = append(out, Replayed{Seq: l.Seq, At: l.At, Kind: l.Kind, Stored: data.Decision.Answer, Now: again.Answer,
				Same: reflect.DeepEqual(plainly(data.Decision), plainly(&again))})
		}
	}
	return out, nil
}

// plainly is a standing as JSON has it.
func plainly(s *sla.Standing) (out map[string]any) {
	b, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic(err) // codes and instants only
	}
	return out
}
