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
	page    Page
	last    place
}

// Cases finds the cases that have all the words of q.Text. Any text may be asked for; one without a word finds
// nothing. Error Malformed for an After that is no page's Next.
func Cases(tx *db.Tx, q Query) (page Page, err error) {
	defer errs.Wrap(&err, "search.Cases")
	if own := tx.Scope().Tenant(); !own.IsZero() {
		q.Customer, q.Internal = own, false
	}
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	q.Limit = min(q.Limit, maxLimit)
	s := search{tx: tx, q: q, words: words(q.Text), seen: map[id.ID]bool{}}
	if s.from, err = parsePlace(q.After); err != nil || len(s.words) == 0 {
		return Page{}, err
	}
	for stage := inSubject; stage <= spread && s.page.Next == ""; stage++ {
		if err := s.run(stage); err != nil {
			return Page{}, err
		}
	}
	return s.page, nil
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
	for s.page.Next == "" && s.scanned < maxScanned {
		pieces, err := s.match(all, open, stage == inSubject, before, window)
		if err != nil {
			return err
		}
		for _, p := range pieces {
			s.take(place{stage, p.seq}, p.Hit)
			before = p.seq
		}
		s.scanned += len(pieces)
		if len(pieces) < window {
			return nil
		}
	}
	return nil
}

// take puts a case on the page when it is the first time that it is found and the page before ended earlier. One
// case more than the limit says that there is a following page.
func (s *search) take(at place, h Hit) {
	if s.seen[h.Case] || s.page.Next != "" {
		return
	}
	s.seen[h.Case] = true
	if s.from != nil && (at.stage < s.from.stage || at.stage == s.from.stage && at.seq >= s.from.seq) {
		return
	}
	if len(s.page.Hits) == s.q.Limit {
		s.page.Next = fmt.Sprintf("%d-%d", s.last.stage, s.last.seq)
		return
	}
	s.page.Hits = append(s.page.Hits, h)
	s.last = at
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
		if err != nil {
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
		s.take(place{spread, p.seq}, p.Hit)
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
		marks = append(marks, subjectToken)
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
