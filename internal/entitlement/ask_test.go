package entitlement_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
	"liaison/internal/policy"
	"liaison/internal/text"
)

// people are standings of all kinds, against which every question is asked.
func people(t *testing.T) (names []string, all map[string]entitlement.Standing) {
	t.Helper()
	liaison := entitlement.Standing{RegisterFacts: fine(t), Member: true, Manages: true, Plan: "standard", Active: 1, Used: 2,
		Year: entitlement.Term{From: day(t, "2026-03-15"), To: day(t, "2027-03-14")}}
	all = map[string]entitlement.Standing{}
	add := func(name string, change func(*entitlement.Standing)) {
		s := liaison
		change(&s)
		names, all[name] = append(names, name), s
	}
	add("liaison", func(*entitlement.Standing) {})
	add("elite", func(s *entitlement.Standing) { s.Plan, s.Active = "elite", 8 })
	add("member", func(s *entitlement.Standing) { s.Liaison, s.Manages = false, false })
	add("outsider", func(s *entitlement.Standing) { s.Liaison, s.Member, s.Manages = false, false, false })
	add("restricted", func(s *entitlement.Standing) { s.Restricted = true })
	add("suspended", func(s *entitlement.Standing) { s.OldestDue = day(t, "2026-11-30") })
	add("ended", func(s *entitlement.Standing) { s.SubscriptionTo, s.Plan = day(t, "2026-12-01"), "" })
	add("expired", func(s *entitlement.Standing) { s.LastSupportedDay = day(t, "2026-12-01") })
	add("full", func(s *entitlement.Standing) { s.Active = 2 })
	add("contact", func(s *entitlement.Standing) { s.Liaison = false })
	add("deserted", func(s *entitlement.Standing) { s.Liaison, s.Active = false, 0 })
	add("one_invited", func(s *entitlement.Standing) { s.Liaison, s.Invited = false, 1 })
	add("narrowed", func(s *entitlement.Standing) { s.Narrowed = true })
	add("used_up", func(s *entitlement.Standing) { s.Used = 6 })
	add("cloud_premier", func(s *entitlement.Standing) { s.Deployment, s.Plan = policy.Cloud, "premier" })
	add("cloud", func(s *entitlement.Standing) { s.Deployment = policy.Cloud })
	return names, all
}

const golden = "testdata/rights.golden"

