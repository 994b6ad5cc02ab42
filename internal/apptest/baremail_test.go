package apptest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/text"
)

// R7: of a restricted customer's case no mail carries what people wrote, be it an acknowledgement, an answer, a question,
// its reminder, a warning, a breach, the remedy, a summary or an alarm: each says the number and leads to the page.
func TestNoMailAboutARestrictedCaseCarriesItsText(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.App.Settings.Alarm.Mail = []string{"duty@example.org"}
		grace, sam := noted(t, w, "liaison", "restricted"), w.Person("sam.carter")
		asked, late := bareCase(t, w, grace), bareCase(t, w, grace)
		engineer := w.As("sam.carter")
		for _, number := range []string{asked, late} {
			if got := w.In("sam.carter").Post("/desk/cases/"+number+"/take", url.Values{}); got.Status != http.StatusSeeOther {
				t.Fatal(got.Status, string(got.Body))
			}
		}
		w.StartWork()
		engineer.Say(asked, "Canary: the patient of bed 7.")
		engineer.Say(asked, "Canary: which bed?", "question", true)
		w.Eventually("acknowledgement, answer and question are mailed", func() bool { return about(w, grace.Email, asked) == 3 })
		w.Sweep(w.Clock.Now().Add(72 * time.Hour))
		w.Eventually("the reminder, the owner's and the duty's alarms are mailed", func() bool {
			return about(w, grace.Email, asked) > 3 && about(w, sam.Email, late) > 0 && about(w, "duty@example.org", late) > 1
		})
		engineer.Change(late, map[string]any{"status": "resolved", "remedy": map[string]any{"kind": "configuration_change", "text": "Canary: moved bed 7."}})
		w.Eventually("the remedy is mailed", func() bool { return about(w, grace.Email, late) == 2 })

		name, _, _ := strings.Cut(grace.Email, "@")
		if got := w.In(name).Post("/account/mail", url.Values{"mail_answer": {"digest"}}); got.Status != http.StatusSeeOther {
			t.Fatal(got.Status, string(got.Body))
		}
		engineer.Say(asked, "Canary: bed 8, too.")
		w.Eventually("the answer is kept for the summary", func() bool { return w.Count(`SELECT count(*) FROM digest_line`) > 0 })
		w.Clock.Forward(4 * 24 * time.Hour)
		if n, err := w.App.Dispatch.Sweep(t.Context()); n == 0 || err != nil {
			t.Fatal(n, err)
		}
		sentTo(w, grace.Email, w.App.Text.T(text.Lang(grace.Language), "mail.digest.subject", nil))
		if n := w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND text_body LIKE $2 AND subject NOT LIKE '%#%'`, grace.Email, "%#"+asked+"%"); n != 1 {
			t.Errorf("%d summaries name the case", n)
		}

		w.Rows(`SELECT recipient, subject, text_body, html_body, headers FROM demo_mail`, nil, func(scan func(...any) error) error {
			var to, subject, plain, html, headers string
			err := scan(&to, &subject, &plain, &html, &headers)
			if all := subject + plain + html + headers; strings.Contains(all, "Canary") || strings.Contains(all, "bed 7") {
				t.Errorf("to %s:\n%s\n%s", to, subject, plain)
			}
			return err
		})
	})
}

// bareCase is a P1 of a restricted customer in which every text is one that no mail may say.
func bareCase(t *testing.T, w *apptest.World, liaison apptest.Person) string {
	t.Helper()
	body := apptest.NewCase(w.System(*liaison.Customer), "P1")
	for _, field := range []string{"subject", "symptoms", "errorMessages", "stepsTaken", "impact"} {
		body[field] = "Canary " + field
	}
	return apptest.Is[apptest.Case](t, w.WithToken(liaison.Token).Post("/api/v1/cases", body), http.StatusCreated).Number
}

// about counts the mails to an address that name a case.
func about(w *apptest.World, address, number string) int64 {
	return w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND subject LIKE $2`, address, "%[#"+number+"]%")
}
