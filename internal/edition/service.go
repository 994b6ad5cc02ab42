package edition

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"liaison/internal/cases"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
)

// Service holds the editions. It is a policy.Source.
type Service struct {
	DB    *db.DB
	Clock clock.Clock
	Log   *slog.Logger

	// These are set before the first preview, publishing and announcement.
	Cases    *cases.Service
	Contract *contract.Service
	Jobs     Enqueuer
	Shipped  fs.FS // the packs that another one may be based on

	configured *policy.Pack
	book       atomic.Pointer[policy.Book]
	refresh    sync.Mutex
	known      []row                   // what book was made of
	packs      map[string]*policy.Pack // that were read, by edition
	told       []string                // editions that were announced
}

// row is an edition as it is stored, without its files.
type row struct {
	edition, pack, sha256 string
	from                  int64 // UTC microseconds; 0: since ever
	withdrawn             bool  // before it held
}

// Open makes the service of an installation. The configured pack becomes its first edition if it has none yet.
func Open(ctx context.Context, s *Service, configured *policy.Pack) (_ *Service, err error) {
	defer errs.Wrap(&err, "edition.Open(%s)", configured.Edition)
	s.configured = configured
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	if s.book.Load() != nil {
		return s, nil
	}
	if configured.Digest() == "" { // made up by a test
		s.book.Store(policy.NewBook(configured))
		return s, nil
	}
	if err := s.first(ctx, configured); err != nil {
		return nil, err
	}
	return s, s.Refresh(ctx)
}

// first stores the edition that holds since ever; another process may have been faster.
func (s *Service) first(ctx context.Context, p *policy.Pack) error {
	body, err := p.ArchiveWithExamples()
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForSystem("edition.first"), func(tx *db.Tx) error {
		rows, err := list(tx)
		if err != nil || len(rows) > 0 {
			return err
		}
		return insert(tx, row{edition: p.Edition, pack: p.Name, sha256: p.Digest()}, body, id.ID{}, "policy.imported")
	})
}

// Refresh reads which editions there are and takes over what is new. It is cheap while nothing is.
func (s *Service) Refresh(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "edition.Refresh")
	s.refresh.Lock()
	defer s.refresh.Unlock()
	var rows []row
	bodies := map[string][]byte{}
	err = s.DB.View(ctx, db.ForSystem("edition.refresh"), func(tx *db.Tx) (err error) {
		if rows, err = list(tx); err != nil || slices.Equal(rows, s.known) {
			return err
		}
		for _, r := range rows {
			if s.packs[r.edition] != nil || r.sha256 == s.configured.Digest() {
				continue
			}
			if bodies[r.edition], err = body(tx, r.edition); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(rows) == 0 || slices.Equal(rows, s.known) {
		return err
	}
	return s.take(ctx, rows, bodies)
}

// take makes the book of the rows. A pack is read once: what was made of it is found by it.
func (s *Service) take(ctx context.Context, rows []row, bodies map[string][]byte) error {
	var b *policy.Book
	if s.packs == nil {
		s.packs = map[string]*policy.Pack{}
	}
	for _, r := range rows {
		p := s.packs[r.edition]
		if p == nil {
			var err error
			if p, err = s.load(ctx, r, bodies[r.edition]); err != nil {
				return fmt.Errorf("edition %s: %w", r.edition, err)
			}
			s.packs[r.edition] = p
		}
		var err error
		switch {
		case b == nil:
			b = policy.NewBook(p)
		case r.withdrawn:
			b = b.WithWithdrawn(instant(r.from), p)
		default:
			if b, err = b.With(instant(r.from), p); err != nil {
				return err
			}
		}
	}
	s.known = rows
	s.book.Store(b)
	return nil
}

// load reads a stored pack. One that this version of the program can no longer read is taken from the configured
// pack, if that is the same edition in today's form.
func (s *Service) load(ctx context.Context, r row, body []byte) (*policy.Pack, error) {
	if r.sha256 == s.configured.Digest() {
		return s.configured, nil
	}
	p, err := policy.LoadArchive(body, r.pack)
	if err != nil && r.edition == s.configured.Edition && r.pack == s.configured.Name {
		s.Log.WarnContext(ctx, "the stored form of an edition cannot be read any more; the configured pack is used", "edition", r.edition, "error", err)
		return s.configured, nil
	}
	return p, err
}

// Book is the editions as known now.
func (s *Service) Book() *policy.Book { return s.book.Load() }

// At is the edition in force at t.
func (s *Service) At(t time.Time) *policy.Pack { return s.Book().At(t) }

// Now is the edition in force by the program's clock.
func (s *Service) Now() *policy.Pack { return s.At(s.Clock.Now()) }

func instant(unixMicro int64) time.Time { return time.UnixMicro(unixMicro).UTC() }

// list reads the stored editions, the first one first.
func list(tx *db.Tx) (rows []row, err error) {
	err = tx.Query(`SELECT edition, pack, sha256, effective_at, withdrawn_at IS NOT NULL FROM policy_edition ORDER BY effective_at, imported_at`, nil,
		func(scan func(...any) error) error {
			var r row
			err := scan(&r.edition, &r.pack, &r.sha256, &r.from, &r.withdrawn)
			rows = append(rows, r)
			return err
		})
	return rows, err
}

func body(tx *db.Tx, edition string) (b []byte, err error) {
	err = tx.Row(`SELECT body FROM policy_edition WHERE edition = $1`, []any{edition}, &b)
	return b, err
}

// insert stores an edition with its journal line.
func insert(tx *db.Tx, r row, body []byte, by id.ID, kind string) error {
	err := tx.Buffer(`INSERT INTO policy_edition (edition, pack, effective_at, sha256, imported_at, body, published_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, r.edition, r.pack, r.from, r.sha256, tx.Now(), body, by)
	if err != nil {
		return err
	}
	actor := "staff"
	if by.IsZero() {
		actor = "system"
	}
	return journal.Record(tx, journal.Line{Actor: by, ActorKind: actor, SubjectKind: "installation", Kind: kind,
		Visibility: journal.Staff, Edition: r.edition, Data: map[string]any{"pack": r.pack, "sha256": r.sha256, "effective": r.from}})
}
