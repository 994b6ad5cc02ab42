package journal

import (
	"golang.org/x/mod/sumdb/tlog"

	"liaison/internal/db"
	"liaison/internal/errs"
)

// Proof computes the tree head of lines that come one after the other, from the database or from an archive, and the
// numbers that are missing between them. The zero Proof has no line.
type Proof struct {
	tree tree
	last int64
	gaps []Gap
}

// Gap is a stretch of numbers without a line, both ends included. On PostgreSQL a transaction that was undone leaves
// one; on SQLite nothing does but a removed line.
type Gap struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Add takes the next line, in the order of the numbers.
func (p *Proof) Add(e Entry) error {
	if e.Seq != p.last+1 {
		p.gaps = append(p.gaps, Gap{p.last + 1, e.Seq - 1})
	}
	p.last = e.Seq
	leaf, err := Leaf(e)
	if err != nil {
		return err
	}
	return p.tree.add(leaf)
}

// Head is the size and the root of the tree over the lines so far; see Root.
func (p *Proof) Head() (size int64, hash string, err error) {
	h, err := tlog.TreeHash(p.tree.size, &p.tree)
	return p.tree.size, h.String(), err
}

// Lines is how many lines there were.
func (p *Proof) Lines() int64 { return p.tree.size }

// Gaps are the numbers that are missing below that of the last line.
func (p *Proof) Gaps() []Gap { return p.gaps }

// Walk reads all lines in the order of their numbers. The scope must span customers.
func Walk(tx *db.Tx, fn func(Entry) error) (err error) {
	defer errs.Wrap(&err, "journal.Walk")
	var lines []Entry
	one := appendTo(&lines)
	return tx.Query(`SELECT `+columns+` FROM journal ORDER BY seq`, nil, func(scan func(dest ...any) error) error {
		lines = lines[:0]
		if err := one(scan); err != nil {
			return err
		}
		return fn(lines[0])
	})
}
