package contract

import (
	"context"
	"strings"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// System is a system (DSI) as people and programs see it, on one day of the vendor's zone.
type System struct {
	ID           id.ID    `json:"id"`
	Name         string   `json:"name"`
	Customer     string   `json:"customer"` // key of the customer
	CustomerName string   `json:"customerName"`
	Plan         string   `json:"plan"`     // in force on the day; "" when no term covers it
	Country      string   `json:"country"`  // contract country, ISO 3166 alpha-2
	Calendar     string   `json:"calendar"` // regional calendar
	Centre       string   `json:"centre"`   // centre that serves it
	Deployment   string   `json:"deployment"`
	Product      string   `json:"product"`
	Version      string   `json:"version"`
	Environments []string `json:"environments"` // "production" first
	// SupportedUntil is the last supported day of the version (4.5); zero when the release is not known.
	SupportedUntil calendar.Date `json:"supportedUntil,omitzero"`
	// OnPremEnds is the first day without full support under 4.7, for a system on premises that no order exception
	// carries beyond that day; zero otherwise.
	OnPremEnds calendar.Date `json:"onPremEnds,omitzero"`
}

// Filter narrows and pages a list of systems.
type Filter struct {
	Customer string // key of a customer; "" for all that the actor may see
	Text     string // every word of it is in the name of the system or of its product
	Cursor   string // Page.Next of the page before
	Limit    int    // at most MaxPage; 0 is MaxPage
}

// MaxPage is the most systems that one page holds.
const MaxPage = 200

// Page is a part of a list. Next is the cursor of the following one, "" on the last.
type Page struct {
	Items []System `json:"items"`
	Next  string   `json:"nextCursor"`
}

// Systems lists systems by customer and name: staff see those of all customers, everyone else those of the customer
// they act for.
func (s *Service) Systems(ctx context.Context, a access.Actor, f Filter) (page Page, err error) {
	defer errs.Wrap(&err, "contract.Systems")
	page.Items = []System{}
	scope, some, err := s.see(a)
	if err != nil || !some {
		return page, err
	}
	after, err := s.openPlace(f.Cursor, a.Customer)
	if err != nil {
		return page, err
	}
	limit := f.Limit
	if limit <= 0 || limit > MaxPage {
		limit = MaxPage
	}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) error {
		v := s.view(tx)
		if f.Customer != "" {
			v.where("c.key = $?", f.Customer)
		}
		for word := range strings.FieldsSeq(f.Text) {
			v.word(word)
		}
		if f.Cursor != "" {
			v.where(`(c.key, s.name) > (SELECT bc.key, b.name FROM system b JOIN customer bc ON bc.id = b.tenant_id
				WHERE b.tenant_id = $? AND b.id = $?)`, after.tenant, after.system)
		}
		page, err = v.page(limit)
		return err
	})
	return page, err
}

// System gives one system. Another customer's is as missing as one that never existed.
func (s *Service) System(ctx context.Context, a access.Actor, system id.ID) (found System, err error) {
	defer errs.Wrap(&err, "contract.System(%s)", system)
	scope, some, err := s.see(a)
	if err != nil {
		return System{}, err
	}
	if !some {
		return System{}, errs.Missing()
	}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) error {
		v := s.view(tx)
		v.where("s.id = $?", system)
		one, err := v.page(1)
		if err == nil && len(one.Items) == 0 {
			err = errs.Missing()
		}
		if err == nil {
			found = one.Items[0]
		}
		return err
	})
	return found, err
}

// see gives the scope in which an actor sees systems; some is false for those who can see none.
func (s *Service) see(a access.Actor) (scope db.Scope, some bool, err error) {
	if err := access.Check(a, access.SystemRead); err != nil {
		return db.Scope{}, false, err
	}
	switch {
	case a.System:
		return db.ForSystem("contract.systems"), true, nil
	case a.Role.IsStaff():
		return db.ForStaff(a.Person, "systems"), true, nil
	case a.Customer.IsZero():
		return db.Scope{}, false, nil
	}
	return db.ForTenant(a.Customer), true, nil
}

// systemPlace names the last system of a page. It is resolved in the reader's scope, whose customer it must be.
type systemPlace struct{ tenant, system id.ID }

// systemsList is the list's name in the cursors of systems.
const systemsList = "systems"

func (s *Service) sealPlace(p systemPlace) string {
	return s.CursorKey.Seal(systemsList, p.tenant, p.system)
}

// openPlace reads what sealPlace wrote; customer is the reader's, zero for those who see all.
func (s *Service) openPlace(text string, customer id.ID) (p systemPlace, err error) {
	given, err := s.CursorKey.Open(systemsList, text, &p.tenant, &p.system)
	if err == nil && given && !customer.IsZero() && p.tenant != customer {
		err = errs.New(errs.Malformed, "error.bad_cursor")
	}
	return p, err
}
