package books

import (
	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/id"
)

// EnterIn is Enter in the caller's transaction, for what enters several things at once.
func (s *Service) EnterIn(tx *db.Tx, a access.Actor, customer id.ID, e Entry) (id.ID, error) {
	return e.enter(s, tx, a, customer)
}
