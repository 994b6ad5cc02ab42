package archtest

import (
	"flag"
	"go/ast"
	"go/types"
	"os"
	"slices"
	"strings"
	"testing"
)

// updateScopes rewrites the golden file: reasons of known sites are kept, new ones must be written by hand.
var updateScopes = flag.Bool("update", false, "rewrite testdata/system_scopes.golden")

const scopesFile = "testdata/system_scopes.golden"

// wideScopes lists where the program opens a transaction that sees more than one customer: "path function
// ForSystem(arguments)". Tests may open any scope.
func wideScopes(all []source) []string {
	var sites []string
	for _, s := range all {
		if s.isTest() || s.in("internal/db") {
			continue
		}
		function := ""
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			function = f.Name.Name
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if name := scopeCall(s, call); name != "" {
					sites = append(sites, s.path+" "+function+" "+name+"("+arguments(call)+")")
				}
				return true
			})
		}
	}
	slices.Sort(sites)
	return slices.Compact(sites)
}

// scopeCall is the constructor's name when the call opens a wide scope.
func scopeCall(s source, call *ast.CallExpr) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok || x.Name != localName(s.file, "liaison/internal/db") {
		return ""
	}
	if sel.Sel.Name == "ForSystem" || sel.Sel.Name == "ForStaff" {
		return sel.Sel.Name
	}
	return ""
}

// arguments are the call's arguments as they are written.
func arguments(call *ast.CallExpr) string {
	var words []string
	for _, a := range call.Args {
		words = append(words, types.ExprString(a))
	}
	return strings.Join(words, ", ")
}

const reasonMark = " # "

// compareScopes tells which sites are not in the golden lines, which golden lines have no site, and which have no
// reason.
func compareScopes(sites, golden []string) []finding {
	reasons := map[string]string{}
	for _, line := range golden {
		site, reason, _ := strings.Cut(line, strings.TrimRight(reasonMark, " "))
		reasons[strings.TrimSpace(site)] = strings.TrimSpace(reason)
	}
	var found []finding
	for _, s := range sites {
		reason, listed := reasons[s]
		switch {
		case !listed:
			found = append(found, finding{s, "opens a scope over all customers and is not in " + scopesFile + ": use db.ForTenant, or add it with the reason (go test ./internal/archtest -update)"})
		case reason == "":
			found = append(found, finding{s, "stands in " + scopesFile + " without a reason"})
		}
		delete(reasons, s)
	}
	for _, line := range golden {
		site, _, _ := strings.Cut(line, strings.TrimRight(reasonMark, " "))
		if _, left := reasons[strings.TrimSpace(site)]; left {
			found = append(found, finding{strings.TrimSpace(site), "is in " + scopesFile + " and no longer in the code: remove the line"})
		}
	}
	return found
}

// goldenLines reads the golden file without its head of comments.
func goldenLines(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// rewritten is the golden file for the sites, with the reasons that are known.
func rewritten(sites, golden []string) string {
	var b strings.Builder
	b.WriteString("# Every place where the program sees the rows of more than one customer, with the reason. Reviewed by hand.\n")
	b.WriteString("# New lines: go test ./internal/archtest -run Scope -update, then write the reason behind the mark.\n")
	for _, s := range sites {
		line := s + reasonMark
		for _, old := range golden {
			if strings.HasPrefix(old, line) {
				line = old
			}
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func TestEveryScopeOverAllCustomersIsListedWithItsReason(t *testing.T) {
	t.Parallel()
	sites := wideScopes(sources(t))
	text, err := os.ReadFile(scopesFile)
	if err != nil {
		t.Fatal(err)
	}
	golden := goldenLines(string(text))
	if *updateScopes {
		now := rewritten(sites, golden)
		if err := os.WriteFile(scopesFile, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		golden = goldenLines(now)
	}
	report(t, compareScopes(sites, golden))
}

func TestAnUnlistedScopeIsFound(t *testing.T) {
	t.Parallel()
	sites := wideScopes([]source{
		parse(t, "internal/cases/x.go", "package x\nimport \"liaison/internal/db\"\nfunc sweep(p int) {\n_ = db.ForSystem(\"sweep\")\n_ = db.ForTenant(p)\n_ = db.ForStaff(p, \"queue\")\n}\n"),
		parse(t, "internal/cases/x_test.go", "package x\nimport \"liaison/internal/db\"\nfunc f() { _ = db.ForSystem(\"test\") }\n"),
	})
	queue, sweep := `internal/cases/x.go sweep ForStaff(p, "queue")`, `internal/cases/x.go sweep ForSystem("sweep")`
	if !slices.Equal(sites, []string{queue, sweep}) {
		t.Fatalf("found %q", sites)
	}
	expect(t, compareScopes(sites, []string{sweep + reasonMark + "what is due is due for everybody"}), queue)
	expect(t, compareScopes(sites, []string{queue + reasonMark, sweep + reasonMark + "x"}), queue)
	expect(t, compareScopes(nil, []string{queue + reasonMark + "x"}), queue)
	kept := rewritten(sites, []string{sweep + reasonMark + "stays"})
	if !strings.Contains(kept, sweep+reasonMark+"stays\n") || !strings.Contains(kept, queue+reasonMark+"\n") {
		t.Errorf("an update must keep reasons and show new sites:\n%s", kept)
	}
}
