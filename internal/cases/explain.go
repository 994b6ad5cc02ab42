package cases

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/sla"
)

// Explanation is what the clocks of a case stand on, without a word that people wrote.
type Explanation struct {
	Number   string        `json:"number"`
	Status   Status        `json:"status"`
	Plan     string        `json:"plan"`
	Edition  string        `json:"edition"`
	Decision errs.Decision `json:"decision"` // of the intake, with its inputs
	Clocks   []sla.Clock   `json:"clocks"`   // with their ledgers
}

// Explain gives the clocks of any case with their ledgers. Only the program itself may: it is for its operator.
func (s *Service) Explain(ctx context.Context, a access.Actor, number string) (x Explanation, err error) {
	defer errs.Wrap(&err, "cases.Explain(%s)", number)
	if !a.System {
		return x, errs.New(errs.Refused, "error.forbidden")
	}
	err = s.DB.View(ctx, db.ForSystem("cases.explain"), func(tx *db.Tx) error {
		c, err := load(tx, number)
		if err != nil {
			return err
		}
		r, err := sla.EvaluateWithLedger(s.Policy, c.Facts, tx.Now())
		x = Explanation{Number: c.Number, Status: c.Status, Plan: c.Plan, Edition: c.Edition, Decision: c.Decision, Clocks: r.Clocks}
		return err
	})
	return x, err
}
