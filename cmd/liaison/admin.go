package main

import (
	"fmt"
	"log/slog"
	"strings"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/app"
	"liaison/internal/clock"
	"liaison/internal/errs"
)

type adminCommand struct {
	Create  adminCreate  `cmd:"" help:"Make an administrator and print the link that sets the password."`
	Reset   adminReset   `cmd:"" help:"Print a link that sets a new password, for anybody."`
	Token   adminToken   `cmd:"" help:"Make an API token for a person and print it, this once."`
	Disable adminDisable `cmd:"" help:"End every way in for a person: password, sessions, tokens."`
	Scim    adminScim    `cmd:"" name:"scim-token" help:"Make a token for the directory (SCIM) of a customer and print it, this once."`
	DKIMKey adminDKIMKey `cmd:"" name:"dkim-key" help:"Make a key that outgoing mail is signed with, and print its DNS record."`
}

// program is who acts for the operator.
func program() access.Actor { return access.Actor{System: true} }

// withApp puts the program together on the configured installation, without starting anything.
func withApp(c *console, f configFlag, fn func(*app.App) error) (err error) {
	set, err := f.settings(c)
	if err != nil {
		return err
	}
	pack, err := loadPack(set.Policy)
	if err != nil {
		return err
	}
	a, err := app.New(c.ctx, app.Options{Settings: set, Clock: clock.Real{}, Pack: pack, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() {
		if e := a.DB.Close(); err == nil {
			err = e
		}
	}()
	return fn(a)
}

type adminCreate struct {
	configFlag
	Name     string `required:"" help:"The person's name." placeholder:"NAME"`
	Email    string `required:"" help:"The mail address to sign in with." placeholder:"EMAIL"`
	Language string `default:"en" enum:"en,zh-Hans" help:"en or zh-Hans."`
	Zone     string `default:"UTC" help:"Time zone, for example Europe/Berlin." placeholder:"ZONE"`
	JSON     bool   `help:"Print JSON."`
}

// Run makes an administrator.
func (x adminCreate) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		_, err := a.Accounts.CreatePerson(c.ctx, program(), account.NewPerson{Name: x.Name, Email: x.Email, Language: x.Language,
			Zone: x.Zone, StaffRole: access.Administrator})
		if err != nil {
			return err
		}
		return printLink(c, a, x.Email, x.JSON)
	})
}

type adminReset struct {
	configFlag
	Email string `arg:"" help:"The mail address the person signs in with." placeholder:"EMAIL"`
	JSON  bool   `help:"Print JSON."`
}

// Run makes a link for a new password.
func (x adminReset) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error { return printLink(c, a, x.Email, x.JSON) })
}

// printLink issues a reset and prints its link instead of mailing it.
func printLink(c *console, a *app.App, email string, asJSON bool) error {
	link, err := a.Accounts.IssueReset(c.ctx, program(), email)
	if err != nil {
		return nobody(err, email)
	}
	if asJSON {
		return printJSON(c.out, map[string]string{"email": email, "link": link})
	}
	_, err = fmt.Fprintf(c.out, "%s\nThis link sets the password of %s. It works once, for one hour.\n", link, email)
	return err
}

// nobody says whom an address did not lead to; other errors stay as they are.
func nobody(err error, email string) error {
	if errs.KindOf(err) == errs.NotFound {
		return fmt.Errorf("nobody who may sign in has the address %s: check it, or make the person first", email)
	}
	return err
}

type adminToken struct {
	configFlag
	Email  string `arg:"" help:"The mail address of the person the token is of." placeholder:"EMAIL"`
	Name   string `required:"" help:"What the token is for." placeholder:"NAME"`
	Scopes string `default:"read" help:"read, or read,write." placeholder:"LIST"`
	JSON   bool   `help:"Print JSON."`
}

// Run makes a token.
func (x adminToken) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		person, err := a.Accounts.Lookup(c.ctx, program(), x.Email)
		if err != nil {
			return nobody(err, x.Email)
		}
		t, secret, err := a.Accounts.CreateToken(c.ctx, program(), account.NewToken{Person: person, Name: x.Name,
			Scopes: strings.FieldsFunc(x.Scopes, func(r rune) bool { return r == ',' || r == ' ' })})
		if err != nil {
			return nobody(err, x.Email)
		}
		if x.JSON {
			return printJSON(c.out, map[string]any{"id": t.ID, "name": t.Name, "scopes": t.Scopes, "token": secret})
		}
		_, err = fmt.Fprintf(c.out, "%s\nThis is the only time that the token is shown.\n", secret)
		return err
	})
}

type adminDisable struct {
	configFlag
	Email string `arg:"" help:"The mail address of the person." placeholder:"EMAIL"`
}

// Run ends every way in for a person.
func (x adminDisable) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		person, err := a.Accounts.Lookup(c.ctx, program(), x.Email)
		if err != nil {
			return nobody(err, x.Email)
		}
		if err := a.Accounts.DisablePerson(c.ctx, program(), person); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "%s can no longer sign in; sessions and tokens have ended.\n", x.Email)
		return err
	})
}

type adminScim struct {
	configFlag
	Customer string `arg:"" help:"Key of the customer." placeholder:"CUSTOMER"`
	Name     string `required:"" help:"Which directory the token is for." placeholder:"NAME"`
	JSON     bool   `help:"Print JSON."`
}

// Run makes a token of a customer's directory.
func (x adminScim) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		t, secret, err := a.Accounts.CreateDirectoryToken(c.ctx, program(), x.Customer, x.Name)
		switch {
		case errs.KindOf(err) == errs.NotFound:
			return fmt.Errorf("there is no customer with the key %s", x.Customer)
		case err != nil:
			return err
		case x.JSON:
			return printJSON(c.out, map[string]any{"id": t.ID, "name": t.Name, "customer": x.Customer, "token": secret, "url": a.Settings.URL + "/scim/v2"})
		}
		_, err = fmt.Fprintf(c.out, "%s\nThis is the only time that the token is shown. The directory calls %s/scim/v2 with it.\n", secret, a.Settings.URL)
		return err
	})
}
