package calendars

import (
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"liaison/internal/almanac"
	"liaison/internal/calendar"
	"liaison/internal/dayfile"
	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// feed hands out a calendar: "emea-cet:DE.ics" for calendar programs, "emea-cet:DE.csv" as a table.
func (o Options) feed(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("calendar")
	id, isFeed := strings.CutSuffix(name, ".ics")
	if !isFeed {
		var isTable bool
		if id, isTable = strings.CutSuffix(name, ".csv"); !isTable {
			return errs.Missing()
		}
	}
	page := o.Site.Page(r, "calendars.title", "")
	book := o.Policy.Book()
	pack := book.At(page.Format.Now)
	words := almanac.Wording{Language: string(page.Lang), Host: o.host(), Name: CalendarName(page, pack, id), Unnamed: page.T("calendars.other_hours"),
		Note: func(all []calendar.Window, zone string) string {
			return page.T("calendars.feed_hours", "hours", Hours(page, all), "zone", zone)
		}}
	if !isFeed {
		words.Language = almanac.English // the table has both languages beside each other
	}
	f, ok := almanac.Feed(book, id, page.Format.Now, words)
	if !ok {
		return errs.Missing()
	}
	return send(w, r, name, f)
}

// send hands out the feed as a file, or says that the reader has it already.
func send(w http.ResponseWriter, r *http.Request, name string, f dayfile.Feed) error {
	body, kind := f.ICalendar(), "text/calendar; charset=utf-8"
	if strings.HasSuffix(name, ".csv") {
		body, kind = f.CSV(), "text/csv; charset=utf-8"
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	if has(r.Header, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": strings.ReplaceAll(name, ":", "-")}))
	_, _ = w.Write(body) //nolint:gosec // a calendar or a table, and a file to keep; the reader has gone: nobody is left to tell
	return nil
}

// has reports whether the reader has what tag marks: If-None-Match is a list of tags, or * for whatever there is, and the W/
// that a proxy writes before one of what it has compressed says nothing about its words (RFC 9110, 13.1.2).
func has(h http.Header, tag string) bool {
	for _, list := range h.Values("If-None-Match") {
		for each := range strings.SplitSeq(list, ",") {
			if each = strings.TrimSpace(each); each == "*" || strings.TrimPrefix(each, "W/") == tag {
				return true
			}
		}
	}
	return false
}

func (o Options) host() string {
	if u, err := url.Parse(o.URL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}

// CalendarName names a calendar for people: its group's hours and the country, "Central European time, Germany".
func CalendarName(page web.Page, p *policy.Pack, id string) string {
	key, country, own := strings.Cut(id, ":")
	group, _ := p.HoursGroup(key)
	name := group.Names.In(string(page.Lang))
	if key == policy.AlwaysOpenID {
		return page.T("calendars.always")
	}
	if !own {
		return name
	}
	country, part, _ := strings.Cut(country, "-")
	where := page.Format.Country(country)
	for _, s := range p.Holidays[country].Subdivisions {
		if s.Code == part {
			where = s.Names.In(string(page.Lang))
		}
	}
	return page.T("calendars.name", "group", name, "country", where)
}

// Hours are the windows of a day in words.
func Hours(page web.Page, all []calendar.Window) string {
	if len(all) == 0 {
		return page.T("calendars.closed")
	}
	texts := make([]string, len(all))
	for i, w := range all {
		texts[i] = strings.Replace(w.String(), "-", "–", 1)
	}
	return strings.Join(texts, page.T("calendars.and"))
}
