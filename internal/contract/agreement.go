package contract

import (
	"context"
	"errors"

	"liaison/internal/access"
	"liaison/internal/account"
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
	agreement = id.New()
	if err := agreementAlone(tx, customer, agreement, g); err != nil {
		return id.ID{}, err
	}
	_, centre, _ := s.Policy.Now().CalendarFor(g.Country)
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

// agreementAlone wants no other agreement of the customer on a day of this one, and none of its number.
func agreementAlone(tx *db.Tx, customer, but id.ID, g Agreement) error {
	var number, from, to string
	err := tx.Row(`SELECT number, from_date, to_date FROM agreement WHERE tenant_id = $1 AND id <> $2 AND withdrawn_at IS NULL
		AND (from_date <= $3 AND to_date >= $4 OR number = $5) ORDER BY CASE WHEN number = $5 THEN 1 ELSE 0 END, from_date LIMIT 1`,
		[]any{customer, but, g.To.String(), g.From.String(), g.Number}, &number, &from, &to)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return nil
	case err != nil:
		return err
	case number == g.Number && (from > g.To.String() || to < g.From.String()):
		return errs.New(errs.Conflict, "contract.agreement_number", "number", number, "from", from, "to", to)
	}
	return errs.New(errs.Conflict, "contract.agreements_overlap", "from", from, "to", to)
}

// BringAgreement makes an agreement, which keeps its id, what g says; one that was taken out comes back. The books keep what
// it was. changed is false where it is so already. Missing when there is no such agreement.
func (s *Service) BringAgreement(tx *db.Tx, a access.Actor, customer, agreement id.ID, g Agreement) (changed bool, err error) {
	defer errs.Wrap(&err, "contract.BringAgreement(%s)", agreement)
	if err := mayKeepBooks(a); err != nil {
		return false, err
	}
	if err := s.CheckAgreement(g); err != nil {
		return false, err
	}
	var recorded int64
	var withdrawn *int64
	var from, to string
	was := Agreement{ID: agreement}
	err = tx.Row(`SELECT number, country, centre, signing_entity, from_date, to_date, recorded_at, withdrawn_at FROM agreement WHERE tenant_id = $1 AND id = $2`,
		[]any{customer, agreement}, &was.Number, &was.Country, &was.Centre, &was.SigningEntity, &from, &to, &recorded, &withdrawn)
	if err == nil {
		err = days(dayColumn{&from, &was.From}, dayColumn{&to, &was.To})
	}
	if err != nil {
		return false, missing(err)
	}
	_, centre, _ := s.Policy.Now().CalendarFor(g.Country)
	g.ID, g.Centre, g.Etag = agreement, centre, ""
	if g.Country == was.Country {
		g.Centre = was.Centre // as it was when it was signed
	}
	if g == was && withdrawn == nil {
		return false, nil
	}
	if err := agreementAlone(tx, customer, agreement, g); err != nil {
		return false, err
	}
	until := tx.Now().UnixMicro()
	if withdrawn != nil {
		until = *withdrawn
	}
	if err := account.SupersedeUntil(tx, customer, EntryAgreement, agreement, was, recorded, until); err != nil {
		return false, err
	}
	err = tx.Buffer(`UPDATE agreement SET number = $3, country = $4, centre = $5, signing_entity = $6, from_date = $7, to_date = $8, recorded_at = $9, withdrawn_at = NULL
		WHERE tenant_id = $1 AND id = $2`, customer, agreement, g.Number, g.Country, g.Centre, g.SigningEntity, g.From.String(), g.To.String(), tx.Now())
	if err != nil {
		return false, err
	}
	return true, s.record(tx, a, customer, onCustomer("agreement.changed", customer, map[string]any{
		"agreement": agreement, "country": g.Country, "centre": g.Centre, "from": g.From, "to": g.To}))
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
