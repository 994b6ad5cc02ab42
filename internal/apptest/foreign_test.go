package apptest_test

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/cases"
	"liaison/internal/id"
)

// sameHeaders is an answer's headers without what differs between any two answers.
func sameHeaders(h http.Header) http.Header {
	h = maps.Clone(h)
	h.Del("Date")
	h.Del("X-Request-ID")
	return h
}

// wrongDigit is number with another check digit.
func wrongDigit(number string) string {
	last := number[len(number)-1]
	return number[:len(number)-1] + string('0'+(last-'0'+1)%10)
}

// neverExisting are things that nobody ever had, in the same spelling as real ones.
func neverExisting(o apptest.Objects) apptest.Objects {
	return apptest.Objects{Customer: o.Customer, Number: cases.FormatNumber(7_000_000), File: id.New().String(), Token: id.New().String(), Undo: id.New().String(),
		Mail: id.New().String(), Person: id.New().String(), System: id.New().String(), Change: id.New().String(), Member: id.New().String(), Scim: id.New().String(), Entry: id.New().String(), Term: id.New().String(), Except: id.New().String(), Invoice: id.New().String(), Renewal: id.New().String(), Quote: id.New().String()}
}

func TestWhatIsForeignLooksExactlyLikeWhatNeverWas(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		own, foreign := w.Things(home), w.Things(stranger)
		none := neverExisting(foreign)
		spellings := map[string]apptest.Objects{"foreign": foreign, "wrong check digit": none, "own case, foreign file": own,
			"foreign case, own file": foreign, "no number": none, "letters": none}
		with := func(name string, change func(*apptest.Objects)) {
			o := spellings[name]
			change(&o)
			spellings[name] = o
		}
		with("wrong check digit", func(o *apptest.Objects) { o.Number = wrongDigit(foreign.Number) })
		with("own case, foreign file", func(o *apptest.Objects) { o.File = foreign.File })
		with("foreign case, own file", func(o *apptest.Objects) { o.File = own.File })
		with("no number", func(o *apptest.Objects) { o.Number = "0" })
		with("letters", func(o *apptest.Objects) { o.Number, o.File = "٣٤٥", "x" })
		tried := 0
		for _, r := range w.App.Routes.Routes() {
			names := apptest.Parameters(r)
			if len(names) == 0 || r.Tenant == "public" || strings.HasSuffix(r.Pattern, "/draft") {
				continue // a draft is the person's own, under whatever number
			}
			who := w.In("katrin.vogel")
			if apptest.IsREST(r) {
				who = w.As("katrin.vogel")
			}
			nowhere := w.Probe(r, none)
			want := who.Try(nowhere)
			for spelling, o := range spellings {
				if spelling == "own case, foreign file" && !slices.Contains(names, "file") {
					continue
				}
				if spelling == "no number" && !slices.Contains(names, "number") {
					continue
				}
				tried++
				probe := w.Probe(r, o)
				got := who.Try(probe)
				if want.Status == http.StatusForbidden { // the role may not, and nothing was looked up: only what was typed is given back
					probe.Path = nowhere.Path
					want = who.Try(probe)
				}
				if got.Status != want.Status || !bytes.Equal(got.Body, want.Body) {
					t.Errorf("%s, %s: %d, not the %d of what never was:\n%.300s\n%.300s", r, spelling, got.Status, want.Status, got.Body, want.Body)
				}
				if !equalHeaders(got.Header, want.Header) {
					t.Errorf("%s, %s: headers differ:\n%v\n%v", r, spelling, got.Header, want.Header)
				}
			}
		}
		if tried < 50 {
			t.Errorf("only %d addresses were tried", tried)
		}
	})
}

func equalHeaders(a, b http.Header) bool {
	return maps.EqualFunc(sameHeaders(a), sameHeaders(b), slices.Equal)
}

// canary is a text that stands in no other world.
const canary = "Zwielichtkanarie"

// seedCanaries makes a case of another customer that is full of the word, with a note and a file.
func seedCanaries(w *apptest.World) apptest.Case {
	body := apptest.NewCase(w.System(stranger), "P1")
	for _, field := range []string{"subject", "symptoms", "errorMessages", "stepsTaken", "impact"} {
		body[field] = canary + " " + field
	}
	c := apptest.Is[apptest.Case](w.T(), w.As("chen.li").Post("/api/v1/cases", body), 201)
	w.As("lin.wei").Say(c.Number, canary+" answer")
	w.As("lin.wei").Say(c.Number, canary+" note", "visibility", "internal")
	return c
}

func TestListsAndSearchesShowNothingForeign(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := seedCanaries(w)
		mine := w.Things(home)
		queries := []string{"", "?q=" + canary, "?q=" + canary + "+note", "?q=" + c.Number, "?system=" + w.System(stranger).ID, "?limit=200",
			"?status=open&priority=P1", "?customer=" + stranger, "?subject=" + canary, "?no=" + c.Number, "?number=" + c.Number}
		staff := w.As("lin.wei").Get("/api/v1/cases?q=" + canary)
		if len(apptest.Is[apptest.Cases](t, staff, 200).Items) != 1 {
			t.Fatalf("support does not find the case: %s", staff.Body)
		}
		for _, r := range w.App.Routes.Routes() {
			if apptest.Changes(r) || strings.HasPrefix(r.Pattern, "/demo/") {
				continue
			}
			for _, person := range []string{"katrin.vogel", "jonas.brandt", "robin.ashdown", "claire.fontanel", "amelia.stone"} {
				who := w.In(person)
				if apptest.IsREST(r) {
					who = w.As(person)
				}
				for _, q := range queries {
					p := w.Probe(r, mine)
					if strings.Contains(p.Path, "?") {
						continue
					}
					p.Path += q
					body := string(who.Try(p).Body)
					if q != "" { // what was asked for may be shown again in the field of the search
						body = strings.ReplaceAll(body, `value="`+canary, "")
						body = strings.ReplaceAll(body, `value="`+c.Number, "")
					}
					for _, secret := range []string{canary + " subject", canary + " note", canary + " answer", "chen.li@", "华东银行", "/cases/" + c.Number} {
						if strings.Contains(body, secret) && !strings.Contains(body, "next="+url.QueryEscape(p.Path)) {
							t.Errorf("%s%s shows %s %q", r, q, person, secret)
						}
					}
				}
			}
		}
	})
}

