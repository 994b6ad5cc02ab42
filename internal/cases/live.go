package cases

import (
	"context"
	"encoding/json"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// Changed is one case that changed, for live views.
type Changed struct {
	Pos    int64 // in the order of commits; the lines of one transaction share it
	Tenant id.ID
	Number string
	Kind   string
}

// Changes gives what happened to cases after a position of the journal, in commit order, and the position to go on
// from; before the beginning (-1) it gives the end, where nothing is new. It is for the program's own fan-out: what a
// viewer may see is asked for with the viewer's rights.
func (s *Service) Changes(ctx context.Context, after int64, limit int) (out []Changed, next int64, err error) {
	defer errs.Wrap(&err, "cases.Changes(%d)", after)
	err = s.DB.View(ctx, db.ForSystem("cases.changes"), func(tx *db.Tx) error {
		if after < 0 {
			next, err = journal.End(tx)
			return err
		}
		lines, n, err := journal.Tail(tx, after, limit)
		next = n
		for _, l := range lines {
			if l.SubjectKind != "case" {
				continue
			}
			number, err := numberOf(l.Data)
			if err != nil {
				return err
			}
			out = append(out, Changed{Pos: l.Pos, Tenant: l.Tenant, Number: number, Kind: l.Kind})
		}
		return err
	})
	return out, next, err
}

// numberOf reads the case number from a journal line.
func numberOf(data json.RawMessage) (string, error) {
	var d struct {
		Number string `json:"number"`
	}
	err := json.Unmarshal(data, &d)
	return d.Number, err
}
