package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"liaison/internal/examples"
	"liaison/internal/policy"
	"liaison/internal/text"
)

type policyCoverage struct {
	packFlag
	Lang string `enum:"en,zh-Hans" default:"en" help:"Language of titles and duties: en or zh-Hans."`
	JSON bool   `help:"Print JSON."`
}

// covered is a clause with what makes it true.
type covered struct {
	Clause   string        `json:"clause"`
	Title    string        `json:"title"`
	Rules    []coveredRule `json:"rules"`
	Duty     string        `json:"duty,omitempty"`
	Evidence string        `json:"evidence,omitempty"`
	Examples []string      `json:"examples"`
}

type coveredRule struct {
	Key   string   `json:"rule"`
	Name  string   `json:"name"`
	Code  string   `json:"code"`
	Tests []string `json:"tests"`
}

// Run prints every clause with its rules, examples and tests, or the duty of people; it fails when a clause has neither.
func (x policyCoverage) Run(c *console) error {
	p, err := x.pack()
	if err != nil {
		return err
	}
	words, err := text.New()
	if err != nil {
		return err
	}
	shipped, err := examples.Of(x.folders(), p)
	if err != nil {
		return err
	}
	list := make([]covered, len(p.Clauses))
	for i, cl := range p.Clauses {
		list[i] = coverageOf(words, text.Lang(x.Lang), cl, shipped)
	}
	bare := p.Uncovered()
	if x.JSON {
		err = printJSON(c.out, map[string]any{"pack": p.Name, "edition": p.Edition, "clauses": list, "uncovered": append([]string{}, bare...)})
	} else {
		printCoverage(c.out, list)
		_, err = fmt.Fprintf(c.out, "%d clauses, %d without a rule or a duty of people\n", len(list), len(bare))
	}
	if err == nil && len(bare) > 0 {
		fmt.Fprintf(c.err, "liaison: nothing makes these clauses true: %s. Name a rule or a duty of people for each in links.yaml.\n", strings.Join(bare, ", "))
		return errProblems
	}
	return err
}

func coverageOf(words *text.Catalogue, lang text.Lang, cl policy.Clause, shipped []examples.Example) covered {
	v := covered{Clause: cl.Number, Title: cl.Title.In(string(lang)), Rules: []coveredRule{}, Examples: []string{}}
	for _, key := range cl.Rules {
		r, _ := policy.RuleOf(key)
		v.Rules = append(v.Rules, coveredRule{Key: key, Name: words.T(lang, "rule."+key, nil), Code: r.Code, Tests: r.Tests})
	}
	if cl.Duty != nil {
		v.Duty, v.Evidence = cl.Duty.Text.In(string(lang)), cl.Duty.Evidence.In(string(lang))
	}
	for _, e := range examples.ForClause(shipped, cl.Number) {
		v.Examples = append(v.Examples, e.ID)
	}
	return v
}

func printCoverage(w io.Writer, list []covered) {
	for _, v := range list {
		fmt.Fprintf(w, "%s %s\n", v.Clause, v.Title)
		for _, r := range v.Rules {
			fmt.Fprintf(w, "  rule      %s (%s): %s; tests %s\n", r.Key, r.Code, r.Name, strings.Join(r.Tests, ", "))
		}
		if v.Duty != "" {
			fmt.Fprintf(w, "  people    %s Evidence: %s\n", v.Duty, cmp.Or(v.Evidence, "-"))
		}
		if len(v.Examples) > 0 {
			fmt.Fprintf(w, "  examples  %s\n", strings.Join(v.Examples, ", "))
		}
	}
}
