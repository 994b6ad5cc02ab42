package access_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// goldenRow is one line of testdata/permissions.golden.
type goldenRow struct {
	permission access.Permission
	token      string          // "-", read, write, never
	may        map[string]bool // by column: "nobody" or a role
}

func golden(t *testing.T) (columns []string, rows []goldenRow) {
	t.Helper()
	text, err := os.ReadFile("testdata/permissions.golden")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || f[0] == "#":
		case f[0] == "permission":
			columns = f[2:]
		default:
			row := goldenRow{permission: access.Permission(f[0]), token: f[1], may: map[string]bool{}}
			for i, cell := range f[2:] {
				row.may[columns[i]] = cell == "x"
			}
			rows = append(rows, row)
		}
	}
	return columns, rows
}

func signedIn(role string) access.Actor {
	if role == "nobody" {
		return access.Actor{}
	}
	return access.Actor{Person: id.New(), Role: access.Role(role), Session: id.New()}
}

func withToken(role string, scopes ...string) access.Actor {
	return access.Actor{Person: id.New(), Role: access.Role(role), Token: id.New(), Scopes: scopes}
}

func TestEveryRoleMayDoWhatTheReviewedMatrixSays(t *testing.T) {
	t.Parallel()
	columns, rows := golden(t)
	if len(columns) != 15 {
		t.Fatalf("matrix has %d columns, want nobody and 14 roles", len(columns))
	}
	var named []access.Permission
	for _, row := range rows {
		named = append(named, row.permission)
		for _, role := range columns {
			if got := access.Allows(signedIn(role), row.permission); got != row.may[role] {
				t.Errorf("%s %s: allowed %v, the reviewed matrix says %v", role, row.permission, got, row.may[role])
			}
		}
	}
	if got := access.Permissions(); !slices.Equal(got, named) {
		t.Errorf("permissions in the program and in the matrix differ:\n%v\n%v", got, named)
	}
}

func TestATokenDoesNoMoreThanItsRoleAndItsScopes(t *testing.T) {
	t.Parallel()
	columns, rows := golden(t)
	for _, row := range rows {
		for _, role := range columns[1:] {
			for _, scopes := range [][]string{{}, {"read"}, {"write"}, {"read", "write"}, {"admin"}} {
				want := row.may[role] && (row.token == "-" || slices.Contains(scopes, row.token))
				if got := access.Allows(withToken(role, scopes...), row.permission); got != want {
					t.Errorf("%s token %v %s: allowed %v, want %v", role, scopes, row.permission, got, want)
				}
			}
		}
	}
}

func TestCheckSaysWhetherToSignInOrThatTheRoleOrTheTokenMayNot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		actor access.Actor
		kind  errs.Kind
		key   string
	}{
		{"nobody", access.Actor{}, errs.Unauthenticated, "error.unauthenticated"},
		{"member", signedIn("member"), errs.Refused, "error.forbidden"},
		{"read-only token", withToken("engineer", "read"), errs.Refused, "account.token_not_enough"},
		{"read-only token of a member", withToken("member", "read"), errs.Refused, "error.forbidden"},
	} {
		err := access.Check(c.actor, access.CaseReply)
		if errs.KindOf(err) != c.kind || errs.As(err).Key != c.key {
			t.Errorf("%s: %v, want %s", c.name, err, c.key)
		}
	}
	for view, key := range map[access.View]string{access.SeesOwn: "statement.whole_only", access.SeesSystem: "statement.whole_only", access.SeesAll: "", "": ""} {
		a, got := signedIn("liaison"), ""
		a.Sees = view
		if err := access.Check(a, access.StatementRead); err != nil {
			got = errs.As(err).Key
		}
		if got != key || access.Check(a, access.CaseRead) != nil {
			t.Errorf("a view of %q: %q, want %q", view, got, key)
		}
	}
	if err := access.Check(signedIn("engineer"), access.CaseReply); err != nil {
		t.Errorf("engineer with a session: %v", err)
	}
}

func TestTheProgramItselfMayDoEverythingAndAnUnknownRoleNothing(t *testing.T) {
	t.Parallel()
	for _, p := range access.Permissions() {
		if !access.Allows(access.Actor{System: true}, p) {
			t.Errorf("the program may not %s", p)
		}
	}
	public := []access.Permission{access.PolicyRead, access.HealthRead, access.SignIn, access.MailboxRead}
	if got := access.May(signedIn("intern")); !slices.Equal(got, public) {
		t.Errorf("an unknown role may %v", got)
	}
	if access.RoleAllows(access.Liaison, access.CaseWork) || !access.RoleAllows(access.Engineer, access.CaseWork) {
		t.Error("a case can be given to a liaison, or not to an engineer")
	}
	if access.Allows(signedIn("administrator"), "case.delete") {
		t.Error("a permission that does not exist is allowed")
	}
}
