package admin

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/edition"
	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// PolicyPage is the editions of the policy, with the form for another one.
type PolicyPage struct {
	web.Page
	Form     web.Form
	Zone     string
	Problem  *web.Notice
	Problems []string
	Rows     []EditionRow
}

// EditionRow is an edition.
type EditionRow struct {
	Edition, Pack, Digest, By string
	InForce, Coming           bool
	Withdraw                  string    // path of the page that withdraws it; "" where that cannot be
	Withdrawn                 *web.When // nil: it stands
	From                      *web.When // nil: since ever
	At                        web.When
}

// PreviewPage is what publishing would do.
type PreviewPage struct {
	web.Page
	Edition, Effective, Archive string
	From                        *web.When // nil: since ever
	Lead, Losing                string
	Published                   bool   // these very files are an edition already
	Stands                      string // of one that is published: whether it holds
	Rows                        []MovedRow
	More                        int
	Lost                        []edition.Unserved
	Renumbered                  []string // clauses that have another number, in words
}

// MovedRow is a clock that moves.
type MovedRow struct {
	Number, Customer, Priority, Clock, By string
	Before, After                         web.When
	Breaches                              bool
}

// shownMoves is how many clocks the page lists; the command line and REST list all.
const shownMoves = 200

// localTime is how an <input type=datetime-local> writes an instant.
const localTime = "2006-01-02T15:04"

func (o Options) policyPages() []web.PageType {
	return []web.PageType{{File: "policy.html", Zero: PolicyPage{}, Layout: web.DeskLayout}, {File: "preview.html", Zero: PreviewPage{}, Layout: web.DeskLayout},
		{File: "withdraw.html", Zero: WithdrawPage{}, Layout: web.DeskLayout}}
}

func (o Options) policyRoutes() []web.Route {
	route := func(method, pattern, event, why string, h web.Handler) web.Route {
		return web.Route{Handle: h, MaxBody: 3 * edition.MaxArchive, Route: access.Route{Method: method, Pattern: pattern, Permission: access.AdminPolicy,
			Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: event, NoEventWhy: why}}
	}
	return []web.Route{
		route("GET", "/admin/policy", access.NoEvent, "", o.policy),
		route("POST", "/admin/policy/preview", access.NoEvent, "a preview computes and stores nothing", o.preview),
		route("POST", "/admin/policy/publish", "policy.published", "", o.publish),
		route("GET", "/admin/policy/{edition}/withdraw", access.NoEvent, "", o.askWithdrawal),
		route("POST", "/admin/policy/{edition}/withdraw", "policy.withdrawn", "", o.withdraw),
	}
}

func (o Options) policy(w http.ResponseWriter, r *http.Request) error {
	return o.showPolicy(w, r, web.Form{}, nil)
}

// showPolicy renders the list, and over the form what is wrong with what was sent.
func (o Options) showPolicy(w http.ResponseWriter, r *http.Request, f web.Form, wrong error) error {
	all, err := o.Editions.List(r.Context(), web.CurrentActor(r))
	if err != nil {
		return err
	}
	page := PolicyPage{Page: o.Site.Page(r, "admin.policy.title", "policy_admin"), Form: f}
	there := o.there(page.Page)
	page.Zone = there.ZoneName()
	status := http.StatusOK
	if wrong != nil {
		e := errs.As(wrong)
		status = map[errs.Kind]int{errs.Conflict: http.StatusConflict, errs.TooLarge: http.StatusRequestEntityTooLarge}[e.Kind]
		if status == 0 {
			status = http.StatusUnprocessableEntity
		}
		page.Problem = &web.Notice{Tone: "bad", Text: there.Say(wrong)} // in the zone in which the instant was typed
		if problems, ok := errors.AsType[policy.Problems](wrong); ok {
			for _, p := range problems {
				page.Problems = append(page.Problems, p.File+":"+strconv.Itoa(p.Line)+" "+p.Path+": "+page.T(p.Key, pairs(p.Args)...))
			}
		}
	}
	last := o.Editions.Book().Last().Pack.Edition
	for _, e := range all {
		row := EditionRow{Edition: e.Edition, Pack: e.Pack, Digest: e.Digest[:min(12, len(e.Digest))], By: e.By, InForce: e.InForce, At: page.When(e.PublishedAt)}
		if e.Effective != nil {
			from := page.When(*e.Effective)
			row.From, row.Coming = &from, e.WithdrawnAt == nil && e.Effective.After(page.Format.Now)
		}
		if e.WithdrawnAt != nil {
			gone := page.When(*e.WithdrawnAt)
			row.Withdrawn = &gone
		} else if row.Coming && e.Edition == last {
			row.Withdraw = "/admin/policy/" + url.PathEscape(e.Edition) + "/withdraw"
		}
		page.Rows = append(page.Rows, row)
	}
	return o.Site.Render(w, r, status, page)
}

// there is a page in the vendor's zone, in which instants are typed here.
func (o Options) there(p web.Page) web.Page {
	p.Format.Zone = o.zone()
	return p
}

func pairs(args map[string]any) (kv []any) {
	for k, v := range args {
		kv = append(kv, k, v)
	}
	return kv
}

func (o Options) zone() *time.Location { return o.Editions.Now().Vendor.Zone }

