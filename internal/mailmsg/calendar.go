package mailmsg

import (
	"strings"
	"time"
)

// calendarNote says in one line what an invitation is about, from its own words: the title of its event, and when it begins as
// the event itself says it. Nothing, when there is no event with a title.
func calendarNote(ics []byte) (notes []string) {
	var inside []string
	summary, start := "", ""
	for line := range strings.SplitSeq(unfolded(toUTF8(string(ics))), "\n") {
		name, params, value := property(line)
		switch name {
		case "BEGIN":
			inside = append(inside, strings.ToUpper(value))
		case "END":
			if n := len(inside); n > 0 {
				inside = inside[:n-1]
			}
			if strings.EqualFold(value, "VEVENT") && summary != "" { // further ones are exceptions of the first
				return invited(summary, start)
			}
		}
		if n := len(inside); n == 0 || inside[n-1] != "VEVENT" { // the beginnings of a zone's rules are no dates of the event
			continue
		}
		switch name {
		case "SUMMARY":
			summary = visible(unescaped(value))
		case "DTSTART":
			start = visible(beginning(params, value))
		}
	}
	return invited(summary, start)
}

// answersInvitation reports whether a calendar part says whether somebody comes, which programs write themselves.
func answersInvitation(ics []byte) bool {
	for line := range strings.SplitSeq(unfolded(string(ics[:min(len(ics), maxHead)])), "\n") {
		if name, _, value := property(line); name == "METHOD" {
			return strings.EqualFold(value, "REPLY") || strings.EqualFold(value, "COUNTER")
		}
	}
	return false
}

func invited(summary, start string) []string {
	if summary == "" {
		return nil
	}
	return []string{strings.TrimSuffix("[invite.ics] "+summary+", "+start, ", ")}
}

// unfolded joins the lines of an RFC 5545 text that were cut for their length.
func unfolded(s string) string {
	return strings.NewReplacer("\n ", "", "\n\t", "").Replace(strings.ReplaceAll(s, "\r\n", "\n"))
}

// property divides a line into its name in upper case, its parameters and its value.
func property(line string) (name, params, value string) {
	quoted := false
	for i, r := range line {
		if r == '"' {
			quoted = !quoted
		}
		if r == ':' && !quoted {
			name, params, _ = strings.Cut(line[:i], ";")
			return strings.ToUpper(strings.TrimSpace(name)), params, strings.TrimSpace(line[i+1:])
		}
	}
	return "", "", ""
}

// unescaped reads the escapes of a text of RFC 5545.
func unescaped(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\,`, `,`, `\;`, `;`, `\n`, " ", `\N`, " ").Replace(s)
}

// beginning is a date, or an instant with the zone that the event names for it, as people read them; as it came when it is neither.
func beginning(params, value string) string {
	if day, err := time.Parse("20060102", value); err == nil {
		return day.Format(time.DateOnly)
	}
	if at, err := time.Parse("20060102T150405Z", value); err == nil {
		return at.Format("2006-01-02 15:04") + " UTC"
	}
	at, err := time.Parse("20060102T150405", value)
	if err != nil {
		return value
	}
	for p := range strings.SplitSeq(params, ";") {
		if key, zone, _ := strings.Cut(p, "="); strings.EqualFold(key, "TZID") {
			return at.Format("2006-01-02 15:04") + " " + strings.Trim(zone, `"`)
		}
	}
	return at.Format("2006-01-02 15:04")
}
