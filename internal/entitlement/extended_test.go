package entitlement_test

import (
	"slices"
	"testing"

	"liaison/internal/entitlement"
	"liaison/internal/policy"
)

func codes(t *testing.T, p *policy.Pack, window [2]string, earlier ...[2]string) (all []string) {
	t.Helper()
	term := func(w [2]string) entitlement.Term { return entitlement.Term{From: day(t, w[0]), To: day(t, w[1])} }
	o := entitlement.ExtendedOrder{SKU: p.Extended.SKUs[0], Deployment: policy.OnPrem, Term: term(window)}
	for _, w := range earlier {
		o.Earlier = append(o.Earlier, term(w))
	}
	for _, d := range entitlement.OrderExtended(p, o) {
		all = append(all, d.Code)
	}
	return all
}

// 2027 and 2028 have 731 days. However they are cut into windows, and in whatever order they are ordered, they are the
// 24 months; a day more is not.
func TestWindowsInPiecesAreAsLongAsOne(t *testing.T) {
	t.Parallel()
	p := pack(t)
	first, last := day(t, "2027-01-01"), day(t, "2028-12-31")
	for cut := first; cut.Compare(last) < 0; cut = cut.AddDays(7) {
		a, b := [2]string{first.String(), cut.String()}, [2]string{cut.AddDays(1).String(), last.String()}
		if got := codes(t, p, b, a); got != nil {
			t.Errorf("%v after %v: %v", b, a, got)
		}
		if got := codes(t, p, a, b); got != nil {
			t.Errorf("%v before %v: %v", a, b, got)
		}
	}
	for _, c := range []struct {
		name    string
		window  [2]string
		earlier [][2]string
		want    []string
	}{
		{"all in one", [2]string{"2027-01-01", "2028-12-31"}, nil, nil},
		{"three pieces", [2]string{"2027-04-01", "2028-02-29"}, [][2]string{{"2028-03-01", "2028-12-31"}, {"2027-01-01", "2027-03-31"}}, nil},
		{"a day twice", [2]string{"2027-03-01", "2028-12-31"}, [][2]string{{"2027-01-01", "2027-03-01"}}, []string{"longer_than_24_months", entitlement.OverlapsWindow}},
	} {
		if got := codes(t, p, c.window, c.earlier...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// A way that nobody has is refused by the clause of the ways; one that only restricted customers lack, by theirs.
func TestTheWayToRegisterIsRefusedByItsClause(t *testing.T) {
	t.Parallel()
	p := pack(t)
	for _, c := range []struct {
		channel             string
		restricted          bool
		clause, requirement string
	}{
		{"fax", false, "3.2", "R3.2-01"}, {"fax", true, "3.2", "R3.2-01"}, {policy.ChannelEmail, true, "7.1", "R7.1-01"},
	} {
		f := fine(t)
		f.Channel, f.Restricted = c.channel, c.restricted
		if d := entitlement.Register(p, f, instant(t, noon)); d.Code != entitlement.UsePortalOrPhone || d.Clause != c.clause || d.Requirement != c.requirement {
			t.Errorf("%+v: %+v", c, d)
		}
	}
}

func TestAPatchThatIsNotCriticalNeedsApproval(t *testing.T) {
	t.Parallel()
	for priority, needs := range map[string]bool{"P1": false, "P2": false, "P3": true, "P4": true} {
		d := entitlement.RequestPatch(pack(t), entitlement.PatchFacts{Production: true, Priority: priority}, day(t, "2026-11-22"))
		if !d.Allowed || d.Code != entitlement.PatchPending || d.Inputs["needs_approval"] != needs {
			t.Errorf("%s: %+v", priority, d)
		}
	}
}

// A seat whose term is over takes nobody new, and one that is known to have been left counts whoever left it.
func TestEndedAndRefilledSeats(t *testing.T) {
	t.Parallel()
	on := day(t, "2026-11-20")
	for _, c := range []struct {
		steps []entitlement.StepKind
		want  entitlement.ChangeKind
	}{
		{[]entitlement.StepKind{entitlement.StepRemoved, entitlement.StepAdded, entitlement.StepDesignated}, entitlement.NewSeatFilled},
		{[]entitlement.StepKind{entitlement.StepRemoved, entitlement.StepAdded, entitlement.StepEnded, entitlement.StepDesignated}, entitlement.VacatedFilled},
		{[]entitlement.StepKind{entitlement.StepEnded, entitlement.StepAdded, entitlement.StepDesignated}, entitlement.NewSeatFilled},
		{[]entitlement.StepKind{entitlement.StepRefilled}, entitlement.VacatedFilled},
		{[]entitlement.StepKind{entitlement.StepRemoved, entitlement.StepRefilled, entitlement.StepDesignated}, entitlement.NewSeatFilled},
	} {
		var steps []entitlement.SeatStep
		for i, kind := range c.steps {
			steps = append(steps, entitlement.SeatStep{Request: string(rune('a' + i)), On: on.AddDays(i), Kind: kind})
		}
		all := entitlement.Requests(steps)
		if len(all) == 0 || all[len(all)-1].Kind != c.want {
			t.Errorf("%v: %v, want %s", c.steps, all, c.want)
		}
	}
}
