package entitlement_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"liaison/internal/entitlement"
)

const tables = "testdata/tables.golden"

// The access matrix of 2.4 and the plan table of appendix B, as the pages show them, beside a file that people have read
// against the policy. Set UPDATE=1 to write it anew, and read every line.
func TestTheTablesThatThePagesShow(t *testing.T) {
	t.Parallel()
	p := pack(t)
	var b strings.Builder
	b.WriteString("# 2.4: who may open what (liaison, other member)\n")
	for _, row := range entitlement.AccessMatrix(p) {
		fmt.Fprintf(&b, "%-22s %-5v %-5v %s %s\n", row.Resource, row.Liaison, row.Member, row.Clause, row.Requirement)
	}
	b.WriteString("# appendix B: what each plan includes\n")
	for _, row := range entitlement.PlanTable(p) {
		fmt.Fprintf(&b, "%-24s", row.Feature)
		for _, c := range row.Plans {
			switch {
			case c.Count > 0:
				fmt.Fprintf(&b, " %s=%d", c.Plan, c.Count)
			case len(c.Channels) > 0:
				fmt.Fprintf(&b, " %s=%s", c.Plan, strings.Join(c.Channels, "+"))
			default:
				fmt.Fprintf(&b, " %s=%v", c.Plan, c.Has)
			}
		}
		b.WriteString("\n")
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(tables, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(tables)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the tables are not those of %s:\n%s", tables, b.String())
	}
}
