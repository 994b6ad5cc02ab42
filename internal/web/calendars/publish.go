package calendars

import (
	"net/http"
	"slices"
	"time"

	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/web"
)

// PublishPage is everything that waits in drafts, what it would do to the open cases, and the button.
type PublishPage struct {
	web.Page
	web.Form
	Problem   *web.Notice
	Countries []PublishRow
	Zone      string // of the entry
	Edition   string // that it would become
	Seen      string // digest of what is shown
	Effective web.When
	Open      int // cases that were looked at
	Breaches  int
	Moved     []MovedRow
	More      int // that move and are not shown
	Previewed bool
	Rest      bool // shown is what remains without the days that have passed: they have to be taken back first
	Empty     web.Empty
}

// PublishRow is one country's changes.
type PublishRow struct {
	Name, Href string
	Changes    []ChangeRow
}

// MovedRow is an open case that would be due at another time.
type MovedRow struct {
	Number, Customer, Kind string
	Prio                   web.Prio
	Before, After          web.When
	Breaches               bool
}

// maxMoved is how many cases the page names.
const maxMoved = 200

// publishing shows what publishing would do, by default from the next full hour but one.
func (o Options) publishing(w http.ResponseWriter, r *http.Request) error {
	from := r.URL.Query().Get("from")
	if from == "" {
		from = o.Site.Clock.Now().In(o.Policy.Now().Vendor.Zone).Truncate(time.Hour).Add(2 * time.Hour).Format(localTime)
	}
	page := PublishPage{Page: o.Site.Page(r, "calendars.publish", "calendars"), Form: web.NewForm("from", from)}
	return o.preview(w, r, http.StatusOK, page, nil)
}

// preview draws the page; refused is why the drafts were not published.
func (o Options) preview(w http.ResponseWriter, r *http.Request, status int, page PublishPage, refused error) error {
	actor := web.CurrentActor(r)
	all, err := o.Almanac.Pending(r.Context(), actor)
	if err != nil {
		return err
	}
	zone := o.Policy.Now().Vendor.Zone
	there := page.Page
	there.Format.Zone = zone
	page.Zone = there.ZoneName()
	page.Page.Title = page.T("calendars.publish")
	page.Empty = web.Empty{Icon: "calendar-clock", Title: page.T("calendars.draft_none"), Text: page.T("calendars.draft_empty")}
	for _, d := range all {
		row := PublishRow{Name: page.Page.Format.Country(d.Country), Href: base + "/" + d.Country}
		for _, c := range d.Changes {
			row.Changes = append(row.Changes, ChangeRow{Date: civil(page.Page, c.Before.Date), ISO: c.Before.Date.String(),
				Before: dayText(page.Page, c.Before), After: dayText(page.Page, c.After)})
		}
		row.Changes = append(row.Changes, weekRows(page.Page, d)...)
		page.Countries = append(page.Countries, row)
	}
	if err = refused; (err == nil || tooLate(err)) && len(all) > 0 {
		err = o.fill(r, &page, zone)
	}
	if err != nil {
		form, ok := there.Explain(page.Form, err) // in the zone in which the instant was typed
		if page.Form = form; !ok {
			n, ok := there.Refusal(err)
			if page.Problem = &n; !ok {
				return err
			}
		}
	}
	return o.Site.Render(w, r, status, page)
}

// fill looks at the open cases.
func (o Options) fill(r *http.Request, page *PublishPage, zone *time.Location) error {
	from, err := instantOf(page.Value("from"), zone)
	if err != nil {
		return err
	}
	v, err := o.Almanac.Preview(r.Context(), web.CurrentActor(r), from)
	refused := err
	if tooLate(err) {
		v, page.Rest, err = o.Almanac.PreviewRest(r.Context(), web.CurrentActor(r), from)
	}
	if err != nil || refused != nil && !page.Rest {
		if refused != nil {
			return refused
		}
		return err
	}
	page.Previewed, page.Edition, page.Seen, page.Effective = !page.Rest, v.Edition, v.Digest, page.When(from)
	page.Open, page.Breaches = v.Open, v.Breaches
	for i, m := range v.Moved {
		if i == maxMoved {
			page.More = len(v.Moved) - i
			break
		}
		page.Moved = append(page.Moved, MovedRow{Number: m.Number, Customer: m.Customer, Kind: page.T("clock." + string(m.Kind)),
			Prio: web.Prio{Level: cases.ParsePriority(m.Priority)}, Before: page.When(m.Before), After: page.When(m.After), Breaches: m.Breaches})
	}
	return refused
}

// tooLate reports whether drafts are refused because a day of them is over by then.
func tooLate(err error) bool {
	e := errs.As(err)
	return e != nil && slices.ContainsFunc(e.Fields, func(f errs.Field) bool { return f.Key == "calendars.field.effective_late" })
}

// instantOf reads a local time in the vendor's zone, which decides the day of what takes effect.
func instantOf(s string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(localTime, s, zone)
	if err != nil {
		return time.Time{}, errs.BadFields(errs.BadField("from", "calendars.field.instant"))
	}
	if t.Year() < firstYear || t.Year() > lastYear {
		return time.Time{}, errs.BadFields(errs.BadField("from", "calendars.field.years", "first", firstYear, "last", lastYear))
	}
	return t, nil
}

// publish makes the drafts an edition. When it is refused, the page says why and keeps what was typed.
func (o Options) publish(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	from, err := instantOf(form.Value("from"), o.Policy.Now().Vendor.Zone)
	if err == nil {
		_, err = o.Almanac.Publish(r.Context(), web.CurrentActor(r), from, form.Value("seen"))
	}
	if err != nil {
		page := PublishPage{Page: o.Site.Page(r, "calendars.publish", "calendars"), Form: form}
		return o.preview(w, r, web.StatusOf(err), page, err)
	}
	return o.Site.Redirect(w, r, base, "calendar_published", "")
}
