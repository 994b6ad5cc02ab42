package account_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"liaison/internal/errs"
)

func TestChangingThePasswordEndsOtherSessionsAndRenewsThisOne(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mine, elsewhere := h.signIn(h.partnerMail), h.signIn(h.partnerMail)
		h.must(h.svc.ActFor(t.Context(), h.by(mine), h.suedlicht))
		secret, _ := h.token(h.partner, h.suedlicht, "read")
		n := len(h.journal())
		renewed, err := h.svc.ChangePassword(t.Context(), h.by(mine), password, fresh)
		h.must(err)
		if got := h.kinds(n); !slices.Equal(got, []string{"password.changed"}) {
			t.Errorf("journal %v", got)
		}
		for _, old := range []string{mine, elsewhere} {
			_, err := h.svc.BySession(t.Context(), old)
			h.want(err, errs.Unauthenticated, "auth.sign_in.expired")
		}
		if a := h.by(renewed); a.Person != h.partner || a.Customer != h.suedlicht {
			t.Errorf("renewed session %+v", a)
		}
		_, err = h.svc.ByToken(t.Context(), secret)
		h.must(err)
		_, err = h.svc.SignIn(t.Context(), h.partnerMail, password, remote)
		h.want(err, errs.Unauthenticated, "auth.sign_in.failed")
	})
}

func TestChangingThePasswordNeedsThePresentOneAndAGoodNewOne(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.as(h.liaisonMail)
		_, err := h.svc.ChangePassword(t.Context(), a, "wrong horse battery", fresh)
		h.wantField(err, "current")
		_, err = h.svc.ChangePassword(t.Context(), a, password+strings.Repeat("x", 1<<20), fresh)
		h.wantField(err, "current")
		for _, bad := range []string{"short", strings.Repeat("x1y2z", 30), "aaaaaaaaaaaaaaaa", "ANNA.KELLER rules", "Password123456"} {
			_, err := h.svc.ChangePassword(t.Context(), a, password, bad)
			h.wantField(err, "password")
		}
		for range 8 {
			_, err = h.svc.ChangePassword(t.Context(), a, "wrong horse battery", fresh)
			h.wantField(err, "current")
		}
		_, err = h.svc.ChangePassword(t.Context(), a, password, fresh)
		h.want(err, errs.Limited, "error.limited")
	})
}

func TestAPasswordAtTheLimitCountsToItsLastCharacter(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		long := strings.Repeat("长密码句子再加一些字", 12) + "一二三四五六七末" // 128 characters, 384 bytes
		_, err := h.svc.ChangePassword(t.Context(), h.as(h.liaisonMail), password, long)
		h.must(err)
		_, err = h.svc.SignIn(t.Context(), h.liaisonMail, strings.TrimSuffix(long, "末")+"尾", remote)
		h.want(err, errs.Unauthenticated, "auth.sign_in.failed")
		_, err = h.svc.SignIn(t.Context(), h.liaisonMail, long, remote)
		h.must(err)
	})
}

func TestOfTwoChangesAtOnceOneWins(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.as(h.liaisonMail)
		wanted := []string{"first new sentence", "second new sentence", "third new sentence"}
		out := atOnce(t.Context(), len(wanted), func(ctx context.Context, i int) error {
			_, err := h.svc.ChangePassword(ctx, a, password, wanted[i])
			return err
		})
		won := 0
		for i, err := range out {
			if err == nil {
				won++
				_, err := h.svc.SignIn(t.Context(), h.liaisonMail, wanted[i], remote)
				h.must(err)
			}
		}
		if won != 1 {
			t.Errorf("%d changes won: %v", won, out)
		}
		if n := h.count(`SELECT count(*) FROM session WHERE person_id = $1`, h.liaison); n != 2 {
			t.Errorf("%d sessions, want the renewed one and the one signed in here", n)
		}
	})
}
