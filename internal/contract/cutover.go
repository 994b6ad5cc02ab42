package contract

import (
	"context"
	"strconv"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Losing is a system on premises whose support ends with the pack's day (4.7): subscribed today, and neither an order
// exception nor extended lifecycle support keeps technical assistance on that day.
type Losing struct {
	System           id.ID
	Customer         string // key
	CustomerName     string
	Name             string
	Country, Centre  string
	Product, Version string
	Plan             string
	SubscribedUntil  calendar.Date // last day of the term that covers today, vendor's zone
	Liaisons         int
}

// LosingPage is a part of the list. Next is the cursor of the following one, "" on the last.
type LosingPage struct {
	EndsOn calendar.Date // first day without full support
	Items  []Losing
	Next   string
}

// losingQuery reads the systems that lose support on day $2, with their terms of day $1. A scope is a list of services
// parted by single spaces.
const losingQuery = `SELECT s.tenant_id, s.id, c.key, c.name, s.name, s.country, s.centre, s.product_id, s.version, t.plan, t.to_date,
	(SELECT count(*) FROM designation d WHERE d.tenant_id = s.tenant_id AND d.system_id = s.id AND d.ended_at IS NULL)
	` + FromLosing

// FromLosing are the rows of losingQuery: s the system, c its customer, t the term of day $1.
const FromLosing = `FROM system s
	JOIN customer c ON c.id = s.tenant_id
	JOIN subscription t ON t.tenant_id = s.tenant_id AND t.system_id = s.id AND t.from_date <= $1 AND t.to_date >= $1
	WHERE s.deployment = '` + OnPrem + `' AND NOT EXISTS (SELECT 1 FROM order_exception x
		WHERE x.tenant_id = s.tenant_id AND x.system_id = s.id AND x.from_date <= $2 AND x.to_date >= $2
		AND (' ' || x.scope || ' ' LIKE '% ` + ScopeFull + ` %' OR ' ' || x.scope || ' ' LIKE '% technical_assistance %'))`

// LosingSupport lists, by customer and name, the systems that lose support at the end of on-premises support, for
// staff. After that day it lists those that have lost it and have nothing today. limit is at most MaxPage; 0 is MaxPage.
func (s *Service) LosingSupport(ctx context.Context, a access.Actor, from string, limit int) (page LosingPage, err error) {
	defer errs.Wrap(&err, "contract.LosingSupport")
	if err := access.Check(a, access.CustomerRead); err != nil {
		return page, err
	}
	if !a.Role.IsStaff() {
		return page, errs.New(errs.Refused, "error.forbidden")
	}
	scope, _, err := s.see(a)
	if err != nil {
		return page, err
	}
	after, err := s.openPlace(from, id.ID{})
	if err != nil {
		return page, err
	}
	if limit <= 0 || limit > MaxPage {
		limit = MaxPage
	}
	page = LosingPage{EndsOn: s.Policy.Now().OnPremEnd, Items: []Losing{}}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) error {
		today := s.today(tx.Now())
		on := page.EndsOn
		if today.Compare(on) > 0 {
			on = today
		}
		q, args := losingQuery, []any{today.String(), on.String()}
		if from != "" {
			q += ` AND (c.key, s.name) > (SELECT bc.key, b.name FROM system b JOIN customer bc ON bc.id = b.tenant_id WHERE b.tenant_id = $3 AND b.id = $4)`
			args = append(args, after.tenant, after.system)
		}
		args = append(args, limit+1)
		return s.readLosing(tx, q+` ORDER BY c.key, s.name LIMIT $`+strconv.Itoa(len(args)), args, limit, &page)
	})
	return page, err
}

func (s *Service) readLosing(tx *db.Tx, q string, args []any, limit int, page *LosingPage) error {
	var last systemPlace
	return tx.Query(q, args, func(scan func(...any) error) error {
		var l Losing
		var tenant id.ID
		var until *string
		err := scan(&tenant, &l.System, &l.Customer, &l.CustomerName, &l.Name, &l.Country, &l.Centre, &l.Product, &l.Version, &l.Plan, &until, &l.Liaisons)
		if err != nil {
			return err
		}
		if len(page.Items) == limit {
			page.Next = s.sealPlace(last)
			return nil
		}
		page.Items, last = append(page.Items, l), systemPlace{tenant, l.System}
		return days(dayColumn{until, &page.Items[len(page.Items)-1].SubscribedUntil})
	})
}
