package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

const (
	defaultLimit = 25
	maxLimit     = 100
	window       = 200    // pieces read at once
	maxScanned   = 20_000 // pieces looked at for one page; the results end there
	maxSpread    = 2_000  // newest pieces per word that are compared for words spread over a case
)

// Query is what somebody looks for. In a customer's transaction only that customer's public text is searched,
// whatever Customer and Internal say.
type Query struct {
	Text     string
	Customer id.ID  // for staff: of this customer only; zero is all
	Internal bool   // for staff: notes between staff too
	Limit    int    // cases on a page; 0 is 25, at most 100
	After    string // Page.Next of the page before
}

// Hit is one case found.
type Hit struct{ Tenant, Case id.ID }

// Found is a hit with the place after which the results go on.
type Found struct {
	Hit
	Place string // as Query.After
}

// Page is a part of the results, best first.
type Page struct {
	Hits []Hit
	Next string // asks for the following page; "" when there is none
}

// The stages of a result, in their order.
const (
	inSubject = iota
	inOnePiece
	begun // in one piece, the last word only begun
	spread
)

// place is where a page ended: in a stage, at a piece.
type place struct {
	stage int
	seq   int64
}

// search is one run of a query.
type search struct {
	tx      *db.Tx
	q       Query
	words   []word
	from    *place // nil: the first page
	seen    map[id.ID]bool
	scanned int
	yield   func(Found) (more bool, err error)
	done    bool
}

// Cases finds the cases that have all the words of q.Text. Any text may be asked for; one without a word finds
// nothing. Error Malformed for an After that is no page's Next.
func Cases(tx *db.Tx, q Query) (page Page, err error) {
	limit := q.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	last := ""
	err = Each(tx, q, func(f Found) (bool, error) {
		if len(page.Hits) == limit { // one more says that there is a following page
			page.Next = last
			return false, nil
		}
		page.Hits, last = append(page.Hits, f.Hit), f.Place
		return true, nil
	})
	return page, err
}

// Each gives the cases that have all the words of q.Text, best first, each once, until yield wants no more or the
// results end. q.Limit does not count. yield may read in the same transaction.
func Each(tx *db.Tx, q Query, yield func(Found) (more bool, err error)) (err error) {
	defer errs.Wrap(&err, "search.Each")
	if own := tx.Scope().Tenant(); !own.IsZero() {
		q.Customer, q.Internal = own, false
	}
	s := search{tx: tx, q: q, words: words(q.Text), seen: map[id.ID]bool{}, yield: yield}
	if s.from, err = parsePlace(q.After); err != nil || len(s.words) == 0 {
		return err
	}
	for stage := inSubject; stage <= spread && !s.done; stage++ {
		if err := s.run(stage); err != nil {
			return err
		}
	}
	return nil
}

func (s *search) run(stage int) error {
	if stage == spread {
		return s.spread()
	}
	all := slices.Concat(s.words...)
	open := stage == begun
	if open && !slices.ContainsFunc(all, func(t term) bool { return t.open }) {
		return nil
	}
	before := int64(math.MaxInt64)
	for !s.done && s.scanned < maxScanned {
		pieces, err := s.match(all, open, stage == inSubject, before, window)
		if err != nil {
			return err
		}
		for _, p := range pieces {
			if err := s.take(place{stage, p.seq}, p.Hit); err != nil || s.done {
				return err
			}
			before = p.seq
		}
		s.scanned += len(pieces)
		if len(pieces) < window {
			return nil
		}
	}
	return nil
}

// take gives a case when it is the first time that it is found and the page before ended earlier.
func (s *search) take(at place, h Hit) error {
	if s.seen[h.Case] {
		return nil
	}
	s.seen[h.Case] = true
	if s.from != nil && (at.stage < s.from.stage || at.stage == s.from.stage && at.seq >= s.from.seq) {
		return nil
	}
	more, err := s.yield(Found{h, fmt.Sprintf("%d-%d", at.stage, at.seq)})
	s.done = !more
	return err
}

