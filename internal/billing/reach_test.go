package billing_test

import (
	"context"
	"testing"

	"liaison/internal/access"
	"liaison/internal/id"
)

func TestNumbersAndAmountsAreForWhoReadsInvoicesOrLooksAfterThem(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, customer := context.Background(), w.customer("nordwind")
		w.invoice("nordwind", "R-1", "2026-11-10")
		w.at("2026-11-12 09:00")
		own := func(role access.Role, contact string) access.Actor {
			return access.Actor{Person: w.person(customer, role, contact), Role: role, Customer: customer}
		}
		staff := func(role access.Role) access.Actor { return access.Actor{Person: id.New(), Role: role} }
		for name, c := range map[string]struct {
			who   access.Actor
			named bool
		}{
			"finance desk": {staff(access.OrderDesk), true}, "engineer": {staff(access.Engineer), false},
			"liaison": {own(access.Liaison, ""), true}, "billing contact": {own(access.Member, "billing"), true},
			"contract contact": {own(access.Member, "contract"), true}, "member": {own(access.Member, ""), false},
			"contact for security": {own(access.Member, "security"), false},
		} {
			all, err := w.ArrearsOf(ctx, c.who, "nordwind")
			if err != nil || len(all.Invoices) != 1 {
				t.Errorf("%s: %+v, %v", name, all, err)
				continue
			}
			v := all.Invoices[0]
			if all.Named != c.named || (v.Number == "R-1" && v.Amount == 10000) != c.named || !c.named && (v.Number != "" || v.Amount != 0 || !v.ID.IsZero()) || v.State != "overdue" {
				t.Errorf("%s reads %+v, named %v", name, v, all.Named)
			}
		}
	})
}
