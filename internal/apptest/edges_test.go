package apptest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
)

// edges are, for each question, what in the program asks it today: the routes that a person tries it by. A question
// without one says which part of the product will ask it. A new question is in one of the two lists, or the test fails.
func edges() map[entitlement.Question][]string {
	return map[entitlement.Question][]string{
		entitlement.AskRegisterPortal: {"POST /api/v1/cases", "POST /cases/new", "POST /cases/new/promise"},
		entitlement.AskRegisterEmail:  {"mail to an inbox", "POST /api/v1/held/{id}/adopt", "POST /held/{id}/adopt"},
		entitlement.AskRegisterPhone:  {"POST /desk/new", "POST /api/v1/cases by staff"},
		entitlement.AskReadCases:      {"GET /api/v1/cases", "GET /api/v1/cases/{number}", "GET /cases", "GET /cases/{number}"},
		entitlement.AskChooseCentre:   {"POST /api/v1/liaisons/centre", "POST /liaisons/{system}/{holder}/centre", "routing of a new case (its plan's feature)"},
		entitlement.AskDesignate:      {"POST /api/v1/liaisons/requests", "POST /liaisons/request"},
		entitlement.AskReplace:        {"POST /api/v1/liaisons/requests", "POST /liaisons/{system}/{holder}"},
		entitlement.AskEndAccount:     {"POST /api/v1/liaisons/people/{colleague}/end", "POST /liaisons/people/{colleague}/end"},
	}
}

func noEdgeYet() map[entitlement.Question]string {
	return map[entitlement.Question]string{
		entitlement.AskCommunity:     "the community: knowledge base, forum, ideas",
		entitlement.AskDownload:      "downloads and the lifecycle of releases",
		entitlement.AskUpdates:       "downloads and the lifecycle of releases",
		entitlement.AskSecurityPatch: "downloads and the lifecycle of releases",
		entitlement.AskPatch:         "patches and provisional code",
		entitlement.AskLicenceKey:    "licence keys",
		entitlement.AskAround:        "the roster; the clock of a case follows from the same row of the plan (entitlement.TestTheClockAndTheQuestionAgree)",
		entitlement.AskWeeklyReview:  "weekly reviews",
		entitlement.AskDedicated:     "routing to dedicated engineers",
		entitlement.AskTransfer:      "the secure transfer environment",
		entitlement.AskPrivacy:       "the processor's file: privacy requests",
		entitlement.AskAudit:         "the processor's file: audits",
		entitlement.AskNotices:       "announcements",
		entitlement.AskExport:        "the customer's own export",
	}
}

func TestEveryQuestionHasAnEdgeOrSaysWhereItWillBe(t *testing.T) {
	t.Parallel()
	for _, q := range entitlement.Questions() {
		has, later := len(edges()[q]) > 0, noEdgeYet()[q] != ""
		if has == later {
			t.Errorf("%s: has an edge %v, comes later %v; it needs to be one of both", q, has, later)
		}
	}
	if n := len(edges()) + len(noEdgeYet()); n != len(entitlement.Questions()) {
		t.Errorf("the lists hold %d questions, there are %d", n, len(entitlement.Questions()))
	}
}

// try does what a question asks, as a person for the system of a customer, and gives the answer of the edge.
func try(w *apptest.World, q entitlement.Question, who, customer string) (allowed bool, decision string) {
	s := w.System(customer)
	caller := w.As(who)
	var a apptest.Answer
	switch q {
	case entitlement.AskRegisterPortal:
		a = caller.Post("/api/v1/cases", apptest.NewCase(s, "P3"))
	case entitlement.AskRegisterEmail:
		out := w.Mail(apptest.Letter{From: w.Person(who).Email, Subject: "Empty tiles", Text: "No data since this morning."})
		return out.Number != "", ""
	case entitlement.AskRegisterPhone:
		body := apptest.NewCase(s, "P3")
		body["onBehalfOf"], body["channel"], body["receivedAt"] = w.Person(who).Email, "phone", w.Clock.Now().Add(-time.Minute).Format(time.RFC3339)
		a = w.As("lin.wei").Post("/api/v1/cases", body)
	case entitlement.AskReadCases:
		a = caller.Get("/api/v1/cases")
	case entitlement.AskChooseCentre:
		a = caller.Post("/api/v1/liaisons/centre", map[string]any{"system": s.ID, "person": w.PersonID(who), "centre": "latam"})
	case entitlement.AskDesignate:
		a = caller.Post("/api/v1/liaisons/requests", map[string]any{"items": []any{map[string]any{"system": s.ID, "name": "New", "email": id.New().String() + "@new.example"}}})
	case entitlement.AskReplace:
		name, _, _ := strings.Cut(w.LiaisonOf(customer).Email, "@")
		holder := w.PersonID(name)
		a = caller.Post("/api/v1/liaisons/requests", map[string]any{"items": []any{map[string]any{"system": s.ID, "old": holder, "name": "New", "email": id.New().String() + "@new.example"}}})
	case entitlement.AskEndAccount:
		a = caller.Post("/api/v1/liaisons/people/"+w.Things(customer).Member+"/end", map[string]any{})
	default: // the others have no edge yet
	}
	if a.Status < 300 {
		return true, "accepted"
	}
	p := apptest.Is[apptest.Problem](w.T(), a, a.Status)
	return false, p.Decision
}

// Persons in every state x every question that has an edge: what the page and the simulation say is what the edge does.
func TestThePagesSayWhatTheEdgesDo(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for _, c := range []struct{ who, customer string }{
			{"katrin.vogel", home}, {"jonas.brandt", home}, {"zhou.min", stranger}, {"dana.whitfield", "lakeshore"}, {"claire.fontanel", "belmont"},
			{"grace.ellison", "mercy-valley"}, {"walter.boone", "tidewater"}, {"sabine.krueger", "altmark"}, {"edward.pryce", "old-harbour"}, {"priya.raman", "everstream"},
		} {
			for _, q := range entitlement.Questions() {
				if len(edges()[q]) == 0 {
					continue
				}
				path := "/api/v1/rights?action=" + string(q) + "&system=" + w.System(c.customer).ID
				said := apptest.Is[rights](t, w.As(c.who).Get(path), http.StatusOK)
				simulated := apptest.Is[rights](t, w.As("helen.marsh").Get(path+"&customer="+c.customer+"&person="+w.PersonID(c.who)), http.StatusOK)
				if len(said.Items) != 1 || len(simulated.Items) != 1 || said.Items[0].Decision != simulated.Items[0].Decision {
					t.Errorf("%s, %s: the own page says %+v, the simulation %+v", c.who, q, said, simulated)
					continue
				}
				allowed, decision := try(w, q, c.who, c.customer)
				if allowed != said.Items[0].Allowed || decision != "" && decision != said.Items[0].Decision {
					t.Errorf("%s, %s: the page says %s, the edge %v %s", c.who, q, said.Items[0].Decision, allowed, decision)
				}
			}
		}
	})
}

// Pages are parsed when they are first looked at; one that does not parse must not wait for that.
func TestEveryPageParsesInEveryLanguage(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	if err := w.App.Site.ParseAll(); err != nil {
		t.Error(err)
	}
}
