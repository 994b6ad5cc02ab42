package calendar

import (
	"encoding/json"
	"testing"
	"time"
)

// A mistyped year is refused where it enters; one that was kept long ago is read all the same, and what is counted from it
// can be written.
func TestDaysAreEnteredInARangeAndReadBeyondIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		enters bool
		stored string
	}{
		"1990-01-01":  {true, "1990-01-01"},
		"2199-12-31":  {true, "2199-12-31"},
		"1989-12-31":  {false, "1989-12-31"},
		"2200-01-01":  {false, "2200-01-01"},
		"9999-12-31":  {false, "9998-12-31"},
		"10000-05-31": {false, "9998-12-31"},
		"0000-01-01":  {false, "0001-01-01"},
		"10000-02-30": {false, ""},
		"2026-02-29":  {false, ""},
		"":            {false, ""},
		"-1-01-01":    {false, ""},
	} {
		if _, err := ParseDate(text); (err == nil) != want.enters {
			t.Errorf("%q enters: %v", text, err)
		}
		d, err := StoredDate(text)
		if (err != nil) != (want.stored == "") || err == nil && d.String() != want.stored {
			t.Errorf("%q is read as %v, %v", text, d, err)
		}
		for _, zone := range []*time.Location{time.FixedZone("east", 14*3600), time.FixedZone("west", -12*3600)} {
			if _, err := json.Marshal(d.AddDays(60).StartIn(zone).In(zone)); err != nil && want.stored != "" {
				t.Errorf("%q and 60 days: %v", text, err)
			}
		}
	}
}
