package entitlement_test

import (
	"math/rand/v2"
	"testing"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
)

func TestTheRoomThatIsShownIsWhatAnOrderGets(t *testing.T) {
	p := pack(t)
	term := func(from, to string) entitlement.Term {
		return entitlement.Term{From: day(t, from), To: day(t, to)}
	}
	for _, c := range []struct {
		earlier     []entitlement.Term
		first, last string
		months      int
	}{
		{nil, "2027-01-01", "2028-12-31", 24},
		{[]entitlement.Term{term("2027-01-01", "2027-12-31")}, "2028-01-01", "2028-12-31", 12},
		{[]entitlement.Term{term("2028-01-01", "2028-12-31")}, "2027-01-01", "2027-12-31", 12},
		{[]entitlement.Term{term("2027-01-01", "2027-03-31"), term("2027-04-01", "2027-06-30"), term("2027-08-15", "2027-08-31")}, "2027-07-01", "2027-08-14", 1},
		{[]entitlement.Term{term("2027-01-01", "2028-12-31")}, "0000-00-00", "0000-00-00", 0},
	} {
		r := entitlement.RoomForExtended(p, c.earlier)
		if r.Months != c.months || c.months > 0 && (r.First.String() != c.first || r.LastEnd.String() != c.last) || c.months == 0 && !r.First.IsZero() {
			t.Errorf("beside %v there is room %+v, want %s to %s, %d months", c.earlier, r, c.first, c.last, c.months)
		}
	}
	random := rand.New(rand.NewPCG(4, 7))
	for range 2000 { // the rule of orders takes the window that is shown, and none that is a day longer or begins a day earlier
		var earlier []entitlement.Term
		for range random.IntN(4) {
			from := day(t, "2027-01-01").AddDays(random.IntN(700))
			w := entitlement.Term{From: from, To: from.AddDays(random.IntN(30))}
			if len(entitlement.OrderExtended(p, entitlement.ExtendedOrderOf(p, "on_prem", w, earlier))) == 0 {
				earlier = append(earlier, w)
			}
		}
		r := entitlement.RoomForExtended(p, earlier)
		ok := func(from, to calendar.Date) bool {
			return len(entitlement.OrderExtended(p, entitlement.ExtendedOrderOf(p, "on_prem", entitlement.Term{From: from, To: to}, earlier))) == 0
		}
		if !ok(r.First, r.LastEnd) || ok(r.First, r.LastEnd.AddDays(1)) || ok(r.First.AddDays(-1), r.First.AddDays(-1)) {
			t.Fatalf("beside %v the room is %+v", earlier, r)
		}
	}
}
