package dispatch

import (
	"context"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// DigestJob is the kind of job that mails a digest.
const DigestJob = "mail.digest"

// Digest is the argument of a DigestJob.
type Digest struct {
	Person id.ID        `json:"person"`
	Event  id.ID        `json:"event"` // names the digest
	At     int64        `json:"at"`    // when it was made, UTC microseconds
	Lines  []DigestLine `json:"lines"`
	More   int          `json:"more,omitempty"` // lines that are left out
}

// DigestLine is one change that a digest tells.
type DigestLine struct {
	Kind   string `json:"kind"`
	Tenant id.ID  `json:"tenant"`
	Case   id.ID  `json:"case"`
	At     int64  `json:"at"` // UTC microseconds
}

const (
	digestHour = 8   // o'clock, in the person's zone
	maxLines   = 200 // of one digest
	maxPeople  = 500 // that one look at the lines takes
	farthest   = 60  // days that are looked at for a working one
)

// NextDigest is the first digest after an instant: eight o'clock in the person's zone, on a working day.
func NextDigest(after time.Time, zone *time.Location, working func(calendar.Date) bool) time.Time {
	day := calendar.DateOf(after, zone)
	for range farthest {
		at := time.Date(day.Year, day.Month, day.Day, digestHour, 0, 0, 0, zone)
		if at.After(after) && working(day) {
			return at.UTC()
		}
		day = day.AddDays(1)
	}
	return after.Add(farthest * 24 * time.Hour) // a calendar without a working day in two months
}

// WorkingDays tells which dates are working days by a calendar: those on which it opens. Where it is always open, or
// unknown, Monday to Friday.
func WorkingDays(c *calendar.Calendar) func(calendar.Date) bool {
	if c == nil || c.IsAlwaysOpen() {
		return func(d calendar.Date) bool { return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday }
	}
	return func(d calendar.Date) bool {
		opening, ok := c.NextOpening(d.StartIn(c.Zone()))
		return ok && calendar.DateOf(opening, c.Zone()) == d
	}
}

// reader is somebody whose digest may be due.
type reader struct {
	person        id.ID
	since         time.Time // of the oldest line
	zone, country string
}

// Sweep enqueues the digests that are due, and returns how many. The lines of a digest become the job's arguments in
// the transaction that removes them: a line is told once.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "dispatch.Sweep")
	var readers []reader
	err = s.DB.View(ctx, db.ForSystem("dispatch.digest"), func(tx *db.Tx) error {
		readers = nil
		return tx.Query(`SELECT l.person_id, l.since, p.zone, coalesce((SELECT min(c.country) FROM access_grant g
				JOIN customer c ON c.id = g.tenant_id WHERE g.person_id = l.person_id AND g.ended_at IS NULL), '')
			FROM (SELECT person_id, min(at) AS since FROM digest_line GROUP BY person_id) l JOIN person p ON p.id = l.person_id
			ORDER BY l.since LIMIT $1`, []any{maxPeople}, func(scan func(...any) error) error {
			var r reader
			err := scan(&r.person, db.Time(&r.since), &r.zone, &r.country)
			readers = append(readers, r)
			return err
		})
	})
	for _, r := range readers {
		if err != nil {
			break
		}
		if s.due(r).After(s.DB.Clock().Now()) {
			continue
		}
		n++
		err = s.DB.Update(ctx, db.ForSystem("dispatch.digest"), func(tx *db.Tx) error { return s.enqueue(tx, r.person) })
	}
	return n, err
}

func (s *Service) due(r reader) time.Time {
	zone, err := time.LoadLocation(r.zone)
	if err != nil { // checked when it was set; the zone may have gone from the zone data since
		zone = time.UTC
	}
	var working *calendar.Calendar
	if key, _, ok := s.Policy.Now().CalendarFor(r.country); ok {
		working = s.Policy.Now().Calendars[key]
	}
	return NextDigest(r.since, zone, WorkingDays(working))
}

// enqueue makes a person's digest of all lines.
func (s *Service) enqueue(tx *db.Tx, person id.ID) error {
	d := Digest{Person: person, Event: id.New(), At: tx.Now().UnixMicro()}
	err := tx.Query(`SELECT kind, tenant_id, case_id, at FROM digest_line WHERE person_id = $1 ORDER BY at, id`, []any{person},
		func(scan func(...any) error) error {
			var l DigestLine
			if err := scan(&l.Kind, &l.Tenant, &l.Case, &l.At); err != nil {
				return err
			}
			if len(d.Lines) < maxLines {
				d.Lines = append(d.Lines, l)
			} else {
				d.More++
			}
			return nil
		})
	if err != nil || len(d.Lines) == 0 { // another process was first
		return err
	}
	if _, err := tx.Exec(`DELETE FROM digest_line WHERE person_id = $1`, person); err != nil {
		return err
	}
	return s.Jobs.Enqueue(tx, DigestJob, d)
}

// Reader is who gets a mail that is about no single case.
type Reader struct{ Name, Email, Language, Zone string }

// ReaderOf reads a person at the moment a mail is sent; ok is false for somebody who may not sign in any more, or who is
// neither staff nor anything to a customer.
func (s *Service) ReaderOf(ctx context.Context, person id.ID) (r Reader, ok bool, err error) {
	return s.reader(ctx, person, "p.staff_role <> '' OR EXISTS (SELECT 1 FROM access_grant g WHERE g.person_id = p.id AND g.ended_at IS NULL)")
}

// LiaisonOf is ReaderOf for what only liaisons are told.
func (s *Service) LiaisonOf(ctx context.Context, person id.ID) (r Reader, ok bool, err error) {
	return s.reader(ctx, person, "EXISTS (SELECT 1 FROM access_grant g WHERE g.person_id = p.id AND g.ended_at IS NULL AND g.role = 'liaison')")
}

func (s *Service) reader(ctx context.Context, person id.ID, who string) (r Reader, ok bool, err error) {
	defer errs.Wrap(&err, "dispatch.reader")
	err = s.DB.View(ctx, db.ForSystem("dispatch.reader"), func(tx *db.Tx) error {
		return tx.Row(`SELECT p.name, p.email, p.language, p.zone FROM person p WHERE p.id = $1 AND p.disabled_at IS NULL AND (`+who+`)`, []any{person},
			&r.Name, &r.Email, &r.Language, &r.Zone)
	})
	if errors.Is(err, db.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

// Failure is an address that cannot be reached, or does not want our mail.
type Failure struct {
	Person      id.ID
	Name, Email string
	Kind        string // bounce, complaint
	Status      string // e.g. 5.1.1
	Count       int64
	Last        time.Time
}

// ClearFailure lets mail go to a person again.
func (s *Service) ClearFailure(ctx context.Context, a access.Actor, person id.ID) (err error) {
	defer errs.Wrap(&err, "dispatch.ClearFailure")
	if err := access.Check(a, access.AdminMail); err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForStaff(a.Person, "clear a failing address"), func(tx *db.Tx) error {
		n, err := tx.Exec(`DELETE FROM mail_failure WHERE person_id = $1`, person)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Missing()
		}
		return record(tx, a, person, "mail.failure_cleared", map[string]any{})
	})
}
