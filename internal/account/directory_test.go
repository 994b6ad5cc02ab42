package account_test

import (
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/errs"
	"liaison/internal/id"
)

func TestAnAddressThatADirectoryChangesTakesEveryWayInWithIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		session := h.signIn(h.memberMail)
		bearer, _ := h.token(h.member, h.nordwind, access.ScopeRead)
		directory := access.Actor{Role: access.Directory, Customer: h.nordwind, Token: id.New(), Scopes: []string{access.ScopeDirectory}}
		change := func(email string) {
			t.Helper()
			_, err := h.svc.ReplaceDirectoryUser(ctx, directory, h.member, account.DirectoryData{UserName: email, Name: "Ben Maurer", Email: email, Active: true}, -1)
			h.must(err)
		}
		change(h.memberMail)
		if _, err := h.svc.BySession(ctx, session); err != nil {
			t.Fatalf("an address that stays ended the session: %v", err)
		}
		const foreign = "new.chief@suedlicht.example" // nobody's yet; suedlicht may invite it one day
		change(foreign)
		if _, err := h.svc.BySession(ctx, session); err == nil {
			t.Error("the session goes on")
		}
		if _, err := h.svc.ByToken(ctx, bearer); err == nil {
			t.Error("the token works")
		}
		_, err := h.svc.SignIn(ctx, foreign, password, remote)
		h.want(err, errs.Unauthenticated, "auth.sign_in.failed")
		if n := h.count(`SELECT count(*) FROM journal WHERE kind = 'person.ways_closed' AND subject_id = $1`, h.member); n != 1 {
			t.Errorf("%d lines in the journal", n)
		}
	})
}

func TestADirectoryBringsNobodyBackAsALiaisonWithoutASeat(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		directory := access.Actor{Role: access.Directory, Customer: h.nordwind, Token: id.New(), Scopes: []string{access.ScopeDirectory}}
		for _, active := range []bool{false, true} {
			u, err := h.svc.ReplaceDirectoryUser(t.Context(), directory, h.liaison, account.DirectoryData{UserName: h.liaisonMail, Name: "Anna", Email: h.liaisonMail, Active: active}, -1)
			h.must(err)
			if active && u.Role != access.Member {
				t.Errorf("the directory is told %s", u.Role)
			}
		}
		if a := h.as(h.liaisonMail); a.Role != access.Member || a.Customer != h.nordwind || access.Allows(a, access.CaseRead) {
			t.Errorf("they come back as %s of %s", a.Role, a.Customer)
		}
	})
}
