package liaisons

import (
	"testing"
	"time"
)

func TestReviewsKeepTheirDayAndEndOfMonth(t *testing.T) {
	for _, c := range []struct{ made, now, want string }{
		{"2026-08-31", "2026-09-01", "2027-02-28"},
		{"2026-08-31", "2027-02-28", "2027-08-31"}, // not the 3rd of March, nor the 28th ever after
		{"2027-08-31", "2027-12-31", "2028-02-29"},
		{"2026-01-15", "2026-07-15", "2027-01-15"},
		{"2026-01-15", "2026-07-14", "2026-07-15"},
	} {
		day := func(text string) time.Time {
			at, err := time.Parse(time.DateOnly, text)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		if got := nextReview(day(c.made), 6, day(c.now)); !got.Equal(day(c.want)) {
			t.Errorf("made on %s, after %s: %s, want %s", c.made, c.now, got.Format(time.DateOnly), c.want)
		}
	}
}
