package archtest

import (
	"go/ast"
	"regexp"
	"testing"
)

// looseGrants finds statements that say what somebody is to a customer past the file that keeps what it was. Tests write what
// they need.
func looseGrants(all []source) []finding {
	made := regexp.MustCompile(`(?is)(insert\s+into|delete\s+from)\s+access_grant\b`)
	changed := regexp.MustCompile(`(?is)update\s+access_grant\s+set\b.*\b(role|kind|created_at|access_at|ended_at)\s*=`)
	var found []finding
	for _, s := range all {
		if s.isTest() || s.path == "internal/account/grantrow.go" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if lit, is := n.(*ast.BasicLit); is && (made.MatchString(lit.Value) || changed.MatchString(lit.Value)) {
				found = append(found, finding{s.at(lit), "writes access_grant: only internal/account/grantrow.go does, so that who had access can be told of any day"})
			}
			return true
		})
	}
	return found
}

func TestWhoHasAccessIsWrittenInOnePlace(t *testing.T) {
	t.Parallel()
	report(t, looseGrants(sources(t)))
	expect(t, looseGrants([]source{
		parse(t, "internal/cases/x.go", "package x\nconst a = `UPDATE access_grant SET sees = $1 WHERE ended_at IS NULL`\nconst b = `UPDATE access_grant\nSET sees = $1, role = $2`\n"),
		parse(t, "internal/cases/y.go", "package x\nconst a = \"SELECT role FROM access_grant\"\nconst b = `INSERT INTO access_grant (tenant_id) VALUES ($1)`\n"),
		parse(t, "internal/cases/x_test.go", "package x\nconst a = `DELETE FROM access_grant`\n"),
		parse(t, "internal/account/grantrow.go", "package x\nconst a = `UPDATE access_grant SET role = $1`\n"),
	}), "internal/cases/x.go:3", "internal/cases/y.go:3")
}
