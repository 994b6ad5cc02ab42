package cases_test

import (
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// two are two cases of one customer: a P3 of 10:00, due at 14:00, and a P2 of 11:30, due at 13:30.
func two(w *world, s shop) (first, second *cases.Case) {
	w.t.Helper()
	w.at("2026-11-16T10:00:00-05:00")
	first = w.register(s, 3)
	w.at("2026-11-16T11:30:00-05:00")
	second = w.register(s, 2)
	w.at("2026-11-16T12:00:00-05:00")
	return first, second
}

func (w *world) merge(a access.Actor, gone, into string) *cases.Case {
	w.t.Helper()
	c, err := w.Merge(w.t.Context(), a, gone, cases.Merging{Into: into, Reason: "The same outage."})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func TestAMergedCaseGoesOnInTheOther(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		first, second := two(w, s)
		p, err := w.PreviewMerge(t.Context(), eva, second.Number, first.Number)
		if err != nil || !p.Decision.Allowed || len(p.IntoAfter) != 1 {
			t.Fatalf("preview: %+v, %v", p, err)
		}
		wantDue(t, p.Into.Clocks[0], "2026-11-16T14:00:00-05:00")
		wantDue(t, p.IntoAfter[0], "2026-11-16T13:30:00-05:00")
		wantDue(t, clockOf(t, w.get(eva, first.Number), sla.InitialResponse), "2026-11-16T14:00:00-05:00") // nothing was written

		into := w.merge(eva, second.Number, first.Number)
		wantDue(t, clockOf(t, into, sla.InitialResponse), "2026-11-16T13:30:00-05:00")
		gone := w.get(s.liaison, second.Number)
		if gone.Status != cases.Closed || gone.MergedNumber != first.Number || gone.ClosedAt != nil || w.mail.count("merged") != 1 {
			t.Errorf("the merged one: %s into %q, closed %v, %d mails", gone.Status, gone.MergedNumber, gone.ClosedAt, w.mail.count("merged"))
		}
		w.at("2026-11-16T13:00:00-05:00")
		w.say(s.liaison, second.Number, cases.NewMessage{Text: "Any news?"}) // by the old number
		w.say(eva, first.Number, cases.NewMessage{Text: "We found it."})
		for _, number := range []string{first.Number, second.Number} {
			if k := clockOf(t, w.get(eva, number), sla.InitialResponse); k.State != sla.Met || !k.MetAt.Equal(w.clk.Now()) {
				t.Errorf("%s: %+v", number, k)
			}
		}
		if gone = w.get(s.liaison, second.Number); gone.ClosedAt == nil || len(gone.Clocks) != 1 {
			t.Errorf("the merged one still owes something: %+v", gone.Clocks)
		}
		kinds, texts := map[string]int{}, 0
		line, err := w.Timeline(t.Context(), s.liaison, first.Number, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range line.Items {
			kinds[it.Kind]++
			if it.Message != nil {
				texts++
			}
			if it.Data["decision"] != nil {
				t.Errorf("%s shows what the clocks stood on", it.Kind)
			}
			if it.Kind == "case.registered" && it.Data["number"] == second.Number && (it.Of == nil || it.Of.Symptoms == "") {
				t.Error("the merged case's description is not there")
			}
		}
		if kinds["case.registered"] != 2 || kinds["case.merged"] != 1 || kinds["case.joined"] != 1 || kinds["message.posted"] != 2 || texts != 3 {
			t.Errorf("the history: %v, %d texts", kinds, texts)
		}
		if _, err := w.Change(t.Context(), eva, second.Number, "*", cases.Change{Status: cases.Open}); errs.As(err).Key != "refusal.case_merged" {
			t.Errorf("changing the merged one: %v", err)
		}
		replayAll(t, w, first.Number, second.Number)
	})
}

// replayAll computes every stored decision of some cases again.
func replayAll(t *testing.T, w *world, numbers ...string) {
	t.Helper()
	n := 0
	for _, number := range numbers {
		all, err := w.Replay(t.Context(), admin(), number)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if n++; !r.Same {
				t.Errorf("%s of %s: stored %v, now %v", r.Kind, number, r.Stored, r.Now)
			}
		}
	}
	if n == 0 {
		t.Error("no decision was stored")
	}
}

