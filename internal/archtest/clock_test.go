package archtest

import (
	"go/ast"
	"slices"
	"testing"
)

// exceptions are places where a rule does not hold, each with the reason: "path" or "path what" -> reason.
type exceptions map[string]string

// machineTime finds what asks the machine for the time. Tests may not either: they step a clock.
func machineTime(all []source, allowed exceptions) []finding {
	var found []finding
	for _, s := range all {
		if s.in("internal/clock") || allowed[s.path] != "" {
			continue
		}
		uses(s.file, "time", func(sel *ast.SelectorExpr) {
			if slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
				found = append(found, finding{s.at(sel), "time." + sel.Sel.Name + " outside internal/clock: take a clock.Clock, so that tests can step it and a demo can start anywhere"})
			}
		})
	}
	return found
}

func TestOnlyTheClockAsksTheMachineForTheTime(t *testing.T) {
	t.Parallel()
	report(t, machineTime(sources(t), exceptions{}))
}

func TestMachineTimeIsFound(t *testing.T) {
	t.Parallel()
	bad := "package x\nimport tm \"time\"\nfunc f(c interface{ Now() tm.Time }) {\n_ = tm.Now()\n_ = c.Now()\n_ = tm.Since(c.Now())\n}\n"
	samples := []source{
		parse(t, "internal/sla/x.go", bad),
		parse(t, "internal/sla/x_test.go", "package x\nimport \"time\"\nvar f = time.Now\n"),
		parse(t, "internal/clock/clock.go", bad),
		parse(t, "internal/app/let.go", bad),
	}
	expect(t, machineTime(samples, exceptions{"internal/app/let.go": "a reason"}),
		"internal/sla/x.go:4", "internal/sla/x.go:6", "internal/sla/x_test.go:3")
}

// sleeps finds waiting by the clock of the machine: it is slow on a fast machine and fails on a slow one.
func sleeps(all []source, allowed exceptions) []finding {
	var found []finding
	for _, s := range all {
		if allowed[s.path] != "" {
			continue
		}
		uses(s.file, "time", func(sel *ast.SelectorExpr) {
			if sel.Sel.Name == "Sleep" {
				found = append(found, finding{s.at(sel), "time.Sleep: wait for the thing itself (a channel, a context), not for time to pass"})
			}
		})
	}
	return found
}

func TestNothingSleeps(t *testing.T) {
	t.Parallel()
	report(t, sleeps(sources(t), exceptions{}))
	expect(t, sleeps([]source{
		parse(t, "internal/web/x_test.go", "package x\nimport \"time\"\nfunc f() {\ntime.Sleep(1)\n}\n"),
		parse(t, "internal/web/y.go", "package x\nimport \"time\"\nvar f = time.Sleep\n"),
	}, exceptions{"internal/web/y.go": "a reason"}), "internal/web/x_test.go:4")
}

// skips finds tests that may pass without having run.
func skips(all []source) []finding {
	var found []finding
	for _, s := range all {
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if ok && s.isTest() && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
				found = append(found, finding{s.at(sel), "a skipped test looks like a passed one: make what it needs, or fail with what to install"})
			}
			return true
		})
	}
	return found
}

func TestNoTestIsSkipped(t *testing.T) {
	t.Parallel()
	report(t, skips(sources(t)))
	expect(t, skips([]source{
		parse(t, "internal/web/x_test.go", "package x\nimport \"testing\"\nfunc TestX(t *testing.T) {\nt.Skip(\"later\")\nt.SkipNow()\n}\n"),
		parse(t, "internal/web/y.go", "package x\nfunc f(r interface{ Skip() }) { r.Skip() }\n"),
		parse(t, "internal/db/dbtest/each.go", "package x\nfunc f(t interface{ Skipf(string) }) {\nt.Skipf(\"no server\")\n}\n"),
	}), "internal/web/x_test.go:4", "internal/web/x_test.go:5", "internal/db/dbtest/each.go:3")
}
