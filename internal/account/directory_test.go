package account_test

import (
	"context"
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
		var user id.ID
		change := func(email string) {
			t.Helper()
			_, err := h.svc.ReplaceDirectoryUser(ctx, directory, user, account.DirectoryData{UserName: email, Name: "Ben Maurer", Email: email, Active: true}, -1)
			h.must(err)
		}
		user = h.inDirectory(directory, h.memberMail)
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
		user := h.inDirectory(directory, h.liaisonMail)
		for _, active := range []bool{false, true} {
			u, err := h.svc.ReplaceDirectoryUser(t.Context(), directory, user, account.DirectoryData{UserName: h.liaisonMail, Name: "Anna", Email: h.liaisonMail, Active: active}, -1)
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

// inDirectory is what a customer's directory calls the person of an address.
func (h *house) inDirectory(directory access.Actor, email string) id.ID {
	h.t.Helper()
	list, err := h.svc.DirectoryUsers(context.Background(), directory)
	h.must(err)
	for _, u := range list {
		if u.Email == email {
			return u.ID
		}
	}
	h.t.Fatalf("the directory does not have %s", email)
	return id.ID{}
}

// What a directory is told of an address does not depend on who else knows it: the id is one of this customer, made now.
func TestADirectoryIsToldTheSameOfAnAddressWhoeverElseKnowsIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		nordwind := access.Actor{Role: access.Directory, Customer: h.nordwind, Token: id.New(), Scopes: []string{access.ScopeDirectory}}
		suedlicht := nordwind
		suedlicht.Customer = h.suedlicht
		add := func(a access.Actor, email string) account.DirectoryUser {
			t.Helper()
			u, made, err := h.svc.CreateDirectoryUser(ctx, a, account.DirectoryData{UserName: email, Name: "New", Email: email, Active: true})
			h.must(err)
			if !made || !u.Active || u.Role != access.Member {
				t.Errorf("%s: made %v, %+v", email, made, u)
			}
			return u
		}
		known, nobodys := add(suedlicht, h.memberMail), add(suedlicht, "nobody.yet@suedlicht.example")
		if known.ID == h.member || known.ID.String() < h.member.String() || known.Version != nobodys.Version {
			t.Errorf("the id %s says that the person was there", known.ID)
		}
		if _, err := h.svc.DirectoryUser(ctx, suedlicht, h.member); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the person's own id opens them: %v", err)
		}
		if _, err := h.svc.DirectoryUser(ctx, nordwind, known.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the id of another directory opens them: %v", err)
		}
		h.must(h.svc.DeleteDirectoryUser(ctx, suedlicht, known.ID))
		if a := h.as(h.memberMail); a.Customer != h.nordwind {
			t.Errorf("a foreign directory has ended their access: they act for %s", a.Customer)
		}
	})
}
