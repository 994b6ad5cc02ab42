package account_test

import (
	"slices"
	"testing"

	"liaison/internal/account"
	"liaison/internal/errs"
)

func TestStaffFindEachOtherAndThePeopleOfACustomer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		engineer := h.as(h.engineerMail)
		staff, err := h.svc.Staff(t.Context(), engineer)
		h.must(err)
		if got := names(staff); !slices.Equal(got, []string{"Dan Osei/engineer/", "Gina Admin/administrator/"}) {
			t.Errorf("staff %v", got)
		}
		theirs, err := h.svc.PeopleOf(t.Context(), engineer, "suedlicht")
		h.must(err)
		if got := names(theirs); !slices.Equal(got, []string{"Carla Weiss/member/suedlicht", "Emil Sturm/liaison/suedlicht"}) {
			t.Errorf("people of suedlicht %v", got)
		}
		none, err := h.svc.PeopleOf(t.Context(), engineer, "nobody")
		h.must(err)
		if none == nil || len(none) != 0 {
			t.Errorf("people of nobody %v", none)
		}
	})
}

func TestNobodyOfACustomerFindsStaffOrOtherCustomersPeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, email := range []string{h.liaisonMail, h.memberMail, "fritz.fremd@nowhere.example"} {
			a := h.as(email)
			for _, find := range []func() ([]account.Person, error){
				func() ([]account.Person, error) { return h.svc.Staff(t.Context(), a) },
				func() ([]account.Person, error) { return h.svc.PeopleOf(t.Context(), a, "suedlicht") },
			} {
				list, err := find()
				h.want(err, errs.Refused, "error.forbidden")
				if len(list) != 0 {
					t.Errorf("%s found %v", email, names(list))
				}
			}
		}
	})
}
