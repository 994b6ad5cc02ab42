package account_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/errs"
)

func TestSigningInStartsASessionThatIsAnActor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := len(h.journal())
		a := h.as(" Anna.Keller@NORDWIND.example ")
		if a.Person != h.liaison || a.Role != access.Liaison || a.Customer != h.nordwind || a.Name != "Anna Keller" {
			t.Errorf("actor %+v", a)
		}
		if a.Zone.String() != "Europe/Berlin" || a.Language != "en" || a.Session.IsZero() || !a.Token.IsZero() || a.Scopes != nil {
			t.Errorf("actor %+v", a)
		}
		if got := h.kinds(n); !slices.Equal(got, []string{"session.started"}) {
			t.Errorf("journal %v", got)
		}
		if e := h.as(h.engineerMail); e.Role != access.Engineer || !e.Customer.IsZero() {
			t.Errorf("engineer %+v", e)
		}
		if o := h.as("fritz.fremd@nowhere.example"); o.Role != access.Outsider || !o.Customer.IsZero() {
			t.Errorf("outsider %+v", o)
		}
	})
}

func TestAWrongPasswordAnUnknownEMailAndADisabledPersonGetTheSameAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.svc.DisablePerson(t.Context(), program(), h.member))
		n := len(h.journal())
		var answers []string
		for _, c := range []struct{ email, password string }{
			{h.liaisonMail, "wrong horse battery"},
			{"nobody@nordwind.example", password},
			{h.memberMail, password},
			{"no address", password},
			{"a@b.example, c@d.example", password},
			{h.liaisonMail, ""},
			{h.liaisonMail, password + strings.Repeat("x", 1<<20)},
			{h.liaisonMail, strings.ToUpper(password)},
		} {
			token, err := h.svc.SignIn(t.Context(), c.email, c.password, remote)
			h.want(err, errs.Unauthenticated, "auth.sign_in.failed")
			if token != "" {
				t.Errorf("%s got a token", c.email)
			}
			answers = append(answers, err.Error())
		}
		if len(slices.Compact(answers)) != 1 {
			t.Errorf("answers differ: %v", answers)
		}
		if got := slices.Compact(h.kinds(n)); !slices.Equal(got, []string{"session.refused"}) {
			t.Errorf("journal %v", got)
		}
	})
}

func TestASessionsTokenIsNewAtEverySignInAndNeverStored(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first, second := h.signIn(h.liaisonMail), h.signIn(h.liaisonMail)
		if first == second || len(first) < 43 {
			t.Errorf("tokens %q and %q", first, second)
		}
		if n := h.count(`SELECT count(*) FROM session WHERE token_hash = $1`, []byte(first)); n != 0 {
			t.Error("the token itself is stored")
		}
		if h.by(first).Session == h.by(second).Session {
			t.Error("both tokens are one session")
		}
	})
}

func TestSigningOutEndsTheSessionOnTheServer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		token, stays := h.signIn(h.liaisonMail), h.signIn(h.liaisonMail)
		n := len(h.journal())
		h.must(h.svc.SignOut(t.Context(), token))
		h.must(h.svc.SignOut(t.Context(), token))
		h.must(h.svc.SignOut(t.Context(), ""))
		_, err := h.svc.BySession(t.Context(), token)
		h.want(err, errs.Unauthenticated, "auth.sign_in.expired")
		h.by(stays)
		if got := h.kinds(n); !slices.Equal(got, []string{"session.ended"}) {
			t.Errorf("journal %v", got)
		}
	})
}

func TestASessionEndsAfterTwelveIdleHoursAndAfterSevenDays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		idle := h.signIn(h.liaisonMail)
		h.clk.Forward(12*time.Hour - time.Second)
		h.by(idle)
		h.clk.Forward(12 * time.Hour)
		_, err := h.svc.BySession(t.Context(), idle)
		h.want(err, errs.Unauthenticated, "auth.sign_in.expired")

		busy := h.signIn(h.liaisonMail)
		for range 14 {
			h.clk.Forward(12*time.Hour - time.Second)
			h.by(busy)
		}
		h.clk.Forward(14 * time.Second)
		_, err = h.svc.BySession(t.Context(), busy)
		h.want(err, errs.Unauthenticated, "auth.sign_in.expired")
	})
}

func TestTheLastRequestOfASessionIsWrittenAtMostEveryFiveMinutes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		token := h.signIn(h.liaisonMail)
		start := h.clk.Now()
		seen := func() time.Duration {
			return time.UnixMicro(h.count(`SELECT seen_at FROM session WHERE id = $1`, h.by(token).Session)).Sub(start)
		}
		h.clk.Forward(5*time.Minute - time.Second)
		h.by(token)
		if got := seen(); got != 0 {
			t.Errorf("written after %v", got)
		}
		h.clk.Forward(time.Second)
		h.by(token)
		if got := seen(); got != 5*time.Minute {
			t.Errorf("seen %v after sign-in, want 5m", got)
		}
	})
}

