package contract_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
)

func TestSystemsOfOtherCustomersAreInvisible(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind, other := context.Background(), w.customer("nordwind"), w.customer("other")
		me := liaisonOf(nordwind, w.person(nordwind, access.Liaison))
		mine, foreign := w.system(nordwind, german("PRD-01")), w.system(other, german("PRD-01"))

		page, err := w.Systems(ctx, me, contract.Filter{})
		if err != nil || len(page.Items) != 1 || page.Items[0].ID != mine || page.Items[0].Customer != "nordwind" {
			t.Errorf("own list is %+v, %v", page, err)
		}
		page, err = w.Systems(ctx, me, contract.Filter{Customer: "other"})
		if err != nil || len(page.Items) != 0 {
			t.Errorf("the other customer's list is %+v, %v", page, err)
		}
		_, ofOther := w.System(ctx, me, foreign)
		_, ofNobody := w.System(ctx, me, id.New())
		for _, err := range []error{ofOther, ofNobody} {
			wantKind(t, err, errs.NotFound, "error.not_found")
		}
		if a, b := errs.As(ofOther), errs.As(ofNobody); fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("a foreign system answers %v, a missing one %v", a, b)
		}
		_, err = w.AddSubscription(ctx, seed(), nordwind, foreign, contract.Term{Plan: "elite", From: date("2026-01-01"), To: date("2026-12-31")})
		wantKind(t, err, errs.NotFound, "error.not_found")
		wantKind(t, w.Designate(ctx, seed(), nordwind, me.Person, foreign), errs.NotFound, "error.not_found")
	})
}

func TestStaffSeeAllSystemsAndOutsidersNone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind, other := context.Background(), w.customer("nordwind"), w.customer("other")
		mine := w.system(nordwind, german("PRD-01"))
		w.system(other, german("PRD-01"))
		page, err := w.Systems(ctx, engineer(), contract.Filter{})
		if err != nil || len(page.Items) != 2 {
			t.Errorf("staff see %+v, %v", page, err)
		}
		page, err = w.Systems(ctx, engineer(), contract.Filter{Customer: "nordwind"})
		if err != nil || len(page.Items) != 1 || page.Items[0].ID != mine {
			t.Errorf("staff see of nordwind %+v, %v", page, err)
		}
		outsider := access.Actor{Person: id.New(), Role: access.Outsider}
		page, err = w.Systems(ctx, outsider, contract.Filter{})
		if err != nil || page.Items == nil || len(page.Items) != 0 {
			t.Errorf("an outsider sees %+v, %v", page, err)
		}
		_, err = w.System(ctx, outsider, mine)
		wantKind(t, err, errs.NotFound, "error.not_found")
		if _, err = w.Systems(ctx, access.Actor{}, contract.Filter{}); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("nobody gets %v", err)
		}
	})
}

func TestPagesShowEverySystemOnceInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var want []string
		for _, key := range []string{"b-customer", "a-customer"} {
			c := w.customer(key)
			for _, n := range []string{"z", "A", "PRD-02", "PRD-01", "中文", "a"} {
				w.system(c, german(n))
				want = append(want, key+" "+n)
			}
		}
		slices.Sort(want)
		for _, limit := range []int{0, 1, 5, 12} {
			var got []string
			for cursor, pages := "", 0; pages < 20; pages++ {
				page, err := w.Systems(context.Background(), engineer(), contract.Filter{Cursor: cursor, Limit: limit})
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range page.Items {
					got = append(got, s.Customer+" "+s.Name)
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("limit %d: %v, want %v", limit, got, want)
			}
		}
	})
}

