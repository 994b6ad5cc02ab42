package main

import (
	"fmt"
	"os"

	"liaison/internal/app"
	"liaison/internal/report"
)

type statementCommand struct {
	Make   statementMake   `cmd:"" help:"Make the service statement of a customer for a month that is over."`
	Verify statementVerify `cmd:"" help:"Check a statement without the installation: its signature, and that computing it again gives the same bytes."`
	Key    statementKey    `cmd:"" help:"Print the public key with which this installation signs statements."`
}

type statementMake struct {
	configFlag
	Customer string `required:"" help:"Key of the customer." placeholder:"KEY"`
	Month    string `required:"" help:"The month, such as 2026-10, in the vendor's zone." placeholder:"MONTH"`
	Out      string `help:"File for the signed JSON. Default: standard output." type:"path" placeholder:"FILE"`
	CSV      string `name:"csv" help:"File for the lines as CSV." type:"path" placeholder:"FILE"`
}

// Run writes the statement.
func (x statementMake) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		m, err := a.Reports.Make(c.ctx, program(), x.Customer, x.Month)
		if err != nil {
			return err
		}
		if x.CSV != "" {
			lines, err := report.CSV(m.Statement)
			if err != nil {
				return err
			}
			if err := os.WriteFile(x.CSV, lines, 0o600); err != nil {
				return err
			}
		}
		if x.Out == "" {
			_, err = c.out.Write(m.File)
			return err
		}
		if err := os.WriteFile(x.Out, m.File, 0o600); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "%s: %s, %s due in %s.\n", x.Out, some(len(m.Statement.Cases), "case"), some(len(m.Statement.Lines), "obligation"), x.Month)
		return err
	})
}

type statementVerify struct {
	File string `arg:"" help:"The signed JSON." type:"path" placeholder:"FILE"`
	Key  string `help:"Public key of the installation, as statement key prints it: a statement that another key has signed is refused." placeholder:"KEY"`
	JSON bool   `help:"Print JSON."`
}

// Run prints what the statement says once it has been computed again.
func (x statementVerify) Run(c *console) error {
	file, err := os.ReadFile(x.File)
	if err != nil {
		return fmt.Errorf("cannot read the statement: %w", err)
	}
	v, err := report.Verify(file)
	if err != nil {
		return err
	}
	if x.Key != "" && x.Key != v.Key {
		return fmt.Errorf("the statement is signed with the key %s, not with the one given", v.Key)
	}
	s := v.Statement
	if x.JSON {
		return printJSON(c.out, map[string]any{"customer": s.Customer, "month": s.Month, "publicKey": v.Key, "totals": s.Totals, "same": true})
	}
	fmt.Fprintf(c.out, "%s, %s: computed again from %s and %s of the policy, the same byte for byte.\n", s.Customer, s.Month, some(len(s.Cases), "case"), some(len(s.Editions), "edition"))
	for _, t := range s.Totals {
		fmt.Fprintf(c.out, "  %s: %d due, %d met, %d breached, %d cancelled\n", t.Kind, t.Due, t.Met, t.Breached, t.Cancelled)
	}
	_, err = fmt.Fprintf(c.out, "Signed with %s. Compare it with what `liaison statement key` prints at the vendor.\n", v.Key)
	return err
}

type statementKey struct{ configFlag }

// Run prints the key.
func (x statementKey) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		_, err := fmt.Fprintln(c.out, a.Reports.PublicKey())
		return err
	})
}
