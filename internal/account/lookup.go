package account

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Lookup finds the person with this e-mail, disabled or not, for the command line. Only the program itself may;
// nobody is NotFound.
func (s *Service) Lookup(ctx context.Context, a access.Actor, email string) (person id.ID, err error) {
	defer errs.Wrap(&err, "account.Lookup")
	if !a.System {
		return id.ID{}, errs.New(errs.Refused, "error.forbidden")
	}
	account, err := NormaliseEmail(email)
	if err != nil {
		return id.ID{}, err
	}
	err = s.db.View(ctx, adminScope(a, "find a person"), func(tx *db.Tx) error {
		known, err := credentialsByEmail(tx, account)
		if err == nil && known.person.IsZero() {
			err = errs.Missing()
		}
		person = known.person
		return err
	})
	return person, err
}
