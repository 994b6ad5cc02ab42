package calendars

import (
	"net/http"
	"slices"
	"strings"

	"liaison/internal/almanac"
	"liaison/internal/web"
)

const base = "/admin/calendars"

// ListPage is every list of days with how far it can be trusted.
type ListPage struct {
	web.Page
	Rows   []ListRow
	Due    int // countries whose review is due
	Edits  int // days that wait in drafts
	Adding []Option
}

// ListRow is one country's list.
type ListRow struct {
	Name, Href, Hours, Zone, Source, Feed, Table string

	Years []YearCell
	Edits int
}

// YearCell is one year of a list.
type YearCell struct {
	Year             int
	Days             string
	Text, Tone, Icon string
	Href             string
	Due              bool
}

// Option is a choice of a select box.
type Option struct {
	Value, Text string
	Selected    bool
}

func (o Options) list(w http.ResponseWriter, r *http.Request) error {
	if country := r.URL.Query().Get("country"); country != "" {
		http.Redirect(w, r, base+"/"+strings.ToUpper(firstLetters(country)), http.StatusSeeOther) //nolint:gosec // two letters behind an own path
		return nil
	}
	all, err := o.Almanac.Overview(r.Context(), web.CurrentActor(r))
	if err != nil {
		return err
	}
	page := ListPage{Page: o.Site.Page(r, "calendars.title", "calendars")}
	pack := o.Policy.Book().Last().Pack
	has := map[string]bool{}
	for _, e := range all {
		has[e.Country] = true
		row := ListRow{Name: page.Format.Country(e.Country), Href: base + "/" + e.Country, Source: e.Source, Edits: e.Edits,
			Feed: feedPath(e.Calendar, "ics"), Table: feedPath(e.Calendar, "csv")}
		there := page.Page
		there.Format.Zone = pack.Calendars[e.Calendar].Zone()
		row.Zone = there.ZoneName()
		due := false
		for _, y := range e.Years {
			cell := yearCell(page.Page, e.Country, y)
			due = due || y.Due
			row.Years = append(row.Years, cell)
		}
		if due {
			page.Due++
		}
		page.Edits += e.Edits
		page.Rows = append(page.Rows, row)
	}
	slices.SortFunc(page.Rows, func(a, b ListRow) int { return strings.Compare(a.Name, b.Name) })
	for _, g := range pack.HoursGroups {
		for _, c := range pack.Countries(g.Key) {
			if !has[c] && g.HolidaysOf == "" {
				page.Adding = append(page.Adding, Option{Value: c, Text: page.Format.Country(c)})
			}
		}
	}
	slices.SortFunc(page.Adding, func(a, b Option) int { return strings.Compare(a.Text, b.Text) })
	return o.Site.Render(w, r, http.StatusOK, page)
}

// firstLetters are the two letters of a country; what else was in the address is of no use.
func firstLetters(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s)
	return s[:min(2, len(s))]
}

func yearCell(p web.Page, country string, y almanac.Year) YearCell {
	c := YearCell{Year: y.Year, Due: y.Due, Href: yearPath(country, y.Year), Days: p.T("calendars.days", "count", y.Days),
		Text: p.T("calendars.state."+string(y.State), "count", y.Estimated)}
	switch y.State {
	case almanac.Missing:
		c.Tone, c.Icon = "suspended", "octagon-alert"
	case almanac.Estimated:
		c.Tone, c.Icon = "waiting", "hourglass"
	case almanac.Reviewed:
		c.Tone, c.Icon = "fix", "shield-check"
	default:
		c.Tone, c.Icon = "fix", "circle-check"
	}
	return c
}

func feedPath(calendar, kind string) string { return "/calendars/" + calendar + "." + kind }
