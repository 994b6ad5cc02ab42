package db

import (
	"slices"
	"testing"
)

func tenantTables(name string) bool {
	return slices.Contains([]string{"support_case", "message", "system", "journal"}, name)
}

func TestStatementsHeldToTheCustomer(t *testing.T) {
	t.Parallel()
	for _, q := range []string{
		"SELECT 1",
		"SELECT name FROM person WHERE id = $1",
		"SELECT id FROM support_case WHERE tenant_id = $1",
		"SELECT id FROM support_case WHERE $1 = tenant_id AND (status = 'open' OR suspended)",
		"SELECT c.id, c.system FROM support_case AS c WHERE c.tenant_id = $1 -- no message",
		"SELECT c.id FROM support_case c JOIN message m ON m.tenant_id = c.tenant_id AND m.case_id = c.id WHERE c.tenant_id = $1",
		"SELECT c.id FROM support_case c LEFT JOIN message m ON m.tenant_id = $1 AND m.case_id = c.id WHERE c.tenant_id = $1",
		"SELECT c.id FROM support_case c JOIN message m USING (tenant_id) WHERE c.tenant_id = $2",
		"SELECT c.id, (SELECT max(at) FROM message m WHERE m.tenant_id = c.tenant_id AND m.case_id = c.id) FROM support_case c WHERE c.tenant_id = $1",
		"SELECT id FROM support_case c WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM message m WHERE m.tenant_id = $1 AND m.case_id = c.id)",
		"WITH mine AS (SELECT tenant_id, id FROM support_case WHERE tenant_id = $1) SELECT m.id FROM message m JOIN mine ON mine.tenant_id = m.tenant_id",
		"SELECT d.id FROM (SELECT id FROM message WHERE tenant_id = $1) d WHERE d.id = $2",
		"SELECT id FROM message WHERE tenant_id = $1 UNION ALL SELECT id FROM support_case WHERE tenant_id = $1",
		"SELECT c.id FROM support_case c, message m WHERE c.tenant_id = $1 AND m.tenant_id = $1",
		"INSERT INTO message (tenant_id, id, body) VALUES ($1, $2, 'x'), ($1, $3, 'tenant_id')",
		"INSERT INTO message (id, tenant_id) VALUES ($1, $2) ON CONFLICT (tenant_id, id) DO UPDATE SET body = excluded.body RETURNING id",
		"INSERT INTO message (tenant_id, id) SELECT $1, id FROM support_case WHERE tenant_id = $1",
		"INSERT INTO message (tenant_id, id) SELECT c.tenant_id, c.id FROM support_case c WHERE c.tenant_id = $1",
		"UPDATE support_case SET status = $3 WHERE tenant_id = $1 AND id = $2",
		"UPDATE message SET body = '' FROM support_case c WHERE message.tenant_id = c.tenant_id AND c.tenant_id = $1",
		"DELETE FROM message WHERE tenant_id = $1",
	} {
		if s := parse(q, tenantTables); s.unheld() != "" || s.problem != "" {
			t.Errorf("%s\n  is refused: %q %q", q, s.unheld(), s.problem)
		}
	}
}

func TestStatementsThatMayReachOtherCustomers(t *testing.T) {
	t.Parallel()
	for _, q := range []string{
		"SELECT id FROM support_case",
		"SELECT id FROM support_case WHERE id = $1",
		"SELECT tenant_id FROM support_case WHERE id = $1",
		"SELECT id FROM support_case WHERE tenant_id = $1 AND status = 'open' OR priority = 1",
		"SELECT id FROM support_case WHERE (tenant_id = $1 OR TRUE)",
		"SELECT id FROM support_case WHERE tenant_id <> $1",
		"SELECT id FROM support_case WHERE tenant_id = tenant_id",
		"SELECT id FROM support_case WHERE status = 'tenant_id = $1'",
		"SELECT c.id FROM support_case c JOIN message m ON m.case_id = c.id WHERE c.tenant_id = $1",
		"SELECT id FROM support_case WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM message WHERE case_id = $2)",
		"SELECT count(*) FROM person WHERE id IN (SELECT author_id FROM message)",
		"SELECT id FROM message WHERE tenant_id = $1 UNION ALL SELECT id FROM support_case",
		"WITH mine AS (SELECT id FROM support_case) SELECT id FROM mine",
		"SELECT c.id FROM support_case c, message m WHERE c.tenant_id = $1",
		"INSERT INTO message (id, body) VALUES ($1, $2)",
		"INSERT INTO message (tenant_id, id) VALUES ($1, $2), (NULL, $3)",
		"INSERT INTO message (tenant_id, id) SELECT tenant_id, id FROM support_case",
		"INSERT INTO message (tenant_id, id) SELECT $1, id FROM support_case",
		"UPDATE support_case SET status = $1",
		"UPDATE support_case SET tenant_id = $1 WHERE tenant_id = $1",
		"UPDATE support_case SET status = $2 WHERE id = $1 RETURNING tenant_id",
		"UPDATE message SET body = '' FROM support_case c WHERE c.tenant_id = $1",
		"DELETE FROM message",
	} {
		if s := parse(q, tenantTables); s.unheld() == "" && s.problem == "" {
			t.Errorf("%s\n  is let through", q)
		}
	}
}

func TestWhatAStatementChanges(t *testing.T) {
	t.Parallel()
	for q, want := range map[string]bool{
		"SELECT 1 FROM support_case":                                 false,
		"INSERT INTO support_case (tenant_id) VALUES ($1)":           true,
		"DELETE FROM access_grant WHERE tenant_id = $1":              true,
		"UPDATE person SET name = $1 WHERE id = $2":                  true,
		"INSERT INTO draft (name) VALUES ($1)":                       false,
		"UPDATE session SET seen_at = $1 WHERE id = $2":              false,
		"UPDATE session SET seen_at = $1, customer_id = $2":          true,
		"DELETE FROM session WHERE id = $1":                          true,
		"UPDATE support_case SET next_due = $1, next_promise = $2":   false,
		"UPDATE support_case SET next_due = $1, status = 'closed'":   true,
		"INSERT INTO person (id) VALUES ($1) ON CONFLICT DO NOTHING": true,
	} {
		s := parse(q, tenantTables)
		if got := s.writes != "" && needsLine(s); got != want {
			t.Errorf("%s: needs a line %v, want %v (changes %q, sets %v)", q, got, want, s.writes, s.set)
		}
	}
}
