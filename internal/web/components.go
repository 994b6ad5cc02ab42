package web

import (
	"net/http"
	"time"
)

// ComponentsPage shows every part in the present language and theme, for those who build pages.
type ComponentsPage struct {
	Page
	Prios    []Prio
	SLAs     []SLAChip
	Statuses []StatusChip
	Plans    []PlanChip
	Avatars  []Avatar
	Boxes    []PromiseBox
	Ledger   Ledger
	Steps    []Step
	Empty    Empty
	Form     Form
	Notices  []Notice
	Tones    []string
	At       When
	Message  string
}

func (s *Site) components(w http.ResponseWriter, r *http.Request) error {
	p := s.Page(r, "components.title", "")
	now := p.Format.Now
	page := ComponentsPage{
		Page:  p,
		Prios: []Prio{{1}, {2}, {3}, {4}},
		SLAs: []SLAChip{
			p.SLA(Promise{State: "running", Due: now.Add(5*time.Hour + 12*time.Minute)}),
			p.SLA(Promise{State: "running", Due: now.Add(24 * time.Minute)}),
			p.SLA(Promise{State: "running", Due: now.Add(-18 * time.Minute)}),
			p.SLA(Promise{State: "paused"}), p.SLA(Promise{State: "met"}),
			p.SLA(Promise{State: "breached", Done: true}), p.SLA(Promise{State: "cancelled"}),
		},
		Plans:   []PlanChip{{"elite", "Elite"}, {"premier", "Premier"}, {"extended", "Extended"}, {"standard", "Standard"}},
		Avatars: []Avatar{AvatarOf("林薇", true), AvatarOf("Daniel Kim", true), AvatarOf("陈立", false), AvatarOf("", true)},
		Steps: []Step{{Text: p.T("components.sample_step_1"), Href: "/ui", Done: true}, {Text: p.T("components.sample_step_2"), Current: true},
			{Text: p.T("components.sample_step_3")}, {Text: p.T("components.sample_step_4")}},
		Empty:   Empty{Icon: "inbox", Title: p.T("components.empty_title"), Text: p.T("components.empty_text"), Href: "/ui", Do: p.T("nav.unassigned")},
		Form:    Form{values: map[string][]string{"subject": {"503"}}, errors: []FieldError{{"subject", p.T("components.sample_error"), p.T("field.name.subject")}}},
		Tones:   []string{"red", "amber", "blue", "green", "grey", "violet"},
		At:      p.When(now.Add(-time.Hour)),
		Message: "`IServer` **503**:\n\n```\nERROR  lock timeout on md_objects\n```\n\n- one\n- two",
	}
	for _, status := range []string{"open", "waiting_customer", "waiting_third_party", "development", "resolved", "closed"} {
		page.Statuses = append(page.Statuses, p.Status(status, false))
	}
	page.Statuses = append(page.Statuses, p.Status("open", true))
	page.Boxes, page.Ledger = p.sampleBoxes(now), p.sampleLedger(now)
	for _, tone := range []string{"info", "good", "warn", "bad"} {
		page.Notices = append(page.Notices, Notice{Tone: tone, Text: p.T("components.sample_notice")})
	}
	return s.Render(w, r, http.StatusOK, page)
}

func (p Page) sampleBoxes(now time.Time) []PromiseBox {
	due := p.Instant(now.Add(2 * time.Hour))
	note := p.ZoneName()
	return []PromiseBox{
		{OnTrack, p.T("components.sample_promise_label"), p.T("components.sample_promise", "due", due), note, "", "/ui"},
		{DueSoon, p.T("clock.status_update"), p.T("components.sample_soon", "due", due), note, "clock-alert", "/ui"},
		{Late, p.T("clock.status_update"), p.T("components.sample_late", "time", p.Duration(18*time.Minute)), p.T("components.sample_late_note"), "octagon-alert", "/ui"},
		{Paused, p.T("clock.status_update"), p.T("components.sample_paused"), p.T("components.sample_paused_note"), "circle-pause", ""},
	}
}

func (p Page) sampleLedger(now time.Time) Ledger {
	at := func(h int) When { return p.When(now.Add(time.Duration(h) * time.Hour)) }
	return Ledger{Sum: p.Duration(4 * time.Hour), Rows: []LedgerRow{
		{at(0), at(3), p.Duration(3 * time.Hour), p.T("components.sample_open"), "3.3", ""},
		{at(3), at(18), "", p.T("components.sample_closed"), "9.2", ""},
		{at(18), at(19), p.Duration(time.Hour), p.T("components.sample_open"), "3.3", ""},
	}}
}
