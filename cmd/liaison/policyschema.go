package main

import (
	"fmt"
	"strings"

	"liaison/internal/policy"
)

type policySchema struct {
	Kind string `arg:"" optional:"" default:"policy" help:"policy, clauses, holidays, calendar, facts, readings or links." placeholder:"KIND"`
}

// Run prints the JSON Schema of a kind of file of a pack, for editors.
func (x policySchema) Run(c *console) error {
	s, ok := policy.Schema(x.Kind)
	if !ok {
		return fmt.Errorf("a pack has no files of the kind %q: there are %s", x.Kind, strings.Join(policy.SchemaKinds(), ", "))
	}
	return printJSON(c.out, s)
}