func TestASystemIsFoundByAnyLetters(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c := w.customer("nordwind")
		w.system(c, german("ÜBER 01"))
		w.system(c, german("生产环境 B"))
		for text, want := range map[string]int{"ÜBER": 1, "Über 01": 1, "生产环境": 1, "b 生产": 1, "UBER": 0, "server": 2} {
			page, err := w.Systems(context.Background(), engineer(), contract.Filter{Text: text})
			if err != nil || len(page.Items) != want {
				t.Errorf("%q finds %d systems, %v; want %d", text, len(page.Items), err, want)
			}
		}
	})
}

func TestBadCursorsAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind, other := w.customer("nordwind"), w.customer("other")
		me := liaisonOf(nordwind, w.person(nordwind, access.Liaison))
		foreign := slices.Concat(other[:], make([]byte, 16))
		for _, cursor := range []string{"x", "é", base64.RawURLEncoding.EncodeToString(foreign), base64.RawURLEncoding.EncodeToString(foreign[:31])} {
			_, err := w.Systems(context.Background(), me, contract.Filter{Cursor: cursor})
			wantKind(t, err, errs.Malformed, "error.bad_cursor")
		}
	})
}

func TestSystemShowsPlanOfTheDayAndItsEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		system := w.system(nordwind, german("PRD-01"))
		old := german("OLD-01")
		old.Version = "2022.3"
		w.term(nordwind, system, "standard", "2026-01-01", "2026-06-30")
		w.term(nordwind, system, "elite", "2026-07-01", "2026-12-31")
		for _, tt := range []struct{ at, plan string }{
			{"2025-12-31 23:59", ""}, {"2026-01-01 00:00", "standard"}, {"2026-06-30 23:59", "standard"},
			{"2026-07-01 00:00", "elite"}, {"2027-01-01 00:00", ""},
		} {
			w.clk.Set(newYork(tt.at))
			if s, err := w.System(ctx, engineer(), system); err != nil || s.Plan != tt.plan {
				t.Errorf("%s: plan %q, %v, want %q", tt.at, s.Plan, err, tt.plan)
			}
		}
		s, err := w.System(ctx, engineer(), w.system(nordwind, old))
		if err != nil || s.SupportedUntil != date("2025-05-01") {
			t.Errorf("an update is supported until %s, %v, not until its platform release is", s.SupportedUntil, err)
		}
	})
}

func TestOnPremisesSystemsWarnUnlessAnOrderCarriesThem(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		cloud := german("CLOUD")
		cloud.Deployment = contract.Cloud
		carried, partly, bare := w.system(nordwind, german("A")), w.system(nordwind, german("B")), w.system(nordwind, german("C"))
		for system, scope := range map[id.ID]string{carried: contract.ScopeFull, partly: "technical_assistance"} {
			e := contract.Exception{Document: "O-1", Scope: scope, From: date("2026-06-01"), To: date("2027-12-31")}
			if _, err := w.AddException(ctx, seed(), nordwind, system, e); err != nil {
				t.Fatal(err)
			}
		}
		for system, want := range map[id.ID]bool{carried: false, partly: true, bare: true, w.system(nordwind, cloud): false} {
			s, err := w.System(ctx, engineer(), system)
			if err != nil || s.OnPremEnds.IsZero() == want {
				t.Errorf("%s ends on %s, %v; want an end: %v", s.Name, s.OnPremEnds, err, want)
			}
		}
		w.clk.Set(newYork("2028-01-01 00:00"))
		if s, err := w.System(ctx, engineer(), carried); err != nil || s.OnPremEnds != w.Policy.Now().OnPremEnd {
			t.Errorf("after the exception: %s, %v", s.OnPremEnds, err)
		}
	})
}

func TestSystemHasTheFieldsOfTheContract(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(contract.System{ID: id.New(), Environments: []string{"production"}})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(b, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id", "name", "customer", "plan", "country", "calendar", "deployment", "product", "version", "environments"} {
		if _, ok := fields[name]; !ok {
			t.Errorf("%s has no field %s", b, name)
		}
	}
	if _, ok := fields["supportedUntil"]; ok {
		t.Errorf("%s shows a day that is not known", b)
	}
}
