package main

import (
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"liaison/internal/app"
	"liaison/internal/calendar"
	"liaison/internal/edition"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// soonest is how far ahead an edition takes effect when no instant is given.
const soonest = time.Minute

type policyPreview struct {
	configFlag
	Pack      string `arg:"" help:"The pack: an embedded name or a folder." placeholder:"DIR"`
	Effective string `help:"From when it is to hold, as RFC 3339. Default: in a minute." placeholder:"INSTANT"`
	On        string `help:"Date on which to look for systems that lose support. Default: from the instant on from which it is to hold." placeholder:"DATE"`
	JSON      bool   `help:"Print JSON."`
}

// Run prints which cases would move, and changes nothing.
func (x policyPreview) Run(c *console) error {
	return withPack(c, x.configFlag, x.Pack, func(a *app.App, p *policy.Pack) error {
		effective, err := effectiveAt(a, x.Effective)
		if err != nil {
			return err
		}
		var on calendar.Date
		if x.On != "" {
			if on, err = calendar.ParseDate(x.On); err != nil {
				return fmt.Errorf("--on wants a date such as 2027-01-01, not %q", x.On)
			}
		}
		v, err := a.Editions.Preview(c.ctx, program(), p, effective, on)
		if err != nil {
			return err
		}
		if x.JSON {
			return printJSON(c.out, v)
		}
		if v.Published {
			return sayPublished(c, a, v.Edition)
		}
		return printPreview(c, v, a.Editions.Now().Vendor.Zone)
	})
}

func printPreview(c *console, v edition.Preview, zone *time.Location) error {
	fmt.Fprintf(c.out, "Edition %s from %s: a clock moves in %d of %s, %d would be missed. Times are of %s.\n",
		v.Edition, v.Effective.In(zone).Format(instantLayout), countCases(v), some(v.Open, "open case"), v.Breaches, zone)
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, m := range v.Moved {
		missed := ""
		if m.Breaches {
			missed = "would be missed"
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\t-> %s\t%s\t%s\n", m.Number, m.Customer, m.Priority, m.Kind, dueText(m.Before, zone), dueText(m.After, zone), shift(m.Before, m.After), missed)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	printRenumbered(c, v.Renumbered)
	fmt.Fprintf(c.out, "Until %s served, and not from then on: %s.\n", v.LosingAt.In(zone).Format(instantLayout), some(len(v.Losing), "system"))
	for _, l := range v.Losing {
		fmt.Fprintf(table, "  %s\t%s\t%s\tclause %s\n", l.Customer, l.System, l.Decision, l.Clause)
	}
	return table.Flush()
}

// printRenumbered names the clauses that have another number.
func printRenumbered(c *console, moved []policy.Renumbered) {
	for _, m := range moved {
		fmt.Fprintf(c.out, "Clause %s %s has the number %s from then on: links to %s lead elsewhere.\n", m.From, m.Title.In("en"), m.To, m.From)
	}
}

// sayPublished says that nothing is to be done, and whether the edition is what holds.
func sayPublished(c *console, a *app.App, name string) error {
	said := fmt.Sprintf("Edition %s is published already, with these very files. Publishing it again changes nothing.", name)
	_, err := fmt.Fprintln(c.out, said+standing(a.Editions.Book(), a.Clock.Now(), name))
	return err
}

// standing says of an edition that is not in force what is: an older one does not come back by being applied again.
func standing(book *policy.Book, now time.Time, name string) string {
	inForce := book.At(now)
	zone := inForce.Vendor.Zone
	e, _ := book.Named(name)
	if e.From.After(now) {
		return fmt.Sprintf(" It holds from %s on.", e.From.In(zone).Format(instantLayout))
	}
	if inForce.Edition == name {
		return ""
	}
	later, _ := book.Named(inForce.Edition)
	return fmt.Sprintf(" It does not hold: edition %s has held since %s. To go back to what these files say, publish them under another name of edition.",
		inForce.Edition, later.From.In(zone).Format(instantLayout))
}

func countCases(v edition.Preview) int {
	seen := map[string]bool{}
	for _, m := range v.Moved {
		seen[m.Number] = true
	}
	return len(seen)
}

func dueText(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "paused"
	}
	return t.In(zone).Format(instantLayout)
}

// withPack loads and checks a pack before it opens the installation: a pack with any error goes no further.
func withPack(c *console, f configFlag, name string, fn func(*app.App, *policy.Pack) error) error {
	p, err := loadPack(name)
	if err != nil {
		return err
	}
	return withApp(c, f, func(a *app.App) error { return fn(a, p) })
}

// effectiveAt reads an instant, "" for the soonest.
func effectiveAt(a *app.App, text string) (time.Time, error) {
	if text == "" {
		return a.Clock.Now().Add(soonest).Truncate(time.Second), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("--effective wants an instant such as 2026-12-01T00:00:00+01:00, not %q", text)
	}
	return at.UTC(), nil
}

type policyPublish struct {
	configFlag
	Pack      string `arg:"" help:"The pack: an embedded name or a folder." placeholder:"DIR"`
	Effective string `required:"" help:"From when it holds, as RFC 3339." placeholder:"INSTANT"`
	JSON      bool   `help:"Print JSON."`
}

// Run publishes and says what happens next.
func (x policyPublish) Run(c *console) error {
	return publish(c, x.configFlag, x.Pack, x.Effective, x.JSON)
}

// outcome is what a publication did, as JSON has it.
type outcome struct {
	Edition   string    `json:"edition"`
	Published bool      `json:"published"` // false: it was before, with these very files
	Effective time.Time `json:"effectiveAt,omitzero"`
	InForce   string    `json:"editionInForce"` // now: another one than this if this has not begun to hold, or holds no more
	Moved     int       `json:"movedCases"`

	Renumbered []policy.Renumbered `json:"renumberedClauses"`
}

func publish(c *console, f configFlag, name, at string, asJSON bool) error {
	return withPack(c, f, name, func(a *app.App, p *policy.Pack) error {
		effective, err := effectiveAt(a, at)
		if err != nil {
			return err
		}
		done, err := a.Editions.Publish(c.ctx, program(), p, effective)
		if err != nil {
			return err
		}
		o := outcome{Edition: p.Edition, Published: done, InForce: a.Editions.Book().At(a.Clock.Now()).Edition, Renumbered: []policy.Renumbered{}}
		if done {
			o.Renumbered = append(o.Renumbered, policy.Moves(a.Editions.At(effective.Add(-time.Microsecond)), p)...)
		}
		if e, ok := a.Editions.Book().Named(p.Edition); ok {
			o.Effective = e.From
		}
		if o.Moved, err = a.Cases.Follow(c.ctx); err != nil {
			return err
		}
		switch {
		case asJSON:
			return printJSON(c.out, o)
		case !done:
			return sayPublished(c, a, p.Edition)
		}
		printRenumbered(c, o.Renumbered)
		_, err = fmt.Fprintf(c.out, "Edition %s holds from %s. Moved: %s. Liaisons are told before it takes effect.\n", p.Edition, effective.Format(time.RFC3339), some(o.Moved, "open case"))
		return err
	})
}

type policyApply struct {
	configFlag
	Pack      string `arg:"" help:"The folder of the pack." placeholder:"DIR"`
	Effective string `help:"From when it holds, as RFC 3339. Default: in a minute." placeholder:"INSTANT"`
	JSON      bool   `help:"Print JSON."`
}

// Run publishes what is not published yet.
func (x policyApply) Run(c *console) error {
	return publish(c, x.configFlag, x.Pack, x.Effective, x.JSON)
}

type policyExport struct {
	configFlag
	Dir     string `arg:"" help:"A folder that is new or empty." type:"path" placeholder:"DIR"`
	Edition string `help:"Name of the edition. Default: the one in force." placeholder:"EDITION"`
	JSON    bool   `help:"Print JSON."`
}

// Run writes the files.
func (x policyExport) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		archive, err := a.Editions.Export(c.ctx, program(), x.Edition)
		if errs.KindOf(err) == errs.NotFound {
			return fmt.Errorf("there is no edition %q", x.Edition)
		}
		if err != nil {
			return err
		}
		if there, err := os.ReadDir(x.Dir); err == nil && len(there) > 0 {
			return fmt.Errorf("%s is not empty: name a folder that is new", x.Dir)
		}
		names := []string{}
		err = policy.Unpack(archive, func(name string, text []byte) error {
			names = append(names, name)
			file := filepath.Join(x.Dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // an edition is no secret: others may read it
				return err
			}
			return os.WriteFile(file, text, 0o644) //nolint:gosec // an edition is no secret: others may read it
		})
		if err != nil {
			return err
		}
		if x.JSON {
			return printJSON(c.out, map[string]any{"folder": x.Dir, "files": names})
		}
		_, err = fmt.Fprintf(c.out, "%s of the edition: %s.\n", some(len(names), "file"), x.Dir)
		return err
	})
}