func TestWhatIsMissedOfAMergedCaseStaysInTheRecords(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		first, second := two(w, s)
		w.merge(eva, second.Number, first.Number)
		w.at("2026-11-16T13:31:00-05:00")
		w.sweep()
		w.sweep()
		for _, number := range []string{first.Number, second.Number} {
			if k := clockOf(t, w.get(eva, number), sla.InitialResponse); k.State != sla.Breached {
				t.Errorf("%s: %+v", number, k)
			}
		}
		boss := w.person(id.ID{}, access.RegionalManager, "Rita")
		all, err := w.Breaches(t.Context(), s.liaison, first.Number)
		if err != nil || len(all) != 2 {
			t.Fatalf("breaches: %+v, %v", all, err)
		}
		in := cases.Waiver{Deadline: sla.InitialResponse, BreachedAt: all[0].Clock.BreachedAt, Reason: "The customer asked us to wait."}
		if _, err := w.Waive(t.Context(), eva, second.Number, in); errs.KindOf(err) != errs.Refused {
			t.Errorf("an engineer waives: %v", err)
		}
		if _, err := w.Waive(t.Context(), boss, second.Number, cases.Waiver{Deadline: in.Deadline, BreachedAt: in.BreachedAt, Reason: " "}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		b, err := w.Waive(t.Context(), boss, second.Number, in)
		if err != nil || b.Clock.State != sla.Breached || b.Clock.WaivedAt.IsZero() || w.mail.count("waived") != 1 {
			t.Errorf("waived: %+v, %v, %d mails", b, err, w.mail.count("waived"))
		}
		if _, err := w.Waive(t.Context(), boss, second.Number, in); errs.As(err).Key != "case.already_waived" {
			t.Errorf("twice: %v", err)
		}
		in.BreachedAt = in.BreachedAt.Add(time.Second)
		if _, err := w.Waive(t.Context(), boss, second.Number, in); errs.KindOf(err) != errs.Invalid {
			t.Errorf("of what was not missed: %v", err)
		}
		if k := clockOf(t, w.get(eva, first.Number), sla.InitialResponse); !k.WaivedAt.IsZero() {
			t.Errorf("the other breach is waived with it: %+v", k)
		}
		replayAll(t, w, first.Number, second.Number)
	})
}

