package inbound

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"liaison/internal/access"
	"liaison/internal/blob"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// HeldMail is a mail that waits for a person, or waited.
type HeldMail struct {
	ID            id.ID
	Inbox         string
	Centre        string // that staffs the inbox
	ReceivedAt    time.Time
	Sender        string // addr-spec; "" when there is no single one
	SenderName    string // as claimed
	Authenticated bool
	Subject       string
	Body          string // plain text
	Reason        string // code
	State         State
	Restricted    bool
	Customer      id.ID
	CustomerKey   string
	CustomerName  string
	CaseNumber    string // that it is about
	Files         []HeldFile
	Original      bool // there are original bytes to download
	person        id.ID
	sealed        id.ID
}

// Waits reports whether somebody may still decide about the mail.
func (m *HeldMail) Waits() bool { return m.undecided() && !m.Unkept() }

// Unkept reports whether nobody has decided about the mail and nothing can be made of it, for want of its bytes: one of our own.
func (m *HeldMail) Unkept() bool { return m.undecided() && m.sealed.IsZero() }

func (m *HeldMail) undecided() bool { return m.State == StateHeld || m.State == StateIgnored }

// HeldFile is a file of a held mail.
type HeldFile struct {
	Name        string
	ContentType string
	Size        int64 // bytes; 0 when nobody knows
	Left        bool  // it was too large to be taken: nothing of it is kept
}

// HeldQuery asks for a page of held mails, the oldest first.
type HeldQuery struct {
	Cursor string
	Limit  int // 0 is 50, at most 200

	Ignored bool // those of machines instead, of which nothing followed; staff only, for the days that they are kept
}

// HeldPage is one.
type HeldPage struct {
	Items []HeldMail
	Next  string // "" at the end
}

const heldColumns = `SELECT m.id, m.inbox, m.received_at, m.sender, m.sender_name, m.authenticated, m.subject, m.body, m.reason, m.state,
	m.restricted, m.customer_id, coalesce(c.key, ''), coalesce(c.name, ''), m.case_number, m.files, m.person_id, m.sealed_id
	FROM inbound_mail m LEFT JOIN customer c ON c.id = m.customer_id`

func (s *Service) scanHeld(scan func(...any) error) (m HeldMail, err error) {
	var files string
	err = scan(&m.ID, &m.Inbox, db.Time(&m.ReceivedAt), &m.Sender, &m.SenderName, &m.Authenticated, &m.Subject, &m.Body, &m.Reason,
		(*string)(&m.State), &m.Restricted, &m.Customer, &m.CustomerKey, &m.CustomerName, &m.CaseNumber, &files, &m.person, &m.sealed)
	if err != nil {
		return m, err
	}
	var list []shownFile
	if err := json.Unmarshal([]byte(files), &list); err != nil {
		return m, err
	}
	m.Files = []HeldFile{}
	for _, f := range list {
		m.Files = append(m.Files, HeldFile{f.Name, f.Type, f.Size, f.Left})
	}
	m.Original = !m.sealed.IsZero() && !m.Restricted
	for _, in := range s.Inboxes {
		if in.Address == m.Inbox {
			m.Centre = in.Centre
		}
	}
	return m, nil
}

// Held lists the mails that wait: for staff all, for a liaison those of authenticated colleagues.
func (s *Service) Held(ctx context.Context, a access.Actor, q HeldQuery) (page HeldPage, err error) {
	defer errs.Wrap(&err, "inbound.Held")
	if err := s.Cases.Permit(a, access.HeldRead); err != nil {
		return page, err
	}
	after, afterID := int64(-1), id.ID{} // before the first
	if _, err := s.CursorKey.Open("held", q.Cursor, &after, &afterID); err != nil {
		return page, err
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 200)
	page.Items = []HeldMail{}
	state := ` AND m.state = 'held'` // written out: a partial index serves no state that is handed over
	if q.Ignored {
		if !a.Role.IsStaff() {
			return page, nil
		}
		state = ` AND m.state = 'ignored' AND m.sealed_id IS NOT NULL` // of what is not kept nothing can be made
	}
	where, args := holdsFor(a)
	n := len(args)
	where += state + fmt.Sprintf(` AND m.reason <> $%d AND (m.received_at > $%d OR m.received_at = $%d AND m.id > $%d) ORDER BY m.received_at, m.id LIMIT $%d`,
		n+1, n+2, n+2, n+3, n+4)
	args = append(args, OwnMail, after, afterID, q.Limit+1)
	err = s.DB.View(ctx, scope(a, "read held mail"), func(tx *db.Tx) error {
		page.Items = page.Items[:0]
		return tx.Query(heldColumns+where, args, func(scan func(...any) error) error {
			m, err := s.scanHeld(scan)
			page.Items = append(page.Items, m)
			return err
		})
	})
	if err == nil && len(page.Items) > q.Limit {
		page.Items = page.Items[:q.Limit]
		last := page.Items[q.Limit-1]
		page.Next = s.CursorKey.Seal("held", last.ReceivedAt.UnixMicro(), last.ID)
	}
	return page, err
}

