package archtest

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// named are the tests and fuzz targets of the tree: by the folder that they stand in, with the subtests that its files name.
type named map[string][]string

func testsOf(all []source) named {
	in := named{}
	for _, s := range all {
		if !strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		folder := path.Dir(s.path)
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil && regexp.MustCompile(`^(Test|Fuzz|Benchmark)[A-Z]`).MatchString(n.Name.Name) {
					in[folder] = append(in[folder], n.Name.Name)
				}
			case *ast.CallExpr: // t.Run("Name", ...)
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Run" && len(n.Args) == 2 {
					if lit, ok := n.Args[0].(*ast.BasicLit); ok {
						if name, err := strconv.Unquote(lit.Value); err == nil {
							in[folder] = append(in[folder], "/"+name)
						}
					}
				}
			}
			return true
		})
	}
	return in
}

// has reports whether a package, "" for any, has a test. The subtest is "" or begins with a slash.
func (in named) has(pkg, test, sub string) bool {
	for folder, tests := range in {
		if (pkg == "" || strings.HasSuffix("/"+folder, "/"+pkg)) && slices.Contains(tests, test) && (sub == "" || slices.Contains(tests, sub)) {
			return true
		}
	}
	return false
}

// mention is the name of a test in a text, or that of the package, in backticks, whose tests follow.
var mention = regexp.MustCompile("`([a-z][a-z/]*)`|\\b((?:Test|Fuzz)[A-Z]\\w*)(/\\w+)?")

// unknownTests finds tests that a page names and nobody has written: there, or in the package that is named before them.
func unknownTests(page textFile, in named) (found []finding) {
	for i, line := range strings.Split(page.text, "\n") {
		pkg := ""
		for _, m := range mention.FindAllStringSubmatch(line, -1) {
			switch {
			case m[1] != "":
				if pkg = m[1]; !slices.ContainsFunc(folders(in), func(f string) bool { return strings.HasSuffix("/"+f, "/"+pkg) }) {
					pkg = ""
				}
			case !in.has(pkg, m[2], m[3]):
				found = append(found, finding{fmt.Sprintf("%s:%d", page.path, i+1), fmt.Sprintf("%s%s is no test of %q: a promise that no run shows", m[2], m[3], pkg)})
			}
		}
	}
	return found
}

func folders(in named) (out []string) {
	for f := range in {
		out = append(out, f)
	}
	return out
}

// run is a run of some tests as a page shows it: a pattern, and the packages behind it.
var run = regexp.MustCompile(`-(run|bench) '?([^' ` + "`" + `]+)'?((?: \./[a-z/]+)+)`)

// emptyRuns finds runs in which no test takes part.
func emptyRuns(page textFile, in named) (found []finding) {
	for i, line := range strings.Split(page.text, "\n") {
		for _, m := range run.FindAllStringSubmatch(line, -1) {
			pattern, _, _ := strings.Cut(strings.ReplaceAll(m[2], `\|`, "|"), "/")
			want, err := regexp.Compile(pattern)
			for pkg := range strings.FieldsSeq(m[3]) {
				tests := in[strings.TrimPrefix(pkg, "./")]
				if err != nil || m[2] != "NONE" && !slices.ContainsFunc(tests, func(t string) bool { return !strings.HasPrefix(t, "/") && want.MatchString(t) }) {
					found = append(found, finding{fmt.Sprintf("%s:%d", page.path, i+1), fmt.Sprintf("-%s %s runs nothing in %s", m[1], m[2], pkg)})
				}
			}
		}
	}
	return found
}

// attacks are the classes of attack by mail, by loops and by what is shown, each of which has a row with tests.
func attacks() map[string]string {
	return map[string]string{
		"M": "1-5 7-12 14-18 20 21 23-25 27 28",
		"L": "1-8 10",
		"H": "1 2 4 6-9 11 12 14",
	}
}

