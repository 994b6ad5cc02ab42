package cases

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// Item is one line of a case's timeline: what the journal says, with the message or reason that belongs to it.
type Item struct {
	Seq      int64
	At       time.Time // when it was recorded
	Occurred time.Time // when it happened
	Kind     string    // e.g. "status.changed"
	Side     Side
	Actor    Party
	Internal bool // staff only
	Data     map[string]any
	Clause   string
	Message  *Message // message, question, note, or the reason given with a change
	Files    []Attachment
	Of       *Case // of which case it is, when that one was merged into the one whose timeline this is; else nil
}

// Timeline is a part of a case's history, the oldest first.
type Timeline struct {
	Items []Item
	Next  string
}

// Timeline gives the journal lines of a case that the actor may see, with the texts.
func (s *Service) Timeline(ctx context.Context, a access.Actor, number, cursor string, limit int) (t Timeline, err error) {
	defer errs.Wrap(&err, "cases.Timeline(%s)", number)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return t, err
	}
	var after int64
	if _, err := s.CursorKey.Open("timeline", cursor, &after); err != nil {
		return t, err
	}
	limit = pageSize(limit)
	visible := []journal.Visibility{journal.Customer}
	if seesNotes(a) {
		visible = append(visible, journal.Staff)
	}
	err = s.DB.View(ctx, scope(a, "read a case"), func(tx *db.Tx) error {
		tenant, caseID, err := locateFor(tx, a, number)
		if err != nil {
			return err
		}
		family, err := familyOf(tx, tenant, caseID)
		if err != nil {
			return err
		}
		lines, err := journal.OfSubjects(tx, tenant, family.ids, after, limit+1, visible)
		if err != nil {
			return err
		}
		if len(lines) > limit {
			lines = lines[:limit]
			t.Next = s.CursorKey.Seal("timeline", lines[limit-1].Seq)
		}
		t.Items, err = s.items(tx, tenant, family, lines, seesNotes(a))
		return err
	})
	return t, err
}

// items joins journal lines with names, messages and files. Three reads, however long the page, and two more for each case
// that was merged into this one.
func (s *Service) items(tx *db.Tx, tenant id.ID, of family, lines []journal.Entry, staff bool) ([]Item, error) {
	out := make([]Item, 0, len(lines))
	people, texts := map[id.ID]string{}, []id.ID{}
	for _, l := range lines {
		it := Item{Seq: l.Seq, At: l.At, Occurred: l.Occurred, Kind: l.Kind, Side: Side(l.ActorKind), Actor: Party{ID: l.Actor},
			Internal: l.Visibility == journal.Staff, Clause: l.Clause, Data: map[string]any{}, Files: []Attachment{}}
		d := json.NewDecoder(strings.NewReader(string(l.Data)))
		d.UseNumber()
		if err := d.Decode(&it.Data); err != nil {
			return nil, err
		}
		delete(it.Data, decided) // what the clocks stood on is for the operator
		it.Of = of.merged[l.Subject]
		people[l.Actor] = ""
		for _, k := range named() {
			if p, ok := idIn(it.Data, k); ok {
				people[p] = ""
			}
		}
		if m, ok := idIn(it.Data, "message"); ok {
			texts = append(texts, m)
		}
		out = append(out, it)
	}
	messages, files := map[id.ID]*Message{}, map[id.ID]map[id.ID][]Attachment{}
	for _, caseID := range of.ids {
		m, err := messagesOf(tx, tenant, caseID, staff, texts)
		if err != nil {
			return nil, err
		}
		maps.Copy(messages, m)
		if files[caseID], err = filesOf(tx, tenant, caseID, staff); err != nil {
			return nil, err
		}
	}
	if err := names(tx, people); err != nil {
		return nil, err
	}
	for i := range out {
		fill(&out[i], people, messages, files[lines[i].Subject])
	}
	return out, nil
}

// named are the entries of a line that hold people.
func named() []string { return []string{"from", "to", "liaison", "writer"} }

func fill(it *Item, people map[id.ID]string, messages map[id.ID]*Message, files map[id.ID][]Attachment) {
	it.Actor.Name = people[it.Actor.ID]
	for _, k := range named() {
		if p, ok := idIn(it.Data, k); ok {
			it.Data[k] = map[string]any{"id": p.String(), "name": people[p]}
		}
	}
	if m, ok := idIn(it.Data, "message"); ok && messages[m] != nil {
		it.Message = messages[m]
		it.Message.Author.Name = people[it.Message.Author.ID]
		it.Files = append(it.Files, files[m]...)
	}
	if it.Kind == "case.registered" {
		it.Files = append(it.Files, files[id.ID{}]...)
	}
}

func idIn(data map[string]any, key string) (id.ID, bool) {
	s, _ := data[key].(string)
	v, err := id.Parse(s)
	return v, err == nil
}

// messagesOf reads some messages of a case; without staff, only those that the customer may see.
func messagesOf(tx *db.Tx, tenant, caseID id.ID, staff bool, which []id.ID) (map[id.ID]*Message, error) {
	out := map[id.ID]*Message{}
	if len(which) == 0 {
		return out, nil
	}
	q := `SELECT id, author_id, author_side, visibility, question, channel, body, language, at, quoted,
			EXISTS (SELECT 1 FROM message_html h WHERE h.tenant_id = $1 AND h.message_id = message.id) FROM message
		WHERE tenant_id = $1 AND case_id = $2 AND id IN (` + placeholders(2, len(which)) + `)`
	if !staff {
		q += ` AND visibility = 'public'`
	}
	args := append([]any{tenant, caseID}, toAny(which, func(v id.ID) any { return v })...)
	err := tx.Query(q, args, func(scan func(...any) error) error {
		m, visibility := new(Message), ""
		if err := scan(&m.ID, &m.Author.ID, &m.Side, &visibility, &m.Question, &m.Channel, &m.Text, &m.Language, db.Time(&m.At), &m.Quoted, &m.Sent); err != nil {
			return err
		}
		m.Internal = visibility == "internal"
		out[m.ID] = m
		return nil
	})
	return out, err
}

// names fills in the names of people; one that was erased stays "".
func names(tx *db.Tx, people map[id.ID]string) error {
	args := make([]any, 0, len(people))
	for p := range people {
		if !p.IsZero() {
			args = append(args, p)
		}
	}
	if len(args) == 0 {
		return nil
	}
	return tx.Query(`SELECT id, name FROM person WHERE id IN (`+placeholders(0, len(args))+`)`, args, func(scan func(...any) error) error {
		var p Party
		if err := scan(&p.ID, &p.Name); err != nil {
			return err
		}
		people[p.ID] = p.Name
		return nil
	})
}
