package examples

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// reason is the code of a refusal, null for a yes.
func reason(d errs.Decision) any {
	if d.Allowed {
		return nil
	}
	return d.Code
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orNullDay(d calendar.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.String()
}

// verdict is what a list of reasons says, with the place in the policy of the first one.
func verdict(clause string, reasons []errs.Decision) answer {
	codes := make([]string, len(reasons))
	for i, d := range reasons {
		codes[i] = d.Code
	}
	return answer{clause: clause, values: map[string]any{"valid": len(reasons) == 0, "errors": codes}}
}

// span is a term as examples write it.
type span struct{ Start, End calendar.Date }

func (s span) term() entitlement.Term { return entitlement.Term{From: s.Start, To: s.End} }

func extendedOrder(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		span
		SKU, Deployment string
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	got := verdict("4.7", entitlement.OrderExtended(pack, entitlement.ExtendedOrder{SKU: in.SKU, Deployment: in.Deployment, Term: in.term()}))
	got.values["days"] = in.term().Days()
	return got, nil
}

func extendedRenewal(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct{ Current, Requested span }
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	return verdict("4.7", entitlement.RenewExtended(pack, in.Current.term(), in.Requested.term())), nil
}

func extendedScope(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Entitlement *string
		Requests    []string
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	var kept entitlement.Kept
	switch name := fromNull(in.Entitlement); name {
	case "els", "extended_lifecycle_support":
		kept.Extended = true
	case "order_exception", "exception", "full", "full_support", "order_exception_full", "exception_full":
		kept.Exception = []string{entitlement.ServiceAll}
	case "", "none", "no_els":
	default:
		if _, ok := pack.Plan(name); !ok { // a plan alone keeps nothing
			return answer{}, fmt.Errorf("unknown entitlement %q", name)
		}
	}
	got := answer{clause: "4.7", values: map[string]any{}}
	for _, service := range in.Requests {
		if !slices.Contains(policy.Services(), service) {
			return answer{}, fmt.Errorf("unknown service %q", service)
		}
		got.values[service] = entitlement.Delivers(pack, kept, service, pack.OnPremEnd).Allowed
	}
	return got, nil
}

func fromNull(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func renewal(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Licensed, Renew []string
		Plans           map[string]string
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	if without := entitlement.WithoutPlan(pack, in.Plans); len(without) > 0 {
		return answer{}, fmt.Errorf("%s: the pack has no such plan", strings.Join(without, ", "))
	}
	diff, d := entitlement.CompareRenewal(pack, entitlement.Running{Products: in.Licensed}, entitlement.Renewed{Products: in.Renew})
	return answer{clause: d.Clause, values: map[string]any{"valid": d.Allowed, "missing": diff.Products}}, nil
}

func seatOrQuota(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Action        string
		Plan          string
		Active        int
		Extra         int             `json:"extra_seats"`
		Extended      bool            `json:"extended_support"` // nothing else covers the system
		ContractStart *calendar.Date  `json:"contract_start"`
		Changes       []calendar.Date `json:"changes"`
		Events        [][]string      `json:"events"`
		On            calendar.Date   `json:"request_date"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	if in.ContractStart == nil {
		return seat(pack, in.Action, entitlement.SeatFacts{Plan: in.Plan, Extended: in.Extended, Extra: in.Extra, Active: in.Active})
	}
	f := entitlement.ChangeFacts{ContractStart: *in.ContractStart, Counted: in.Changes, Kind: entitlement.Replacement, On: in.On}
	if in.Action != "" {
		kind, err := changeOf(in.Action)
		if err != nil {
			return answer{}, err
		}
		f.Kind = kind
	}
	if in.Events != nil {
		steps, err := seatSteps(in.Events, in.On)
		if err != nil {
			return answer{}, err
		}
		f.Kind, f.Counted = replay(steps, in.Changes, f.Kind, in.On)
	}
	b, d := entitlement.MayChange(pack, f)
	return answer{clause: d.Clause, values: map[string]any{"allowed": d.Allowed, "reason": reason(d), "used_before": b.Used, "counts_as": b.CountsAs,
		"counts_as_change": b.CountsAs > 0, "remaining_after": b.Remaining, "next_available": orNullDay(b.Next),
		"year_window": []string{b.Year.From.String(), b.Year.To.String()}}}, nil
}

// seat answers what is asked about the seats of one system.
func seat(pack *policy.Pack, action string, f entitlement.SeatFacts) (answer, error) {
	if _, ok := pack.Plan(f.Plan); !ok {
		return answer{}, fmt.Errorf("the pack has no plan %q", f.Plan)
	}
	var d errs.Decision
	kind, err := changeOf(action)
	switch {
	case err != nil:
		return answer{}, err
	case kind == entitlement.NewSeatFilled || kind == entitlement.VacatedFilled:
		d = entitlement.DesignateNew(pack, f)
	case kind == entitlement.Replacement:
		d = entitlement.Replace(pack, f)
	default: // takes no seat
		d = errs.Decision{Allowed: true, Clause: "1.1"}
	}
	return answer{clause: d.Clause, values: map[string]any{"allowed": d.Allowed, "reason": reason(d), "counts_as": kind.Counts(),
		"counts_as_change": kind.Counts() > 0, "seats": entitlement.Seats(pack, f)}}, nil
}

func liaisonTransfer(_ *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Old, New, Departed string
		Successor          *string
		Cases              []struct {
			ID, State, Owner string
			Due              *time.Time
		}
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	states, values := map[string]string{}, map[string]any{}
	owned := make([]entitlement.OwnedCase, len(in.Cases))
	for i, c := range in.Cases {
		if !slices.Contains([]string{"open", "waiting_customer", "waiting_third_party", "development", "resolved", "closed", "suspended"}, c.State) {
			return answer{}, errors.New("unknown state " + c.State)
		}
		states[c.ID], values[c.ID+"_due"] = c.State, nil
		if c.Due != nil { // no rule looks at it: the clocks stay as they are
			values[c.ID+"_due"] = *c.Due
		}
		owned[i] = entitlement.OwnedCase{ID: c.ID, Owner: c.Owner, Closed: c.State == "closed"}
	}
	old, successor := in.Old, in.New
	if in.Departed != "" {
		old, successor = in.Departed, fromNull(in.Successor)
	}
	h := entitlement.HandCasesOver(owned, old, successor)
	if h.Enrolled == nil {
		h.Enrolled = []string{}
	}
	values["owners"], values["announcements_enrolled"], values["states"] = h.Owner, h.Enrolled, states
	values["flag"], values["staff_may_close"] = orNull(h.Flag), h.MayClose
	return answer{clause: "1.1", values: values}, nil
}
