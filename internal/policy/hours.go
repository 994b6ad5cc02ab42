package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"liaison/internal/calendar"
)

// weekdays are the names of days in a pack, by time.Weekday.
func weekdays() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// week reads {mon: ["09:00-18:00"], ...}; a day that is not named is closed.
func (c *checker) week(path string, days map[string][]string) (week [7][]calendar.Window) {
	for _, day := range slices.Sorted(maps.Keys(days)) {
		i := slices.Index(weekdays(), day)
		if i < 0 {
			c.add(join(path, day), "pack.not_one_of", "found", day, "allowed", strings.Join(weekdays(), ", "))
			continue
		}
		week[time.Weekday(i)] = c.windows(join(path, day), days[day])
	}
	for i, day := range weekdays() {
		if next := (i + 1) % len(week); runInto(week[i], week[next]) {
			c.add(join(path, weekdays()[next]), "pack.hours_run_on", "found", weekdays()[next], "other", day)
		}
	}
	return week
}

// runInto reports whether a window of one day is still open when one of the next day opens.
func runInto(day, next []calendar.Window) bool {
	const midnight = 24 * 60
	for _, w := range day {
		for _, n := range next {
			if w.Close > midnight+n.Open {
				return true
			}
		}
	}
	return false
}

func (c *checker) windows(path string, texts []string) []calendar.Window {
	var found []calendar.Window
	for i, text := range texts {
		opens, closes, _ := strings.Cut(text, "-")
		w, err := calendar.ParseWindow(opens, closes)
		if err != nil {
			c.add(fmt.Sprintf("%s[%d]", path, i), "pack.bad_window", "found", text)
			continue
		}
		found = append(found, w)
	}
	return found
}
