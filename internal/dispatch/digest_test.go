package dispatch_test

import (
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/dispatch"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
	"liaison/policies"
)

func TestTheNextDigestIsAtEightOfAWorkingDay(t *testing.T) {
	t.Parallel()
	pack, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	by := func(country string) func(calendar.Date) bool {
		key, _, ok := pack.CalendarFor(country)
		if !ok {
			t.Fatalf("no calendar for %s", country)
		}
		return dispatch.WorkingDays(pack.Calendars[key])
	}
	for _, c := range []struct{ after, zone, country, want string }{
		{"2026-11-23T05:00:00Z", "Europe/Berlin", "DE", "2026-11-23T07:00:00Z"}, // Monday before eight
		{"2026-11-23T07:00:00Z", "Europe/Berlin", "DE", "2026-11-24T07:00:00Z"}, // at eight: the next one
		{"2026-11-20T12:00:00Z", "Europe/Berlin", "DE", "2026-11-23T07:00:00Z"}, // over the weekend
		{"2026-11-22T23:30:00Z", "Asia/Shanghai", "CN", "2026-11-23T00:00:00Z"}, // another date there
		{"2026-03-27T12:00:00Z", "Europe/Berlin", "DE", "2026-03-30T06:00:00Z"}, // summer time begins between
		{"2026-10-23T12:00:00Z", "Europe/Berlin", "DE", "2026-10-26T07:00:00Z"}, // and ends
		{"2026-11-20T12:00:00Z", "", "", "2026-11-23T08:00:00Z"},                // without a calendar: Monday to Friday
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		working := dispatch.WorkingDays(nil)
		if c.country != "" {
			working = by(c.country)
		}
		if got := dispatch.NextDigest(after, zone, working).Format(time.RFC3339); got != c.want {
			t.Errorf("after %s in %s: %s, want %s", c.after, c.zone, got, c.want)
		}
	}
	never := func(calendar.Date) bool { return false }
	if got := dispatch.NextDigest(time.Unix(0, 0), time.UTC, never); got.Before(time.Unix(0, 0)) {
		t.Error(got)
	}
}

func TestHolidaysAreNoWorkingDays(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	week := [7][]calendar.Window{}
	for d := time.Monday; d <= time.Friday; d++ {
		week[d] = []calendar.Window{{Open: 9 * 60, Close: 18 * 60}}
	}
	c, err := calendar.New(calendar.Spec{ID: "x", Zone: "Europe/Berlin", Week: week,
		Closed: map[calendar.Date]string{{Year: 2026, Month: 12, Day: 25}: "christmas"}})
	if err != nil {
		t.Fatal(err)
	}
	got := dispatch.NextDigest(time.Date(2026, 12, 24, 12, 0, 0, 0, zone), zone, dispatch.WorkingDays(c))
	if want := time.Date(2026, 12, 28, 8, 0, 0, 0, zone); !got.Equal(want) {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestEverybodyChoosesTheirMailExceptTheProofOfRegistration(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		for kind, mode := range map[string]dispatch.Mode{"acknowledgement": dispatch.Off, "answer": "weekly", "breach": dispatch.Off, "password_reset": dispatch.Off} {
			if err := o.Choose(t.Context(), o.liaison, map[string]dispatch.Mode{kind: mode}); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s %s: %v", kind, mode, err)
			}
		}
		if err := o.Choose(t.Context(), o.admin, map[string]dispatch.Mode{"breach": dispatch.InDigest}); errs.KindOf(err) != errs.Invalid {
			t.Error("an alarm waits for the digest:", err)
		}
		if err := o.Choose(t.Context(), o.liaison, map[string]dispatch.Mode{"answer": dispatch.InDigest, "status": dispatch.Off}); err != nil {
			t.Fatal(err)
		}
		got, err := o.Settings(t.Context(), o.liaison)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]dispatch.Mode{"acknowledgement": dispatch.Now, "question": dispatch.Now, "answer": dispatch.InDigest, "resolved": dispatch.Now, "status": dispatch.Off}
		for _, s := range got {
			if want[s.Kind] != s.Mode {
				t.Errorf("%s: %s", s.Kind, s.Mode)
			}
		}
		if len(got) != len(want) {
			t.Error(got)
		}
		m := o.mail("off")
		m.Kind = "status"
		if now, err := o.Wanted(t.Context(), m, id.New()); now || err != nil {
			t.Error(now, err)
		}
		m.Kind = "acknowledgement"
		if now, err := o.Wanted(t.Context(), m, id.New()); !now || err != nil {
			t.Error(now, err)
		}
	})
}

func TestTheDigestTellsEachChangeOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		if err := o.Choose(t.Context(), o.liaison, map[string]dispatch.Mode{"answer": dispatch.InDigest}); err != nil {
			t.Fatal(err)
		}
		o.clk.Set(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
		for _, name := range []string{"one", "two", "two"} { // the job of the second one ran twice
			if now, err := o.Wanted(t.Context(), o.mail(name), id.New()); now || err != nil {
				t.Fatal(now, err)
			}
		}
		sweep := func(at time.Time, want int) {
			t.Helper()
			o.clk.Set(at)
			if n, err := o.Sweep(t.Context()); err != nil || n != want {
				t.Errorf("at %s: %d digests, %v", at, n, err)
			}
		}
		sweep(time.Date(2026, 11, 24, 6, 59, 0, 0, time.UTC), 0)
		sweep(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC), 1)
		sweep(time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC), 0)
		if len(o.digests) != 1 || len(o.digests[0].Lines) != 2 || o.digests[0].Person != o.liaison.Person || o.digests[0].Lines[0].Case != o.of {
			t.Errorf("%+v", o.digests)
		}
		o.want(o.mail("one"), dispatch.Deferred, 0)
		if now, err := o.Wanted(t.Context(), o.mail("one"), id.New()); now || err != nil {
			t.Error(now, err)
		}
		sweep(time.Date(2026, 11, 26, 7, 0, 0, 0, time.UTC), 0)
	})
}

// What is told to liaisons, or to people of customers, is told to those who still are.
func TestAReaderIsAskedForAgainWhenAMailIsSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		reads := func(what string, liaison, anybody bool) {
			t.Helper()
			_, isLiaison, err := o.LiaisonOf(t.Context(), o.liaison.Person)
			r, is, e := o.ReaderOf(t.Context(), o.liaison.Person)
			if isLiaison != liaison || is != anybody || is && r.Name != "Chen Li" || err != nil || e != nil {
				t.Errorf("%s: a liaison %t, somebody %t, %+v (%v, %v)", what, isLiaison, is, r, err, e)
			}
		}
		reads("a liaison", true, true)
		o.rows(`UPDATE access_grant SET role = 'member' WHERE person_id = $1`, o.liaison.Person)
		reads("a member", false, true)
		o.rows(`UPDATE access_grant SET ended_at = 1 WHERE person_id = $1`, o.liaison.Person)
		reads("nothing to anybody", false, false)
		o.rows(`UPDATE person SET staff_role = 'engineer' WHERE id = $1`, o.liaison.Person)
		reads("staff", false, true)
		o.rows(`UPDATE person SET disabled_at = 1 WHERE id = $1`, o.liaison.Person)
		reads("disabled", false, false)
	})
}