func TestRolesWithoutCasesSeeNoCaseNumber(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		seedCanaries(w)
		var numbers []string
		w.Rows(`SELECT number FROM support_case`, nil, func(scan func(...any) error) error {
			var n string
			err := scan(&n)
			numbers = append(numbers, n)
			return err
		})
		for _, r := range w.App.Routes.Routes() {
			if apptest.Changes(r) || len(apptest.Parameters(r)) > 1 || strings.Contains(r.Pattern, "{number}") || strings.HasPrefix(r.Pattern, "/demo/") {
				continue
			}
			for _, person := range []string{"jonas.brandt", "robin.ashdown", "carl.jensen", "ruth.adler"} {
				who := w.In(person)
				if apptest.IsREST(r) {
					who = w.As(person)
				}
				body := string(who.Try(w.Probe(r, apptest.Objects{Customer: home})).Body)
				for _, n := range numbers {
					if strings.Contains(body, n) {
						t.Errorf("%s shows %s case %s", r, person, n)
						break
					}
				}
			}
		}
	})
}

func TestCustomersReadNoNoteAndNoAddressOfStaff(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		things := w.Things(home)
		w.As("lin.wei").Say(things.Number, canary+" note", "visibility", "internal")
		up := apptest.Is[apptest.File](t, w.As("lin.wei").Post("/api/v1/attachments", []byte("trace"), "X-File-Name", canary+".log"), 201)
		w.As("lin.wei").Say(things.Number, "See file.", "visibility", "internal", "attachments", []string{up.ID})
		w.As("lin.wei").Change(things.Number, map[string]any{"assignee": "me"})
		w.As("lin.wei").Say(things.Number, "We are on it.")
		if body := w.As("lin.wei").Get("/api/v1/cases/" + things.Number + "/timeline").Body; !bytes.Contains(body, []byte(canary+" note")) {
			t.Fatalf("support does not read its own note: %s", body)
		}
		for _, r := range w.App.Routes.Routes() {
			if apptest.Changes(r) || strings.HasPrefix(r.Pattern, "/demo/") || r.Pattern == "/ui" {
				continue
			}
			who := w.In("katrin.vogel")
			if apptest.IsREST(r) {
				who = w.As("katrin.vogel")
			}
			body := string(who.Try(w.Probe(r, things)).Body)
			for _, secret := range []string{canary, "lin.wei@", "david.kerr@", "sofia.lindqvist@"} {
				if strings.Contains(body, secret) {
					t.Errorf("%s shows a customer %q", r, secret)
				}
			}
		}
		if got := w.In("katrin.vogel").Get("/cases/" + things.Number + "/files/" + up.ID); got.Status != 404 {
			t.Errorf("a file of a note is handed to the customer: %d", got.Status)
		}
		if n := len(apptest.Is[apptest.Cases](t, w.As("katrin.vogel").Get("/api/v1/cases?q="+canary), 200).Items); n != 0 {
			t.Errorf("a word of a note finds %d cases for the customer", n)
		}
	})
}

func TestAChangedCursorIsRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		number := w.OldCase(home)
		for _, list := range []struct{ who, path string }{
			{"katrin.vogel", "/api/v1/cases?limit=1"}, {"lin.wei", "/api/v1/cases?limit=1"}, {"lin.wei", "/api/v1/queue?limit=1"},
			{"lin.wei", "/api/v1/cases/" + number + "/timeline?limit=1"}, {"lin.wei", "/api/v1/systems?limit=1"},
		} {
			next := apptest.Is[struct{ NextCursor *string }](t, w.As(list.who).Get(list.path), 200).NextCursor
			if next == nil {
				t.Errorf("%s has one page only", list.path)
				continue
			}
			if got := w.As(list.who).Get(list.path + "&cursor=" + *next); got.Status != 200 {
				t.Errorf("%s: the next page: %d %s", list.path, got.Status, got.Body)
			}
			flipped := []byte(*next)
			for i := range flipped { // every character counts
				flipped[i] ^= 1
				got := w.As(list.who).Get(list.path + "&cursor=" + url.QueryEscape(string(flipped)))
				flipped[i] ^= 1
				if got.Status != 400 {
					t.Errorf("%s: cursor changed at %d: %d", list.path, i, got.Status)
				}
			}
			for _, bad := range []string{"x", "AAAA", *next + "A", strings.Repeat("A", 5000), "%00", "../../"} {
				if got := w.As(list.who).Get(list.path + "&cursor=" + bad); got.Status != 400 {
					t.Errorf("%s: cursor %.20q: %d", list.path, bad, got.Status)
				}
			}
		}
	})
}
