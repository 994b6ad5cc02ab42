package dayfile

import (
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/errs"
)

// What our own feeds say beyond the words of iCalendar: the open hours of a day, and whether a closed one is so by law or by
// announcement.
const (
	hoursProperty     = "X-LIAISON-HOURS"
	certaintyProperty = "X-LIAISON-CERTAINTY"
)

// icalendar reads the events of a calendar. What stands inside an event in a further BEGIN (an alarm) and everything
// outside of events (time zones, tasks) says nothing about days.
func (r *reader) icalendar(text string) error {
	if first, _, _ := strings.Cut(text, "\n"); !strings.EqualFold(strings.TrimSpace(first), "BEGIN:VCALENDAR") {
		return errs.New(errs.Invalid, "dayfile.no_calendar")
	}
	var ev *event
	var all []*event
	inside := 0 // depth of what an event contains
	for at := 0; at < len(text); {
		var l contentLine
		var ok bool
		l, ok, at, r.line = nextLine(text, at, r.line)
		switch {
		case !ok && ev != nil:
			ev.broken = true
		case !ok:
		case l.name == "BEGIN" && ev != nil:
			inside++
		case l.name == "BEGIN" && strings.EqualFold(l.value, "VEVENT"):
			if len(all) >= maxEvents {
				return errs.New(errs.Invalid, "dayfile.too_many", "most", maxEvents)
			}
			ev = &event{line: l.at}
		case l.name == "END" && inside > 0:
			inside--
		case l.name == "END" && ev != nil && strings.EqualFold(l.value, "VEVENT"):
			all, ev = append(all, ev), nil
		case ev != nil && inside == 0:
			ev.take(l)
		}
	}
	replaceInstances(all)
	for _, e := range all {
		if err := r.event(e); err != nil {
			return err
		}
	}
	if ev != nil {
		r.skip(ev.line, "dayfile.cut_off", ev.summary)
	}
	return nil
}

// replaceInstances takes out of each series the instances for which the file has an event of their own: moved, renamed or
// cancelled (RFC 5545, RECURRENCE-ID). It may stand before its series.
func replaceInstances(all []*event) {
	replaced := map[string][]string{} // by UID
	for _, e := range all {
		if e.instance != "" {
			replaced[e.uid] = append(replaced[e.uid], e.instance)
		}
	}
	for _, e := range all {
		if e.instance == "" && e.uid != "" {
			e.minus = append(e.minus, replaced[e.uid]...)
		}
	}
}

// contentLine is one unfolded line: NAME;PARAM=value:value.
type contentLine struct {
	at     int // number of its first line
	name   string
	params string // ";VALUE=DATE;TZID=..." in capitals
	value  string
}

// nextLine unfolds the line that begins at byte at; line counts the lines read. ok is false for what is no content
// line, or too long a one.
func nextLine(text string, at, line int) (l contentLine, ok bool, next, now int) {
	line++
	l.at = line
	var b strings.Builder
	for first := true; at < len(text); first = false {
		if !first && text[at] != ' ' && text[at] != '\t' {
			break
		}
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			end = len(text) - at
		}
		part := strings.TrimSuffix(text[at:at+end], "\r")
		if !first {
			part, line = part[1:], line+1
		}
		if b.Len() <= maxLine {
			b.WriteString(part)
		}
		at = min(at+end+1, len(text))
	}
	whole := b.String()
	if colon := outsideQuotes(whole, ':'); colon > 0 && len(whole) <= maxLine {
		head := whole[:colon]
		l.value = whole[colon+1:]
		l.name = strings.ToUpper(head)
		if semi := strings.IndexByte(head, ';'); semi >= 0 {
			l.name, l.params = strings.ToUpper(head[:semi]), strings.ToUpper(head[semi:])
		}
		l.name = strings.TrimSpace(l.name)
		ok = true
	}
	return l, ok, at, line
}

// outsideQuotes is the first place of sep outside of double quotes, -1 for none.
func outsideQuotes(s string, sep byte) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			return i
		}
	}
	return -1
}

// event is what an event says about days.
type event struct {
	line              int
	uid, instance     string // of a series, and of the day in it that this event stands for
	summary           string
	start, end        string
	startIn, endIn    string // parameters: the zones
	timed, broken     bool   // it has an hour; a line of it could not be read
	duration, rule    string
	plus, minus       []string // RDATE, EXDATE
	hours, certainty  string
	cancelled, unsure bool
}

func (e *event) take(l contentLine) {
	switch l.name {
	case "UID":
		e.uid = l.value
	case "RECURRENCE-ID":
		e.instance = l.value
		if strings.Contains(l.params, "RANGE=") {
			e.broken = true // this one and all that follow: which those are, the file leaves to the reader
		}
	case "SUMMARY":
		e.summary = unescape(l.value)
	case "DTSTART":
		e.start, e.startIn = l.value, l.params
		e.timed = strings.ContainsAny(l.value, "Tt")
	case "DTEND":
		e.end, e.endIn = l.value, l.params
	case "DURATION":
		e.duration = l.value
	case "RRULE":
		if e.rule != "" {
			e.broken = true // two rules: RFC 5545 advises against it, and nobody could say what is meant
		}
		e.rule = l.value
	case "RDATE":
		e.plus = append(e.plus, strings.Split(l.value, ",")...)
	case "EXDATE":
		e.minus = append(e.minus, strings.Split(l.value, ",")...)
	case hoursProperty:
		e.hours = l.value
	case certaintyProperty:
		e.certainty = l.value
	case "STATUS":
		e.cancelled = strings.EqualFold(l.value, "CANCELLED")
		e.unsure = strings.EqualFold(l.value, "TENTATIVE")
	}
}

