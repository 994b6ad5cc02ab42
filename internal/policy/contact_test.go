package policy_test

import (
	"testing"
	"time"

	"liaison/internal/policy"
)

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestContactSaysWhoIsThereNow(t *testing.T) {
	t.Parallel()
	p := load(t, "example")
	for _, c := range []struct {
		name, country, deployment, at, centre, phone, next string
	}{
		{"open", "DE", "on_prem", "2026-11-23T10:00:00+01:00", "emea", "+1 703-555-0121", ""},
		{"Saturday", "US", "on_prem", "2026-11-21T12:00:00-05:00", "na", "+1 703-555-0110", "2026-11-23T09:00:00-05:00"},
		{"Thursday evening in the Gulf", "AE", "on_prem", "2026-09-17T18:00:00+04:00", "emea", "+1 703-555-0120", "2026-09-20T09:00:00+04:00"},
		{"cloud on a holiday", "DE", "cloud", "2026-12-25T03:00:00Z", "cloud", "+1 703-555-0150", ""},
		{"cloud without a country", "", "cloud", "2026-12-25T03:00:00Z", "cloud", "+1 703-555-0150", ""},
	} {
		got, ok := p.Contact(c.country, c.deployment, instant(t, c.at))
		if !ok || got.Centre.Key != c.centre || got.OpenNow != (c.next == "") || got.Language24x7 != "en" {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
			continue
		}
		if c.next != "" && !got.NextOpening.Equal(instant(t, c.next)) {
			t.Errorf("%s: next opening %v, want %s", c.name, got.NextOpening, c.next)
		}
		kinds := []string{policy.ChannelPortal, policy.ChannelEmail, policy.ChannelPhone}
		for i, kind := range kinds {
			if len(got.Channels) != 3 || got.Channels[i].Kind != kind || got.Channels[i].Address == "" {
				t.Errorf("%s: channels %+v", c.name, got.Channels)
			}
		}
		if got.Channels[2].Address != c.phone {
			t.Errorf("%s: phone %s, want %s", c.name, got.Channels[2].Address, c.phone)
		}
	}
	if _, ok := p.Contact("XX", "on_prem", instant(t, "2026-11-23T10:00:00Z")); ok {
		t.Error("XX has a centre")
	}
}

func TestALineThatSpeaksOneLanguageSaysSo(t *testing.T) {
	t.Parallel()
	got, _ := load(t, "example").Contact("SG", "on_prem", instant(t, "2026-11-23T10:00:00Z"))
	if ch := got.Channels[2]; ch.Language != "en" || ch.Fax != "+1 703-555-0134" {
		t.Errorf("phone of Singapore: %+v", ch)
	}
}

// Where a pack gives its cloud no clock around the clock, the hours of the country are told, which the clocks count.
func TestACloudThatIsNotServedAroundTheClockHasTheHoursOfItsCountry(t *testing.T) {
	t.Parallel()
	p := load(t, "harbour-2026")
	for at, open := range map[string]bool{"2026-11-24T22:00:00+04:00": true, "2026-11-24T12:00:00+04:00": false} {
		got, ok := p.Contact("US", policy.Cloud, instant(t, at))
		clock := p.ClockFor("harbour", 1, true, policy.Cloud, "night:AE").ID
		if !ok || got.CalendarID != clock || clock != "night:AE" || got.OpenNow != open || got.Centre.Key != policy.CloudCentre {
			t.Errorf("at %s: %+v, the clock is %s", at, got, clock)
		}
	}
	if got, ok := p.Contact("", policy.Cloud, instant(t, "2026-11-24T12:00:00+04:00")); ok {
		t.Errorf("nobody knows the hours of a cloud in no country: %+v", got)
	}
}

// A desk that borrows the holidays of another country keeps its own hours on the half days of that country.
func TestHalfDaysAreNotLentWithHolidays(t *testing.T) {
	t.Parallel()
	p := load(t, "harbour-2026")
	for _, c := range []struct {
		calendar, at string
		open         bool
	}{
		{"day:AE", "2026-12-31T09:00:00+04:00", true},
		{"day:AE", "2026-12-31T14:30:00+04:00", false}, // a half day of the desk itself
		{"night:AE", "2026-12-31T09:00:00+04:00", false},
		{"night:AE", "2026-12-31T20:30:00+04:00", true},
		{"night:AE", "2026-12-31T23:59:00+04:00", true},
		{"night:AE", "2026-12-02T20:30:00+04:00", false}, // a whole holiday is lent
	} {
		if got := p.Calendars[c.calendar].IsOpen(instant(t, c.at)); got != c.open {
			t.Errorf("%s at %s: open %v", c.calendar, c.at, got)
		}
	}
}
