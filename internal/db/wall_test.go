package db_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// These tests look at PostgreSQL's own wall: the application's connection without the statement hook.

// wall is a migrated database with one row of each of two customers in every table of customers.
type wall struct {
	owner, app *db.DB
	a, b       id.ID
	tables     []string
}

func buildWall(t *testing.T) *wall {
	t.Helper()
	ownerURL, appURL := dbtest.PostgresURLs(t)
	w := &wall{owner: dbtest.Open(t, ownerURL, db.Options{}), app: dbtest.Open(t, appURL, db.Options{}), a: id.New(), b: id.New()}
	w.tables = tenantTables(t, w.app)
	w.exec(t, `CREATE FUNCTION fill(t regclass, tenant uuid) RETURNS void LANGUAGE plpgsql AS $$
		DECLARE names text; vals text;
		BEGIN
		  SELECT string_agg(quote_ident(attname), ', '), string_agg(CASE WHEN attname = 'tenant_id' THEN quote_literal(tenant) || '::uuid'
		         WHEN atttypid = 'uuid'::regtype THEN 'gen_random_uuid()' WHEN atttypid = 'bigint'::regtype THEN '(random() * 1e9)::bigint'
		         WHEN atttypid = 'boolean'::regtype THEN 'false' WHEN atttypid = 'bytea'::regtype THEN 'decode(md5(random()::text), ''hex'')'
		         ELSE 'gen_random_uuid()::text' END, ', ')
		    INTO names, vals FROM pg_attribute WHERE attrelid = t AND attnum > 0 AND NOT attisdropped;
		  SET LOCAL session_replication_role = replica; -- no foreign keys
		  EXECUTE format('INSERT INTO %s (%s) VALUES (%s)', t, names, vals);
		END $$`)
	for _, table := range w.tables {
		w.exec(t, "SELECT fill($1::text::regclass, $2)", table, w.a)
		w.exec(t, "SELECT fill($1::text::regclass, $2)", table, w.b)
	}
	return w
}

// exec runs a statement as the superuser, whom no policy binds.
func (w *wall) exec(t *testing.T, q string, args ...any) {
	t.Helper()
	err := w.owner.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error { _, err := tx.Exec(q, args...); return err })
	if err != nil {
		t.Fatal(err)
	}
}

// holes are the ways in which a customer's transaction reaches another customer's rows of a table.
func (w *wall) holes(ctx context.Context, table string) (found []string) {
	undo := errors.New("undo")
	try := func(q string, args ...any) (n int64, err error) {
		e := w.app.Update(ctx, db.ForTenant(w.a), func(tx *db.Tx) error {
			if n, err = tx.Exec(fmt.Sprintf(q, table), args...); err != nil {
				return err
			}
			return undo
		})
		if err == nil && !errors.Is(e, undo) {
			err = e
		}
		return n, err
	}
	if n, err := try("SELECT tenant_id FROM %s"); err != nil || n != 1 {
		found = append(found, fmt.Sprintf("reads %d rows: %v", n, err))
	}
	if n, err := try("DELETE FROM %s WHERE tenant_id = $1", w.b); err == nil && n != 0 {
		found = append(found, "deletes")
	}
	if n, err := try("UPDATE %s SET tenant_id = tenant_id WHERE tenant_id = $1", w.b); err == nil && n != 0 {
		found = append(found, "changes")
	}
	_, err := try("INSERT INTO %s (tenant_id) VALUES ($1)", w.b)
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		found = append(found, fmt.Sprintf("inserts: %v", err))
	}
	if table != "journal" { // nobody may change that
		if _, err = try("UPDATE %s SET tenant_id = $1", w.b); err == nil || !strings.Contains(err.Error(), "row-level security") {
			found = append(found, fmt.Sprintf("gives away: %v", err))
		}
	}
	return found
}

func TestPostgresShowsOnlyTheCustomersRowsToWrongStatements(t *testing.T) { // T13
	t.Parallel()
	if dbtest.WithoutPostgres() {
		return
	}
	w := buildWall(t)
	for _, table := range w.tables {
		if found := w.holes(t.Context(), table); len(found) > 0 {
			t.Errorf("%s: %q", table, found)
		}
		if n := count(t, w.app, db.ForSystem("test"), "SELECT count(*) FROM "+table); n != 2 {
			t.Errorf("%s: the program sees %d rows", table, n)
		}
	}
}

