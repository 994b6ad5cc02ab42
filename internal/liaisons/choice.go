package liaisons

import (
	"context"
	"slices"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
)

// Views are what a person may see of their customer's cases, from the narrowest.
func Views() []string {
	return []string{string(access.SeesOwn), string(access.SeesSystem), string(access.SeesAll)}
}

// SetView says which cases a person of the customer sees. Choosing what is chosen changes nothing. Nobody chooses their
// own view, and who does not see all cases chooses nobody's: nobody gets to see more than their colleagues allowed.
func (s *Service) SetView(ctx context.Context, a access.Actor, named, person id.ID, sees string, within ...Within) (err error) {
	defer errs.Wrap(&err, "liaisons.SetView(%s)", person)
	if !slices.Contains(Views(), sees) {
		return errs.BadFields(errs.BadField("sees", "field.not_allowed"))
	}
	if !MayChooseView(a, person) {
		return errs.New(errs.Refused, "liaisons.not_your_view")
	}
	return s.managed(ctx, a, named, within, func(tx *db.Tx, customer id.ID) error {
		old, err := account.ChangeView(tx, customer, person, access.View(sees))
		if err != nil || old == access.View(sees) {
			return err
		}
		l := onPerson("access.view_changed", person, map[string]any{"from": old, "to": sees})
		l.Clause = "2.1"
		return s.record(tx, a, customer, l)
	})
}

// MayChooseView reports whether an actor may choose which cases a person sees.
func MayChooseView(a access.Actor, person id.ID) bool {
	return a.System || a.Role.IsStaff() || a.Person != person && (a.Sees == "" || a.Sees == access.SeesAll)
}

// ChooseCentre chooses the regional centre of a liaison's new cases of a system, where the plan gives the choice; ""
// takes the choice back. Cases that are registered stay where they are (R1.1-13).
func (s *Service) ChooseCentre(ctx context.Context, a access.Actor, named, system, person id.ID, centre string, within ...Within) (err error) {
	defer errs.Wrap(&err, "liaisons.ChooseCentre(%s)", system)
	if _, known := s.Policy.Now().Centre(centre); centre != "" && (!known || centre == policy.CloudCentre) {
		return errs.BadFields(errs.BadField("centre", "field.not_allowed"))
	}
	return s.managed(ctx, a, named, within, func(tx *db.Tx, customer id.ID) error {
		designated, err := designatedTo(tx, customer, person)
		if err != nil {
			return err
		}
		if !slices.Contains(designated, system) {
			return errs.Missing()
		}
		if err := s.mayChoose(tx, customer, system, person); err != nil {
			return err
		}
		if err := contract.SetCentre(tx, customer, system, person, centre); err != nil {
			return err
		}
		return s.record(tx, a, customer, onSystem("liaison.centre_chosen", system, map[string]any{"person": person, "centre": centre}))
	})
}

// mayChoose asks the rules whether the person whose cases they are has the choice (R1.1-13). It is a conflict like a seat
// that is taken: another plan gives it.
func (s *Service) mayChoose(tx *db.Tx, customer, system, person id.ID) error {
	now := tx.Now()
	st, err := s.Contract.StandingIn(tx, customer, system, person, calendar.DateOf(now, s.Policy.Now().Vendor.Zone))
	if err != nil {
		return err
	}
	st.Narrowed = false // what the person sees is no matter: whoever chooses was let through before
	d, _ := entitlement.Ask(s.Policy.At(now), entitlement.AskChooseCentre, st.Standing, now)
	if d.Allowed {
		return nil
	}
	return refuse(d)
}

// managed runs what only those may do who deal with the customer's liaisons.
func (s *Service) managed(ctx context.Context, a access.Actor, named id.ID, within []Within, do func(tx *db.Tx, customer id.ID) error) error {
	if err := s.mayAsk(a, ""); err != nil {
		return err
	}
	customer, err := customerOf(a, named)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		if err := s.mayManage(tx, a, customer); err != nil {
			return err
		}
		if err := do(tx, customer); err != nil {
			return err
		}
		return runAll(tx, within)
	})
}
