package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"liaison/internal/policy"
	"liaison/internal/text"
)

type policyMatrix struct {
	packFlag
	Country string `help:"Show the clocks of this country. Default: regional, and the calendars of all countries." placeholder:"CC"`
	JSON    bool   `help:"Print JSON."`
}

// Run prints every kind of case with its clock and targets.
func (x policyMatrix) Run(c *console) error {
	p, err := x.pack()
	if err != nil {
		return err
	}
	rows, extended, served := p.Matrix(), p.ExtendedMatrix(), p.Served()
	if x.Country != "" {
		country := policy.Country(x.Country)
		var ok bool
		if rows, ok = p.MatrixOf(country); !ok {
			return fmt.Errorf("%s is no country of the pack: it wants two letters such as DE", x.Country)
		}
		extended, _ = p.ExtendedMatrixOf(country)
		served = slices.DeleteFunc(served, func(s policy.Served) bool { return s.Country != country })
	}
	if x.JSON {
		return printJSON(c.out, map[string]any{"pack": p.Name, "edition": p.Edition, "rows": rows, "extended": extended, "countries": served})
	}
	return printMatrix(c.out, rows, extended, served)
}

func printMatrix(w io.Writer, rows, extended []policy.MatrixRow, served []policy.Served) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	printRows(table, rows)
	if len(extended) > 0 {
		fmt.Fprintln(table, "\nWith nothing but extended lifecycle support:")
		printRows(table, extended)
	}
	fmt.Fprintln(table)
	fmt.Fprintln(table, "calendar\tcentre\tzone\tcountries")
	var order []string
	byCalendar := map[string][]policy.Served{}
	for _, s := range served {
		if byCalendar[s.Calendar] == nil {
			order = append(order, s.Calendar)
		}
		byCalendar[s.Calendar] = append(byCalendar[s.Calendar], s)
	}
	slices.Sort(order)
	for _, id := range order {
		var countries []string
		for _, s := range byCalendar[id] {
			countries = append(countries, s.Country)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", id, byCalendar[id][0].Centre, byCalendar[id][0].Zone, strings.Join(countries, " "))
	}
	fmt.Fprintf(table, "\n%d kinds of case, %d countries on %d calendars: each case has exactly one clock.\n", len(rows), len(served), len(order))
	return table.Flush()
}

func printRows(w io.Writer, rows []policy.MatrixRow) {
	fmt.Fprintln(w, "plan\tdeployment\tenvironment\tpriority\tas\tclock\tresponse\tupdate\tclause")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d min\t%d d\t%s\n", r.Plan, r.Deployment, r.Environment, r.Priority, r.Effective, r.Clock, r.Response, r.Update, r.Clause)
	}
}

type policyDiff struct {
	Before string `arg:"" help:"The pack that holds now: an embedded name or a folder." placeholder:"A"`
	After  string `arg:"" help:"The pack to compare with it." placeholder:"B"`
	Lang   string `enum:"en,zh-Hans" default:"en" help:"Language of the sentences: en or zh-Hans."`
	JSON   bool   `help:"Print JSON."`
}

// toldChange is a change as JSON has it.
type toldChange struct {
	Group    string `json:"group"`
	Kind     string `json:"kind"`
	Path     string `json:"path"`
	Old      string `json:"old"`
	New      string `json:"new"`
	Sentence string `json:"sentence"`
}

// Run says in words what changes from one pack to the other, and for whom.
func (x policyDiff) Run(c *console) error {
	a, err := loadPack(x.Before)
	if err != nil {
		return err
	}
	b, err := loadPack(x.After)
	if err != nil {
		return err
	}
	words, err := text.New()
	if err != nil {
		return err
	}
	say := func(key string, args map[string]any) string { return words.T(text.Lang(x.Lang), key, args) }
	told := []toldChange{}
	for _, ch := range policy.Diff(a, b) {
		told = append(told, toldChange{ch.Group, string(ch.Kind), ch.Path, ch.Old, ch.New, ch.Tell(x.Lang, words.Has, say)})
	}
	if x.JSON {
		return printJSON(c.out, map[string]any{"before": a.Name, "after": b.Name, "changes": told})
	}
	if len(told) == 0 {
		_, err = fmt.Fprintln(c.out, say("policydiff.none", nil))
		return err
	}
	group := ""
	for _, ch := range told {
		if ch.Group != group {
			group = ch.Group
			fmt.Fprintf(c.out, "%s\n", say("policydiff.group."+group, nil))
		}
		if _, err := fmt.Fprintf(c.out, "  %s\n", ch.Sentence); err != nil {
			return err
		}
	}
	return nil
}
