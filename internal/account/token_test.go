package account_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/errs"
	"liaison/internal/id"
)

func TestATokenIsShownOnceAndIsAnActorWithItsScopes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		owner := h.as(h.liaisonMail)
		n := len(h.journal())
		made, secret, err := h.svc.CreateToken(t.Context(), owner, account.NewToken{Name: "nightly export", Scopes: []string{"read"}})
		h.must(err)
		if got := h.kinds(n); !slices.Equal(got, []string{"token.created"}) {
			t.Errorf("journal %v", got)
		}
		a, err := h.svc.ByToken(t.Context(), secret)
		h.must(err)
		if a.Person != h.liaison || a.Role != access.Liaison || a.Customer != h.nordwind || a.Token != made.ID || !a.Session.IsZero() {
			t.Errorf("actor %+v", a)
		}
		if !access.Allows(a, access.CaseRead) || access.Allows(a, access.CaseReply) {
			t.Errorf("a read token may %v", access.May(a))
		}
		list, err := h.svc.Tokens(t.Context(), owner)
		h.must(err)
		if len(list) != 1 || list[0].Name != "nightly export" || list[0].ID != made.ID || !slices.Equal(list[0].Scopes, []string{"read"}) {
			t.Errorf("list %+v", list)
		}
		if n := h.count(`SELECT count(*) FROM api_token WHERE token_hash = $1`, []byte(secret)); n != 0 {
			t.Error("the secret itself is stored")
		}
	})
}

func TestAnUnknownTokenIsNobody(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secret, _ := h.token(h.liaison, h.nordwind, "read")
		session := h.signIn(h.liaisonMail)
		for _, bearer := range []string{"", "liaison_", secret + "x", strings.ToUpper(secret), session} {
			_, err := h.svc.ByToken(t.Context(), bearer)
			h.want(err, errs.Unauthenticated, "account.token_unknown")
		}
		_, err := h.svc.BySession(t.Context(), secret)
		h.want(err, errs.Unauthenticated, "auth.sign_in.expired")
	})
}

func TestATokenStopsAtOnce(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *house, token id.ID) error{
		"when it is revoked": func(h *house, token id.ID) error {
			return h.svc.RevokeToken(h.t.Context(), h.as(h.liaisonMail), token)
		},
		"when its person is disabled": func(h *house, _ id.ID) error {
			return h.svc.DisablePerson(h.t.Context(), program(), h.liaison)
		},
		"when the grant ends": func(h *house, _ id.ID) error {
			return h.svc.EndGrant(h.t.Context(), program(), h.nordwind, h.liaison)
		},
		"when the grant ends and is given again": func(h *house, _ id.ID) error {
			if err := h.svc.EndGrant(h.t.Context(), program(), h.nordwind, h.liaison); err != nil {
				return err
			}
			return h.svc.Grant(h.t.Context(), program(), h.nordwind, h.liaison, access.Liaison, account.Own)
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				secret, token := h.token(h.liaison, h.nordwind, "read", "write")
				_, err := h.svc.ByToken(t.Context(), secret)
				h.must(err)
				h.must(end(h, token))
				_, err = h.svc.ByToken(t.Context(), secret)
				h.want(err, errs.Unauthenticated, "account.token_unknown")
			})
		})
	}
}

func TestATokenRunsOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		owner, end := h.as(h.liaisonMail), h.clk.Now().Add(time.Hour)
		_, secret, err := h.svc.CreateToken(t.Context(), owner, account.NewToken{Name: "one hour", Scopes: []string{"read"}, ExpiresAt: &end})
		h.must(err)
		h.clk.Forward(time.Hour - time.Microsecond)
		_, err = h.svc.ByToken(t.Context(), secret)
		h.must(err)
		h.clk.Forward(time.Microsecond)
		_, err = h.svc.ByToken(t.Context(), secret)
		h.want(err, errs.Unauthenticated, "account.token_unknown")
		list, err := h.svc.Tokens(t.Context(), owner)
		h.must(err)
		if len(list) != 0 {
			t.Errorf("list %+v", list)
		}
	})
}

func TestATokenIsForTheCustomerItWasMadeForAndNoOther(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secret, _ := h.token(h.partner, h.suedlicht, "read")
		a, err := h.svc.ByToken(t.Context(), secret)
		h.must(err)
		if a.Customer != h.suedlicht || a.Role != access.Member {
			t.Errorf("actor %+v", a)
		}
		none, _ := h.token(h.partner, id.ID{}, "read")
		if a, err = h.svc.ByToken(t.Context(), none); err != nil || !a.Customer.IsZero() || a.Role != access.Outsider {
			t.Errorf("token without a choice: %+v, %v", a, err)
		}
		only, _ := h.token(h.liaison, id.ID{}, "read")
		if a, err = h.svc.ByToken(t.Context(), only); err != nil || a.Customer != h.nordwind || a.Role != access.Liaison {
			t.Errorf("token of a person with one customer: %+v, %v", a, err)
		}
		_, _, err = h.svc.CreateToken(t.Context(), program(), account.NewToken{Name: "x", Scopes: []string{"read"}, Person: h.liaison, Customer: h.suedlicht})
		h.want(err, errs.NotFound, "error.not_found")
	})
}

