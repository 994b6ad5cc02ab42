package desk

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// NoticesPage is what the bell has to tell: warnings, breaches, answers, cases that were assigned.
type NoticesPage struct {
	web.Page
	Rows   []NoticeRow
	Unread int    // of the rows
	To     string // instant of the newest, which "mark all read" goes up to; UTC microseconds
	Empty  web.Empty
}

// NoticeRow is one notice.
type NoticeRow struct {
	Icon, Text, Number, Subject string
	At                          web.When
	Open                        string // address of the form that opens it
	Read                        bool
}

// noticesShown is how many notices a page shows; older ones are of no use to anybody.
const noticesShown = 100

func (d *desk) notices(w http.ResponseWriter, r *http.Request) error {
	list, err := d.Cases.Notices(r.Context(), web.CurrentActor(r), noticesShown)
	if err != nil {
		return err
	}
	page := NoticesPage{Page: d.Site.Page(r, "desk.nav.notices", "notices")}
	kinds := []string{"warning", "breach", "assigned", "customer_wrote", "priority_requested", "joined", "mail_refused", "mail_unknown", "address_fails", "owner_departed", "task_answered", "task_late"}
	icons := []string{"clock-alert", "octagon-alert", "user-check", "message-square", "arrow-up-right", "corner-down-left", "mail", "mail", "mail", "user-x", "circle-check", "clock-alert"}
	for _, n := range list {
		row := NoticeRow{Icon: "bell", Text: page.T("desk.notice.other"), Number: n.Number, Subject: n.Subject, At: page.When(n.At), Read: n.Read, Open: "/desk/notices/" + n.ID.String() + "/open"}
		if !n.Read {
			page.Unread++
		}
		if i := slices.Index(kinds, n.Kind); i >= 0 {
			row.Icon, row.Text = icons[i], noticeText(page.Page, n)
		}
		page.Rows = append(page.Rows, row)
	}
	if len(list) > 0 {
		page.To = strconv.FormatInt(list[0].At.UnixMicro(), 10)
	}
	page.Empty = web.Empty{Icon: "bell", Title: page.T("desk.notice.none"), Text: page.T("desk.notice.none_text")}
	return d.Site.Render(w, r, http.StatusOK, page)
}

// noticeText says what a notice is about; of a warning and a breach which promise, how much of its time was used then, and
// when it is or was due.
func noticeText(page web.Page, n cases.Notice) string {
	if key := "desk.notice.clock_" + n.Kind; n.Clock != "" && !n.Due.IsZero() && page.Knows(key) {
		return page.T(key, "clock", page.T("clock."+n.Clock), "percent", n.Percent, "due", page.Instant(n.Due))
	}
	return page.T("desk.notice." + n.Kind)
}

// openNotice takes a notice for read and leads to its case. It is a form and no link: a GET changes nothing, and a
// browser that fetches links ahead has read nothing.
func (d *desk) openNotice(w http.ResponseWriter, r *http.Request) error {
	notice, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return errs.Missing()
	}
	number, err := d.Cases.OpenNotice(r.Context(), web.CurrentActor(r), notice)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/"+number, http.StatusSeeOther) //nolint:gosec // the number of a case, from the database
	return nil
}

// readNotices takes all notices for read that the page has shown.
func (d *desk) readNotices(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	to, err := strconv.ParseInt(form.Value("to"), 10, 64)
	if err != nil {
		return errs.BadFields(errs.BadField("to", "field.required"))
	}
	if err := d.Cases.ReadNotices(r.Context(), web.CurrentActor(r), time.UnixMicro(to).UTC()); err != nil {
		return err
	}
	return d.Site.Redirect(w, r, "/desk/notices", "desk_notices_read", "")
}