// Every table's wall is taken down in several ways; the test above must see each.
func TestTheWallTestSeesEveryMissingPolicy(t *testing.T) {
	t.Parallel()
	if dbtest.WithoutPostgres() {
		return
	}
	w := buildWall(t)
	for _, mutation := range []string{
		"DROP POLICY scope ON %s",
		"ALTER TABLE %s DISABLE ROW LEVEL SECURITY",
		"ALTER POLICY scope ON %s USING (true)",
		"ALTER POLICY scope ON %s WITH CHECK (true)",
		"CREATE POLICY second ON %s USING (true)",
	} {
		for _, table := range w.tables {
			w.exec(t, fmt.Sprintf(mutation, table))
			if len(w.holes(t.Context(), table)) == 0 {
				t.Errorf("not seen: "+mutation, table)
			}
			w.exec(t, "DROP POLICY IF EXISTS second ON "+table)
		}
		if err := w.owner.Protect(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range w.tables {
		if found := w.holes(t.Context(), table); len(found) > 0 {
			t.Errorf("%s: with the wall up again: %q", table, found)
		}
	}
}

func TestEveryTableOfCustomersIsForcedBehindExactlyOnePolicy(t *testing.T) {
	t.Parallel()
	if dbtest.WithoutPostgres() {
		return
	}
	_, url := dbtest.PostgresURLs(t)
	d := dbtest.Open(t, url, db.Options{})
	bad := count(t, d, db.ForSystem("test"), `SELECT count(*) FROM pg_class c
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
		  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
		  AND NOT (c.relrowsecurity AND c.relforcerowsecurity
		           AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL
		                AND p.polcmd = '*' AND p.polroles = '{0}') = 1
		           AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) = 1)`)
	if bad != 0 {
		t.Errorf("%d tables are not behind the wall", bad)
	}
	// Outside of any transaction of the program nothing is set, so nothing is shown.
	if n := count(t, d, db.ForSystem("test"), "SELECT count(*) FROM pg_policy WHERE pg_get_expr(polqual, polrelid) NOT LIKE '%app.tenant%'"); n != 0 {
		t.Errorf("%d policies do not look at the customer", n)
	}
}

func TestServingIsRefusedWithARoleThatNoPolicyBinds(t *testing.T) { // T14
	t.Parallel()
	if dbtest.WithoutPostgres() {
		return
	}
	owner, app := dbtest.PostgresURLs(t)
	admin := dbtest.Open(t, owner, db.Options{})
	as := func(role, attributes string) string {
		role += strings.ToLower(id.New().Short())
		err := admin.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			_, err := tx.Exec("CREATE ROLE " + role + " LOGIN " + attributes)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(owner, "postgres@", role+"@", 1)
	}
	roleOf := func(url string) string { return strings.TrimPrefix(strings.Split(url, "@")[0], "postgres://") }
	tables := as("t14_owner", "")
	inSystem(t, admin, func(tx *db.Tx) error {
		_, err := tx.Exec("ALTER TABLE draft OWNER TO " + roleOf(tables))
		return err
	})
	for url, key := range map[string]string{
		owner:                         "error.database_role_superuser",
		as("t14_bypass", "BYPASSRLS"): "error.database_role_bypass",
		tables:                        "error.database_role_owner",
		as("t14_member", "IN ROLE "+roleOf(tables)): "error.database_role_owner",
		app:                                  "",
		as("t14_app", "IN ROLE liaison_app"): "",
	} {
		err := dbtest.Open(t, url, db.Options{}).CheckRole(t.Context())
		if key == "" && err != nil || key != "" && (errs.As(err).Key != key || errs.KindOf(err) != errs.Unavailable) {
			t.Errorf("%s: %v, want %q", roleOf(url), err, key)
		}
	}
}

func TestTheDemoMakesItsOwnRole(t *testing.T) {
	t.Parallel()
	if dbtest.WithoutPostgres() {
		return
	}
	owner, app := dbtest.PostgresURLs(t)
	if same, err := db.PrepareDemoRole(t.Context(), app); err != nil || same != app {
		t.Error(same, err)
	}
	for range 2 { // the second start of the demo
		url, err := db.PrepareDemoRole(t.Context(), owner)
		if err != nil {
			t.Fatal(err)
		}
		d := dbtest.Open(t, url, db.Options{})
		if err := errors.Join(d.CheckRole(t.Context()), d.CheckSchema(t.Context())); err != nil {
			t.Error(err)
		}
		addCustomer(t, d, id.New().String())
	}
}

// A step of the schema changes the rows of all customers, also for an owner that row-level security binds like anybody.
func TestAStepReachesTheRowsBehindTheWall(t *testing.T) {
	t.Parallel()
	if dbtest.WithoutPostgres() {
		return
	}
	superuser, err := url.Parse(dbtest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	role := "wall_owner" + strings.ToLower(id.New().Short())
	for _, q := range []string{"CREATE ROLE " + role + " LOGIN CREATEROLE", "ALTER DATABASE " + strings.TrimPrefix(superuser.Path, "/") + " OWNER TO " + role} {
		inSystem(t, dbtest.Open(t, superuser.String(), db.Options{}), func(tx *db.Tx) error {
			_, err := tx.Exec(q)
			return err
		})
	}
	owned := *superuser
	owned.User = url.User(role)
	d := dbtest.Open(t, owned.String(), db.Options{})
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	customer, _ := addCustomer(t, d, "nordwind")
	addPerson(t, d, customer, "anna@b.example")
	inSystem(t, d, func(tx *db.Tx) error { return tx.Buffer("DELETE FROM goose_db_version WHERE version_id = 350") })
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, d, db.ForSystem("test"), "SELECT count(*) FROM access_grant WHERE directory_id = person_id"); n != 1 {
		t.Errorf("the step has reached %d rows", n)
	}
}