// event proposes the days of one event.
func (r *reader) event(e *event) error {
	start, ok := basicDate(e.start)
	switch {
	case e.cancelled:
		return nil
	case e.broken:
		r.skip(e.line, "dayfile.unreadable", e.summary)
		return nil
	case !ok:
		r.skip(e.line, "dayfile.bad_date", e.start)
		return nil
	case e.timed && !e.wholeDays():
		r.skip(e.line, "dayfile.has_hours", e.summary)
		return nil
	}
	days, ok := e.span(start)
	if !ok {
		r.skip(e.line, "dayfile.bad_length", e.summary)
		return nil
	}
	starts, key, walked := e.starts(start, r.years)
	if r.walked += walked; r.walked > maxWalked {
		return errs.New(errs.Invalid, "dayfile.too_many", "most", maxDays)
	}
	if key != "" {
		r.skip(e.line, key, e.rule)
		return nil
	}
	entry := Entry{Name: e.summary, Line: e.line}
	if entry.Certainty, ok = certainty(e.certainty); !ok {
		r.skip(e.line, "dayfile.bad_certainty", e.certainty)
		return nil
	}
	if e.unsure {
		entry.Certainty = estimated
	}
	if e.hours != "" {
		if entry.Windows, entry.Hours = windows(e.hours); !entry.Hours {
			r.skip(e.line, "dayfile.bad_hours", e.hours)
			return nil
		}
	}
	without := map[calendar.Date]bool{}
	for _, s := range e.minus {
		if d, ok := basicDate(s); ok {
			without[d] = true
		}
	}
	for _, first := range starts {
		for i := 0; i < days && !without[first]; i++ {
			entry.Date = first.AddDays(i)
			if err := r.add(entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// wholeDays reports whether an event with hours runs from a midnight to a midnight of one zone: some programs write days
// off in that way. Midnight of UTC is none of the place, and an event without an end lasts for an instant.
func (e *event) wholeDays() bool {
	if e.end == "" {
		_, ok := durationDays(e.duration)
		return isMidnight(e.start) && e.duration != "" && ok
	}
	return isMidnight(e.start) && isMidnight(e.end) && e.startIn == e.endIn && strings.TrimSpace(e.start) != strings.TrimSpace(e.end)
}

// isMidnight reads "20261224T000000": the local time of a zone, so there is no Z behind it.
func isMidnight(s string) bool {
	day, hour, ok := strings.Cut(strings.ToUpper(strings.TrimSpace(s)), "T")
	return ok && len(day) == len("20261224") && hour == "000000"
}

// span is how many days an event lasts; DTEND is exclusive. A missing or equal end is one day.
func (e *event) span(start calendar.Date) (int, bool) {
	if e.end == "" {
		return durationDays(e.duration)
	}
	end, ok := basicDate(e.end)
	if !ok {
		return 0, false
	}
	days := max(1, end.Compare(start))
	return days, end.Compare(start) >= 0 && days <= maxSpan
}

// durationDays reads "P3D" and "P1W"; "" is one day.
func durationDays(s string) (int, bool) {
	if s == "" {
		return 1, true
	}
	times := 1
	switch {
	case !strings.HasPrefix(s, "P") || len(s) < 3 || len(s) > 5:
		return 0, false
	case strings.HasSuffix(s, "W"):
		times = 7
	case !strings.HasSuffix(s, "D"):
		return 0, false
	}
	n, ok := digits(s[1 : len(s)-1])
	n *= times
	return n, ok && n >= 1 && n <= maxSpan
}

// starts are the days on which an event begins in the years wanted: its own, those of its rule and those added.
// walked is how many years were looked at for them.
func (e *event) starts(start calendar.Date, years Years) (found []calendar.Date, problem string, walked int) {
	// An event of the last days of December may reach into the first year wanted.
	from := Years{years.First - 1, years.Last}
	if e.rule != "" {
		rule, ok := parseRule(e.rule, e.timed)
		if !ok {
			return nil, "dayfile.other_rule", 0
		}
		if walked = rule.walks(start, from); walked > maxYears {
			return nil, "dayfile.other_rule", 0
		}
		found = rule.days(start, from)
	} else if from.Holds(start) {
		found = append(found, start)
	}
	for _, s := range e.plus {
		if d, ok := basicDate(s); ok && from.Holds(d) && len(found) < maxDays {
			found = append(found, d)
		}
	}
	return found, "", walked
}

// basicDate reads the day of "20261224" and of "20261224T090000Z"; a day that the month does not have is none.
func basicDate(s string) (calendar.Date, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 8 && (s[8] == 'T' || s[8] == 't') {
		s = s[:8]
	}
	t, err := time.Parse("20060102", s)
	if err != nil || t.Year() < 1 {
		return calendar.Date{}, false
	}
	return calendar.DateOf(t, time.UTC), true
}

// unescape reads a TEXT value of RFC 5545.
func unescape(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\n`, " ", `\N`, " ", `\,`, ",", `\;`, ";").Replace(s)
}

func digits(s string) (n int, ok bool) {
	if s == "" || len(s) > 6 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
