package account_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/errs"
)

const fresh = "a brand new sentence"

func TestAResetByMailSetsANewPasswordOnceAndEndsEverySession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		session := h.signIn(h.liaisonMail)
		n := len(h.journal())
		token := h.reset(h.liaisonMail)
		h.must(h.svc.CheckReset(t.Context(), token))
		h.must(h.svc.Reset(t.Context(), token, fresh))
		if got := h.kinds(n); !slices.Equal(got, []string{"password.reset_requested", "password.reset"}) {
			t.Errorf("journal %v", got)
		}
		_, err := h.svc.BySession(t.Context(), session)
		h.want(err, errs.Unauthenticated, "auth.sign_in.expired")
		_, err = h.svc.SignIn(t.Context(), h.liaisonMail, password, remote)
		h.want(err, errs.Unauthenticated, "auth.sign_in.failed")
		_, err = h.svc.SignIn(t.Context(), h.liaisonMail, fresh, remote)
		h.must(err)
		h.want(h.svc.CheckReset(t.Context(), token), errs.Conflict, "auth.set.bad_link")
		h.want(h.svc.Reset(t.Context(), token, "another new sentence"), errs.Conflict, "auth.set.bad_link")
	})
}

func TestALinkStopsWorking(t *testing.T) {
	t.Parallel()
	for name, void := range map[string]func(h *house){
		"after one hour":        func(h *house) { h.clk.Forward(time.Hour) },
		"when a newer is asked": func(h *house) { h.reset(h.liaisonMail) },
		"after a changed password": func(h *house) {
			_, err := h.svc.ChangePassword(h.t.Context(), h.as(h.liaisonMail), password, "some other sentence")
			h.must(err)
		},
		"after another reset": func(h *house) {
			link, err := h.svc.IssueReset(h.t.Context(), program(), h.liaisonMail)
			h.must(err)
			_, token, _ := strings.Cut(link, "/reset/")
			h.must(h.svc.Reset(h.t.Context(), token, "some other sentence"))
		},
		"when the person is disabled": func(h *house) { h.must(h.svc.DisablePerson(h.t.Context(), program(), h.liaison)) },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				token := h.reset(h.liaisonMail)
				h.clk.Forward(time.Second)
				void(h)
				h.want(h.svc.Reset(t.Context(), token, fresh), errs.Conflict, "auth.set.bad_link")
				h.want(h.svc.CheckReset(t.Context(), token), errs.Conflict, "auth.set.bad_link")
			})
		})
	}
}

func TestOfSeveralResetsAtOnceWithOneLinkOneWins(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		token := h.reset(h.liaisonMail)
		passwords := []string{"first new sentence", "second new sentence", "third new sentence", "fourth new sentence"}
		out := atOnce(t.Context(), len(passwords), func(ctx context.Context, i int) error {
			return h.svc.Reset(ctx, token, passwords[i])
		})
		won := -1
		for i, err := range out {
			switch {
			case err == nil && won < 0:
				won = i
			case err == nil:
				t.Errorf("%q and %q were both set", passwords[won], passwords[i])
			default:
				h.want(err, errs.Conflict, "auth.set.bad_link")
			}
		}
		if won < 0 {
			t.Fatal("nobody won")
		}
		_, err := h.svc.SignIn(t.Context(), h.liaisonMail, passwords[won], remote)
		h.must(err)
	})
}

func TestAskingForAResetTellsNothingAboutWhoExists(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.svc.DisablePerson(t.Context(), program(), h.member))
		n := len(h.journal())
		for _, email := range []string{"nobody@nordwind.example", h.memberMail} {
			h.must(h.svc.RequestReset(t.Context(), email, remote))
		}
		if len(h.jobs.all()) != 0 || h.count(`SELECT count(*) FROM password_reset`) != 0 {
			t.Error("a mail or a reset was made for nobody")
		}
		if got := h.kinds(n); !slices.Equal(got, []string{"password.reset_refused", "password.reset_refused"}) {
			t.Errorf("journal %v", got)
		}
		h.wantField(h.svc.RequestReset(t.Context(), h.liaisonMail+", evil@x.example", remote), "email")
	})
}

func TestAPersonGetsFewResetMailsWhateverIsAsked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for range 20 {
			h.must(h.svc.RequestReset(t.Context(), h.liaisonMail, remote))
		}
		if got := len(h.jobs.all()); got != 3 {
			t.Errorf("%d mails to one person, want 3", got)
		}
		h.want(h.svc.RequestReset(t.Context(), h.engineerMail, remote), errs.Limited, "error.limited")
		h.must(h.svc.RequestReset(t.Context(), h.engineerMail, "[2001:db8::1]:443"))
	})
}

func TestNeitherTheDatabaseNorTheQueueHoldsAUsableLink(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		token := h.reset(h.liaisonMail)
		args, err := json.Marshal(h.jobs.all())
		h.must(err)
		if strings.Contains(string(args), token) {
			t.Error("the job holds the token")
		}
		if n := h.count(`SELECT count(*) FROM password_reset WHERE token_hash = $1`, []byte(token)); n != 0 {
			t.Error("the row holds the token")
		}
		reset := h.jobs.all()[0].Reset.String()
		h.want(h.svc.Reset(t.Context(), reset, fresh), errs.Conflict, "auth.set.bad_link")
	})
}

func TestABadNewPasswordDoesNotUseUpTheLink(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		token := h.reset(h.liaisonMail)
		for _, bad := range []string{"", "short", strings.Repeat("long ", 200_000), "anna.keller 2026", "password12345", "\xff\xfe sentence x"} {
			h.wantField(h.svc.Reset(t.Context(), token, bad), "password")
		}
		h.must(h.svc.Reset(t.Context(), token, fresh))
	})
}

func TestOnlyTheProgramGetsALinkWithoutAMail(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, err := h.svc.IssueReset(t.Context(), h.admin(), h.liaisonMail)
		h.want(err, errs.Refused, "error.forbidden")
		_, err = h.svc.IssueReset(t.Context(), program(), "nobody@nordwind.example")
		h.want(err, errs.NotFound, "error.not_found")
		person, err := h.svc.CreatePerson(t.Context(), program(), newcomer("first@vendor.example", access.Administrator, ""))
		h.must(err)
		link, err := h.svc.IssueReset(t.Context(), program(), "first@vendor.example")
		h.must(err)
		token, ok := strings.CutPrefix(link, "https://support.example.com/reset/")
		if !ok {
			t.Fatalf("link %q", link)
		}
		h.must(h.svc.Reset(t.Context(), token, fresh))
		session, err := h.svc.SignIn(t.Context(), "first@vendor.example", fresh, remote)
		h.must(err)
		if a := h.by(session); a.Person != person || a.Role != access.Administrator {
			t.Errorf("first administrator %+v", a)
		}
	})
}
