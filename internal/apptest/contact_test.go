package apptest_test

import (
	"html"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/db"
)

type contactNow struct {
	Zone, At, NextOpening, Language24x7 string
	OpenNow                             bool
	Channels                            []struct{ Kind, Address, Fax string }
	Clause                              string
	Outside                             []struct {
		Plan, Name, Language string
		Cases                []outsideCases
	}
	Renewals struct {
		Email, Phone, Fax, Role, Clause string
		Regular                         bool
	}
}

type outsideCases struct {
	Priorities                  []string
	Production, ExtendedSupport bool
	OtherEnvironments           bool
	Clause                      string
}

// Who answers now is told in the caller's zone: the one asked for, the person's own, or for nobody that of the hours.
func TestWhoAnswersIsToldInTheCallersZone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-07T12:00:00+01:00")) // a Saturday; Germany opens on Monday at nine
		katrin := w.As("katrin.vogel")
		for _, c := range []struct {
			who  *apptest.Caller
			zone string
			next string
		}{
			{w.Nobody(), "", "2026-03-09T09:00:00+01:00"},
			{w.Nobody(), "Asia/Tokyo", "2026-03-09T17:00:00+09:00"},
			{w.Nobody(), "Asia/Kolkata", "2026-03-09T13:30:00+05:30"},
			{katrin, "", "2026-03-09T09:00:00+01:00"},                 // whose zone is Berlin
			{katrin, "America/New_York", "2026-03-09T04:00:00-04:00"}, // summer time begins there in the night between
			{w.As("sofia.lindqvist"), "", "2026-03-09T09:00:00+01:00"},
		} {
			got := apptest.Is[contactNow](t, c.who.Get("/api/v1/contact-now?country=DE&zone="+url.QueryEscape(c.zone)), http.StatusOK)
			if got.NextOpening != c.next || got.Zone != "Europe/Paris" && got.Zone != "Europe/Berlin" || got.OpenNow {
				t.Errorf("zone %q: %+v, want %s", c.zone, got, c.next)
			}
		}
		jp := apptest.Is[contactNow](t, katrin.Get("/api/v1/contact-now?country=JP"), http.StatusOK)
		if !strings.HasSuffix(jp.NextOpening, "+01:00") || jp.Zone != "Asia/Tokyo" {
			t.Errorf("Japan for somebody in Berlin: %+v", jp)
		}
		for path, words := range map[string][]string{
			"/contact?lang=en&country=DE&zone=Asia%2FTokyo":      {"Times in Tokyo (UTC+9)", "17:00", "cases of production with priority P1, P2 with the plan Extended, Premier, Elite", "are worked on too, in English. <a class=\"link xs\" href=\"/policy/9.2\">Clause 9.2</a>", "+1 703-555-0124", "renewals@corvane.example", "+1 703-555-0125"},
			"/contact?lang=zh-Hans&country=DE&zone=Asia%2FTokyo": {"东京 (UTC+9)", "17:00", "使用英语。 <a class=\"link xs\" href=\"/policy/9.2\">", "传真", "如需咨询续订", "EMEA维护经理"},
			"/contact?lang=en&country=DE&zone=Mars%2FOlympus":    {"There is no time zone of this name.", `value="Mars/Olympus"`, "09:00"},
			"/contact?lang=en&deployment=cloud":                  {"Open day and night", "use the contacts above"},
		} {
			page := html.UnescapeString(string(w.Nobody().Get(path).Body))
			for _, word := range words {
				if !strings.Contains(page, word) {
					t.Errorf("%s does not say %q", path, word)
				}
			}
		}
		for path, word := range map[string]string{"/contact?lang=en&deployment=cloud": "A.2", "/contact?lang=en&country=DE": "Times in Tokyo"} {
			if strings.Contains(string(w.Nobody().Get(path).Body), word) {
				t.Errorf("%s says %q", path, word)
			}
		}
	})
}

// Fax numbers, whom to ask about renewals, and the plans that are worked on outside of the hours, as programs read them.
func TestContactNowHasFaxRenewalsAndTheLanguageOfEachPlan(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		de := apptest.Is[contactNow](t, w.Nobody().Get("/api/v1/contact-now?country=DE&lang=en"), http.StatusOK)
		if de.Channels[2].Fax != "+1 703-555-0124" || de.Renewals.Phone != "+1 703-555-0125" || de.Renewals.Role != "Maintenance manager for EMEA" ||
			de.Renewals.Email != "renewals@corvane.example" || de.Renewals.Regular || de.Language24x7 != "en" {
			t.Errorf("Germany: %+v", de)
		}
		if len(de.Outside) != 3 || de.Outside[0].Plan != "extended" || de.Outside[0].Language != "en" || de.Outside[2].Plan != "elite" {
			t.Errorf("outside of the hours: %+v", de.Outside)
		}
		cloud := apptest.Is[contactNow](t, w.Nobody().Get("/api/v1/contact-now?deployment=cloud"), http.StatusOK)
		if len(cloud.Outside) != 0 || cloud.Language24x7 != "" || !cloud.Renewals.Regular {
			t.Errorf("the cloud: %+v", cloud)
		}
	})
}

// Programs read which cases are worked on outside of the hours, and the clause that each answer rests on, as the page shows them.
func TestContactNowSaysWhichCasesAndByWhichClause(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	de := apptest.Is[contactNow](t, w.Nobody().Get("/api/v1/contact-now?country=DE"), http.StatusOK)
	want := []outsideCases{{Priorities: []string{"P1", "P2"}, Production: true, Clause: "9.2"}}
	for _, o := range de.Outside {
		if !reflect.DeepEqual(o.Cases, want) {
			t.Errorf("%s outside of the hours: %+v, want %+v", o.Plan, o.Cases, want)
		}
	}
	if de.Clause != "" || de.Renewals.Clause != "9.4" {
		t.Errorf("Germany by clause %q, renewals by %q", de.Clause, de.Renewals.Clause)
	}
	cloud := apptest.Is[contactNow](t, w.Nobody().Get("/api/v1/contact-now?deployment=cloud"), http.StatusOK)
	if cloud.Clause != "9.3" || cloud.Renewals.Clause != "9.4" {
		t.Errorf("the cloud by clause %q, renewals by %q", cloud.Clause, cloud.Renewals.Clause)
	}
}