func TestWhatCannotBeMerged(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		other := w.shop(shopSpec{key: "huadong", country: "US", plan: "standard"})
		first, second := two(w, s)
		foreign := w.register(other, 3)
		for _, c := range []struct{ gone, into, code string }{
			{first.Number, first.Number, "merge_same_case"}, {first.Number, foreign.Number, "merge_other_customer"},
			{foreign.Number, first.Number, "merge_other_customer"},
		} {
			_, err := w.Merge(t.Context(), eva, c.gone, cases.Merging{Into: c.into})
			if d := errs.As(err).Decision; d == nil || d.Code != c.code || d.Clause == "" || d.Edition == "" {
				t.Errorf("%s into %s: %v", c.gone, c.into, err)
			}
		}
		if _, err := w.Merge(t.Context(), eva, first.Number, cases.Merging{Into: "10010"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("into what is not there: %v", err)
		}
		if _, err := w.Merge(t.Context(), s.liaison, first.Number, cases.Merging{Into: second.Number}); errs.KindOf(err) != errs.Refused {
			t.Errorf("a liaison merges: %v", err)
		}
		late := w.person(s.customer, access.Liaison, "Second")
		if err := w.Contract.Designate(t.Context(), admin(), s.customer, late.Person, s.system); err != nil {
			t.Fatal(err)
		}
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE access_grant SET sees = 'own' WHERE tenant_id = $1 AND person_id = $2`, s.customer, late.Person)
		})
		in := form(s.system, 3)
		theirs, err := w.Register(t.Context(), late, in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Merge(t.Context(), eva, theirs.Number, cases.Merging{Into: first.Number}); errs.As(err).Key != "refusal.merge_not_shared" {
			t.Errorf("of somebody who sees own cases only: %v", err)
		}
		w.merge(eva, second.Number, first.Number)
		for _, c := range []struct{ gone, into, code string }{{second.Number, first.Number, "case_merged"}, {first.Number, second.Number, "merge_into_merged"}} {
			if _, err := w.Merge(t.Context(), eva, c.gone, cases.Merging{Into: c.into}); errs.As(err).Key != "refusal."+c.code || errs.As(err).Args["number"] != first.Number {
				t.Errorf("%s into %s: %v, by the number %v", c.gone, c.into, err, errs.As(err).Args["number"])
			}
		}
	})
}

// A chain: what is answered in the last one answers for all; a question ends when another case joins with something owed.
func TestMergingAgainAndWhileWaiting(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		first, second := two(w, s)
		third := w.register(s, 4)
		w.say(eva, third.Number, cases.NewMessage{Text: "Which version?", Question: true})
		w.merge(eva, second.Number, first.Number)
		p, err := w.PreviewMerge(t.Context(), eva, first.Number, third.Number)
		if err != nil || !p.Reopens {
			t.Fatalf("preview: %+v, %v", p, err)
		}
		into := w.merge(eva, first.Number, third.Number)
		if into.Status != cases.Open {
			t.Errorf("still %s", into.Status)
		}
		wantDue(t, clockOf(t, into, sla.StatusUpdate), "2026-11-16T13:30:00-05:00")
		w.at("2026-11-16T12:30:00-05:00")
		w.say(eva, third.Number, cases.NewMessage{Text: "We found it."})
		for _, number := range []string{first.Number, second.Number} {
			if c := w.get(eva, number); clockOf(t, c, sla.InitialResponse).State != sla.Met || c.ClosedAt == nil {
				t.Errorf("%s: %+v", number, c.Clocks)
			}
		}
		if c := w.say(s.liaison, second.Number, cases.NewMessage{Text: "Thanks."}); c.CaseNumber != third.Number {
			t.Errorf("a message on the first merged case came to %s", c.CaseNumber)
		}
		replayAll(t, w, first.Number, second.Number, third.Number)
	})
}

func TestASplitCaseWasReceivedWithItsMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		c := w.register(s, 3)
		w.at("2026-11-16T11:00:00-05:00")
		w.say(eva, c.Number, cases.NewMessage{Text: "We are looking into it."})
		w.at("2026-11-16T12:00:00-05:00")
		m := w.say(s.liaison, c.Number, cases.NewMessage{Text: "Also, exports fail."})
		w.at("2026-11-16T15:00:00-05:00")
		before := w.get(eva, c.Number)
		p, err := w.PreviewSplit(t.Context(), eva, c.Number, m.ID, 0)
		if err != nil || p.Priority != 3 || p.Liaison.ID != s.liaison.Person {
			t.Fatalf("preview: %+v, %v", p, err)
		}
		wantDue(t, p.Clock, "2026-11-16T16:00:00-05:00")
		made, err := w.Split(t.Context(), eva, c.Number, cases.Splitting{Message: m.ID, Subject: "Exports fail", Reason: "Another matter."})
		if err != nil {
			t.Fatal(err)
		}
		made = w.get(s.liaison, made.Number)
		if !made.ReceivedAt.Equal(m.At) || made.Symptoms != "Also, exports fail." || made.SplitNumber != c.Number || made.RegisteredBy != eva.Person {
			t.Errorf("made %+v", made)
		}
		wantDue(t, clockOf(t, made, sla.InitialResponse), "2026-11-16T16:00:00-05:00")
		after := w.get(eva, c.Number)
		if len(after.Facts) != len(before.Facts) || !after.Clocks[1].DueAt.Equal(before.Clocks[1].DueAt) {
			t.Errorf("the case itself changed: %+v", after.Clocks)
		}
		if _, err := w.Split(t.Context(), eva, c.Number, cases.Splitting{Message: m.ID, Subject: "Again"}); errs.As(err).Key != "case.already_split" {
			t.Errorf("twice: %v", err)
		}
		for _, line := range w.history(s.liaison, c.Number) {
			if line.Message == nil || line.Side == cases.CustomerSide {
				continue
			}
			if _, err := w.Split(t.Context(), eva, c.Number, cases.Splitting{Message: line.Message.ID, Subject: "Ours"}); errs.KindOf(err) != errs.Invalid {
				t.Errorf("of our own message: %v", err)
			}
		}
		back := w.merge(eva, made.Number, c.Number) // a wrong split is merged back
		wantDue(t, clockOf(t, back, sla.StatusUpdate), "2026-11-16T16:00:00-05:00")
		replayAll(t, w, c.Number, made.Number)
	})
}

func (w *world) history(a access.Actor, number string) []cases.Item {
	w.t.Helper()
	line, err := w.Timeline(w.t.Context(), a, number, "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return line.Items
}

// What is being typed on a case is there in the one that goes on, also when it is typed on a page that was open before.
func TestWhatIsTypedOnAMergedCaseIsNotLost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		first, second := two(w, s)
		save := func(a access.Actor, name, text string) {
			t.Helper()
			if _, err := w.SaveDraft(t.Context(), a, name, map[string][]string{"text": {text}}); err != nil {
				t.Fatal(err)
			}
		}
		typed := func(a access.Actor, name string) string {
			t.Helper()
			d, _, err := w.LoadDraft(t.Context(), a, name)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(d.Values["text"], "|")
		}
		save(s.liaison, cases.DraftOfAnswer(second.Number), "The log says")
		save(eva, cases.DraftAtDesk(second.Number), "We found")
		save(eva, cases.DraftAtDesk(first.Number), "Hello,")
		w.merge(eva, second.Number, first.Number)
		if got := typed(s.liaison, cases.DraftOfAnswer(first.Number)); got != "The log says" {
			t.Errorf("the liaison's: %q", got)
		}
		if got := typed(eva, cases.DraftAtDesk(first.Number)); got != "Hello,\n\nWe found" {
			t.Errorf("the engineer's: %q", got)
		}
		save(s.liaison, cases.DraftOfAnswer(second.Number), "The log says nothing") // by the page of before
		if got := typed(s.liaison, cases.DraftOfAnswer(first.Number)); got != "The log says nothing" {
			t.Errorf("typed later: %q", got)
		}
		w.say(s.liaison, second.Number, cases.NewMessage{Text: "The log says nothing.", Draft: cases.DraftOfAnswer(second.Number)})
		if got := typed(s.liaison, cases.DraftOfAnswer(first.Number)); got != "" {
			t.Errorf("sent, and still there: %q", got)
		}
	})
}