// numbers are the ends of ranges like "1-5 7", each number of them.
func numbers(ranges string) (out []int) {
	for r := range strings.FieldsSeq(ranges) {
		from, to, ok := strings.Cut(r, "-")
		if !ok {
			to = from
		}
		a, _ := strconv.Atoi(from) // written above
		b, _ := strconv.Atoi(to)
		for n := a; n <= b; n++ {
			out = append(out, n)
		}
	}
	return out
}

// class is "M05", or "M01 to M04".
var class = regexp.MustCompile(`\b([MLH])(\d\d)(?: to [MLH](\d\d))?`)

// untriedAttacks finds the classes that no row of the page on security names.
func untriedAttacks(page textFile) (found []finding) {
	known := map[string]bool{}
	for line := range strings.Lines(page.text) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		for _, m := range class.FindAllStringSubmatch(line, -1) {
			for _, n := range numbers(m[2] + "-" + max(m[3], m[2])) {
				known[m[1]+strconv.Itoa(n)] = true
			}
		}
	}
	for letter, ranges := range attacks() {
		for _, n := range numbers(ranges) {
			if !known[letter+strconv.Itoa(n)] {
				found = append(found, finding{fmt.Sprintf("%s: %s%02d", page.path, letter, n), "no row of the table names it with its test"})
			}
		}
	}
	slices.SortFunc(found, func(a, b finding) int { return strings.Compare(a.where, b.where) })
	return found
}

func TestWhatThePagesPromiseIsRun(t *testing.T) {
	t.Parallel()
	in := testsOf(sources(t))
	seen := 0
	for _, f := range texts(t) {
		if path.Dir(f.path) != "docs" || path.Ext(f.path) != ".md" {
			continue
		}
		report(t, unknownTests(f, in))
		report(t, emptyRuns(f, in))
		if f.path == "docs/security.md" {
			seen = strings.Count(f.text, "Test")
			report(t, untriedAttacks(f))
		}
	}
	if seen < 50 {
		t.Errorf("the page on security names only %d tests", seen)
	}
}

func TestAPromiseWithoutATestIsFound(t *testing.T) {
	t.Parallel()
	in := testsOf([]source{
		parse(t, "internal/a/x_test.go", "package a\nimport \"testing\"\nfunc TestReal(t *testing.T) { t.Run(\"Part\", nil) }\nfunc FuzzIt(f *testing.F) {}\nfunc BenchmarkIt(b *testing.B) {}\n"),
		parse(t, "internal/a/x.go", "package a\nfunc TestHelper() {}\n"),
		parse(t, "internal/b/x_test.go", "package b\nimport \"testing\"\nfunc TestOther(t *testing.T) {}\n"),
	})
	page := textFile{"docs/x.md", "`a` TestReal, FuzzIt, TestReal/Part\n`b` TestReal\nTestOther, TestHelper\n`a` TestReal/Gone\n`go vet` TestOther"}
	expect(t, unknownTests(page, in), "docs/x.md:2", "docs/x.md:3", "docs/x.md:4")
	runs := textFile{"docs/x.md", "`-run Real ./internal/a`, `-run 'Gone\\|Other' ./internal/a ./internal/b`\n`-run NONE -bench It ./internal/a`\n`-bench It ./internal/b`"}
	expect(t, emptyRuns(runs, in), "docs/x.md:1", "docs/x.md:3")
	var all []string
	for letter, ranges := range attacks() {
		for _, n := range numbers(ranges) {
			all = append(all, fmt.Sprintf("%s%02d", letter, n))
		}
	}
	if len(all) != 23+9+10 {
		t.Errorf("%d classes", len(all))
	}
	rows := textFile{"docs/security.md", "| x | y | TestA (M01 to M05, M07 to M12, M14 to M18, M20, M21, M23, M24, M25, M27, M28) |\n| L | L01 to L07, L10 |\nH01\n| H | H01, H02, H04, H06 to H09, H11, H12, H14 |\n"}
	expect(t, untriedAttacks(rows), "docs/security.md: L08")
}
