package dayfile

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liaison/internal/calendar"
	"liaison/internal/errs"
)

// The bounds of a file. A country has some twenty days a year; the largest public feeds stay far below.
const (
	MaxBytes   = 2 << 20
	maxLine    = 16 << 10 // of one line, unfolded
	maxEvents  = 5000
	maxDays    = 2000  // that are proposed
	maxSpan    = 62    // days of one event
	maxYears   = 300   // that a rule with COUNT has to be followed through
	maxWalked  = 20000 // years, by all rules of a file
	maxSkipped = 200   // that are said one by one
	maxName    = 120   // runes
)

// Entry is one day of a file.
type Entry struct {
	Date      calendar.Date
	Name      string            // in the file's own language, cleaned; "" where nothing is said
	NameZh    string            // the Chinese name where the file has both (CSV)
	Certainty string            // statutory, announced, estimated; "" where the file does not say
	Windows   []calendar.Window // open hours of that day; nil with Hours false
	Hours     bool              // the file says the hours; none: closed by exception
	Line      int               // where it stands
}

// Skip is something in a file that is no day: Key is the catalogue key of the reason.
type Skip struct {
	Line  int
	Key   string
	Found string
}

// Result is what a file proposes, by date and then by line, and what was left out.
type Result struct {
	Entries []Entry
	Skipped []Skip
}

// Years are the years that are wanted, both included.
type Years struct{ First, Last int }

// Holds reports whether a day lies in the years.
func (y Years) Holds(d calendar.Date) bool { return d.Year >= y.First && d.Year <= y.Last }

// Read reads a file of either kind: iCalendar when it begins as such, else CSV. Errors: dayfile.too_big,
// dayfile.too_many, dayfile.empty, dayfile.no_calendar, dayfile.no_columns, all Invalid.
func Read(text []byte, years Years) (Result, error) {
	if len(text) > MaxBytes {
		return Result{}, errs.New(errs.Invalid, "dayfile.too_big", "megabytes", MaxBytes>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		return Result{}, errs.New(errs.Invalid, "dayfile.no_text")
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return Result{}, errs.New(errs.Invalid, "dayfile.empty")
	}
	r := &reader{years: years}
	var err error
	if begin := bytes.TrimSpace(text); len(begin) > 6 && bytes.EqualFold(begin[:6], []byte("BEGIN:")) {
		err = r.icalendar(string(text))
	} else {
		err = r.csv(text)
	}
	if err != nil {
		return Result{}, err
	}
	slices.SortStableFunc(r.found.Entries, func(a, b Entry) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Line, b.Line))
	})
	return r.found, nil
}

type reader struct {
	years Years
	found Result
	line  int // lines read so far

	walked int // years that rules were followed through
}

// add proposes a day; one outside of the years wanted is left out without a word, since every feed has some.
func (r *reader) add(e Entry) error {
	if !r.years.Holds(e.Date) {
		return nil
	}
	if len(r.found.Entries) >= maxDays {
		return errs.New(errs.Invalid, "dayfile.too_many", "most", maxDays)
	}
	e.Name, e.NameZh = clean(e.Name), clean(e.NameZh)
	r.found.Entries = append(r.found.Entries, e)
	return nil
}

func (r *reader) skip(line int, key, found string) {
	if len(r.found.Skipped) < maxSkipped {
		r.found.Skipped = append(r.found.Skipped, Skip{line, key, clean(found)})
	}
}

// clean makes one short line of a text from elsewhere: no control characters, no marks that turn the direction of
// writing, at most maxName characters.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > maxName {
		s = strings.TrimSpace(string(runes[:maxName]))
	}
	return s
}

// windows reads "09:00-12:00 13:00-17:00", or "closed".
func windows(s string) ([]calendar.Window, bool) {
	if strings.EqualFold(strings.TrimSpace(s), closedWord) {
		return nil, true
	}
	var found []calendar.Window
	for part := range strings.FieldsSeq(s) {
		opens, closes, _ := strings.Cut(part, "-")
		w, err := calendar.ParseWindow(opens, closes)
		if err != nil {
			return nil, false
		}
		found = append(found, w)
	}
	return found, len(found) > 0 && calendar.CheckWindows(found) == nil
}

// hoursText is what windows reads.
func hoursText(all []calendar.Window) string {
	if len(all) == 0 {
		return closedWord
	}
	texts := make([]string, len(all))
	for i, w := range all {
		texts[i] = w.String()
	}
	return strings.Join(texts, " ")
}

const closedWord = "closed"

// The certainties of a day, as the policy calls them.
const (
	statutory = "statutory"
	announced = "announced"
	estimated = "estimated"
)

// certainty reads one; "" is none that is said.
func certainty(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	return s, slices.Contains([]string{"", statutory, announced, estimated}, s)
}
