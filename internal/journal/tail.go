package journal

import (
	"liaison/internal/db"
	"liaison/internal/errs"
)

// Tail reads the lines that were committed after the position, in the order of commits, at most about limit: the
// lines of one transaction stay together. It returns the position to go on from. Position 0 is the beginning; a
// position is good for this database only, not for one restored from a dump. The scope must span customers.
//
// Lines whose number is lower than one already read, because their transaction took longer, are not lost: on
// PostgreSQL the position is the transaction's, and lines show only once no older transaction is running.
func Tail(tx *db.Tx, after int64, limit int) (lines []Entry, next int64, err error) {
	defer errs.Wrap(&err, "journal.Tail(%d)", after)
	pos, end, err := tx.CommitOrder()
	if err != nil {
		return nil, after, err
	}
	read := func(where string, args ...any) (lines []Entry, at []int64, err error) {
		var p int64
		one := appendTo(&lines, &p)
		err = tx.Query(`SELECT `+columns+`, `+pos+` FROM journal WHERE `+where, args,
			func(scan func(dest ...any) error) error {
				err := one(scan)
				at = append(at, p)
				if err == nil {
					lines[len(lines)-1].Pos = p
				}
				return err
			})
		return lines, at, err
	}
	lines, at, err := read(pos+` > $1 AND `+pos+` < $2 ORDER BY `+pos+`, seq LIMIT $3`, after, end, limit)
	if err != nil || len(lines) == 0 {
		return nil, after, err
	}
	last := at[len(at)-1]
	if len(lines) < limit || pos == "seq" {
		return lines, last, nil
	}
	// The last transaction may be cut: leave it for the next time, or read all of it when there is nothing else.
	for n := len(at); n > 0; n-- {
		if at[n-1] != last {
			return lines[:n], at[n-1], nil
		}
	}
	lines, _, err = read(pos+` = $1 ORDER BY seq`, last)
	return lines, last, err
}

// End is the position after everything that is committed: Tail from here shows only what comes.
func End(tx *db.Tx) (pos int64, err error) {
	defer errs.Wrap(&err, "journal.End")
	_, end, err := tx.CommitOrder()
	return end - 1, err
}
