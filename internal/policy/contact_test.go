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
		if !ok || got.Centre.Key != c.centre || got.OpenNow != (c.next == "") || got.Language24x7 != map[string]string{policy.OnPrem: "en"}[c.deployment] {
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

// What the policy says about fax and renewals is told with the centre (9.0, 9.2, 9.4): a region without a contact of its own
// for renewals has its regular ones.
func TestContactSaysWhomToAskAboutRenewals(t *testing.T) {
	t.Parallel()
	p, at := load(t, reference), instant(t, "2026-11-23T10:00:00Z")
	for _, c := range []struct {
		country, deployment, fax, phone, renewalFax string
		role, regular                               bool
	}{
		{"US", policy.OnPrem, "(703) 842-8709", "(703) 848-8700", "(703) 842-8709", false, false},
		{"DE", policy.OnPrem, "+44 (0) 208 711 2525", "+44 (0)208 396 0075", "", true, false},
		{"CN", policy.OnPrem, "+86 571 8848 0977", "", "", false, true},
		{"JP", policy.OnPrem, "+81 3 3511 6740", "", "", false, true},
		{"KR", policy.OnPrem, "+82 2 560 6555", "", "", false, true},
		{"SG", policy.OnPrem, "+65 3163 8477", "", "", false, true},
		{"BR", policy.OnPrem, "+55 11 3044 4088", "", "", false, true},
		{"AR", policy.OnPrem, "+54 11 5222 9355", "", "", false, true},
		{"", policy.Cloud, "", "", "", false, true},
	} {
		got, ok := p.Contact(c.country, c.deployment, at)
		r := got.Renewals
		if !ok || got.Channels[2].Fax != c.fax || r.Own.Phone != c.phone || r.Own.Fax != c.renewalFax || len(r.Own.Role) > 0 != c.role || r.Regular != c.regular {
			t.Errorf("%s %s: fax %q, renewals %+v", c.country, c.deployment, got.Channels[2].Fax, r)
		}
		if r.Email != "MicroStrategyMaintenanceRenewal@microstrategy.com" {
			t.Errorf("%s: the general address for renewals is %q", c.country, r.Email)
		}
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
