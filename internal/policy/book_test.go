package policy_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/policies"
)

func TestABookGivesTheEditionInForce(t *testing.T) {
	t.Parallel()
	first, second, third := &policy.Pack{Edition: "a"}, &policy.Pack{Edition: "b"}, &policy.Pack{Edition: "c"}
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	one := policy.NewBook(first)
	two, err := one.With(day(10), second)
	if err != nil {
		t.Fatal(err)
	}
	three, err := two.With(day(20), third)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		book *policy.Book
		at   time.Time
		want string
	}{
		{one, day(1), "a"}, {one, day(25), "a"}, {two, day(10).Add(-time.Microsecond), "a"}, {two, day(10), "b"}, {two, day(25), "b"},
		{three, time.Time{}, "a"}, {three, day(19), "b"}, {three, day(20), "c"}, {three, day(30), "c"},
	} {
		if got := c.book.At(c.at).Edition; got != c.want {
			t.Errorf("at %v: %s, want %s", c.at, got, c.want)
		}
	}
	if e, ok := three.Named("b"); !ok || !e.From.Equal(day(10)) || e.Pack != second || three.Last().Pack != third {
		t.Errorf("b is %+v", e)
	}
	if _, ok := three.Named("d"); ok {
		t.Error("d was never published")
	}
	for _, from := range []time.Time{day(20), day(15), day(1)} {
		if _, err := three.With(from, &policy.Pack{Edition: "d"}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("an edition from %v: %v", from, err)
		}
	}
}

// A folder may be called like the own folder of an archive: the pack it is based on is looked up where it ships then.
func TestAZipOfAFolderLoadsWhateverItIsCalled(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(policies.FS, "example/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "mine/", "pack/"} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create(name + "policy.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		p, err := policy.LoadZip(b.Bytes(), policies.FS)
		if err != nil || p.Base != reference {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAnArchivedPackLoadsAsItWas(t *testing.T) {
	t.Parallel()
	p, err := policy.Load(policies.FS, "example")
	if err != nil {
		t.Fatal(err)
	}
	body, err := p.Archive()
	if err != nil {
		t.Fatal(err)
	}
	q, err := policy.LoadArchive(body, p.Name)
	if err != nil {
		t.Fatal(err)
	}
	if q.Name != "example" || q.Base != p.Base || q.Edition != p.Edition || q.Digest() != p.Digest() || len(q.Digest()) != 64 || len(q.Calendars) != len(p.Calendars) {
		t.Errorf("%s over %s, %s, %s", q.Name, q.Base, q.Edition, q.Digest())
	}
	sub, err := fs.Sub(policies.FS, reference)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "mine")
	writeFolder(t, elsewhere, sub)
	mine, err := policy.LoadDir(elsewhere, policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := policy.Load(policies.FS, reference)
	if err != nil || mine.Digest() != ref.Digest() {
		t.Errorf("the same files in another folder have the digest %s, not %s (%v)", mine.Digest(), ref.Digest(), err)
	}
	if changed := p.WithCalendars(nil); changed.Digest() != "" {
		t.Error("a pack that was changed has no digest")
	}
}

// The worked examples of a pack are exported with it, and are no part of what its digest stands for.
func TestAnArchiveKeepsTheWorkedExamples(t *testing.T) {
	t.Parallel()
	p, err := policy.Load(policies.FS, "harbour-2026")
	if err != nil {
		t.Fatal(err)
	}
	body, err := p.ArchiveWithExamples()
	if err != nil {
		t.Fatal(err)
	}
	stored, err := policy.LoadArchive(body, p.Name)
	if err != nil || stored.Digest() != p.Digest() {
		t.Fatalf("stored: %s, was %s, %v", stored.Digest(), p.Digest(), err)
	}
	if body, err = stored.ArchiveWithExamples(); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	err = policy.Unpack(body, func(name string, text []byte) error { found[name] = string(text); return nil })
	for _, name := range []string{"examples/hours.json", "examples/extended.json"} {
		want, _ := fs.ReadFile(policies.FS, "harbour-2026/"+name)
		if err != nil || found[name] != string(want) || len(want) == 0 {
			t.Errorf("%s is exported with %d bytes of %d, %v", name, len(found[name]), len(want), err)
		}
	}
	if plain, err := stored.Archive(); err != nil || bytes.Contains(plain, []byte("examples/hours.json")) {
		t.Errorf("what decides holds examples: %v", err)
	}
}

// Another week may leave a holiday that has passed with the end of the night before it, or take that away: the week has no
// date, and the holiday itself is told as before. A holiday that is taken back is the past told otherwise.
func TestAnotherWeekEditsNoPast(t *testing.T) {
	t.Parallel()
	p, err := policy.Load(policies.FS, "example")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 4, 15, 0, 0, 0, time.UTC)
	l := p.Holidays["DE"]
	nights := [7][]calendar.Window{3: {{Open: 23 * 60, Close: 25 * 60}}} // Wednesday to Thursday, as 1 January 2026 is one
	l.Week = &nights
	q, err := p.WithHolidays(l)
	if err != nil {
		t.Fatal(err)
	}
	if e, found := p.PastEdit(q, now.Add(time.Hour), now); found {
		t.Errorf("the week alone: %+v", e)
	}
	l.Holidays = slices.DeleteFunc(slices.Clone(l.Holidays), func(h policy.Holiday) bool { return h.Date == calendar.Date{Year: 2026, Month: 1, Day: 1} })
	l.Week = nil
	if q, err = p.WithHolidays(l); err != nil {
		t.Fatal(err)
	}
	if e, found := p.PastEdit(q, now.Add(time.Hour), now); !found || e.WasOpen || e.From.In(p.Calendars["emea-cet:DE"].Zone()).Format(time.DateTime) != "2026-01-01 09:00:00" {
		t.Errorf("a holiday that is taken back: %+v, %v", e, found)
	}
}
