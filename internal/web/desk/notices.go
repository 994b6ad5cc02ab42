package desk

import (
	"net/http"
	"slices"

	"liaison/internal/web"
)

// NoticesPage is what the bell has to tell: warnings, breaches, answers, cases that were assigned.
type NoticesPage struct {
	web.Page
	Rows  []NoticeRow
	Empty web.Empty
}

// NoticeRow is one notice.
type NoticeRow struct {
	Icon, Text, Number, Subject string
	At                          web.When
}

// noticesShown is how many notices a page shows; older ones are of no use to anybody.
const noticesShown = 100

func (d *desk) notices(w http.ResponseWriter, r *http.Request) error {
	list, err := d.Cases.Notices(r.Context(), web.CurrentActor(r), noticesShown)
	if err != nil {
		return err
	}
	page := NoticesPage{Page: d.Site.Page(r, "desk.nav.notices", "notices")}
	kinds := []string{"warning", "breach", "assigned", "customer_wrote", "priority_requested", "joined", "mail_refused", "mail_unknown", "address_fails"}
	icons := []string{"clock-alert", "octagon-alert", "user-check", "message-square", "arrow-up-right", "corner-down-left", "mail", "mail", "mail"}
	for _, n := range list {
		row := NoticeRow{Icon: "bell", Text: page.T("desk.notice.other"), Number: n.Number, Subject: n.Subject, At: page.When(n.At)}
		if i := slices.Index(kinds, n.Kind); i >= 0 {
			row.Icon, row.Text = icons[i], page.T("desk.notice."+n.Kind)
		}
		page.Rows = append(page.Rows, row)
	}
	page.Empty = web.Empty{Icon: "bell", Title: page.T("desk.notice.none"), Text: page.T("desk.notice.none_text")}
	return d.Site.Render(w, r, http.StatusOK, page)
}