func TestNobodyMakesOrEndsATokenOfSomebodyElse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, theirs := h.token(h.other, h.suedlicht, "read")
		mine := h.as(h.liaisonMail)
		h.want(h.svc.RevokeToken(t.Context(), mine, theirs), errs.NotFound, "error.not_found")
		h.want(h.svc.RevokeToken(t.Context(), mine, id.New()), errs.NotFound, "error.not_found")
		_, secret, err := h.svc.CreateToken(t.Context(), mine, account.NewToken{Name: "x", Scopes: []string{"read"},
			Person: h.other, Customer: h.suedlicht, Secret: make([]byte, 32)})
		h.must(err)
		a, err := h.svc.ByToken(t.Context(), secret)
		h.must(err)
		if a.Person != h.liaison || a.Customer != h.nordwind || strings.Contains(secret, "AAAAAAAA") {
			t.Errorf("token %s is of %+v", secret, a)
		}
		if list, err := h.svc.Tokens(t.Context(), mine); err != nil || len(list) != 1 {
			t.Errorf("list %+v, %v", list, err)
		}
	})
}

func TestATokenMakesNoTokens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secret, token := h.token(h.liaison, h.nordwind, "read", "write")
		a, err := h.svc.ByToken(t.Context(), secret)
		h.must(err)
		_, _, err = h.svc.CreateToken(t.Context(), a, account.NewToken{Name: "x", Scopes: []string{"read"}})
		h.want(err, errs.Refused, "account.token_not_enough")
		h.want(h.svc.RevokeToken(t.Context(), a, token), errs.Refused, "account.token_not_enough")
		_, err = h.svc.Tokens(t.Context(), a)
		h.want(err, errs.Refused, "account.token_not_enough")
		_, err = h.svc.ChangePassword(t.Context(), a, password, "another horse battery")
		h.want(err, errs.Refused, "account.token_not_enough")
		_, _, err = h.svc.CreateToken(t.Context(), access.Actor{}, account.NewToken{Name: "x", Scopes: []string{"read"}})
		h.want(err, errs.Unauthenticated, "error.unauthenticated")
	})
}

func TestATokenNeedsANameAndKnownScopes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		owner, past := h.as(h.liaisonMail), h.clk.Now()
		for field, in := range map[string]account.NewToken{
			"name":      {Scopes: []string{"read"}},
			"scopes":    {Name: "x"},
			"expiresAt": {Name: "x", Scopes: []string{"read"}, ExpiresAt: &past},
		} {
			_, _, err := h.svc.CreateToken(t.Context(), owner, in)
			h.wantField(err, field)
		}
		for _, name := range []string{"a\nb", "a\x00", "\xff", " ", strings.Repeat("名", 101)} {
			_, _, err := h.svc.CreateToken(t.Context(), owner, account.NewToken{Name: name, Scopes: []string{"read"}})
			h.wantField(err, "name")
		}
		_, _, err := h.svc.CreateToken(t.Context(), owner, account.NewToken{Name: "x", Scopes: []string{"read", "admin"}})
		h.wantField(err, "scopes")
		_, _, err = h.svc.CreateToken(t.Context(), program(), account.NewToken{Name: "x", Scopes: []string{"read"}, Person: h.liaison, Secret: make([]byte, 31)})
		h.wantField(err, "secret")
		_, _, err = h.svc.CreateToken(t.Context(), program(), account.NewToken{Name: "x", Scopes: []string{"read"}, Person: id.New()})
		h.want(err, errs.NotFound, "error.not_found")
	})
}

func TestTheProgramMakesATokenFromAGivenSecret(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mac := hmac.New(sha256.New, []byte("seed of a demo"))
		mac.Write([]byte(h.liaisonMail))
		in := account.NewToken{Name: "demo", Scopes: []string{"read", "write"}, Person: h.liaison, Secret: mac.Sum(nil)}
		_, secret, err := h.svc.CreateToken(t.Context(), program(), in)
		h.must(err)
		if secret != account.TokenText(in.Secret) {
			t.Errorf("token %q is not the text of its secret", secret)
		}
		a, err := h.svc.ByToken(t.Context(), secret)
		h.must(err)
		if a.Person != h.liaison {
			t.Errorf("actor %+v", a)
		}
	})
}

func TestDisablingAPersonWhileTheirTokenIsUsedEndsItForAll(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secret, _ := h.token(h.liaison, h.nordwind, "read")
		out := atOnce(t.Context(), 6, func(ctx context.Context, i int) error {
			if i == 0 {
				return h.svc.DisablePerson(ctx, program(), h.liaison)
			}
			if _, err := h.svc.ByToken(ctx, secret); err != nil && errs.KindOf(err) != errs.Unauthenticated {
				return err
			}
			return nil
		})
		for _, err := range out {
			h.must(err)
		}
		_, err := h.svc.ByToken(t.Context(), secret)
		h.want(err, errs.Unauthenticated, "account.token_unknown")
	})
}
