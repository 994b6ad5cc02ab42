package cases

import (
	"errors"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The names under which an answer that is being typed is kept: on the pages of customers, and on the desk.
const (
	answerDraft = "case-"
	deskDraft   = "desk-"
)

// DraftOfAnswer names what somebody of the customer types on a case.
func DraftOfAnswer(number string) string { return answerDraft + number }

// DraftAtDesk names what staff type on a case.
func DraftAtDesk(number string) string { return deskDraft + number }

// draftIn is the name under which a draft is kept now: that of the case that goes on, where the one that it was typed on
// was merged and the writer sees the other one.
func draftIn(tx *db.Tx, a access.Actor, name string) (string, error) {
	for _, kind := range []string{answerDraft, deskDraft} {
		number, ok := strings.CutPrefix(name, kind)
		if !ok {
			continue
		}
		c, err := loadSurvivor(tx, a, number)
		if errs.KindOf(err) == errs.NotFound && err != nil {
			return name, nil //nolint:nilerr // what is typed stays where it was typed
		}
		if err != nil {
			return "", err
		}
		return kind + c.Number, nil
	}
	return name, nil
}

// moveDrafts gives what is being typed on a case to the one that it was merged into. Who types on both has both texts
// there, one after the other.
func moveDrafts(tx *db.Tx, gone, into *Case) error {
	for _, kind := range []string{answerDraft, deskDraft} {
		var writers [][2]id.ID
		err := tx.Query(`SELECT person_id, customer_id FROM draft WHERE name = $1`, []any{kind + gone.Number}, func(scan func(...any) error) error {
			var w [2]id.ID
			err := scan(&w[0], &w[1])
			writers = append(writers, w)
			return err
		})
		for _, w := range writers {
			if err == nil {
				err = moveDraft(tx, w, kind+gone.Number, kind+into.Number)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func moveDraft(tx *db.Tx, of [2]id.ID, from, to string) error {
	read := func(name string) (values map[string][]string, err error) {
		var body string
		err = tx.Row(`SELECT body FROM draft WHERE person_id = $1 AND customer_id = $2 AND name = $3`, []any{of[0], of[1], name}, &body)
		if errors.Is(err, db.ErrNoRows) {
			return map[string][]string{}, nil
		}
		if err != nil {
			return nil, err
		}
		return decodeValues(body)
	}
	typed, err := read(from)
	if err != nil {
		return err
	}
	there, err := read(to)
	if err != nil {
		return err
	}
	for name, values := range typed {
		switch {
		case len(there[name]) == 0:
			there[name] = values
		case name == "text":
			there[name] = []string{strings.Join(append(slices.Clone(there[name]), values...), "\n\n")}
		case name == "attachment" || name == "kept": // files that are stored and on no case yet
			there[name] = append(there[name], values...)
		}
	}
	err = tx.Buffer(`INSERT INTO draft (person_id, customer_id, name, body, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (person_id, customer_id, name) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`,
		of[0], of[1], to, mustJSON(there), tx.Now())
	if err != nil {
		return err
	}
	return tx.Buffer(`DELETE FROM draft WHERE person_id = $1 AND customer_id = $2 AND name = $3`, of[0], of[1], from)
}
