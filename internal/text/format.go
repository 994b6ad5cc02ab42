package text

import (
	"fmt"
	"time"
)

// Formatter writes times and sizes for one reader. Zone is the reader's; nil is UTC. Now is the present instant:
// it decides what is "today", and which offset a zone has.
//
// Its words are shapes of numbers, not sentences, so they stand here beside the code that fills them in and not in
// the catalogue.
type Formatter struct {
	Lang  Lang
	Zone  *time.Location
	Now   time.Time
	Dated bool // instants always have their date: for paper, on which "today" is wrong tomorrow
}

// Units are the shapes of a duration, for the script that keeps countdowns moving in the browser.
// In each, %d is the larger and %02d the smaller number.
type Units struct {
	DaysHours    string `json:"dh"` // "%dd %dh"
	Days         string `json:"d"`
	HoursMinutes string `json:"hm"`
	Hours        string `json:"h"`
	Minutes      string `json:"m"`
	Seconds      string `json:"s"`
	Over         string `json:"over"` // "%s over": a countdown past its end
}

// Units are the shapes of durations in the reader's language.
func (f Formatter) Units() Units {
	if f.Lang == Chinese {
		return Units{"%d天%d小时", "%d天", "%d小时%02d分", "%d小时", "%d分钟", "%d秒", "超时%s"}
	}
	return Units{"%dd %dh", "%dd", "%dh %02dm", "%dh", "%dm", "%ds", "%s over"}
}

// Duration writes the two largest units of d and cuts the rest off: "1d 17h", "5h 12m", "24m", "40s".
// Its sign is left out.
func (f Formatter) Duration(d time.Duration) string {
	u := f.Units()
	d = d.Abs()
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf(u.DaysHours, days, hours)
	case days > 0:
		return fmt.Sprintf(u.Days, days)
	case hours > 0 && minutes > 0:
		return fmt.Sprintf(u.HoursMinutes, hours, minutes)
	case hours > 0:
		return fmt.Sprintf(u.Hours, hours)
	case minutes > 0 || d < time.Second:
		return fmt.Sprintf(u.Minutes, minutes)
	}
	return fmt.Sprintf(u.Seconds, int(d/time.Second))
}

// Countdown is the time from Now until due, or how long due has been over: "24m", "18m over".
func (f Formatter) Countdown(due time.Time) string {
	left := due.Sub(f.Now)
	if left < 0 {
		return fmt.Sprintf(f.Units().Over, f.Duration(left))
	}
	return f.Duration(left)
}

// Instant writes t in the reader's zone, as short as it stays clear: "today 11:04", "20 Nov 11:04", and with the
// year when it is another one.
func (f Formatter) Instant(t time.Time) string {
	t, now := t.In(f.zone()), f.Now.In(f.zone())
	clock := t.Format("15:04")
	if f.Dated {
		return f.Date(t) + " " + clock
	}
	if word := f.dayWord(daysBetween(now, t)); word != "" {
		return word + " " + clock
	}
	if t.Year() != now.Year() {
		return f.Date(t) + " " + clock
	}
	if f.Lang == Chinese {
		return t.Format("1月2日") + " " + clock
	}
	return t.Format("2 Jan") + " " + clock
}

// Clock is the time of day of t in the reader's zone: "11:04".
func (f Formatter) Clock(t time.Time) string { return t.In(f.zone()).Format("15:04") }

// Date is the reader's local date of t, with its year: "1 Jan 2027". For a date without an instant (an invoice's due
// day, an end of support) use CivilDate: it never moves with the zone.
func (f Formatter) Date(t time.Time) string {
	t = t.In(f.zone())
	return f.CivilDate(t.Year(), t.Month(), t.Day())
}

// CivilDate is a calendar date as it stands, in no zone.
func (f Formatter) CivilDate(year int, month time.Month, day int) string {
	if f.Lang == Chinese {
		return fmt.Sprintf("%d年%d月%d日", year, int(month), day)
	}
	return fmt.Sprintf("%d %s %d", day, month.String()[:3], year)
}

// DateISO is the reader's local date of t for tables: "2027-01-01".
func (f Formatter) DateISO(t time.Time) string { return t.In(f.zone()).Format(time.DateOnly) }

// Full is t to the minute with the zone's offset and in UTC, for a tooltip: "20 Nov 2026 11:04 (UTC+8), 03:04 UTC".
func (f Formatter) Full(t time.Time) string {
	t = t.In(f.zone())
	utc := t.UTC()
	there := utc.Format("15:04")
	if utc.YearDay() != t.YearDay() {
		there = f.in(time.UTC).Date(utc) + " " + there
	}
	full := fmt.Sprintf("%s %s (%s)", f.Date(t), t.Format("15:04"), offset(t))
	if offset(t) == "UTC" {
		return f.Date(t) + " " + t.Format("15:04") + " UTC"
	}
	if f.Lang == Chinese {
		return full + "，" + there + " UTC"
	}
	return full + ", " + there + " UTC"
}

// Size writes a number of bytes in decimal units: "612 MB", "1.8 GB".
func (f Formatter) Size(bytes int64) string {
	if bytes < 1000 {
		return fmt.Sprintf("%d B", bytes)
	}
	v, units := float64(bytes), []string{"B", "KB", "MB", "GB", "TB", "PB", "EB"}
	i := 0
	for v >= 999.5 && i < len(units)-1 {
		v /= 1000
		i++
	}
	if v < 9.95 {
		return fmt.Sprintf("%.1f %s", v, units[i])
	}
	return fmt.Sprintf("%.0f %s", v, units[i])
}

func (f Formatter) in(zone *time.Location) Formatter {
	f.Zone = zone
	return f
}

func (f Formatter) zone() *time.Location {
	if f.Zone == nil {
		return time.UTC
	}
	return f.Zone
}

// dayWord is the word for a day that is days away, "" when it has none.
func (f Formatter) dayWord(days int) string {
	words := map[int]string{-1: "yesterday", 0: "today", 1: "tomorrow"}
	if f.Lang == Chinese {
		words = map[int]string{-1: "昨天", 0: "今天", 1: "明天"}
	}
	return words[days]
}

// daysBetween counts the midnights from a to b by their dates, so that a day of 23 or 25 hours is one day.
func daysBetween(a, b time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(b).Sub(day(a)) / (24 * time.Hour))
}