// spread finds the cases that have every word somewhere, among the newest pieces of each word.
func (s *search) spread() error {
	if len(s.words) < 2 {
		return nil
	}
	found := map[id.ID]piece{} // the newest piece of a case with one of the words
	count := map[id.ID]int{}
	for _, w := range s.words {
		pieces, err := s.match(w, false, false, math.MaxInt64, maxSpread)
		if err == nil && len(pieces) == 0 {
			pieces, err = s.match(w, true, false, math.MaxInt64, maxSpread)
		}
		if err != nil || len(pieces) == 0 {
			return err
		}
		has := map[id.ID]bool{}
		for _, p := range pieces {
			if !has[p.Case] {
				has[p.Case] = true
				count[p.Case]++
			}
			if p.seq > found[p.Case].seq {
				found[p.Case] = p
			}
		}
	}
	var all []piece
	for of, p := range found {
		if count[of] == len(s.words) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b piece) int { return cmp.Compare(b.seq, a.seq) })
	for _, p := range all {
		if err := s.take(place{spread, p.seq}, p.Hit); err != nil || s.done {
			return err
		}
	}
	return nil
}

type piece struct {
	seq int64
	Hit
}

// match gives the newest pieces with all the terms, older than before, newest first; open takes an unfinished word
// for the beginning of others.
func (s *search) match(terms word, open, subject bool, before int64, most int) (pieces []piece, err error) {
	var marks []string
	if subject {
		terms = inSubjects(terms)
	}
	if !s.q.Customer.IsZero() {
		marks = append(marks, customerToken(s.q.Customer))
	}
	// The customer is a token of the index and is compared in the row as well: the index finds, the row decides.
	q, expression := sqliteMatch, ftsExpression
	if s.tx.Engine() == db.Postgres {
		q, expression = postgresMatch, tsExpression
	}
	args := []any{expression(terms, open, marks), before, s.q.Internal, int64(most), s.q.Customer, s.q.Customer.IsZero()}
	err = s.tx.Query(q, args, func(scan func(dest ...any) error) error {
		var p piece
		if err := scan(&p.seq, &p.Tenant, &p.Case); err != nil {
			return err
		}
		pieces = append(pieces, p)
		return nil
	})
	return pieces, err
}

const sqliteMatch = `SELECT p.seq, p.customer_id, p.case_id
	FROM search_index CROSS JOIN search_piece p ON p.seq = search_index.rowid
	WHERE search_index MATCH $1 AND search_index.rowid < $2 AND ($3 OR NOT p.internal) AND ($6 OR p.customer_id = $5)
	ORDER BY search_index.rowid DESC LIMIT $4`

const postgresMatch = `SELECT m.seq, m.customer_id, m.case_id
	FROM search_match($1::tsquery, $2, $3, $4) m WHERE $6 OR m.customer_id = $5`

// ftsExpression and tsExpression write terms in the engine's query language. Tokens hold letters, digits, ". - _"
// and the mark "~" only, and are quoted all the same.
func ftsExpression(terms word, open bool, marks []string) string {
	return expression(terms, open, marks, `"`, `""`, "*", " AND ")
}

func tsExpression(terms word, open bool, marks []string) string {
	return expression(terms, open, marks, "'", "''", ":*", " & ")
}

func expression(terms word, open bool, marks []string, quote, doubled, prefix, and string) string {
	var all []string
	for _, t := range terms {
		token := quote + strings.ReplaceAll(t.token, quote, doubled) + quote
		if t.prefix || t.open && open {
			token += prefix
		}
		all = append(all, token)
	}
	for _, m := range marks {
		all = append(all, quote+m+quote)
	}
	return strings.Join(all, and)
}

func parsePlace(s string) (*place, error) {
	if s == "" {
		return nil, nil
	}
	stage, seq, ok := strings.Cut(s, "-")
	a, errA := strconv.Atoi(stage)
	b, errB := strconv.ParseInt(seq, 10, 64)
	if !ok || errA != nil || errB != nil || a < inSubject || a > spread {
		return nil, errs.New(errs.Malformed, "error.bad_cursor")
	}
	return &place{a, b}, nil
}
