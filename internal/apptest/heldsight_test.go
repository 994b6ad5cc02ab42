package apptest_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/apptest"
	"liaison/internal/inbound"
)

// 2.1: a liaison who sees a part of the customer's cases sees, reads and decides on the held mails about those alone; what
// waits about others, or is to become a case, is as missing as what never was.
func TestHeldMailsAreSeenAsFarAsTheirCases(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		chen, zhou := w.As("chen.li"), w.As("zhou.min")
		theirs, own := chen.Register(stranger, "P3").Number, zhou.Register(stranger, "P3").Number
		member := colleague(t, w, stranger)
		mails := map[string]string{}
		for what, to := range map[string]string{"a new case": "", "about theirs": token(w, theirs), "about an own one": token(w, own)} {
			out := w.Mail(apptest.Letter{From: member, To: to, Subject: what, Text: canary + " " + what})
			if out.State != inbound.StateHeld {
				t.Fatalf("%s: %+v", what, out)
			}
			mails[out.Mail.String()] = what
		}
		all := slices.Sorted(maps.Values(mails))
		for view, want := range map[string][]string{"own": {"about an own one"}, "system": {"about an own one", "about theirs"}, "all": all} {
			seesOnly(t, w, view)
			var got []string
			for mail := range heldIDs(t, zhou) {
				if mails[mail] != "" { // else one of the world's past
					got = append(got, mails[mail])
				}
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("who sees %s is shown %q, want %q", view, got, want)
			}
			for mail, what := range mails {
				shown := slices.Contains(want, what)
				if got := zhou.Get("/api/v1/held/" + mail); (got.Status == http.StatusOK) != shown || !shown && got.Status != http.StatusNotFound {
					t.Errorf("who sees %s gets %d for the mail %s", view, got.Status, what)
				}
				if got := w.In("zhou.min").Get("/held/" + mail); (got.Status == http.StatusOK) != shown {
					t.Errorf("who sees %s gets the page %d for the mail %s", view, got.Status, what)
				}
				if shown {
					continue
				}
				if got := zhou.Post("/api/v1/held/"+mail+"/discard", map[string]any{"reason": "spam"}); got.Status != http.StatusNotFound {
					t.Errorf("who sees %s puts the mail %s away: %d", view, what, got.Status)
				}
			}
		}
	})
}

// A case was merged into a colleague's, and its liaison sees only own cases now: the reply by mail waits for people, it is
// neither lost nor tried for ever.
func TestAReplyOnACaseThatGoesOnOutOfSightIsHeld(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		own, theirs := w.As("zhou.min").Register(stranger, "P3").Number, w.As("chen.li").Register(stranger, "P3").Number
		done := w.In("lin.wei").Post("/desk/cases/"+own+"/merge", url.Values{"into": {theirs}, "reason": {"The same outage."}})
		if done.Status != http.StatusSeeOther {
			t.Fatalf("%d %.300s", done.Status, done.Body)
		}
		reply := apptest.Letter{From: w.Person("zhou.min").Email, To: token(w, own), Subject: "Re: [#" + own + "]", Text: canary}
		if out := w.Mail(reply); out.State != inbound.StateMessage {
			t.Fatalf("while all cases are seen: %+v", out)
		}
		seesOnly(t, w, "own")
		if out := w.Mail(reply); out.State != inbound.StateHeld || out.Reason != inbound.CaseNotVisible {
			t.Errorf("out of sight: %+v", out)
		}
	})
}

// colleague is the address of a new member of a customer, who is no liaison.
func colleague(t *testing.T, w *apptest.World, customer string) string {
	t.Helper()
	const address = "new.member@held.example"
	person, err := w.App.Accounts.CreatePerson(t.Context(), apptest.Program(), account.NewPerson{Name: "New Member", Email: address, Language: "en", Zone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	w.Rows(`SELECT id FROM customer WHERE key = $1`, []any{customer}, func(scan func(...any) error) error {
		of := person
		if err := scan(&of); err != nil {
			return err
		}
		return w.App.Accounts.Grant(t.Context(), apptest.Program(), of, person, access.Member, account.Own)
	})
	return address
}

// seesOnly narrows what zhou.min sees of the customer's cases, by a colleague's hand.
func seesOnly(t *testing.T, w *apptest.World, view string) {
	t.Helper()
	chen := w.As("chen.li")
	for _, l := range apptest.Is[seats](t, chen.Get("/api/v1/liaisons"), 200).Systems[0].Liaisons {
		if l.Name != w.Person("zhou.min").Name {
			continue
		}
		if a := chen.Post("/api/v1/liaisons/people/"+l.Person+"/view", map[string]any{"sees": view}); a.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", view, a.Status, a.Body)
		}
	}
}
