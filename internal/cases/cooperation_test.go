package cases_test

import (
	"sync"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

func (w *world) plan(a access.Actor, number string) cases.CustomerSidePlan {
	w.t.Helper()
	p, err := w.CustomerPlan(w.t.Context(), a, number)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func named(who id.ID) cases.Contact { return cases.Contact{Party: cases.Party{ID: who}} }

func TestACustomerNamesATeamAndWhenItCanBeReached(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		other := w.shop(shopSpec{key: "lakeshore", country: "US", plan: "standard"})
		w.at("2026-11-16T10:00:00-05:00")
		c := w.register(s, 1)
		set := func(a access.Actor, etag string, team ...cases.TeamMember) error {
			_, err := w.SetTeam(t.Context(), a, c.Number, etag, team)
			return err
		}
		lead, admin := cases.TeamMember{Who: named(s.liaison.Person), Role: "lead"}, cases.TeamMember{Who: named(s.member.Person), Role: "system_administrator"}
		before := w.plan(s.liaison, c.Number)
		if len(before.People) != 2 || len(before.Team) != 0 {
			t.Fatalf("before: %+v", before)
		}
		for name, err := range map[string]error{
			"of another customer": set(s.liaison, "*", cases.TeamMember{Who: named(other.liaison.Person), Role: "lead"}), "support": set(eva, "*", cases.TeamMember{Who: named(eva.Person), Role: "lead"}),
			"twice": set(s.liaison, "*", lead, lead), "no role": set(s.liaison, "*", cases.TeamMember{Who: named(s.liaison.Person)}), "no such role": set(s.liaison, "*", cases.TeamMember{Who: named(s.liaison.Person), Role: "king"}),
		} {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := set(other.liaison, "*", lead); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another customer's liaison: %v", err)
		}
		if err := set(s.liaison, before.TeamETag, lead, admin); err != nil {
			t.Fatal(err)
		}
		if err := set(eva, before.TeamETag, lead); errs.KindOf(err) != errs.Stale {
			t.Errorf("of an older version: %v", err)
		}
		days := cases.ContactTime{Who: named(s.member.Person), Way: "email", First: calendar.Date{Year: 2026, Month: 11, Day: 16}, Last: calendar.Date{Year: 2026, Month: 11, Day: 18},
			Hours: calendar.Window{Open: 9 * 60, Close: 18 * 60}, Zone: "Europe/Berlin"}
		night := cases.ContactTime{Who: named(s.liaison.Person), Way: "email", From: w.clk.Now().Add(8 * time.Hour), To: w.clk.Now().Add(10 * time.Hour)}
		times := func(a access.Actor, list ...cases.ContactTime) error {
			_, err := w.SetContactTimes(t.Context(), a, c.Number, "*", list)
			return err
		}
		phone, zoneless := days, days
		phone.Way, zoneless.Zone = "phone", "Mars/Base"
		for name, list := range map[string][]cases.ContactTime{"a telephone that nobody has": {phone}, "no zone": {night, zoneless}, "nothing": {{Who: named(s.member.Person), Way: "email"}}} {
			if err := times(eva, list...); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := times(eva, days, night); err != nil {
			t.Fatal(err)
		}
		got := w.plan(eva, c.Number) // 16:00 in Berlin
		if len(got.Team) != 2 || got.Team[1].Role != "system_administrator" || len(got.Times) != 2 || len(got.Now) != 1 || got.Now[0].Who.ID != s.member.Person ||
			!got.Now[0].To.Equal(time.Date(2026, 11, 16, 17, 0, 0, 0, time.UTC)) || got.Next == nil || got.Next.Who.ID != s.liaison.Person || got.Times[0].Zone != "Europe/Berlin" {
			t.Errorf("agreed: %+v", got)
		}
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE access_grant SET ended_at = $3 WHERE tenant_id = $1 AND person_id = $2`, s.customer, s.member.Person, tx.Now())
		})
		if got := w.plan(eva, c.Number); len(got.Now) != 0 || !got.Team[1].Who.Left || len(got.People) != 1 {
			t.Errorf("somebody who has left can be reached: %+v", got.Now)
		}
		n, last := w.lines(s.liaison, c.Number)
		if n["case_team.changed"] != 1 || n["contact_schedule.changed"] != 1 || last["case_team.changed"].Clause != "3.3" {
			t.Errorf("the history: %v", n)
		}
	})
}

func TestPeopleAreAgreedOnWhileACaseIsUrgentAndGoOnWithIt(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		first, second := two(w, s)
		w.change(eva, first.Number, cases.Change{Priority: 2, Reason: "More people."})
		lead, admin := cases.TeamMember{Who: named(s.liaison.Person), Role: "lead"}, cases.TeamMember{Who: named(s.member.Person), Role: "network"}
		span := cases.ContactTime{Who: named(s.member.Person), Way: "email", From: w.clk.Now(), To: w.clk.Now().AddDate(0, 0, 1)}
		set := func(number string, team ...cases.TeamMember) error {
			_, err := w.SetTeam(t.Context(), eva, number, "*", team)
			return err
		}
		if err := set(first.Number, lead); err != nil {
			t.Fatal(err)
		}
		if err := set(second.Number, cases.TeamMember{Who: lead.Who, Role: "database"}, admin); err != nil {
			t.Fatal(err)
		}
		if _, err := w.SetContactTimes(t.Context(), eva, second.Number, "*", []cases.ContactTime{span}); err != nil {
			t.Fatal(err)
		}
		w.merge(eva, second.Number, first.Number)
		got := w.plan(s.liaison, second.Number)
		if got.Number != first.Number || len(got.Team) != 2 || got.Team[0].Role != "lead" || len(got.Now) != 1 {
			t.Errorf("both of the merged cases: %+v", got)
		}
		w.change(eva, first.Number, cases.Change{Priority: 4, Reason: "It is a question."})
		wantRefusal(t, set(first.Number, cases.TeamMember{Who: lead.Who, Role: "other"}), "cooperation_urgent_only", "3.3")
		if got := w.plan(s.liaison, first.Number); len(got.Team) != 2 {
			t.Error("what was agreed on is gone")
		}
		if err := set(first.Number, admin); err != nil || len(w.plan(eva, first.Number).Team) != 1 {
			t.Errorf("taking one out: %v", err)
		}
		wantRefusal(t, set(first.Number, lead, admin), "cooperation_urgent_only", "3.3")
		if err := set(first.Number); err != nil || len(w.plan(eva, first.Number).Team) != 0 {
			t.Errorf("taking everybody out: %v", err)
		}
	})
}

func TestTimesAreTakenOutOneByOneOnAnyCase(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		c := w.register(s, 1)
		phone := func(number string) {
			w.rows(func(tx *db.Tx) error {
				return tx.Buffer(`UPDATE person SET phone = $2 WHERE id = $1`, s.liaison.Person, number)
			})
		}
		phone("+1 555 0100")
		day := cases.ContactTime{Who: named(s.liaison.Person), Way: "phone", First: calendar.Date{Year: 2026, Month: 11, Day: 16}, Last: calendar.Date{Year: 2026, Month: 11, Day: 18},
			Hours: calendar.Window{Open: 9 * 60, Close: 18 * 60}, Zone: "America/New_York"}
		night := cases.ContactTime{Who: named(s.member.Person), Way: "email", From: w.clk.Now().Add(8 * time.Hour), To: w.clk.Now().Add(10 * time.Hour)}
		set := func(list ...cases.ContactTime) error {
			_, err := w.SetContactTimes(t.Context(), eva, c.Number, "*", list)
			return err
		}
		if err := set(day, night); err != nil {
			t.Fatal(err)
		}
		phone("")
		w.change(eva, c.Number, cases.Change{Priority: 4, Reason: "It is a question."})
		wantRefusal(t, set(day, night, night), "cooperation_urgent_only", "3.3")
		w.change(eva, c.Number, cases.Change{Status: cases.Closed, Reason: "They said so."})
		wantRefusal(t, set(night, night), "cooperation_case_over", "3.3")
		if err := set(day); err != nil || len(w.plan(eva, c.Number).Times) != 1 { // its telephone number is gone, and it stays
			t.Errorf("taking one out: %v", err)
		}
		if err := set(); err != nil || len(w.plan(eva, c.Number).Times) != 0 {
			t.Errorf("taking the last one out: %v", err)
		}
	})
}

func TestAListThatStaysTheSameIsNoActOfTheCustomer(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		c := w.register(s, 1)
		lead := cases.TeamMember{Who: named(s.liaison.Person), Role: "lead"}
		span := cases.ContactTime{Who: named(s.member.Person), Way: "email", From: w.clk.Now(), To: w.clk.Now().AddDate(0, 0, 1)}
		agree := func(team cases.TeamMember, span cases.ContactTime) {
			t.Helper()
			_, err := w.SetTeam(t.Context(), s.liaison, c.Number, "*", []cases.TeamMember{team})
			_, failed := w.SetContactTimes(t.Context(), s.liaison, c.Number, "*", []cases.ContactTime{span})
			if err != nil || failed != nil {
				t.Fatal(err, failed)
			}
		}
		agree(lead, span)
		w.say(eva, c.Number, cases.NewMessage{Text: "Which driver is it?", Question: true})
		version := w.get(eva, c.Number).Version
		agree(lead, span)
		n, _ := w.lines(s.liaison, c.Number)
		if got := w.get(eva, c.Number); got.Status != cases.WaitingCustomer || got.Version != version || n["case_team.changed"] != 1 || n["contact_schedule.changed"] != 1 {
			t.Errorf("sent as they are: %s, %v", got.Status, n)
		}
		span.To = span.To.Add(time.Hour)
		agree(lead, span)
		if got := w.get(eva, c.Number); got.Status != cases.Open {
			t.Errorf("changed: %s", got.Status)
		}
	})
}

func TestOfTwoWhoFillOneListOneIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		for range 5 {
			c := w.register(s, 1)
			empty := w.plan(eva, c.Number)
			var told [2][2]error
			var wg sync.WaitGroup
			for i, who := range []id.ID{s.liaison.Person, s.member.Person} {
				wg.Go(func() {
					_, told[0][i] = w.SetTeam(t.Context(), eva, c.Number, empty.TeamETag, []cases.TeamMember{{Who: named(who), Role: "lead"}})
				})
				wg.Go(func() {
					_, told[1][i] = w.SetContactTimes(t.Context(), eva, c.Number, empty.TimesETag,
						[]cases.ContactTime{{Who: named(who), Way: "email", From: w.clk.Now(), To: w.clk.Now().Add(time.Hour)}})
				})
			}
			wg.Wait()
			for part, got := range told {
				if a, b := errs.KindOf(got[0]), errs.KindOf(got[1]); (got[0] == nil) == (got[1] == nil) || a != errs.Stale && b != errs.Stale {
					t.Errorf("list %d: %v, %v", part, got[0], got[1])
				}
			}
			if got := w.plan(eva, c.Number); len(got.Team) != 1 || len(got.Times) != 1 {
				t.Errorf("kept: %d, %d", len(got.Team), len(got.Times))
			}
		}
	})
}