func TestGuessingIsLimitedPerEMailAndPerAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		guess := func(email, from string) error {
			_, err := h.svc.SignIn(t.Context(), email, "wrong horse battery", from)
			return err
		}
		for i := range 10 {
			h.want(guess(h.liaisonMail, "192.0.2."+string(rune('0'+i))), errs.Unauthenticated, "auth.sign_in.failed")
		}
		n := len(h.journal())
		_, err := h.svc.SignIn(t.Context(), strings.ToUpper(h.liaisonMail), password, "198.51.100.1:80")
		h.want(err, errs.Limited, "error.limited")
		h.want(guess(h.memberMail, "198.51.100.1:80"), errs.Unauthenticated, "auth.sign_in.failed")
		if got := h.kinds(n); len(got) != 1 {
			t.Errorf("a limited try wrote %v", got)
		}
		h.clk.Forward(90 * time.Second)
		h.as(h.liaisonMail)

		for i := range 50 {
			h.want(guess("nobody"+strings.Repeat("x", i)+"@x.example", "203.0.113.9:1234"), errs.Unauthenticated, "auth.sign_in.failed")
		}
		_, err = h.svc.SignIn(t.Context(), h.engineerMail, password, "203.0.113.9:4321")
		h.want(err, errs.Limited, "error.limited")
		h.as(h.engineerMail)
	})
}

func TestSigningInWithTheRightPasswordUsesNoTries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for range 60 {
			h.signIn(h.liaisonMail)
		}
	})
}

func TestAPersonWithSeveralGrantsActsForNobodyUntilTheyChoose(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		token := h.signIn(h.partnerMail)
		a := h.by(token)
		if a.Role != access.Outsider || !a.Customer.IsZero() {
			t.Errorf("before choosing: %+v", a)
		}
		n := len(h.journal())
		h.must(h.svc.ActFor(t.Context(), a, h.suedlicht))
		if a = h.by(token); a.Role != access.Member || a.Customer != h.suedlicht {
			t.Errorf("after choosing: %+v", a)
		}
		h.must(h.svc.ActFor(t.Context(), a, h.nordwind))
		if a = h.by(token); a.Role != access.Liaison || a.Customer != h.nordwind {
			t.Errorf("after choosing again: %+v", a)
		}
		if got := h.kinds(n); !slices.Equal(got, []string{"session.acts_for", "session.acts_for"}) {
			t.Errorf("journal %v", got)
		}
		h.must(h.svc.EndGrant(t.Context(), program(), h.nordwind, h.partner))
		if a = h.by(token); !a.Customer.IsZero() || a.Role != access.Outsider {
			t.Errorf("after the end of the grant the session went on as %+v", a)
		}
		h.must(h.svc.ActFor(t.Context(), a, h.suedlicht))
		if a = h.by(token); a.Customer != h.suedlicht {
			t.Errorf("after choosing what is left: %+v", a)
		}
	})
}

func TestNobodyActsForACustomerTheyHaveNoGrantTo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.as(h.liaisonMail)
		h.want(h.svc.ActFor(t.Context(), a, h.suedlicht), errs.NotFound, "error.not_found")
		h.want(h.svc.ActFor(t.Context(), a, h.liaison), errs.NotFound, "error.not_found")
		h.want(h.svc.ActFor(t.Context(), h.as(h.engineerMail), h.nordwind), errs.NotFound, "error.not_found")
		h.want(h.svc.ActFor(t.Context(), access.Actor{}, h.nordwind), errs.Unauthenticated, "error.unauthenticated")
		secret, _ := h.token(h.partner, h.suedlicht, "read", "write")
		byToken, err := h.svc.ByToken(t.Context(), secret)
		h.must(err)
		h.want(h.svc.ActFor(t.Context(), byToken, h.nordwind), errs.Refused, "account.session_only")
	})
}

func TestASignInDuringAChangeOfPasswordOrADisablingLeavesNoSession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.admin()
		errsOf := atOnce(t.Context(), 8, func(ctx context.Context, i int) error {
			if i == 4 {
				return h.svc.DisablePerson(ctx, admin, h.member)
			}
			_, err := h.svc.SignIn(ctx, h.memberMail, password, remote)
			return err
		})
		h.must(errsOf[4])
		if n := h.count(`SELECT count(*) FROM session WHERE person_id = $1`, h.member); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}
