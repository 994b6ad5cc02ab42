package mailio_test

import (
	"strings"
	"testing"

	"liaison/internal/calendar"
	"liaison/internal/mailio"
	"liaison/internal/text"
)

func TestAReminderNamesTheDayFromWhichSupportIsSuspended(t *testing.T) {
	t.Parallel()
	for lang, want := range map[text.Lang]string{text.English: " 2026 on, support is suspended", text.Chinese: "2026年12月15日起，支持服务将暂停"} {
		m := update(mailio.InvoiceDue, lang)
		m.Case, m.Promise, m.Path, m.Customer = nil, nil, "/account/support", "Nordwind"
		m.Money = mailio.Money{Number: "R-1", Day: calendar.Date{Year: 2026, Month: 11, Day: 30}, Stops: calendar.Date{Year: 2026, Month: 12, Day: 15}}
		for _, bare := range []bool{false, true} {
			m.Bare = bare
			msg := render(t, renderer(t, "cases@support.example.org"), m)
			if said := strings.Join(strings.Fields(msg.Text), " "); !strings.Contains(strings.ReplaceAll(said, " ", ""), strings.ReplaceAll(want, " ", "")) || !strings.Contains(said, "15") {
				t.Errorf("%s: %s", lang, msg.Text)
			}
		}
	}
}
