package account_test

import (
	"slices"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/errs"
)

func TestMeShowsWhoOneIsAndWhomOneMayActFor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		session := h.signIn(h.partnerMail)
		h.must(h.svc.ActFor(t.Context(), h.by(session), h.nordwind))
		me, err := h.svc.Me(t.Context(), h.by(session))
		h.must(err)
		if me.Name != "Carla Weiss" || me.Email != h.partnerMail || me.Phone == "" || me.Role != access.Liaison || me.Customer != "nordwind" {
			t.Errorf("me %+v", me)
		}
		if want := (account.Settings{Language: "en", Zone: "Europe/Berlin", Shortcuts: true}); me.Settings != want {
			t.Errorf("settings %+v", me.Settings)
		}
		want := []account.Membership{{Customer: h.nordwind, Key: "nordwind", Name: "Nordwind Logistik", Role: access.Liaison, Kind: account.Own},
			{Customer: h.suedlicht, Key: "suedlicht", Name: "Suedlicht Energie", Role: access.Member, Kind: account.Own}}
		if !slices.Equal(me.Choices, want) {
			t.Errorf("choices %+v", me.Choices)
		}
		if !slices.Contains(me.May, access.CaseRegister) || slices.Contains(me.May, access.QueueRead) {
			t.Errorf("may %v", me.May)
		}
	})
}

func TestATokenIsToldItsOwnCustomerOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secret, _ := h.token(h.partner, h.suedlicht, "read")
		a, err := h.svc.ByToken(t.Context(), secret)
		h.must(err)
		me, err := h.svc.Me(t.Context(), a)
		h.must(err)
		if me.Customer != "suedlicht" || len(me.Choices) != 0 || slices.Contains(me.May, access.ProfileEdit) {
			t.Errorf("me %+v", me)
		}
		_, err = h.svc.Me(t.Context(), access.Actor{})
		h.want(err, errs.Unauthenticated, "error.unauthenticated")
	})
}

func TestSettingsAreStoredAndActFromTheNextRequestOn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		session := h.signIn(h.liaisonMail)
		set := account.Settings{Language: "zh-Hans", Zone: "Asia/Shanghai", Theme: "dark"}
		n := len(h.journal())
		h.must(h.svc.UpdateSettings(t.Context(), h.by(session), set))
		h.must(h.svc.UpdateSettings(t.Context(), h.by(session), set))
		if got := h.kinds(n); !slices.Equal(got, []string{"profile.changed"}) {
			t.Errorf("journal %v", got)
		}
		a := h.by(session)
		if a.Language != "zh-Hans" || a.Zone.String() != "Asia/Shanghai" {
			t.Errorf("actor %+v", a)
		}
		me, err := h.svc.Me(t.Context(), a)
		h.must(err)
		if me.Settings != set {
			t.Errorf("settings %+v", me.Settings)
		}
	})
}

func TestBadSettingsAreNamedAndNothingIsStored(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.as(h.liaisonMail)
		n := len(h.journal())
		err := h.svc.UpdateSettings(t.Context(), a, account.Settings{Language: "de", Zone: "Mars/Base", Theme: "pink"})
		for _, field := range []string{"language", "zone", "theme"} {
			h.wantField(err, field)
		}
		for _, zone := range []string{"", "Local", "../etc/passwd", "/etc/localtime"} {
			h.wantField(h.svc.UpdateSettings(t.Context(), a, account.Settings{Language: "en", Zone: zone}), "zone")
		}
		if got := h.kinds(n); len(got) != 0 {
			t.Errorf("journal %v", got)
		}
		secret, _ := h.token(h.liaison, h.nordwind, "read")
		byToken, err := h.svc.ByToken(t.Context(), secret)
		h.must(err)
		h.want(h.svc.UpdateSettings(t.Context(), byToken, account.Settings{Language: "en", Zone: "UTC"}), errs.Refused, "account.token_not_enough")
	})
}
