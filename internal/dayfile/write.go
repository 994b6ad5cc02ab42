package dayfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"liaison/internal/calendar"
	"liaison/internal/sheet"
)

// Day is a day to be written.
type Day struct {
	Date      calendar.Date
	Name      string
	NameZh    string
	Certainty string            // statutory, announced, estimated; "" for hours by exception
	Windows   []calendar.Window // with Hours
	Hours     bool              // open in these hours, or with none closed, by exception
	Note      string            // one sentence for people, e.g. the open hours
	Since     time.Time         // the instant from which it reads as it does; zero: from the beginning
}

// Reads reports whether two days say the same, whenever they began to.
func (d Day) Reads(other Day) bool {
	return d.Date == other.Date && d.Name == other.Name && d.NameZh == other.NameZh && d.Certainty == other.Certainty && d.Hours == other.Hours &&
		slices.Equal(d.Windows, other.Windows) && d.Note == other.Note
}

// stamp is when the event of a day was written, in UTC. It stays until the day changes, and grows when it does.
func (d Day) stamp() string {
	if d.Since.IsZero() {
		return "20000101T000000Z"
	}
	return d.Since.UTC().Format("20060102T150405Z")
}

// Feed is a calendar to be written.
type Feed struct {
	ID       string // "emea-cet:DE": with the date it makes the identity of an event, which stays over all editions
	Host     string // of the installation, for the same identity
	Name     string
	Source   string
	Language string // "en" or "zh-Hans": of Name and of the days' names
	Days     []Day
}

// ICalendar writes the feed as RFC 5545: whole days, lines of at most 75 bytes that end in CR LF. The same feed gives
// the same bytes.
func (f Feed) ICalendar() []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fold(&b, fmt.Sprintf(format, args...)) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Liaison//calendars//%s", strings.ToUpper(f.Language))
	line("CALSCALE:GREGORIAN")
	line("METHOD:PUBLISH")
	line("NAME:%s", escape(f.Name))
	line("X-WR-CALNAME:%s", escape(f.Name))
	if f.Source != "" {
		line("DESCRIPTION:%s", escape(f.Source))
	}
	line("REFRESH-INTERVAL;VALUE=DURATION:P1D")
	for _, d := range f.Days {
		line("BEGIN:VEVENT")
		line("UID:%s/%s@%s", escape(f.ID), basic(d.Date), escape(f.Host))
		line("DTSTAMP:%s", d.stamp())
		if !d.Since.IsZero() {
			line("LAST-MODIFIED:%s", d.stamp())
		}
		line("DTSTART;VALUE=DATE:%s", basic(d.Date))
		line("DTEND;VALUE=DATE:%s", basic(d.Date.AddDays(1)))
		line("SUMMARY;LANGUAGE=%s:%s", f.Language, escape(d.Name))
		if d.Note != "" {
			line("DESCRIPTION:%s", escape(d.Note))
		}
		status := "CONFIRMED"
		if d.Certainty == estimated {
			status = "TENTATIVE"
		}
		line("STATUS:%s", status)
		line("TRANSP:TRANSPARENT")
		if d.Hours {
			line("%s:%s", hoursProperty, hoursText(d.Windows))
		}
		if d.Certainty != "" {
			line("%s:%s", certaintyProperty, d.Certainty)
		}
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return []byte(b.String())
}

// CSV writes the feed as the table that Read reads.
func (f Feed) CSV() []byte {
	var b strings.Builder
	w := sheet.NewWriter(&b).CRLF()
	err := w.Write(columns()...)
	for _, d := range f.Days {
		hours := ""
		if d.Hours {
			hours = hoursText(d.Windows)
		}
		err = errors.Join(err, w.Write(d.Date.String(), clean(d.Name), clean(d.NameZh), d.Certainty, hours))
	}
	if err = errors.Join(err, w.Flush()); err != nil {
		panic(err) // a strings.Builder takes everything
	}
	return []byte(b.String())
}

func basic(d calendar.Date) string {
	return fmt.Sprintf("%04d%02d%02d", d.Year, d.Month, d.Day)
}

// escape writes a TEXT value; it may hold no control character, so that no name can begin a line of its own.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`).Replace(clean(s))
}

// fold writes one line in pieces of at most 75 bytes, never inside a character.
func fold(b *strings.Builder, line string) {
	room := 75
	for len(line) > room {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut])
		b.WriteString("\r\n ")
		line, room = line[cut:], 74
	}
	b.WriteString(line)
	b.WriteString("\r\n")
}

// Around is the year of an instant with the one before and the two after: what a feed holds.
func Around(now time.Time) Years { return Years{First: now.Year() - 1, Last: now.Year() + 2} }
