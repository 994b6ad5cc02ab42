package apptest_test

import (
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/inbound"
)

// R1.1-03: a colleague's reply waits for a liaison. Its writer hears so, without number and names, and once a day as of any
// neutral answer; the case's liaison is asked to decide, once while one of the colleague's waits, and sees it in the menu.
func TestAColleaguesReplyIsAnsweredAndTheLiaisonAsked(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin, jonas := w.Person("katrin.vogel"), "jonas.brandt@nordwind.example"
		w.Clock.Forward(25 * time.Hour) // the answers of the world's past are a day old
		c, before := w.As("katrin.vogel").Register(home, "P3"), answers(w)
		w.StartWork()
		var waiting []string
		for _, said := range []string{"I saw it, too.", "And again."} {
			out := w.Mail(apptest.Letter{From: jonas, To: token(w, c.Number), Subject: "Re: the import", Text: said})
			if out.State != inbound.StateHeld || out.Reason != inbound.UnverifiedParticipant {
				t.Fatalf("%+v", out)
			}
			waiting = append(waiting, out.Mail.String())
		}
		w.Eventually("the liaison is asked and the colleague told", func() bool {
			return w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND text_body LIKE $2`, katrin.Email, "%/held/"+waiting[0]+"%") == 1 &&
				w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND subject = 'Re: the import'`, jonas) == 1
		})
		if n := answers(w) - before; n != 1 {
			t.Errorf("%d answers", n)
		}
		if n := w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND text_body LIKE $2`, katrin.Email, "%/held/"+waiting[1]+"%"); n != 0 {
			t.Error("the liaison is asked again while the first waits")
		}
		if n := w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND (subject || text_body) LIKE $2`, jonas, "%"+c.Number+"%"); n != 0 {
			t.Error("the colleague's mail names the case")
		}
		page := string(w.In("katrin.vogel").Get("/?lang=en").Body)
		_, entry, _ := strings.Cut(page, `href="/held"`)
		if entry, _, _ = strings.Cut(entry, "</a>"); !strings.Contains(entry, `<span class="n">`) {
			t.Errorf("the menu does not count what waits: %q", entry)
		}
	})
}

// A colleague's mail that a liaison makes a case of stays the colleague's words, and the case says when it came and from when
// its clock counts (semantics, Mail).
func TestAnAdoptedMailNamesWhoWroteIt(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-02T09:00:00+01:00"))
		mail := w.Mail(apptest.Letter{From: "jonas.brandt@nordwind.example", Subject: "Import", Text: "The import stops."})
		w.Clock.Set(berlin(t, "2026-03-02T11:30:00+01:00"))
		s := w.System(home)
		c := apptest.Is[apptest.Case](t, w.As("katrin.vogel").Post("/api/v1/held/"+mail.Mail.String()+"/adopt",
			map[string]any{"system": s.ID, "environment": "production", "product": s.Product, "version": s.Version, "priority": "P3"}), 201)
		for lang, want := range map[string][]string{"en": {"It was a mail of Jonas Brandt, received ", "09:00", "11:30", "<b>Jonas Brandt</b>"},
			"zh-Hans": {"原为Jonas Brandt的邮件，收到时间为", "09:00", "11:30"}} {
			page := string(w.Fresh("katrin.vogel").Get("/cases/" + c.Number + "?lang=" + lang).Body)
			for _, part := range want {
				if !strings.Contains(page, part) {
					t.Errorf("the portal in %s lacks %q", lang, part)
				}
			}
		}
		desk := string(w.Fresh("sofia.lindqvist").Get("/desk/" + c.Number + "?lang=en").Body)
		for _, part := range []string{"It was a mail of Jonas Brandt, received ", ">Jonas Brandt</b>"} {
			if !strings.Contains(desk, part) {
				t.Errorf("the desk lacks %q", part)
			}
		}
	})
}