// TestWhatEverybodyMay compares every answer with a list that people have read: rows are questions, columns are people.
// Set UPDATE=1 to write it anew, and read every line.
func TestWhatEverybodyMay(t *testing.T) {
	t.Parallel()
	p := pack(t)
	names, all := people(t)
	var b strings.Builder
	b.WriteString("# noon of 2 December 2026: who may what, and by which rule not\n")
	for _, q := range entitlement.Questions() {
		b.WriteString(string(q) + "\n")
		for _, name := range names {
			d, ok := entitlement.Ask(p, q, all[name], instant(t, noon))
			if !ok {
				t.Fatalf("%s is no question", q)
			}
			b.WriteString("  " + name + ": " + d.Code + " " + d.Clause + " " + d.Requirement + "\n")
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the answers are not those of %s:\n%s", golden, b.String())
	}
}

// Every answer rests on a clause of the pack, is replayed to the same from its inputs as JSON has them, and every
// refusal is said in both languages with what helps.
func TestEveryAnswerIsExplainedAndReplayed(t *testing.T) {
	t.Parallel()
	p := pack(t)
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	names, all := people(t)
	for _, at := range []string{noon, "2027-01-01T00:00:00-05:00"} {
		for _, q := range entitlement.Questions() {
			for _, name := range names {
				d, _ := entitlement.Ask(p, q, all[name], instant(t, at))
				if _, ok := p.Clause(d.Clause); !ok || d.Edition != p.Edition {
					t.Errorf("%s of %s rests on %q, %q", q, name, d.Clause, d.Edition)
				}
				inputs := map[string]any{}
				if text, err := json.Marshal(d.Inputs); err != nil || json.Unmarshal(text, &inputs) != nil {
					t.Fatal(err)
				}
				s, when, err := entitlement.Replayed(inputs)
				if err != nil {
					t.Fatalf("%s of %s: %v", q, name, err)
				}
				if again, _ := entitlement.Ask(p, q, s, when); again.Code != d.Code || !reflect.DeepEqual(again.Inputs, d.Inputs) {
					t.Errorf("%s of %s: replayed to %+v, was %+v", q, name, again, d)
				}
				if again, err := entitlement.Replay(p, inputs); err != nil || !reflect.DeepEqual(again, d) {
					t.Errorf("%s of %s: the stored decision is replayed to %+v, %v, was %+v", q, name, again, err, d)
				}
				if !d.Allowed {
					said(t, words, d.Code, d.Inputs)
				}
			}
		}
	}
}

func said(t *testing.T, words *text.Catalogue, code string, inputs map[string]any) {
	t.Helper()
	for _, lang := range []text.Lang{text.English, text.Chinese} {
		for _, key := range []string{"refusal." + code, "refusal." + code + ".todo"} {
			if got := words.T(lang, key, inputs); got == key || strings.Contains(got, "{") {
				t.Errorf("%s in %s reads %q", key, lang, got)
			}
		}
	}
}

// What is left of on-premises support after its end, by what an order or extended support keeps (4.7).
func TestAfterTheEndOfOnPremisesSupport(t *testing.T) {
	t.Parallel()
	p, at := pack(t), instant(t, "2027-01-01T00:00:00-05:00")
	scope := strings.Join(p.Extended.Scope, " ")
	for kept, may := range map[string]string{
		"":      "",
		"full":  "register_case_portal feature_updates critical_security_patches request_patch",
		scope:   "register_case_portal critical_security_patches",
		"other": "",
	} {
		s := entitlement.Standing{RegisterFacts: fine(t), Member: true, Plan: "elite", Active: 1}
		s.Exception = strings.Fields(kept)
		var got []string
		for _, q := range []entitlement.Question{entitlement.AskRegisterPortal, entitlement.AskUpdates, entitlement.AskSecurityPatch, entitlement.AskPatch} {
			if d, _ := entitlement.Ask(p, q, s, at); d.Allowed {
				got = append(got, string(q))
			}
		}
		if strings.Join(got, " ") != may {
			t.Errorf("with %q: %v, want %s", kept, got, may)
		}
	}
}

func TestNobodyAsksWhatIsNoQuestion(t *testing.T) {
	t.Parallel()
	if _, ok := entitlement.Ask(pack(t), "fly", entitlement.Standing{}, instant(t, noon)); ok {
		t.Error("flying is a question")
	}
}

// Extra seats count in their days, both included (R1.1-05).
func TestExtraSeatsEndAndNobodyIsRemoved(t *testing.T) {
	t.Parallel()
	p := pack(t)
	bought := []entitlement.ExtraSeats{{Seats: 1, Term: entitlement.Term{From: day(t, "2026-01-01"), To: day(t, "2026-12-31")}},
		{Seats: 2, Term: entitlement.Term{From: day(t, "2026-12-31"), To: day(t, "2027-12-30")}}}
	for on, want := range map[string]int{"2025-12-31": 0, "2026-01-01": 1, "2026-12-31": 3, "2027-01-01": 2, "2027-12-31": 0} {
		if got := entitlement.ExtraOn(bought, day(t, on)); got != want {
			t.Errorf("on %s: %d, want %d", on, got, want)
		}
	}
	if got := entitlement.Seats(p, entitlement.SeatFacts{Plan: "gold", Extra: 1}); got != 0 {
		t.Errorf("a plan that does not exist has %d seats", got)
	}
	if d := entitlement.DesignateNew(p, entitlement.SeatFacts{Plan: "standard", Active: 4}); d.Allowed || d.Inputs["seats"] != 2 {
		t.Errorf("%+v", d)
	}
	if d := entitlement.Replace(p, entitlement.SeatFacts{Plan: "standard", Active: 4}); !d.Allowed {
		t.Errorf("%+v", d)
	}
	if d := entitlement.Replace(p, entitlement.SeatFacts{Plan: "standard", Active: 0}); d.Code != entitlement.NobodyToReplace {
		t.Errorf("%+v", d)
	}
}

func TestTheCalendarYearIsTheOtherReading(t *testing.T) {
	t.Parallel()
	p := *pack(t)
	p.Liaisons.Year = policy.CalendarYear
	f := entitlement.ChangeFacts{ContractStart: day(t, "2026-03-15"), On: day(t, "2027-01-05"), Kind: entitlement.Replacement}
	for _, s := range []string{"2026-04-02", "2026-05-10", "2026-06-01", "2026-08-20", "2026-09-09", "2026-10-30"} {
		f.Counted = append(f.Counted, day(t, s))
	}
	b, d := entitlement.MayChange(&p, f)
	if !d.Allowed || b.Used != 0 || b.Year.To != day(t, "2027-12-31") {
		t.Errorf("%+v %+v", b, d)
	}
	p.Liaisons.Year, p.Liaisons.ChangesPerYear = policy.ContractYear, 6
	if b, d = entitlement.MayChange(&p, f); d.Allowed || b.Next != day(t, "2027-03-15") || d.Clause != "1.1" {
		t.Errorf("%+v %+v", b, d)
	}
}

// A pack that does not sell extended support refuses every order of it.
func TestWhatIsNotSoldIsNotOrdered(t *testing.T) {
	t.Parallel()
	p := *pack(t)
	p.Extended = policy.ExtendedSupport{}
	term := entitlement.Term{From: day(t, "2027-01-01"), To: day(t, "2027-12-31")}
	if got := entitlement.OrderExtended(&p, entitlement.ExtendedOrder{SKU: "x", Deployment: policy.OnPrem, Term: term}); len(got) != 1 || got[0].Code != entitlement.NotSold {
		t.Errorf("%+v", got)
	}
	if got := entitlement.RenewExtended(&p, term, term); len(got) != 1 || got[0].Code != entitlement.NotSold {
		t.Errorf("%+v", got)
	}
}

func TestAPatchStaysWithItsConfiguration(t *testing.T) {
	t.Parallel()
	p, mine, other := pack(t), entitlement.Configuration{System: "d1", Environment: "production"}, entitlement.Configuration{System: "d1", Environment: "test"}
	last := day(t, "2028-12-13")
	for _, c := range []struct {
		to    entitlement.Configuration
		today calendar.Date
		want  string
	}{
		{mine, last, "accepted"}, {mine, last.AddDays(1), "version_expired"}, {other, last, "patch_bound_to_other_configuration"},
	} {
		if d := entitlement.UsePatch(p, mine, c.to, last, c.today); d.Code != c.want || d.Allowed != (c.want == "accepted") {
			t.Errorf("%+v: %+v", c, d)
		}
	}
}
