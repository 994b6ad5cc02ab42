package archive_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"liaison/internal/archive"
	"liaison/internal/blob"
	"liaison/internal/cases"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/search"
)

// world is an installation with one customer, one case, one attachment and one upload of staff.
type world struct {
	t        testing.TB
	dir      string
	db       *db.DB
	keys     *blob.Keyring
	files    *blob.Store
	customer id.ID
	attached id.ID
}

const caseNumber = "1000009"

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) { fn(t, newWorld(t, d)) })
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), db: d, customer: id.New()}
	w.keys = w.must2(blob.OpenKeyring(filepath.Join(w.dir, "installation.key")))
	store, err := blob.New(archive.FilesFolder(w.dir), 1<<20)
	w.must(err)
	w.files = store
	data, err := w.keys.Unwrap(w.customer, w.keys.NewDataKey(w.customer))
	w.must(err)
	person := id.New()
	w.rows(func(tx *db.Tx) error {
		return errors.Join(
			tx.Buffer(`INSERT INTO setting (name, value) VALUES ('key_id', $1)`, w.keys.ID()),
			tx.Buffer(`INSERT INTO customer (id, key, name, country, centre, data_key, created_at) VALUES ($1, 'nordwind', 'Nordwind GmbH', 'DE', 'emea', $2, $3)`,
				w.customer, w.keys.Wrap(w.customer, data), tx.Now()),
			tx.Buffer(`INSERT INTO person (id, email, email_norm, name, created_at) VALUES ($1, 'a@example.org', 'a@example.org', '陈晓', $2)`, person, tx.Now()),
			tx.Buffer(`INSERT INTO access_grant (tenant_id, person_id, role, created_at) VALUES ($1, $2, 'liaison', $3)`, w.customer, person, tx.Now()),
		)
	})
	w.insertCase(person)
	w.attached = w.upload(data, person)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) must2(k *blob.Keyring, err error) *blob.Keyring {
	w.t.Helper()
	w.must(err)
	return k
}

func (w *world) rows(fn func(tx *db.Tx) error) {
	w.t.Helper()
	w.must(w.db.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		line := journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}
		return errors.Join(fn(tx), journal.Record(tx, line))
	}))
}

func (w *world) insertCase(person id.ID) {
	system, c := id.New(), id.New()
	w.rows(func(tx *db.Tx) error {
		return errors.Join(
			tx.Buffer(`INSERT INTO product (id, name) VALUES ('server', 'Server')`),
			tx.Buffer(`INSERT INTO system (tenant_id, id, name, deployment, country, calendar, centre, product_id, version, created_at)
				VALUES ($1, $2, 'PRD-01', 'on_prem', 'DE', 'emea-cet:DE', 'emea', 'server', '2026.2', $3)`, w.customer, system, tx.Now()),
			tx.Buffer(`INSERT INTO support_case (tenant_id, id, number, status, priority, requested_priority, plan, plan_order, system_id, environment,
				production, deployment, country, calendar, centre, product_id, product_version, channel, received_at, registered_at, liaison_id,
				registered_by, edition, decision, subject, symptoms, error_messages, steps_taken, impact, facts, updated_at, next_promise)
				VALUES ($1, $2, $3, 'open', 1, 1, 'premier', 0, $4, 'production', TRUE, 'on_prem', 'DE', 'emea-cet:DE', 'emea', 'server', '2026.2',
				'portal', $5, $5, $6, $6, '2025-02', '{}', 'Refresh of cubes stops', '报表刷新停止', '', '', '', '[]', $5, 1)`,
				w.customer, c, caseNumber, system, tx.Now(), person),
			tx.Buffer(`INSERT INTO case_number (number, tenant_id, case_id) VALUES ($1, $2, $3)`, caseNumber, w.customer, c),
			tx.Buffer(`INSERT INTO message (tenant_id, id, case_id, author_side, visibility, body, at) VALUES ($1, $2, $3, 'staff', 'internal', 'suspicious heap', $4)`,
				w.customer, id.New(), c, tx.Now()))
	})
}

// upload stores an attachment of the customer's, and a file of staff that no case has yet.
func (w *world) upload(data blob.DataKey, person id.ID) id.ID {
	staff, err := w.keys.Installation()
	w.must(err)
	mine, theirs := id.New(), id.New()
	size, sum, err := w.files.Put(context.Background(), blob.Key{ID: mine, Data: data}, strings.NewReader("log of the server"))
	w.must(err)
	other, otherSum, err := w.files.Put(context.Background(), blob.Key{ID: theirs, Data: staff}, strings.NewReader("patch"))
	w.must(err)
	w.rows(func(tx *db.Tx) error {
		return errors.Join(
			tx.Buffer(`INSERT INTO attachment (tenant_id, id, blob_id, person_id, name, content_type, size, sha256, created_at)
				VALUES ($1, $2, $2, $3, 'server.log', 'text/plain', $4, $5, $6)`, w.customer, mine, person, size, sum, tx.Now()),
			tx.Buffer(`INSERT INTO pending_upload (id, person_id, name, content_type, size, sha256, created_at)
				VALUES ($1, $2, 'patch.zip', 'application/zip', $3, $4, $5)`, theirs, person, other, otherSum, tx.Now()))
	})
	return mine
}

// backup writes an archive and gives its path.
func (w *world) backup() (string, archive.Manifest) {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "all.liaison")
	m, err := archive.Source{DB: w.db, Files: w.files, Program: "test"}.Backup(context.Background(), path)
	w.must(err)
	return path, m
}

// verify is the verification of the world as it is now.
func (w *world) verify() archive.Report {
	w.t.Helper()
	r, err := archive.Live{DB: w.db, Cases: w.service()}.Verify(context.Background())
	w.must(err)
	return r
}

func (w *world) service() *cases.Service {
	return &cases.Service{DB: w.db, Blobs: w.files, Keys: w.keys, Index: search.New()}
}

func migrate(ctx context.Context, d *db.DB) error { return d.Migrate(ctx) }

// restore brings an archive into an empty data folder and an empty database, with the key of the installation.
func (w *world) restore(path string, d *db.DB) (*world, error) {
	w.t.Helper()
	ctx := context.Background()
	copied := &world{t: w.t, dir: w.t.TempDir(), db: d, keys: w.keys, customer: w.customer, attached: w.attached}
	u, err := archive.Unpack(ctx, path, copied.dir, nil)
	if err != nil {
		return copied, err
	}
	defer func() { _ = u.Close() }()
	if err := u.Into(ctx, d, migrate); err != nil {
		return copied, err
	}
	if copied.files, err = blob.New(archive.FilesFolder(copied.dir), 1<<20); err != nil {
		return copied, err
	}
	_, err = copied.service().Reindex(ctx)
	return copied, err
}
