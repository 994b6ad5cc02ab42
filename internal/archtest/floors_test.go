package archtest

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// floor is a level of the house. A package of a floor never imports upwards.
type floor struct {
	name string
	why  string // what is lost when a forbidden import is let in
}

// room is a package below internal (with the packages below it) and what else of the module it may import.
type room struct {
	floor floor
	may   []string
}

// house is the allow-map of docs/architecture.md. Test files may import more: they put things together.
func house() map[string]room {
	kernel := floor{"kernel", "the kernel knows nothing of support cases, so that every slice can stand on it"}
	rules := floor{"rules", "a rule is handed values and reads nothing, so that it can be replayed and explained"}
	slicing := floor{"slices", "a slice knows the kernel, the rules and the slices below it; what is above reacts to its journal lines"}
	edges := floor{"edges", "an edge turns what comes in into one use case of a slice and holds no SQL and no rule"}
	wiring := floor{"wiring", "only the wiring knows everything"}

	var (
		base     = []string{"errs", "id"}
		allRules = []string{"calendar", "policy", "sla", "lifecycle", "entitlement", "protection", "access"}
		storage  = []string{"clock", "db", "text", "journal", "jobs", "blob", "search", "cursor", "sheet"}
	)
	slice := func(below ...string) []string { return join(base, allRules, storage, below) }
	edge := func(more ...string) []string {
		return join(base, allRules, []string{"examples", "clock", "text", "sheet", "account", "release", "contract", "cases", "liaisons", "books", "billing", "dispatch", "inbound", "edition", "report", "almanac", "dayfile"}, more)
	}
	everything := join(base, allRules, storage, []string{"once", "account", "release", "contract", "cases", "liaisons", "books", "billing", "dispatch", "edition", "report", "almanac", "dayfile", "outbound", "mailmsg", "inbound", "moving", "scim", "web", "api", "mailio", "demo", "config", "app", "examples"})
	return map[string]room{
		"errs":    {kernel, nil},
		"id":      {kernel, nil},
		"clock":   {kernel, nil},
		"config":  {kernel, []string{"errs"}},
		"db":      {kernel, join(base, []string{"clock"})},
		"text":    {kernel, []string{"errs"}},
		"journal": {kernel, join(base, []string{"db"})},
		"jobs":    {kernel, join(base, []string{"db", "clock"})},
		"blob":    {kernel, base},
		"search":  {kernel, join(base, []string{"db"})},
		"cursor":  {kernel, base},
		"once":    {kernel, join(base, []string{"db"})},
		"sheet":   {kernel, nil},

		"calendar":    {rules, base},
		"policy":      {rules, join(base, []string{"calendar"})},
		"lifecycle":   {rules, join(base, []string{"calendar", "policy"})},
		"sla":         {rules, join(base, []string{"calendar", "policy"})},
		"entitlement": {rules, join(base, []string{"calendar", "policy", "lifecycle"})},
		"protection":  {rules, join(base, []string{"calendar", "policy"})},
		"access":      {rules, base},
		"mailmsg":     {rules, base},
		"dayfile":     {rules, join(base, []string{"calendar", "sheet"})},

		"outbound": {kernel, []string{"errs"}},

		"account":  {slicing, slice()},
		"release":  {slicing, slice("account")},
		"contract": {slicing, slice("account", "release")},
		"cases":    {slicing, slice("account", "release", "contract")},
		"liaisons": {slicing, slice("account", "contract", "cases")},
		"books":    {slicing, slice("account", "contract")},
		"billing":  {slicing, slice("account", "contract", "books")},
		"dispatch": {slicing, slice("account")},
		"report":   {slicing, slice("account", "release", "contract", "cases")},
		"edition":  {slicing, slice("account", "release", "contract", "cases")},
		"moving":   {slicing, slice("account", "release", "contract", "books", "billing")},
		"inbound":  {slicing, slice("account", "release", "contract", "cases", "mailmsg")},
		"almanac":  {slicing, slice("account", "release", "contract", "cases", "edition", "dayfile")},

		"web":    {edges, edge()},
		"scim":   {edges, edge()},
		"api":    {edges, edge("once", "db")},                       // db for the type of the transaction in which an answer is kept
		"mailio": {edges, edge("jobs", "db", "journal", "mailmsg")}, // the text of a mail comes from the rows at the time of sending

		"demo":        {wiring, join(everything, []string{"policies"})},
		"app":         {wiring, join(everything, []string{"policies"})},
		"archive":     {wiring, join(base, []string{"access", "db", "blob", "journal", "cases"})},
		"cmd/liaison": {wiring, join(everything, []string{"archive", "policies"})}, // tools for operators
		"examples":    {rules, join(base, allRules)},
		"bench":       {wiring, join(base, []string{"clock", "demo"})}, // measures the program from outside; no part of it
		"policies":    {rules, nil},                                    // data only
	}
}

// join makes one list of several.
func join(lists ...[]string) []string { return slices.Concat(lists...) }

