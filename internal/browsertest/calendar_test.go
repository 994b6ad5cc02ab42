package browsertest

import "testing"

// calendarEditor walks an administrator through the editor in both languages: a half day, a slip of the hand, days from
// a file, what they do to the open cases. Nothing is published: the world is everybody's.
func (s *stage) calendarEditor(t *testing.T) {
	admin := s.by(t, "sam.carter")
	w := s.window(t, admin)
	for _, c := range []struct{ lang, eve, file, day, wrong, saturday string }{
		{"zh-Hans", "09:00–12:00（平安夜）", "关闭（主显节）", "2026-12-23", "时段写法有误", "每个星期六"},
		{"en", "09:00–12:00 (Christmas Eve)", "closed (Epiphany)", "2026-12-24", "These are no hours", "Every Saturday"},
	} {
		s.speaks(t, admin, c.lang)
		w.visit("/admin/calendars/DE?year=2026")
		w.follow(`a.daybox[href*="day=` + c.day + `"]`)
		if got := w.value("#day"); got != c.day {
			t.Errorf("the form is about %s", got)
		}
		w.click(`input[name=kind][value=hours]`)
		w.write("#hours", "09:00-25:00")
		w.write("#name_en", "Christmas Eve")
		w.write("#name_zh", "平安夜")
		w.expect("status of 422")
		w.follow(`form[action$="/days"] button`)
		w.says("#err-hours", c.wrong)
		if got := w.value("#name_zh"); got != "平安夜" {
			t.Errorf("what was typed became %q", got)
		}
		w.choose("#hours", "09:00-12:00")
		w.follow(`form[action$="/days"] button`)
		w.says("#draft", c.eve)
		w.must(`a.daybox[data-edited][data-d=hours][href*="day=` + c.day + `"]`)

		w.write("#text", "date,name\n2027-01-06,Epiphany\n2027-02-30,Never\n")
		w.follow(`#import button`)
		w.says("main", c.file)
		w.says("main", "2027-02-30")
		w.follow(`form[action$="/keep"] button`)
		w.says("#draft", c.file)

		w.choose("#day_6", "10:00-13:00 14:00-25:00")
		w.follow(`#week form button.pri`)
		w.says("#err-day_6", c.wrong)
		w.choose("#day_6", "10:00-13:00 22:00-02:00")
		w.follow(`#week form button.pri`)
		w.says("#draft", c.saturday)
		w.says("#draft", "22:00–02:00")
		w.visit("/admin/calendars/publish")
		w.says("main", c.eve)
		w.says("main", c.saturday)
		w.must(`form[action="/admin/calendars/publish"] button.pri`)
		w.visit("/admin/calendars/DE?year=2027")
		for w.has(`#draft form button`) {
			w.follow(`#draft form button`)
		}
	}
}

// speaks sets the language of a person's pages.
func (s *stage) speaks(t *testing.T, p person, lang string) {
	t.Helper()
	actor := s.actor(t, p)
	me, err := s.Accounts.Me(t.Context(), actor)
	if err == nil {
		me.Settings.Language = lang
		err = s.Accounts.UpdateSettings(t.Context(), actor, me.Settings)
	}
	if err != nil {
		t.Fatal(err)
	}
}
