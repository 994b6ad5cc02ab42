package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"liaison/internal/app"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/sla"
)

type caseCommand struct {
	Explain caseExplain `cmd:"" help:"Show how the time of each clock of a case was counted."`
}

type caseExplain struct {
	configFlag
	Number string `arg:"" help:"The case's number." placeholder:"NUMBER"`
	Zone   string `help:"Time zone of the table. Default: that of the hours by which the case is counted, else the vendor's." placeholder:"ZONE"`
	Replay bool   `help:"Compute every stored decision about the clocks again; fails when another answer comes out."`
	JSON   bool   `help:"Print JSON."`
}

// Run prints the ledgers of a case.
func (x caseExplain) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		zone := a.Editions.Now().Vendor.Zone
		if x.Zone != "" {
			var err error
			if zone, err = time.LoadLocation(x.Zone); err != nil {
				return fmt.Errorf("--zone wants a time zone such as Europe/Berlin, not %q", x.Zone)
			}
		}
		if x.Replay {
			return x.replay(c, a, zone)
		}
		e, err := a.Cases.Explain(c.ctx, program(), x.Number)
		if errs.KindOf(err) == errs.NotFound {
			return fmt.Errorf("there is no case %s: check the number", x.Number)
		}
		if err != nil {
			return err
		}
		for _, k := range e.Clocks {
			if x.Zone == "" && !k.Calendar.IsAlwaysOpen() {
				zone = k.Calendar.Zone()
			}
		}
		for i, k := range e.Clocks {
			e.Clocks[i] = k.In(zone)
		}
		if x.JSON {
			return printJSON(c.out, e)
		}
		return printExplanation(c.out, e, zone)
	})
}

// replay compares every stored decision of the case with what comes out now.
func (x caseExplain) replay(c *console, a *app.App, zone *time.Location) error {
	all, err := a.Cases.Replay(c.ctx, program(), x.Number)
	if errs.KindOf(err) == errs.NotFound {
		return fmt.Errorf("there is no case %s: check the number", x.Number)
	}
	if err != nil {
		return err
	}
	different := 0
	for _, r := range all {
		if !r.Same {
			different++
		}
	}
	switch {
	case x.JSON:
		err = printJSON(c.out, map[string]any{"number": x.Number, "decisions": all, "different": different})
	default:
		for _, r := range all {
			verdict := "the same"
			if !r.Same {
				verdict = fmt.Sprintf("was %s, and is %s", oneLine(r.Stored), oneLine(r.Now))
			}
			if _, err := fmt.Fprintf(c.out, "%s  %s: %s\n", r.At.In(zone).Format(instantLayout), r.Kind, verdict); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(c.out, "%d decisions, %d different\n", len(all), different)
	}
	if err == nil && different > 0 {
		err = errProblems
	}
	return err
}

// instants are shown to the second with the offset: a promise may end in the middle of a change of summer time.
const instantLayout = "2006-01-02 15:04:05 -07:00"

func printExplanation(w io.Writer, e cases.Explanation, zone *time.Location) error {
	fmt.Fprintf(w, "Case %s: %s, plan %s, policy edition %s, accepted by clause %s. Times are of %s.\n",
		e.Number, e.Status, e.Plan, e.Edition, e.Decision.Clause, zone)
	for _, k := range e.Clocks {
		fmt.Fprintf(w, "\n%s on %s (clause %s): %s, target %s\n", k.Deadline, k.Clock, k.Clause, k.State, targetText(k.Target))
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, at := range []struct {
			name string
			at   time.Time
		}{{"started", k.StartedAt}, {"due", k.DueAt}, {"given", k.MetAt}, {"missed", k.BreachedAt}} {
			if !at.at.IsZero() {
				fmt.Fprintf(table, "  %s\t%s\n", at.name, at.at.Format(instantLayout))
			}
		}
		if err := table.Flush(); err != nil {
			return err
		}
		if err := printLedger(w, k.Ledger); err != nil {
			return err
		}
	}
	return nil
}

func targetText(t sla.Target) string {
	if t.WorkingDays > 0 {
		return fmt.Sprintf("%d working days", t.WorkingDays)
	}
	return fmt.Sprintf("%d minutes", t.Minutes)
}

func printLedger(w io.Writer, lines []sla.Segment) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  from\tto\tcounted\treason\tclause\tdetail")
	var sum time.Duration
	for _, s := range lines {
		counted := time.Duration(s.Counted) * time.Microsecond
		sum += counted
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\t%s\n", s.From.Format(instantLayout), s.To.Format(instantLayout), counted, s.Reason, s.Clause, s.Detail)
	}
	fmt.Fprintf(table, "  \tcounted in all\t%s\t\t\t\n", sum)
	return table.Flush()
}