func scope(a access.Actor, reason string) db.Scope {
	if a.Role.IsStaff() {
		return db.ForStaff(a.Person, reason)
	}
	return db.ForTenant(a.Customer)
}

// CountHeld is how many mails wait for the actor, for the menu.
func (s *Service) CountHeld(ctx context.Context, a access.Actor) (n int, err error) {
	defer errs.Wrap(&err, "inbound.CountHeld")
	if !access.Allows(a, access.HeldRead) {
		return 0, nil
	}
	where, args := holdsFor(a)
	err = s.DB.Look(ctx, scope(a, "count held mail"), `SELECT count(*) FROM inbound_mail m`+where+` AND m.state = 'held'`, args, &n)
	return n, err
}

// HeldOne gives one mail with its text. What the actor may not see is as missing as what never was.
func (s *Service) HeldOne(ctx context.Context, a access.Actor, mail id.ID) (m HeldMail, err error) {
	defer errs.Wrap(&err, "inbound.HeldOne(%s)", mail)
	if err := s.Cases.Permit(a, access.HeldRead); err != nil {
		return m, err
	}
	err = s.DB.View(ctx, scope(a, "read held mail"), func(tx *db.Tx) error {
		m, err = s.one(tx, a, mail)
		return err
	})
	if err == nil && m.Restricted && !m.sealed.IsZero() {
		var text []byte
		if text, err = s.opened(ctx, m.sealed); err == nil {
			m.Body = string(text)
		}
	}
	return m, err
}

// Subject is that of a mail that came in, for an answer to it; "" where none is kept.
func (s *Service) Subject(ctx context.Context, mail id.ID) (subject string, err error) {
	defer errs.Wrap(&err, "inbound.Subject(%s)", mail)
	err = s.DB.Look(ctx, db.ForSystem("inbound.subject"), `SELECT subject FROM inbound_mail WHERE id = $1`, []any{mail}, &subject)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return subject, err
}

// LeftOut lists the files of a mail that were too large to be taken.
func (s *Service) LeftOut(ctx context.Context, mail id.ID) (list []HeldFile, err error) {
	defer errs.Wrap(&err, "inbound.LeftOut(%s)", mail)
	files := "[]"
	err = s.DB.Look(ctx, db.ForSystem("inbound.left_out"), `SELECT files FROM inbound_mail WHERE id = $1`, []any{mail}, &files)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return nil, err
	}
	var all []shownFile
	if err := json.Unmarshal([]byte(files), &all); err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.Left {
			list = append(list, HeldFile{f.Name, f.Type, f.Size, true})
		}
	}
	return list, nil
}

func (s *Service) one(tx *db.Tx, a access.Actor, mail id.ID) (m HeldMail, err error) {
	where, args := holdsFor(a)
	if a.Role.IsStaff() {
		where += ` AND m.state IN ('held', 'adopted', 'released', 'discarded', 'ignored')`
	} else {
		where += ` AND m.state IN ('held', 'adopted', 'released', 'discarded')`
	}
	err = errs.Missing()
	e := tx.Query(heldColumns+where+fmt.Sprintf(` AND m.id = $%d`, len(args)+1),
		append(args, mail), func(scan func(...any) error) error {
			m, err = s.scanHeld(scan)
			return err
		})
	return m, errors.Join(e, err)
}

// Original opens the bytes of a mail as they came, for staff; never of a restricted customer's.
func (s *Service) Original(ctx context.Context, a access.Actor, mail id.ID) (raw []byte, err error) {
	defer errs.Wrap(&err, "inbound.Original(%s)", mail)
	m, err := s.HeldOne(ctx, a, mail)
	if err != nil {
		return nil, err
	}
	if !a.Role.IsStaff() || !m.Original {
		return nil, errs.Missing()
	}
	return s.opened(ctx, m.sealed)
}

// opened is the plain content of an original, wherever it lies.
func (s *Service) opened(ctx context.Context, sealed id.ID) ([]byte, error) {
	data, err := s.Keys.Installation()
	if err != nil {
		return nil, err
	}
	key := blob.Key{ID: sealed, Data: data}
	var row []byte
	err = s.DB.Look(ctx, db.ForSystem("inbound.original"), `SELECT bytes FROM mail_original WHERE id = $1`, []any{sealed}, &row)
	if err == nil {
		return blob.Unseal(key, row)
	}
	if !errors.Is(err, db.ErrNoRows) {
		return nil, err
	}
	f, err := s.Blobs.Open(key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	var out bytes.Buffer
	_, err = io.Copy(&out, f)
	return out.Bytes(), err
}
