package main

import (
	"fmt"
	"time"

	"liaison/internal/app"
	"liaison/internal/errs"
)

type policyWithdraw struct {
	configFlag
	Edition string `arg:"" help:"Name of the edition." placeholder:"EDITION"`
	JSON    bool   `help:"Print JSON."`
}

// Run withdraws and says what happens next.
func (x policyWithdraw) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		v, err := a.Editions.Withdraw(c.ctx, program(), x.Edition, nil)
		if errs.KindOf(err) == errs.NotFound {
			return fmt.Errorf("there is no edition %q", x.Edition)
		}
		if err != nil {
			return err
		}
		moved, err := a.Cases.Follow(c.ctx)
		if err != nil {
			return err
		}
		if x.JSON {
			return printJSON(c.out, map[string]any{"edition": v.Edition, "withdrawn": !v.Withdrawn, "effectiveAt": v.Effective, "told": v.Told,
				"movedCases": moved, "editionInForce": a.Editions.Now().Edition})
		}
		if v.Withdrawn {
			_, err = fmt.Fprintf(c.out, "Edition %s is withdrawn already. Withdrawing it again changes nothing.\n", v.Edition)
			return err
		}
		told := "Nobody was told of it by mail."
		if v.Told {
			told = "Liaisons who were told of it are told that it is withdrawn."
		}
		_, err = fmt.Fprintf(c.out, "Edition %s, which was to hold from %s, is withdrawn. Moved back: %s. %s\n", v.Edition, v.Effective.Format(time.RFC3339),
			some(moved, "open case"), told)
		return err
	})
}
