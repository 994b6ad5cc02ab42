package contract

import (
	"context"
	"errors"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Agreement is what a customer has signed: where, with whom, and for how long. Its first day begins the contract years.
type Agreement struct {
	ID            id.ID         `json:"id"`
	Number        string        `json:"number"`
	Country       string        `json:"country"` // where it was signed, ISO 3166 alpha-2
	Centre        string        `json:"centre"`  // regional centre that follows from it (1.1)
	SigningEntity string        `json:"signingEntity"`
	From          calendar.Date `json:"from"` // both inclusive, vendor's zone
	To            calendar.Date `json:"to"`
	Etag          string        `json:"etag,omitempty"` // set where it is shown
}

// AddAgreement records an agreement. One that shares a day with another of the customer is refused.
func (s *Service) AddAgreement(ctx context.Context, a access.Actor, customer id.ID, g Agreement) (agreement id.ID, err error) {
	defer errs.Wrap(&err, "contract.AddAgreement(%s)", customer)
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
		agreement, err = s.EnterAgreement(tx, a, customer, g)
		return err
	})
	return agreement, err
}

// EnterAgreement is AddAgreement in the caller's transaction.
func (s *Service) EnterAgreement(tx *db.Tx, a access.Actor, customer id.ID, g Agreement) (agreement id.ID, err error) {
	if err := mayKeepBooks(a); err != nil {
		return id.ID{}, err
	}
	if err := s.CheckAgreement(g); err != nil {
		return id.ID{}, err
	}
	if err := customerExists(tx, customer); err != nil {
		return id.ID{}, err
	}
	if err := agreementsApart(tx, customer, g); err != nil {
		return id.ID{}, err
	}
	_, centre, _ := s.Policy.Now().CalendarFor(g.Country)
	agreement = id.New()
	err = tx.Buffer(`INSERT INTO agreement (tenant_id, id, number, country, centre, signing_entity, from_date, to_date, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, customer, agreement, g.Number, g.Country, centre, g.SigningEntity,
		g.From.String(), g.To.String(), tx.Now())
	if err != nil {
		return id.ID{}, err
	}
	return agreement, s.record(tx, a, customer, onCustomer("agreement.added", customer, map[string]any{
		"agreement": agreement, "country": g.Country, "centre": centre, "from": g.From, "to": g.To}))
}

// CheckAgreement says what of an agreement cannot be, beside the customer's other ones.
func (s *Service) CheckAgreement(g Agreement) error {
	bad := checkDays(g.From, g.To)
	if _, _, known := s.Policy.Now().CalendarFor(g.Country); !known {
		bad = append(bad, errs.BadField("country", "contract.unknown_country"))
	}
	bad = append(bad, checkLine("number", g.Number)...)
	bad = append(bad, checkLine("signingEntity", g.SigningEntity)...)
	return errs.BadFields(bad...)
}

func agreementsApart(tx *db.Tx, customer id.ID, g Agreement) error {
	var from, to string
	err := tx.Row(`SELECT from_date, to_date FROM agreement WHERE tenant_id = $1 AND withdrawn_at IS NULL AND from_date <= $2 AND to_date >= $3
		ORDER BY from_date LIMIT 1`, []any{customer, g.To.String(), g.From.String()}, &from, &to)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.New(errs.Conflict, "contract.agreements_overlap", "from", from, "to", to)
}

// Year is a year in which changes of liaisons are counted; both days are inclusive.
type Year struct {
	From calendar.Date `json:"from"`
	To   calendar.Date `json:"to"`
}

// YearOf is the year of a customer that the transaction's instant lies in: that of its agreement in force, else of the
// last one that has begun, else of its first subscription; the calendar year where there is neither, or the pack says so.
func (s *Service) YearOf(tx *db.Tx, customer id.ID) (Year, error) {
	today := s.today(tx.Now())
	start, err := contractStart(tx, customer, today)
	return Year(entitlement.ChangeYear(s.Policy.Now(), start, today)), err
}

// contractStart is the day from whose anniversaries the contract years of a customer run; zero: it has none.
func contractStart(tx *db.Tx, customer id.ID, today calendar.Date) (start calendar.Date, err error) {
	var signed, first *string
	err = tx.Row(`SELECT (SELECT max(g.from_date) FROM agreement g WHERE g.tenant_id = $1 AND g.withdrawn_at IS NULL AND g.from_date <= $2),
		(SELECT min(u.from_date) FROM subscription u WHERE u.tenant_id = $1)`, []any{customer, today.String()}, &signed, &first)
	if err != nil {
		return start, err
	}
	var a, b calendar.Date
	if err := days(dayColumn{signed, &a}, dayColumn{first, &b}); err != nil || a.IsZero() {
		return b, err
	}
	return a, nil
}

// Changes is how a customer stands with the changes of liaisons of a contract year (R1.1-06).
type Changes struct {
	Start calendar.Date // of the contract; zero: none
	On    calendar.Date // the day asked for
	Year  Year
	Used  int // requests that count: done, or waiting for somebody to accept
}

// ChangesOn gives it for a day of the vendor's zone.
func (s *Service) ChangesOn(tx *db.Tx, customer id.ID, on calendar.Date) (c Changes, err error) {
	c.On = on
	if c.Start, err = contractStart(tx, customer, on); err != nil {
		return c, err
	}
	c.Year = Year(entitlement.ChangeYear(s.Policy.Now(), c.Start, on))
	err = tx.Row(`SELECT count(DISTINCT c.id) FROM liaison_change c JOIN liaison_change_item i ON i.tenant_id = c.tenant_id AND i.change_id = c.id
		WHERE c.tenant_id = $1 AND c.year_from >= $2 AND c.year_from <= $3 AND i.counts
		AND (i.state = 'done' OR i.state = 'waiting' AND i.expires_at > $4)`,
		[]any{customer, c.Year.From.String(), c.Year.To.String(), tx.Now()}, &c.Used)
	return c, err
}