// roomOf is the room that a package of the module belongs to: "db" for liaison/internal/db/migrations.
func roomOf(importPath string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(importPath, "liaison/"), "internal/")
	if strings.HasPrefix(importPath, "liaison/cmd/") {
		return name
	}
	name, _, _ = strings.Cut(name, "/")
	return name
}

// isTestOnly reports whether a package exists for tests alone: dbtest, apptest, browsertest, archtest.
func isTestOnly(importPath string) bool { return strings.HasSuffix(importPath, "test") }

// forbiddenEdges compares imports with the house.
func forbiddenEdges(rooms map[string]room, all []pkg) []finding {
	var found []finding
	for _, p := range all {
		if isTestOnly(p.ImportPath) {
			continue
		}
		from, known := rooms[roomOf(p.ImportPath)]
		if !known {
			found = append(found, finding{p.ImportPath, "stands on no floor: give it a row in docs/architecture.md and in house()"})
			continue
		}
		for _, to := range p.Imports {
			name := roomOf(to)
			switch {
			case !strings.HasPrefix(to, "liaison/"):
			case isTestOnly(to):
				found = append(found, finding{p.ImportPath + " -> " + to, "a package for tests is no part of the program"})
			case name != roomOf(p.ImportPath) && !slices.Contains(from.may, name):
				found = append(found, finding{p.ImportPath + " -> " + to, from.floor.name + ": " + from.floor.why + "; it may import: " + strings.Join(from.may, ", ")})
			}
		}
	}
	return found
}

// cycles names rooms that may import each other: a table that allows both directions allows a knot.
func cycles(rooms map[string]room) []finding {
	var found []finding
	for _, from := range slices.Sorted(maps.Keys(rooms)) {
		for _, to := range rooms[from].may {
			if from < to && slices.Contains(rooms[to].may, from) && rooms[from].floor.name != "wiring" {
				found = append(found, finding{from + " <-> " + to, "the table allows both directions"})
			}
		}
	}
	return found
}

func TestNoPackageImportsUpwards(t *testing.T) {
	t.Parallel()
	report(t, forbiddenEdges(house(), packages(t)))
	report(t, cycles(house()))
}

func TestAForbiddenImportIsNamedWithItsReason(t *testing.T) {
	t.Parallel()
	found := forbiddenEdges(house(), []pkg{
		{ImportPath: "liaison/internal/sla", Imports: []string{"time", "liaison/internal/policy", "liaison/internal/db"}},
		{ImportPath: "liaison/internal/db/migrations", Imports: []string{"liaison/internal/db", "liaison/internal/cases"}},
		{ImportPath: "liaison/internal/cases", Imports: []string{"liaison/internal/db/dbtest"}},
		{ImportPath: "liaison/internal/db/dbtest", Imports: []string{"liaison/internal/cases"}},
		{ImportPath: "liaison/internal/helper"},
		{ImportPath: "liaison/cmd/liaison", Imports: []string{"liaison/internal/app", "liaison/internal/secret"}},
	})
	expect(t, found, "liaison/internal/sla -> liaison/internal/db", "liaison/internal/db/migrations -> liaison/internal/cases",
		"liaison/internal/cases -> liaison/internal/db/dbtest", "liaison/internal/helper", "liaison/cmd/liaison -> liaison/internal/secret")
	if !strings.Contains(found[0].what, "a rule is handed values") || !strings.Contains(found[0].what, "calendar, policy") {
		t.Errorf("the reason or what is allowed is missing: %s", found[0])
	}
	expect(t, cycles(map[string]room{"a": {may: []string{"b"}}, "b": {may: []string{"a", "c"}}, "c": {}}), "a <-> b")
}

// undrawn names rooms that the page of the architecture does not show.
func undrawn(rooms map[string]room, page string) []finding {
	var found []finding
	for _, name := range slices.Sorted(maps.Keys(rooms)) {
		if !strings.Contains(page, "`"+name+"`") {
			found = append(found, finding{name, "has no row in docs/architecture.md: the page and the test tell the same"})
		}
	}
	return found
}

func TestTheArchitecturePageShowsEveryRoom(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(root + "/docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	report(t, undrawn(house(), string(page)))
	expect(t, undrawn(map[string]room{"a": {}, "b": {}}, "| `a` | ..."), "b")
}

// badNames finds package names that say nothing.
func badNames(all []pkg) []finding {
	empty := []string{"util", "utils", "common", "helper", "helpers", "base", "model", "models", "types", "misc", "shared", "lib", "core", "tools"}
	var found []finding
	for _, p := range all {
		if slices.Contains(empty, p.Name) {
			found = append(found, finding{p.ImportPath, "a package is named after what it owns; " + p.Name + " says nothing and collects everything"})
		}
	}
	return found
}

func TestPackagesAreNamedAfterWhatTheyOwn(t *testing.T) {
	t.Parallel()
	report(t, badNames(packages(t)))
	expect(t, badNames([]pkg{{ImportPath: "liaison/internal/text", Name: "text"}, {ImportPath: "liaison/internal/x", Name: "helpers"}}), "liaison/internal/x")
}
