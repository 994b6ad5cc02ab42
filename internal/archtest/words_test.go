package archtest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// eachLine calls fn for every line of the files that pick takes, and gathers what fn says.
func eachLine(all []textFile, pick func(name string) bool, fn func(name, line string) string) []finding {
	var found []finding
	for _, f := range all {
		if !pick(f.path) {
			continue
		}
		for i, line := range strings.Split(f.text, "\n") {
			if what := fn(f.path, line); what != "" {
				found = append(found, finding{fmt.Sprintf("%s:%d", f.path, i+1), what})
			}
		}
	}
	return found
}

// isVendored reports whether other people wrote the file.
func isVendored(name string) bool { return strings.Contains(name, "/vendor/") }

// leftovers finds notes of unfinished work. The words are put together here, so that this file has none.
func leftovers(all []textFile) []finding {
	note := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`)
	prose := []string{".md", ".txt", ".golden", ".json"}
	return eachLine(all, func(name string) bool { return !isVendored(name) && !slices.Contains(prose, path.Ext(name)) },
		func(_, line string) string {
			if m := note.FindString(line); m != "" {
				return m + ": finish it, or file it where work is planned"
			}
			return ""
		})
}

func TestNothingIsLeftUnfinishedInTheCode(t *testing.T) {
	t.Parallel()
	report(t, leftovers(texts(t)))
	expect(t, leftovers([]textFile{
		{"internal/x/x.go", "package x\n// TO" + "DO: later\n"},
		{"internal/x/x.sql", "SELECT 1 -- FIX" + "ME\n"},
		{"internal/web/static/vendor/x.js", "// TO" + "DO of somebody else\n"},
		{"internal/x/y.go", "// the to-do list of a person\n"},
	}), "internal/x/x.go:2", "internal/x/x.sql:1")
}

// colours finds colours outside the style sheet: a page that sets its own cannot be themed, and the
// content security policy forbids style elements.
func colours(all []textFile, allowed exceptions) []finding {
	colour := regexp.MustCompile(`#([0-9a-fA-F]{8}|[0-9a-fA-F]{6})\b|[:"' ]#[0-9a-fA-F]{3}["';]|\b(rgba?|hsla?|oklch)\(`)
	style := regexp.MustCompile(`style="([^"]*)"`)
	pick := func(name string) bool {
		test := strings.HasSuffix(name, "_test.go") || isTestOnly(path.Dir(name))
		page := strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".go") && !test
		mail := strings.HasPrefix(name, "internal/mailio/") // mail programs know no style sheet of ours
		return page && !mail && !isVendored(name) && allowed[name] == ""
	}
	return eachLine(all, pick, func(_, line string) string {
		if c := colour.FindString(line); c != "" {
			return strings.Trim(c, `:"' ;`) + ": a colour belongs into app.css, as a token"
		}
		for _, m := range style.FindAllStringSubmatch(line, -1) {
			for declaration := range strings.SplitSeq(m[1], ";") {
				if d := strings.TrimSpace(declaration); d != "" && !strings.HasPrefix(d, "--") {
					return "style=" + d + ": only custom properties may stand in a style attribute; the rule belongs into app.css"
				}
			}
		}
		return ""
	})
}

func TestColoursLiveInTheStyleSheet(t *testing.T) {
	t.Parallel()
	report(t, colours(texts(t), exceptions{}))
	expect(t, colours([]textFile{
		{"internal/web/templates/page/a.html", `<a href="#main"></a>` + "\n" + `<i style="color: red"></i>` + "\n" + `<i style="--w: 5%"></i>` + "\n" + `<b c="#a1b2c3"></b>`},
		{"internal/web/chart.go", "var c = \"#abc\"\nvar d = \"rgb(1,2,3)\"\n"},
		{"internal/web/static/app.css", "a { color: #ffffff }"},
		{"internal/mailio/templates/a.html", `<td style="color:#ffffff">`},
		{"internal/web/x_test.go", `const number = "#204181"`},
		{"internal/web/templates/page/let.html", `<meta content="#a1b2c3">`},
	}, exceptions{"internal/web/templates/page/let.html": "a reason"}),
		"internal/web/templates/page/a.html:2", "internal/web/templates/page/a.html:4", "internal/web/chart.go:1", "internal/web/chart.go:2")
}

// machinePaths finds names of somebody's machine and of package registries: the project builds anywhere.
func machinePaths(all []textFile) []finding {
	patterns := []string{
		`(^|[\s"'=(:])/(wo` + `rk|ro` + `ot|ho` + `me|Us` + `ers)/`,
		`pro` + `xy\.golang\.org`, `su` + `m\.golang\.org`, `deb\.deb` + `ian\.org`, `regis` + `try\.npmjs\.org`, `py` + `pi\.org`, `GOPR` + `OXY=`,
	}
	machine := regexp.MustCompile(strings.Join(patterns, "|"))
	return eachLine(all, func(name string) bool { return !isVendored(name) }, func(_, line string) string {
		if m := machine.FindString(line); m != "" {
			return strings.TrimSpace(m) + ": names one machine or registry; the project must build and run on any"
		}
		return ""
	})
}

func TestNothingNamesOneMachine(t *testing.T) {
	t.Parallel()
	report(t, machinePaths(texts(t)))
	expect(t, machinePaths([]textFile{
		{"docs/a.md", "Look into /wo" + "rk/main.\n"},
		{"scripts/a.sh", "cd ~\nexport GOPR" + "OXY=https://x\n"},
		{"internal/a.go", `"/ho` + `me/me/x"`},
		{"internal/b.go", `mux.Handle("/homework", "/var/lib/liaison/work/")`},
	}), "docs/a.md:1", "scripts/a.sh:2", "internal/a.go:1")
}
