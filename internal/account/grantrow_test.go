package account_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/db"
	"liaison/internal/id"
)

// within runs a step of a larger use case.
func (h *house) within(fn func(tx *db.Tx) error) {
	h.t.Helper()
	h.must(h.db.Update(h.t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		tx.MarkJournaled()
		return fn(tx)
	}))
}

// had is what somebody was to nordwind at an instant, and for how many hours; "-" without access.
func (h *house) had(person id.ID, at time.Time) (text string) {
	h.t.Helper()
	text = "-"
	h.must(h.db.View(h.t.Context(), db.ForTenant(h.nordwind), func(tx *db.Tx) error {
		list, err := account.AccessAt(tx, h.nordwind, person, at.UnixMicro())
		for _, e := range list {
			text = fmt.Sprintf("%s %s %v", e.Role, e.Kind, at.Sub(e.Since))
			if e.Person != person || len(list) > 1 {
				h.t.Errorf("at %s it is %+v", at, list)
			}
		}
		return err
	}))
	return text
}

// Each step happens on the hour; what is read is half an hour after each, when all has happened.
func TestWhoHadAccessIsToldForEveryInstantThatIsOver(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		enrolled, err := h.svc.PrepareEnrolment(ctx, account.NewPerson{Name: "Fritz Fremd", Email: "fritz.fremd@nowhere.example", Language: "en", Zone: "UTC", Password: password})
		h.must(err)
		grant := func(role access.Role, kind account.GrantKind) func() {
			return func() { h.must(h.svc.Grant(ctx, program(), h.nordwind, h.outsider, role, kind)) }
		}
		end := func() { h.must(h.svc.EndGrant(ctx, program(), h.nordwind, h.outsider)) }
		liaison := func() {
			h.within(func(tx *db.Tx) error { return account.MakeLiaison(tx, program(), h.nordwind, h.outsider) })
		}
		steps := []struct {
			do   func()
			want string
		}{
			{func() {}, "-"},
			{grant(access.Member, account.Own), "member own 30m0s"},
			{grant(access.Member, account.Own), "member own 1h30m0s"}, // said again
			{grant(access.Liaison, account.Partner), "liaison partner 30m0s"},
			{end, "-"},
			{func() {}, "-"},
			{liaison, "liaison partner 30m0s"},
			{liaison, "liaison partner 1h30m0s"},
			{func() {
				h.within(func(tx *db.Tx) error { return account.MakeMember(tx, program(), h.nordwind, h.outsider) })
			}, "member partner 30m0s"},
			{func() {
				h.within(func(tx *db.Tx) error {
					_, err := account.EndAccess(tx, h.nordwind, h.outsider) // the last one: disables them, too
					return err
				})
			}, "-"},
			{func() {
				h.within(func(tx *db.Tx) error { return account.Return(tx, h.nordwind, h.outsider, enrolled) })
				liaison()
			}, "liaison partner 30m0s"},
			{func() { h.must(h.svc.DisablePerson(ctx, program(), h.outsider)) }, "-"}, // the grant stays
			{func() {}, "-"},
			{end, "-"},
			{func() {
				h.within(func(tx *db.Tx) error { return account.Return(tx, h.nordwind, h.outsider, enrolled) })
				grant(access.Member, account.Affiliate)()
			}, "member affiliate 30m0s"},
		}
		start := h.clk.Now()
		for _, step := range steps {
			step.do()
			h.clk.Forward(time.Hour)
		}
		for i, step := range steps {
			if got := h.had(h.outsider, start.Add(time.Duration(i)*time.Hour+30*time.Minute)); got != step.want {
				t.Errorf("after step %d it is %q, want %q", i, got, step.want)
			}
		}
		h.must(h.db.View(ctx, db.ForTenant(h.nordwind), func(tx *db.Tx) error { // of everybody
			list, err := account.AccessAt(tx, h.nordwind, id.ID{}, start.Add(90*time.Minute).UnixMicro())
			if !slices.ContainsFunc(list, func(e account.AccessEntry) bool { return e.Person == h.outsider }) || len(list) != 4 {
				t.Errorf("of everybody: %+v", list)
			}
			return err
		}))
	})
}

// A directory gives access, takes it and gives it again; who waits for an administrator has none.
func TestAccessThatADirectoryKeepsIsToldForEveryInstantToo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, start := t.Context(), h.clk.Now()
		directory := access.Actor{Role: access.Directory, Customer: h.nordwind, Token: id.New(), Scopes: []string{access.ScopeDirectory}}
		user, emil := h.inDirectory(directory, h.memberMail), "emil.sturm@suedlicht.example"
		for _, active := range []bool{false, true} {
			h.clk.Forward(time.Hour)
			_, err := h.svc.ReplaceDirectoryUser(ctx, directory, user, account.DirectoryData{UserName: h.memberMail, Name: "Ben", Email: h.memberMail, Active: active}, -1)
			h.must(err)
		}
		_, _, err := h.svc.CreateDirectoryUser(ctx, directory, account.DirectoryData{UserName: emil, Name: "Emil", Email: emil, Active: true})
		h.must(err)
		h.clk.Forward(time.Hour)
		h.must(h.svc.Grant(ctx, program(), h.nordwind, h.other, access.Member, account.Affiliate))
		h.clk.Forward(time.Hour)
		var got []string
		for i := range 4 {
			at := start.Add(time.Duration(i)*time.Hour + 30*time.Minute)
			got = append(got, h.had(h.member, at), h.had(h.other, at))
		}
		want := "member own 30m0s, -, -, -, member own 30m0s, -, member own 1h30m0s, member affiliate 30m0s"
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("it is %s, want %s", text, want)
		}
	})
}