// sent reads the pack, from the file or from what the preview page kept of it (as text, which is longer), and the instant.
func (o Options) sent(r *http.Request) (d edition.Draft, archive []byte, f web.Form, err error) {
	f, err = web.ReadLarge(r, 2*edition.MaxArchive, func(_ string, body io.Reader) error {
		b, err := io.ReadAll(io.LimitReader(body, edition.MaxArchive+1))
		if len(b) > edition.MaxArchive {
			return errs.New(errs.TooLarge, "error.too_large", "limit", edition.MaxArchive)
		}
		archive = b
		return err
	})
	if err != nil {
		return d, nil, f, err
	}
	if len(archive) == 0 {
		if archive, err = base64.RawURLEncoding.DecodeString(f.Value("archive")); err != nil {
			return d, nil, f, errs.Because(errs.Invalid, "policy.archive_bad", err)
		}
	}
	if d.Effective, err = time.ParseInLocation(localTime, f.Value("effective"), o.zone()); err != nil {
		return d, nil, f, errs.New(errs.Invalid, "policy.no_instant")
	}
	d.Pack, err = o.Editions.Read(archive)
	return d, archive, f, err
}

// supportOn reads the date on which to look who loses support, zero for the instant from which the edition holds.
func supportOn(f web.Form) (calendar.Date, error) {
	text := f.Value("on")
	if text == "" {
		return calendar.Date{}, nil
	}
	on, err := calendar.ParseDate(text)
	if err != nil {
		return on, errs.New(errs.Invalid, "policy.no_date")
	}
	return on, nil
}

func (o Options) preview(w http.ResponseWriter, r *http.Request) error {
	d, archive, f, err := o.sent(r)
	switch {
	case errs.KindOf(err) == errs.Malformed:
		return err // no form: there is nothing to show again
	case err != nil:
		return o.showPolicy(w, r, f, err)
	}
	on, err := supportOn(f)
	if err != nil {
		return o.showPolicy(w, r, f, err)
	}
	v, err := o.Editions.Preview(r.Context(), web.CurrentActor(r), d.Pack, d.Effective, on)
	if err != nil {
		return o.showPolicy(w, r, f, err)
	}
	page := PreviewPage{Page: o.Site.Page(r, "admin.policy.preview", "policy_admin"), Edition: v.Edition, Effective: f.Value("effective"),
		Archive: base64.RawURLEncoding.EncodeToString(archive), Lost: v.Losing}
	page.Published = v.Published
	if page.Published {
		page.Stands = o.stands(page.Page, v.Edition)
	}
	if !v.Effective.IsZero() {
		from := page.When(v.Effective)
		page.From = &from
	}
	page.Lead = page.T("admin.policy.preview_lead", "open", v.Open, "moved", len(v.Moved), "breaches", v.Breaches)
	there := o.there(page.Page)
	page.Losing = page.T("admin.policy.losing", "count", len(v.Losing), "at", there.Instant(v.LosingAt), "zone", there.ZoneName())
	page.Rows, page.More = movedRows(page.Page, v.Moved)
	for _, m := range v.Renumbered {
		page.Renumbered = append(page.Renumbered, page.T("admin.policy.renumbered", "from", m.From, "title", m.Title.In(string(page.Lang)), "to", m.To))
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

// stands says of an edition that is published whether it holds: an older one does not come back by being sent again.
func (o Options) stands(page web.Page, name string) string {
	book, now := o.Editions.Book(), page.Format.Now
	e, _ := book.Named(name)
	held := book.At(now)
	switch later, _ := book.Named(held.Edition); {
	case e.From.After(now):
		return page.T("admin.policy.stands_coming", "from", page.Instant(e.From))
	case held.Edition == name:
		return page.T("admin.policy.stands")
	default:
		return page.T("admin.policy.stands_no_more", "edition", held.Edition, "since", page.Instant(later.From))
	}
}

// movedRows are the first of the clocks that move, and how many more there are.
func movedRows(page web.Page, moved []cases.Moved) (rows []MovedRow, more int) {
	for _, m := range moved[:min(shownMoves, len(moved))] {
		row := MovedRow{Number: m.Number, Customer: m.Customer, Priority: m.Priority, Clock: page.T("clock." + string(m.Kind)), Breaches: m.Breaches,
			By: "+" + page.Duration(m.Later()), Before: page.When(m.Before), After: page.When(m.After)}
		if m.Later() < 0 {
			row.By = "−" + page.Duration(-m.Later())
		}
		rows = append(rows, row)
	}
	return rows, len(moved) - len(rows)
}

func (o Options) publish(w http.ResponseWriter, r *http.Request) error {
	done := false
	d, _, f, err := o.sent(r)
	if err == nil {
		done, err = o.Editions.Publish(r.Context(), web.CurrentActor(r), d.Pack, d.Effective)
	}
	switch {
	case errs.KindOf(err) == errs.Malformed:
		return err
	case err != nil:
		return o.showPolicy(w, r, f, err)
	case !done:
		return o.Site.Redirect(w, r, "/admin/policy", "policy_same", "")
	}
	return o.Site.Redirect(w, r, "/admin/policy", "policy_published", "")
}
