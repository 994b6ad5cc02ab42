// Package journal keeps what happened: one line per change, written in the transaction of the change, and never
// altered afterwards (the database refuses it). Timeline, audit, live view and explanations read from it.
//
// A line holds ids, codes, instants and hashes; never names, addresses or message text. Those live in rows that can
// be erased, so that erasing a person and keeping the proof do not contradict.
package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Visibility says who may see a line.
type Visibility string

// The visibilities, from the widest: what a customer sees, staff and administrators see too.
const (
	Customer Visibility = "customer"
	Staff    Visibility = "staff"
	System   Visibility = "system"
)

// Line is what Record is given.
type Line struct {
	Occurred    time.Time // when it happened, for what came in later (a mail, a call); zero: now
	Tenant      id.ID     // the customer it concerns; zero for the installation
	Actor       id.ID     // the person; zero for the program itself
	ActorKind   string    // customer, staff, system
	SubjectKind string    // case, person, customer, system, session, token, installation
	Subject     id.ID
	Kind        string // e.g. case.registered
	Visibility  Visibility
	Data        any // becomes a JSON object; nil is {}
	Clause      string
	Edition     string
}

// Entry is a line of the journal as it was written.
type Entry struct {
	Seq         int64
	Pos         int64     // from Tail only: the position after which the lines that were committed later follow
	At          time.Time // the transaction's instant
	Occurred    time.Time
	Tenant      id.ID
	Actor       id.ID
	ActorKind   string
	SubjectKind string
	Subject     id.ID
	Kind        string
	Visibility  Visibility
	Data        json.RawMessage
	Clause      string
	Edition     string
}

// Record writes one line in the transaction of the change it tells about.
func Record(tx *db.Tx, l Line) (err error) {
	defer errs.Wrap(&err, "journal.Record(%s)", l.Kind)
	if l.Kind == "" || l.ActorKind == "" || l.SubjectKind == "" {
		return errors.New("a line needs kind, actor kind and subject kind")
	}
	if l.Visibility != Customer && l.Visibility != Staff && l.Visibility != System {
		return fmt.Errorf("unknown visibility %q", l.Visibility)
	}
	data := []byte("{}")
	if l.Data != nil {
		if data, err = json.Marshal(l.Data); err != nil {
			return err
		}
	}
	if l.Occurred.IsZero() {
		l.Occurred = tx.Now()
	}
	tx.MarkJournaled()
	return tx.Buffer(`INSERT INTO journal (at, occurred_at, tenant_id, actor_id, actor_kind, subject_kind, subject_id,
		kind, visibility, data, clause, edition) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		tx.Now(), l.Occurred, l.Tenant, l.Actor, l.ActorKind, l.SubjectKind, l.Subject,
		l.Kind, l.Visibility, string(data), l.Clause, l.Edition)
}

const columns = `seq, at, occurred_at, tenant_id, actor_id, actor_kind, subject_kind, subject_id, kind, visibility,
	data, clause, edition`

// OfSubject reads the lines about one thing of one customer in their order, those after seq, at most limit. It shows
// only the visibilities asked for: none shows none.
func OfSubject(tx *db.Tx, tenant, subject id.ID, after int64, limit int, visible []Visibility) (lines []Entry, err error) {
	return OfSubjects(tx, tenant, []id.ID{subject}, after, limit, visible)
}

// OfSubjects is OfSubject for several things of one customer, in the order of all their lines.
func OfSubjects(tx *db.Tx, tenant id.ID, subjects []id.ID, after int64, limit int, visible []Visibility) (lines []Entry, err error) {
	defer errs.Wrap(&err, "journal.OfSubjects(%v)", subjects)
	if len(visible) == 0 || len(subjects) == 0 {
		return nil, nil
	}
	args := []any{tenant, after, limit}
	place := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	var of, in []string
	for _, s := range subjects {
		of = append(of, place(s))
	}
	for _, v := range visible {
		in = append(in, place(v))
	}
	err = tx.Query(`SELECT `+columns+` FROM journal WHERE tenant_id = $1 AND subject_id IN (`+strings.Join(of, ", ")+`) AND seq > $2
		AND visibility IN (`+strings.Join(in, ", ")+`) ORDER BY seq LIMIT $3`, args, appendTo(&lines))
	return lines, err
}

func appendTo(lines *[]Entry, more ...any) func(scan func(dest ...any) error) error {
	return func(scan func(dest ...any) error) error {
		var e Entry
		var data string
		dest := []any{&e.Seq, db.Time(&e.At), db.Time(&e.Occurred), &e.Tenant, &e.Actor, &e.ActorKind, &e.SubjectKind,
			&e.Subject, &e.Kind, &e.Visibility, &data, &e.Clause, &e.Edition}
		if err := scan(append(dest, more...)...); err != nil {
			return err
		}
		e.Data = json.RawMessage(data)
		*lines = append(*lines, e)
		return nil
	}
}
