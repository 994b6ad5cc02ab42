package edition

import (
	"context"
	"slices"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
)

// MailJob is the kind of job that tells one liaison about an edition.
const MailJob = "mail.edition"

// Mail is the argument of a MailJob.
type Mail struct {
	Person  id.ID  `json:"person"`
	Edition string `json:"edition"`
	Event   id.ID  `json:"event"`
	At      int64  `json:"at"`   // when it was announced or withdrawn, UTC microseconds
	From    int64  `json:"from"` // when the edition takes effect, or would have

	Withdrawn bool `json:"withdrawn,omitempty"` // it will not take effect
}

// Enqueuer puts a job into the transaction: it runs after the commit, or not at all.
type Enqueuer interface {
	Enqueue(tx *db.Tx, kind string, args any) error
}

// lead is how long before its effect an edition is announced by mail: the mails are out when it takes effect (R0-03).
const lead = 5 * time.Minute

// Announce tells every liaison about the editions that take effect within a moment and were not announced yet. The
// place in the queue of open cases follows the ranks of the plans then, too. It gives how many editions it announced.
func (s *Service) Announce(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "edition.Announce")
	soon := s.Clock.Now().Add(lead)
	for _, e := range s.Book().Editions()[1:] {
		if e.From.After(soon) || s.announced(e.Pack.Edition) {
			continue
		}
		done, err := s.announce(ctx, e.Pack.Edition, e.From)
		if err != nil {
			return n, err
		}
		n += done
		s.refresh.Lock()
		s.told = append(s.told, e.Pack.Edition)
		s.refresh.Unlock()
	}
	return n, nil
}

func (s *Service) announced(edition string) bool {
	s.refresh.Lock()
	defer s.refresh.Unlock()
	return slices.Contains(s.told, edition)
}

func (s *Service) announce(ctx context.Context, edition string, from time.Time) (n int, err error) {
	err = s.DB.Update(ctx, db.ForSystem("edition.announce"), func(tx *db.Tx) error {
		n = 0
		var at, withdrawn *time.Time
		err := tx.Row(`SELECT announced_at, withdrawn_at FROM policy_edition WHERE edition = $1`, []any{edition}, db.NullTime(&at), db.NullTime(&withdrawn))
		if err != nil || at != nil || withdrawn != nil {
			return err
		}
		n = 1
		people, err := liaisons(tx, tx.Now())
		if err != nil {
			return err
		}
		event := id.New()
		for _, p := range people {
			if err := s.Jobs.Enqueue(tx, MailJob, Mail{Person: p, Edition: edition, Event: event, At: tx.Now().UnixMicro(), From: from.UnixMicro()}); err != nil {
				return err
			}
		}
		if err := s.rank(tx, edition); err != nil {
			return err
		}
		if err := tx.Buffer(`UPDATE policy_edition SET announced_at = $2 WHERE edition = $1`, edition, tx.Now()); err != nil {
			return err
		}
		return journal.Record(tx, journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "policy.announced",
			Visibility: journal.Staff, Edition: edition, Data: map[string]any{"event": event, "people": len(people)}})
	})
	return n, err
}

// liaisons are those who were liaisons of a system at an instant and are liaisons now. A liaison is who is designated (1.1):
// how long somebody has had access says nothing of who was told of an edition.
func liaisons(tx *db.Tx, at time.Time) (people []id.ID, err error) {
	err = tx.Query(`SELECT DISTINCT p.id FROM person p JOIN access_grant g ON g.person_id = p.id
		JOIN designation_period d ON d.tenant_id = g.tenant_id AND d.person_id = p.id
		WHERE g.ended_at IS NULL AND g.role = $1 AND p.disabled_at IS NULL AND d.since <= $2 AND (d.ended_at IS NULL OR d.ended_at > $2)
		ORDER BY p.id`, []any{string(access.Liaison), at},
		func(scan func(...any) error) error {
			var p id.ID
			err := scan(&p)
			people = append(people, p)
			return err
		})
	return people, err
}

// rank brings the stored order of plans of open cases to what an edition says.
func (s *Service) rank(tx *db.Tx, edition string) error {
	e, _ := s.Book().Named(edition)
	return reorder(tx, e.Pack.Plans, s.At(e.From.Add(-time.Microsecond)), e.Pack)
}

// reorder brings the stored order of some plans from what a pack says to what another one says.
func reorder(tx *db.Tx, plans []policy.Plan, from, to *policy.Pack) error {
	for _, plan := range plans {
		order := to.PlanOrder(plan.Key)
		if from.PlanOrder(plan.Key) == order {
			continue
		}
		if err := tx.Buffer(`UPDATE support_case SET plan_order = $2 WHERE plan = $1 AND is_open`, plan.Key, order); err != nil {
			return err
		}
	}
	return nil
}
