package cases

import (
	"fmt"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/search"
)

// How many hits of the index are looked up at once: few at first, then twice as many each time, since a search whose
// filters let little through looks at many.
const (
	firstHits = 64
	mostHits  = 512
)

// found is a search on its way to a page: hits of the index, best first, of which the filters let some through.
type found struct {
	tx      *db.Tx
	where   *where
	phrases []string
	notes   bool // what staff write for each other counts
	want    int

	hits   []search.Found
	size   int
	items  []Case
	places []string // of items, in the index
}

// ranked gives the first cases that have all the words and pass the filters, best first, with their places.
func (s *Service) ranked(tx *db.Tx, a access.Actor, words string, w *where, after string, want int) (*found, error) {
	f := &found{tx: tx, where: w, phrases: search.Phrases(words), notes: seesNotes(a), want: want, size: firstHits, items: []Case{}}
	err := search.Each(tx, search.Query{Text: words, Internal: f.notes, After: after}, func(h search.Found) (bool, error) {
		if f.hits = append(f.hits, h); len(f.hits) < f.size {
			return true, nil
		}
		return f.sift()
	})
	if err == nil {
		_, err = f.sift()
	}
	return f, err
}

// sift looks the collected hits up and keeps those that pass, until there are enough.
func (f *found) sift() (more bool, err error) {
	hits := f.hits
	f.hits, f.size = nil, min(2*f.size, mostHits)
	if len(hits) == 0 || len(f.items) == f.want {
		return false, nil
	}
	ids := make([]id.ID, 0, len(hits))
	for _, h := range hits {
		ids = append(ids, h.Case)
	}
	if len(f.phrases) > 0 {
		if ids, err = f.withPhrases(ids); err != nil || len(ids) == 0 {
			return true, err
		}
	}
	w := where{parts: slices.Clone(f.where.parts), args: slices.Clone(f.where.args)}
	w.in("c.id", caseIDs(ids))
	rows, err := list(f.tx, w.sql(), "c.id", len(ids), w.args)
	if err != nil {
		return false, err
	}
	at := make(map[id.ID]int, len(rows))
	for i := range rows {
		at[rows[i].ID] = i
	}
	for _, h := range hits {
		if i, ok := at[h.Case]; ok && len(f.items) < f.want {
			f.items, f.places = append(f.items, rows[i]), append(f.places, h.Place)
		}
	}
	return len(f.items) < f.want, nil
}

// withPhrases keeps the cases that hold every phrase somewhere, each whole in one text.
func (f *found) withPhrases(ids []id.ID) (kept []id.ID, err error) {
	missing := map[id.ID][]string{}
	for _, v := range ids {
		missing[v] = f.phrases
	}
	read := func(of id.ID, texts ...string) {
		for _, t := range texts {
			if t = search.Fold(t); len(missing[of]) > 0 {
				missing[of] = slices.DeleteFunc(slices.Clone(missing[of]), func(p string) bool { return search.Holds(t, p) })
			}
		}
	}
	in, args := "c.id IN ("+placeholders(0, len(ids))+")", caseIDs(ids)
	if own := f.tx.Scope().Tenant(); !own.IsZero() {
		args = append(args, own)
		in += fmt.Sprintf(" AND c.tenant_id = $%d", len(args))
	}
	err = f.tx.Query(`SELECT c.id, c.subject, c.symptoms, c.quoted, c.error_messages, c.steps_taken, c.impact, c.product_id, c.product_version, sy.name, cu.name
		FROM support_case c JOIN system sy ON sy.tenant_id = c.tenant_id AND sy.id = c.system_id JOIN customer cu ON cu.id = c.tenant_id
		WHERE `+in, args, func(scan func(...any) error) error {
		var of id.ID
		var t [10]string
		err := scan(&of, &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7], &t[8], &t[9])
		read(of, t[:]...)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, more := range []struct{ text, hidden string }{{"message m", " AND m.visibility <> 'internal'"}, {"attachment m", " AND NOT m.internal"}} {
		if f.notes {
			more.hidden = ""
		}
		columns := "m.body, m.quoted"
		if strings.HasPrefix(more.text, "attachment") {
			columns = "m.name, ''"
		}
		err := f.tx.Query(`SELECT c.id, `+columns+` FROM support_case c JOIN `+more.text+` ON m.tenant_id = c.tenant_id AND m.case_id = c.id
			WHERE `+in+more.hidden, args, func(scan func(...any) error) error {
			var of id.ID
			var t [2]string
			err := scan(&of, &t[0], &t[1])
			read(of, t[:]...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, v := range ids {
		if len(missing[v]) == 0 {
			kept = append(kept, v)
		}
	}
	return kept, nil
}

// find fills a page with what a search finds.
func (s *Service) find(tx *db.Tx, a access.Actor, words string, w *where, cursor string, limit int) (p Page, err error) {
	after := ""
	if _, err := s.CursorKey.Open("found", cursor, &after); err != nil {
		return p, err
	}
	f, err := s.ranked(tx, a, words, w, after, limit+1)
	if err != nil {
		return p, err
	}
	p.Items = f.items
	return p, s.page(&p, tx, limit, nil, func(*Case) string { return s.CursorKey.Seal("found", f.places[limit-1]) })
}

// idsOf are the cases that a search finds, the best ones when it finds more than anybody reads.
func (s *Service) idsOf(tx *db.Tx, a access.Actor, words string) (ids []any, err error) {
	phrases := search.Phrases(words)
	f := &found{tx: tx, phrases: phrases, notes: seesNotes(a)}
	var all []id.ID
	err = search.Each(tx, search.Query{Text: words, Internal: f.notes}, func(h search.Found) (bool, error) {
		all = append(all, h.Case)
		return len(all) < maxFound, nil
	})
	for len(all) > 0 && err == nil {
		part := all[:min(len(all), mostHits)]
		if all = all[len(part):]; len(phrases) > 0 {
			part, err = f.withPhrases(part)
		}
		ids = append(ids, caseIDs(part)...)
	}
	return ids, err
}

// maxFound is how many of the best matches the queue is narrowed to.
const maxFound = 1000
