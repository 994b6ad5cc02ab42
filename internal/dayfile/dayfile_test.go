package dayfile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"liaison/internal/calendar"
	"liaison/internal/dayfile"
	"liaison/internal/errs"
)

func wanted() dayfile.Years { return dayfile.Years{First: 2026, Last: 2027} }

func ics(events ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n"
}

func vevent(lines ...string) string {
	return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\n"
}

// said tells a result in few words: "2026-12-25 Name", "2026-12-24 Name 09:00-12:00 ?", "!7 dayfile.bad_date 20260230".
func said(r dayfile.Result) (all []string) {
	for _, e := range r.Entries {
		s := e.Date.String() + " " + e.Name
		if e.NameZh != "" {
			s += "/" + e.NameZh
		}
		for _, w := range e.Windows {
			s += " " + w.String()
		}
		if e.Hours && len(e.Windows) == 0 {
			s += " closed"
		}
		if e.Certainty == "estimated" {
			s += " ?"
		} else if e.Certainty != "" {
			s += " " + e.Certainty
		}
		all = append(all, s)
	}
	for _, s := range r.Skipped {
		all = append(all, fmt.Sprintf("!%d %s %s", s.Line, s.Key, s.Found))
	}
	return all
}

func TestWhatAFileProposes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a day", ics(vevent("UID:1", "DTSTART;VALUE=DATE:20261225", "SUMMARY:Christmas Day")), []string{"2026-12-25 Christmas Day"}},
		{"a folded name with signs", ics(vevent("DTSTART;VALUE=DATE:20261225", `SUMMARY;LANGUAGE=en:Christ`, ` mas\, first day\; closed`)),
			[]string{"2026-12-25 Christmas, first day; closed"}},
		{"lines that end in LF only, small letters", "begin:vcalendar\nBegin:VEvent\ndtstart:20261225\nsummary:X\nend:vevent\nend:vcalendar\n", []string{"2026-12-25 X"}},
		{"several days, the end is not one of them", ics(vevent("DTSTART;VALUE=DATE:20260215", "DTEND;VALUE=DATE:20260218", "SUMMARY:Spring Festival")),
			[]string{"2026-02-15 Spring Festival", "2026-02-16 Spring Festival", "2026-02-17 Spring Festival"}},
		{"a length", ics(vevent("DTSTART;VALUE=DATE:20261230", "DURATION:P3D", "SUMMARY:X")), []string{"2026-12-30 X", "2026-12-31 X", "2027-01-01 X"}},
		{"from the year before", ics(vevent("DTSTART;VALUE=DATE:20251230", "DURATION:P3D", "SUMMARY:X")), []string{"2026-01-01 X"}},
		{"other years are left out", ics(vevent("DTSTART;VALUE=DATE:20201225", "SUMMARY:X")), nil},
		{"tentative and cancelled", ics(vevent("DTSTART:20260320", "STATUS:TENTATIVE", "SUMMARY:Eid"), vevent("DTSTART:20260321", "STATUS:CANCELLED", "SUMMARY:Eid")),
			[]string{"2026-03-20 Eid ?"}},
		{"every year", ics(vevent("DTSTART;VALUE=DATE:19900501", "RRULE:FREQ=YEARLY", "SUMMARY:Labour Day")), []string{"2026-05-01 Labour Day", "2027-05-01 Labour Day"}},
		{"29 February of every year", ics(vevent("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY", "SUMMARY:X")), nil},
		{"third Monday of January", ics(vevent("DTSTART;VALUE=DATE:20000117", "RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=3MO", "SUMMARY:X")), []string{"2026-01-19 X", "2027-01-18 X"}},
		{"last Monday of May, without one year", ics(vevent("DTSTART;VALUE=DATE:20000529", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "EXDATE;VALUE=DATE:20260525", "SUMMARY:X")),
			[]string{"2027-05-31 X"}},
		{"until and count", ics(vevent("DTSTART;VALUE=DATE:20250601", "RRULE:FREQ=YEARLY;COUNT=2", "SUMMARY:X"), vevent("DTSTART;VALUE=DATE:20250602", "RRULE:FREQ=YEARLY;UNTIL=20260602", "SUMMARY:Y")),
			[]string{"2026-06-01 X", "2026-06-02 Y"}},
		{"every other year", ics(vevent("DTSTART;VALUE=DATE:20010601", "RRULE:FREQ=YEARLY;INTERVAL=2", "SUMMARY:X")), []string{"2027-06-01 X"}},
		{"the last day but one of February", ics(vevent("DTSTART;VALUE=DATE:20240228", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-2", "SUMMARY:X")), []string{"2026-02-27 X", "2027-02-27 X"}},
		{"the last day and the first but thirty", ics(vevent("DTSTART;VALUE=DATE:20240101", "RRULE:FREQ=YEARLY;BYMONTH=1,2;BYMONTHDAY=-1,-31;UNTIL=20261231", "SUMMARY:X")), []string{"2026-01-01 X", "2026-01-31 X", "2026-02-28 X"}},
		{"a day of every month", ics(vevent("DTSTART;VALUE=DATE:20261001", "RRULE:FREQ=YEARLY;BYMONTHDAY=1;COUNT=4", "SUMMARY:X")), []string{"2026-10-01 X", "2026-11-01 X", "2026-12-01 X", "2027-01-01 X"}},
		{"from midnight to midnight", ics(vevent("DTSTART;TZID=Europe/Berlin:20261224T000000", "DTEND;TZID=Europe/Berlin:20261226T000000", "SUMMARY:X")), []string{"2026-12-24 X", "2026-12-25 X"}},
		{"from midnight for days", ics(vevent("DTSTART:20261224T000000", "DURATION:P2D", "SUMMARY:X")), []string{"2026-12-24 X", "2026-12-25 X"}},
		{"from midnight to midnight, until midnight in UTC", ics(vevent("DTSTART;TZID=Europe/Berlin:20251224T000000", "DTEND;TZID=Europe/Berlin:20251225T000000",
			"RRULE:FREQ=YEARLY;UNTIL=20261223T230000Z", "EXDATE;TZID=Europe/Berlin:20251224T000000", "SUMMARY:X")), []string{"2026-12-24 X"}},
		{"further days", ics(vevent("DTSTART;VALUE=DATE:20260601", "RDATE;VALUE=DATE:20260701,20270801", "SUMMARY:X")), []string{"2026-06-01 X", "2026-07-01 X", "2027-08-01 X"}},
		{"an instance that was moved", ics(vevent("UID:a", "DTSTART;VALUE=DATE:20200601", "RRULE:FREQ=YEARLY", "SUMMARY:X"),
			vevent("UID:a", "RECURRENCE-ID;VALUE=DATE:20270601", "DTSTART;VALUE=DATE:20270602", "SUMMARY:X moved")), []string{"2026-06-01 X", "2027-06-02 X moved"}},
		{"an instance that stands before its series, for days", ics(vevent("UID:a", "RECURRENCE-ID;VALUE=DATE:20260601", "DTSTART;VALUE=DATE:20260602", "SUMMARY:Y"),
			vevent("UID:a", "DTSTART;VALUE=DATE:20200601", "DURATION:P2D", "RRULE:FREQ=YEARLY", "SUMMARY:X")), []string{"2026-06-02 Y", "2027-06-01 X", "2027-06-02 X"}},
		{"an instance that was cancelled", ics(vevent("UID:a", "DTSTART;VALUE=DATE:20200601", "RRULE:FREQ=YEARLY", "SUMMARY:X"),
			vevent("UID:a", "RECURRENCE-ID;VALUE=DATE:20260601", "DTSTART;VALUE=DATE:20260601", "STATUS:CANCELLED", "SUMMARY:X")), []string{"2027-06-01 X"}},
		{"an instance of another series", ics(vevent("UID:a", "DTSTART;VALUE=DATE:20200601", "RRULE:FREQ=YEARLY", "SUMMARY:X"),
			vevent("UID:b", "RECURRENCE-ID;VALUE=DATE:20270601", "DTSTART;VALUE=DATE:20270602", "SUMMARY:Y")), []string{"2026-06-01 X", "2027-06-01 X", "2027-06-02 Y"}},
		{"an instance and all that follow", ics(vevent("UID:a", "DTSTART;VALUE=DATE:20200601", "RRULE:FREQ=YEARLY", "SUMMARY:X"),
			vevent("UID:a", "RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20270601", "DTSTART;VALUE=DATE:20270602", "SUMMARY:Y")), []string{"2026-06-01 X", "!9 dayfile.unreadable Y"}},
		{"our own certainty", ics(vevent("DTSTART;VALUE=DATE:20261225", "SUMMARY:X", "STATUS:CONFIRMED", "X-LIAISON-CERTAINTY:Statutory")), []string{"2026-12-25 X statutory"}},
		{"a certainty that is none", ics(vevent("DTSTART;VALUE=DATE:20261225", "SUMMARY:X", "X-LIAISON-CERTAINTY:sure")), []string{"!3 dayfile.bad_certainty sure"}},
		{"our own hours", ics(vevent("DTSTART;VALUE=DATE:20261224", "SUMMARY:Eve", "X-LIAISON-HOURS:09:00-12:00")), []string{"2026-12-24 Eve 09:00-12:00"}},
		{"an alarm inside", ics(vevent("DTSTART;VALUE=DATE:20261225", "SUMMARY:X", "BEGIN:VALARM", "SUMMARY:wake up", "DTSTART:20200101", "END:VALARM")), []string{"2026-12-25 X"}},
		{"no characters that steer", ics(vevent("DTSTART:20261225", "SUMMARY:a\u202eb\x07c\\nd")), []string{"2026-12-25 abc d"}},

		{"30 February", ics(vevent("DTSTART;VALUE=DATE:20260230", "SUMMARY:X")), []string{"!3 dayfile.bad_date 20260230"}},
		{"an hour of a day", ics(vevent("DTSTART;TZID=Europe/Berlin:20261224T120000", "SUMMARY:Lunch")), []string{"!3 dayfile.has_hours Lunch"}},
		{"midnight of other zones", ics(vevent("DTSTART;TZID=Europe/Berlin:20261224T000000", "DTEND;TZID=Asia/Tokyo:20261225T000000", "SUMMARY:A"),
			vevent("DTSTART:20261224T000000Z", "DTEND:20261225T000000Z", "SUMMARY:B"), vevent("DTSTART;TZID=Europe/Berlin:20261224T000000", "SUMMARY:C"),
			vevent("DTSTART;TZID=Europe/Berlin:20261224T000000", "DURATION:PT24H", "SUMMARY:D")),
			[]string{"!3 dayfile.has_hours A", "!8 dayfile.has_hours B", "!13 dayfile.has_hours C", "!17 dayfile.has_hours D"}},
		{"no day -32", ics(vevent("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=YEARLY;BYMONTHDAY=-32", "SUMMARY:X")), []string{"!3 dayfile.other_rule FREQ=YEARLY;BYMONTHDAY=-32"}},
		{"every second", ics(vevent("DTSTART;VALUE=DATE:19700101", "RRULE:FREQ=SECONDLY", "SUMMARY:X")), []string{"!3 dayfile.other_rule FREQ=SECONDLY"}},
		{"every day", ics(vevent("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY;COUNT=99999", "SUMMARY:X")), []string{"!3 dayfile.other_rule FREQ=DAILY;COUNT=99999"}},
		{"by the second of a year", ics(vevent("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=YEARLY;BYSECOND=1", "SUMMARY:X")), []string{"!3 dayfile.other_rule FREQ=YEARLY;BYSECOND=1"}},
		{"counted since antiquity", ics(vevent("DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=YEARLY;COUNT=9999", "SUMMARY:X")), []string{"!3 dayfile.other_rule FREQ=YEARLY;COUNT=9999"}},
		{"a thousand years long", ics(vevent("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:30260101", "SUMMARY:X")), []string{"!3 dayfile.bad_length X"}},
		{"an end before the start", ics(vevent("DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260101", "SUMMARY:X")), []string{"!3 dayfile.bad_length X"}},
		{"window 25:00", ics(vevent("DTSTART;VALUE=DATE:20261224", "SUMMARY:X", "X-LIAISON-HOURS:09:00-25:00")), []string{"!3 dayfile.bad_hours 09:00-25:00"}},
		{"cut off", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261225\nSUMMARY:X\n", []string{"!2 dayfile.cut_off X"}},
		{"a line of an event that is none", ics(vevent("DTSTART:20261225", "SUMMARY:X", "rubbish")), []string{"!3 dayfile.unreadable X"}},

		{"a table that says how certain", "date,name,certainty\n2026-12-25,X,statutory\n2026-12-28,Y,Announced\n2026-12-29,Z,\n", []string{"2026-12-25 X statutory", "2026-12-28 Y announced", "2026-12-29 Z"}},
		{"a table", "date,name\n2026-12-25,Christmas Day\n", []string{"2026-12-25 Christmas Day"}},
		{"semicolons, all columns, a byte order mark", "\ufeffDate;Name;Name_zh;Certainty;Hours\r\n2026-12-24;Eve;平安夜;announced;09:00-12:00 13:00-14:00\r\n2026-03-20;Eid;;estimated;\r\n2026-12-31;;;;closed\r\n",
			[]string{"2026-03-20 Eid ?", "2026-12-24 Eve/平安夜 09:00-12:00 13:00-14:00 announced", "2026-12-31  closed"}},
		{"quotes and an empty line", "date,name\n\n2026-12-25,\"Christmas, first \"\"day\"\"\"\n", []string{`2026-12-25 Christmas, first "day"`}},
		{"rows that are none", "date,name,hours,certainty\n2026-02-30,X\n25.12.2026,Y\n2026-12-24,Z,9-12\n2026-12-23,Z,,sure\n2026-12-25\n",
			[]string{"2026-12-25 ", "!2 dayfile.bad_date 2026-02-30", "!3 dayfile.bad_date 25.12.2026", "!4 dayfile.bad_hours 9-12", "!5 dayfile.bad_certainty sure"}},
		{"a name that a spreadsheet would run", "date,name\n2026-12-25,'=HYPERLINK(1)\n", []string{"2026-12-25 =HYPERLINK(1)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := dayfile.Read([]byte(c.text), wanted())
			if err != nil || !slices.Equal(said(r), c.want) {
				t.Errorf("got  %q, %v\nwant %q", said(r), err, c.want)
			}
		})
	}
}

func TestWhatNoFileMayAskFor(t *testing.T) {
	t.Parallel()
	day := vevent("DTSTART;VALUE=DATE:20261225", "SUMMARY:X")
	for _, c := range []struct{ name, text, key string }{
		{"50 MB", strings.Repeat("x", 50<<20), "dayfile.too_big"},
		{"nothing", " \r\n ", "dayfile.empty"},
		{"a picture", "\x89PNG\r\n\xff\xfe", "dayfile.no_text"},
		{"a to-do list", "BEGIN:VTODO\nEND:VTODO\n", "dayfile.no_calendar"},
		{"a table without dates", "day,name\n2026-12-25,X\n", "dayfile.no_columns"},
		{"more events than anybody has", ics(strings.Repeat(day, 5001)), "dayfile.too_many"},
		{"more days than anybody has", ics(strings.Repeat(day, 2001)), "dayfile.too_many"},
		{"rules that add up", ics(strings.Repeat(vevent("DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=MO,TU,WE,TH,FR,SA,SU", "SUMMARY:X"), 4000)), "dayfile.too_many"},
		{"rules that count through centuries", ics(strings.Repeat(vevent("DTSTART;VALUE=DATE:18000101", "RRULE:FREQ=YEARLY;COUNT=999999;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYMONTHDAY=31", "SUMMARY:X"), 4000)), "dayfile.too_many"},
		{"rules that count and find nothing", ics(strings.Repeat(vevent("DTSTART;VALUE=DATE:18000101", "RRULE:FREQ=YEARLY;COUNT=999999;BYMONTH=2;BYMONTHDAY=31", "SUMMARY:X"), 4000)), "dayfile.too_many"},
		{"rows without end", "date,name\n" + strings.Repeat("2026-02-30,X\n", 5001), "dayfile.too_many"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := dayfile.Read([]byte(c.text), wanted()); errs.KindOf(err) != errs.Invalid || errs.As(err).Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
		})
	}
}

func date(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func feed(t testing.TB) dayfile.Feed {
	return dayfile.Feed{ID: "emea-cet:DE", Host: "support.example.test", Name: "Central European time, Germany", Source: "law; and notice", Language: "en",
		Days: []dayfile.Day{
			{Date: date(t, "2026-03-20"), Name: "Eid", Certainty: "estimated"},
			{Date: date(t, "2026-12-24"), Name: "Eve", NameZh: "平安夜", Hours: true, Windows: []calendar.Window{{Open: 540, Close: 720}}, Note: "Open 09:00-12:00"},
			{Date: date(t, "2026-12-25"), Name: "X\r\nBEGIN:VEVENT\r\nSUMMARY:smuggled", Certainty: "statutory"},
			{Date: date(t, "2026-12-28"), Name: "=1+1", Certainty: "statutory"},
			{Date: date(t, "2026-12-31"), Name: strings.Repeat("节日很长的名字", 16), Hours: true},
		}}
}

func TestAFeedIsFoldedEscapedAndStable(t *testing.T) {
	t.Parallel()
	text := string(feed(t).ICalendar())
	for i, line := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line %d has %d bytes: %q", i+1, len(line), line)
		}
	}
	if strings.Count(text, "BEGIN:VEVENT\r\n") != 5 || strings.Contains(text, "\nSUMMARY:smuggled") {
		t.Error("a name began a line of its own")
	}
	if !strings.Contains(text, "UID:emea-cet:DE/20261225@support.example.test\r\n") || string(feed(t).ICalendar()) != text {
		t.Error("the identity of a day does not stay")
	}
	if table := string(feed(t).CSV()); !strings.Contains(table, ",'=1+1,") {
		t.Errorf("a spreadsheet would run this:\n%s", table)
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	f := feed(t)
	long := strings.Repeat("节日很长的名字", 16)
	want := []string{"2026-03-20 Eid ?", "2026-12-24 Eve 09:00-12:00", "2026-12-25 X BEGIN:VEVENT SUMMARY:smuggled statutory", "2026-12-28 =1+1 statutory", "2026-12-31 " + long + " closed"}
	r, err := dayfile.Read(f.ICalendar(), wanted())
	if err != nil || !slices.Equal(said(r), want) {
		t.Errorf("iCalendar: %q, %v", said(r), err)
	}
	want[1] = "2026-12-24 Eve/平安夜 09:00-12:00"
	if r, err = dayfile.Read(f.CSV(), wanted()); err != nil || !slices.Equal(said(r), want) {
		t.Errorf("CSV: %q, %v", said(r), err)
	}
}

// FuzzRead: no file makes the reader fail in another way than by saying so, and what it proposes is sound and can be
// written and read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(ics(vevent("DTSTART;VALUE=DATE:20261225", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "EXDATE:20260525", "SUMMARY:a", " b"))))
	f.Add([]byte(ics(vevent("DTSTART:20261230", "DURATION:P1W", "X-LIAISON-HOURS:09:00-12:00", "STATUS:TENTATIVE"))))
	f.Add([]byte("date;name;name_zh;certainty;hours\n2026-12-24;Eve;平安夜;estimated;09:00-12:00\n"))
	f.Add([]byte("date,name\n2026-12-25,\"a\nb\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := dayfile.Read(text, wanted())
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		out := dayfile.Feed{ID: "x", Host: "h", Name: "n", Language: "en"}
		for _, e := range r.Entries {
			if e.Date.Year < wanted().First || e.Date.Year > wanted().Last || strings.ContainsAny(e.Name+e.NameZh, "\r\n") || calendar.CheckWindows(e.Windows) != nil {
				t.Fatalf("proposed %+v", e)
			}
			d := dayfile.Day{Date: e.Date, Name: e.Name, NameZh: e.NameZh, Hours: e.Hours, Windows: e.Windows, Certainty: e.Certainty}
			out.Days = append(out.Days, d)
		}
		again, err := dayfile.Read(out.CSV(), wanted())
		same := func(a, b dayfile.Entry) bool { return a.Certainty == b.Certainty }
		if err != nil || len(again.Skipped) > 0 || !slices.EqualFunc(again.Entries, r.Entries, same) {
			t.Fatalf("written and read: %d days of %d, %+v, %v", len(again.Entries), len(r.Entries), again.Skipped, err)
		}
	})
}
