// Package app puts the program together: it opens what the slices stand on, hands each its dependencies, mounts the
// edges, and runs the periodic work. Reading New is reading the map of the product.
package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"path/filepath"
	"sync"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/almanac"
	"liaison/internal/api"
	"liaison/internal/billing"
	"liaison/internal/blob"
	"liaison/internal/books"
	"liaison/internal/cases"
	"liaison/internal/clock"
	"liaison/internal/config"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/demo/mailbox"
	"liaison/internal/dispatch"
	"liaison/internal/edition"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/inbound"
	"liaison/internal/jobs"
	"liaison/internal/liaisons"
	"liaison/internal/mailio"
	"liaison/internal/mailio/mailin"
	"liaison/internal/mailmsg"
	"liaison/internal/moving"
	"liaison/internal/once"
	"liaison/internal/outbound"
	"liaison/internal/policy"
	"liaison/internal/release"
	"liaison/internal/report"
	"liaison/internal/scim"
	"liaison/internal/search"
	"liaison/internal/text"
	"liaison/internal/web"
	"liaison/internal/web/admin"
	"liaison/internal/web/apidoc"
	"liaison/internal/web/calendars"
	"liaison/internal/web/cooperation"
	"liaison/internal/web/desk"
	"liaison/internal/web/held"
	"liaison/internal/web/money"
	"liaison/internal/web/portal"
	"liaison/internal/web/rights"
	"liaison/internal/web/seats"
	"liaison/internal/web/statements"
	"liaison/policies"
)

// Options say how the program is put together.
type Options struct {
	Settings config.Settings
	Clock    clock.Clock
	Pack     *policy.Pack // the first edition of an installation that has none yet
	Packs    fs.FS        // the folder of the pack with its worked examples, and those beside it; nil: the shipped ones
	Log      *slog.Logger
	Demo     bool // mail stays in the mailbox page, the page of components is there
	Checks   bool // the statement hooks of db; tests only

	// Hashing is what a password hash costs; zero is account.DefaultHashing. Only tests make it cheap.
	Hashing account.Hashing

	// Retry is the wait of a job after so many failed tries; nil is that of the queue, which spreads them over hours.
	Retry func(failed int) time.Duration

	// Lost is told when the disk has failed to store what was written (see db.Options); nil ends the process.
	Lost func(error)
}

// App is the program: everything that the command line and the tests need to reach.
type App struct {
	Options
	DB        *db.DB
	Text      *text.Catalogue
	Keys      *blob.Keyring
	Blobs     *blob.Store
	Jobs      *jobs.Queue
	Editions  *edition.Service
	Accounts  *account.Service
	Contract  *contract.Service
	Releases  *release.Service
	Moving    *moving.Service
	Cases     *cases.Service
	Liaisons  *liaisons.Service
	Books     *books.Service
	Billing   *billing.Service
	Inbound   *inbound.Service
	Reports   *report.Service
	Dispatch  *dispatch.Service
	Almanac   *almanac.Service
	Tokens    mailmsg.Tokens
	Mail      *mailio.Renderer
	Sender    mailio.Sender // nil: no mail is sent
	Once      *once.Keeper
	Routes    *access.Table
	Hub       *web.Hub
	Site      *web.Site
	Hook      *outbound.Hook // of alarms; nil: none is called, as in the demo
	handler   http.Handler
	metrics   *metrics
	mailRoom  *mailin.Room  // of the mails that come in, whichever way
	ready     chan struct{} // closed once the periodic work runs
	stopSweep context.CancelFunc
	idle      chan struct{} // closed once the periodic work has ended
	stopping  sync.Once
	stopped   error // what stopping said
}

// New opens everything on a database whose schema fits, and mounts the edges. It starts nothing: Start does.
func New(ctx context.Context, o Options) (a *App, err error) {
	defer errs.Wrap(&err, "app.New")
	a = &App{Options: o, Routes: access.NewTable(), ready: make(chan struct{})}
	a.mailRoom = mailin.NewRoom(a.keptMail())
	if a.DB, err = db.Open(ctx, string(o.Settings.DB), db.Options{Clock: o.Clock, Log: o.Log, Checks: o.Checks, Lost: a.lost}); err != nil {
		return nil, err
	}
	opened := a.DB // a is nil once an error is returned
	defer func() {
		if err != nil {
			err = errors.Join(err, opened.Close())
		}
	}()
	for _, step := range []func(context.Context) error{a.openFloor, a.openSlices, a.openEdges} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Migrate brings the schema of a database to what this program needs.
func Migrate(ctx context.Context, d *db.DB) error {
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	return jobs.Migrate(ctx, d)
}

// openFloor opens the kernel: texts, keys, files.
func (a *App) openFloor(ctx context.Context) (err error) {
	if err = a.DB.CheckSchema(ctx); err != nil {
		return err
	}
	if err = a.DB.CheckRole(ctx); err != nil {
		return err
	}
	if a.Text, err = text.New(); err != nil {
		return err
	}
	if err = a.openKeys(ctx); err != nil {
		return err
	}
	if a.Blobs, err = blob.New(filepath.Join(a.Settings.DataDir, "files"), a.Settings.MaxUpload); err != nil {
		return err
	}
	a.Blobs.Lost = a.lost
	return nil
}

func (a *App) keyFile() string { return filepath.Join(a.Settings.DataDir, "installation.key") }

// openKeys reads the installation's key and binds the database to it: with another key no file of it would open. Only an
// installation that has no key yet gets a new one: a key made beside restored data could be taken for theirs.
func (a *App) openKeys(ctx context.Context) (err error) {
	known, err := a.knownKey(ctx)
	if err != nil {
		return err
	}
	if known == "" {
		a.Keys, err = blob.OpenKeyring(a.keyFile())
	} else {
		a.Keys, err = blob.ReadKeyring(a.keyFile())
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errs.New(errs.Unavailable, "error.missing_key", "file", a.keyFile(), "key", known)
	case err != nil:
		return err
	}
	if known == "" {
		if known, err = a.bindKey(ctx); err != nil {
			return err
		}
	}
	if known != a.Keys.ID() {
		return errs.New(errs.Unavailable, "error.wrong_key", "file", a.keyFile())
	}
	return nil
}

// knownKey is the name of the key that the database is bound to, "" for none yet.
func (a *App) knownKey(ctx context.Context) (known string, err error) {
	err = a.DB.View(ctx, db.ForSystem("app.key"), func(tx *db.Tx) error {
		err := tx.Row(`SELECT value FROM setting WHERE name = 'key_id'`, nil, &known)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		return err
	})
	return known, err
}

// bindKey binds a new database to the key, unless another process was faster; it gives the key that won.
func (a *App) bindKey(ctx context.Context) (known string, err error) {
	err = a.DB.Update(ctx, db.ForSystem("app.key"), func(tx *db.Tx) error {
		err := tx.Row(`SELECT value FROM setting WHERE name = 'key_id'`, nil, &known)
		if !errors.Is(err, db.ErrNoRows) {
			return err
		}
		known = a.Keys.ID()
		return tx.Buffer(`INSERT INTO setting (name, value) VALUES ('key_id', $1)`, known)
	})
	return known, err
}

// openSlices makes the use cases.
func (a *App) openSlices(ctx context.Context) (err error) {
	if a.Editions, err = edition.Open(ctx, &edition.Service{DB: a.DB, Clock: a.Clock, Log: a.Log}, a.Pack); err != nil {
		return err
	}
	secret, err := a.Keys.Secret("accounts")
	if err != nil {
		return err
	}
	cursors, err := a.Keys.Secret("cursors")
	if err != nil {
		return err
	}
	if err = a.openMail(); err != nil {
		return err
	}
	if a.Jobs, err = jobs.New(a.DB, a.jobHandlers(), jobs.Options{Log: a.Log, Slow: relayed(), BackOff: a.Retry}); err != nil {
		return err
	}
	a.Accounts, err = account.New(account.Options{DB: a.DB, Clock: a.Clock, Jobs: a.Jobs, Log: a.Log,
		NewDataKey: a.Keys.NewDataKey, Origin: a.Settings.URL, Secret: secret, Idle: a.Settings.SessionFor, Hashing: a.Hashing,
		SeatsLost: func(tx *db.Tx, by access.Actor, customer, person id.ID) error {
			return a.Liaisons.SeatsLost(tx, by, customer, person)
		}})
	if err != nil {
		return err
	}
	a.Editions.Jobs, a.Editions.Shipped = a.Jobs, policies.FS
	a.Contract = &contract.Service{DB: a.DB, Policy: a.Editions, CursorKey: cursors}
	a.Releases = &release.Service{DB: a.DB, Policy: a.Editions}
	a.Cases = &cases.Service{DB: a.DB, Policy: a.Editions, Contract: a.Contract, Jobs: inLine{a}, Index: search.New(),
		Blobs: a.Blobs, Keys: a.Keys, CursorKey: cursors}
	invitations, err := a.Keys.Secret("invitations")
	if err != nil {
		return err
	}
	a.Liaisons = &liaisons.Service{DB: a.DB, Policy: a.Editions, Accounts: a.Accounts, Contract: a.Contract, Cases: a.Cases, Jobs: a.Jobs, Secret: invitations,
		InvitationsPerDay: a.Settings.InvitationsPerDay, CursorKey: cursors}
	a.Contract.SeatLeft = a.Liaisons.SeatLeft
	a.Cases.Forsaken = a.Liaisons.CaseLeft
	seed, err := a.Keys.Secret("statements")
	if err != nil {
		return err
	}
	a.Reports = &report.Service{Cases: a.Cases, Policy: a.Editions, Seed: seed}
	a.Editions.Cases, a.Editions.Contract = a.Cases, a.Contract
	a.Books = &books.Service{DB: a.DB, Policy: a.Editions, Contract: a.Contract, Accounts: a.Accounts}
	a.Moving = &moving.Service{DB: a.DB, Accounts: a.Accounts, Contract: a.Contract, Books: a.Books, Policy: a.Editions}
	a.Billing = &billing.Service{DB: a.DB, Policy: a.Editions, Contract: a.Contract, Books: a.Books, Jobs: a.Jobs, CursorKey: cursors}
	a.Dispatch = &dispatch.Service{DB: a.DB, Policy: a.Editions, Jobs: a.Jobs, Counts: a.Jobs.Counts, Tell: a.Cases.TellMail}
	a.Inbound = &inbound.Service{DB: a.DB, Cases: a.Cases, Accounts: a.Accounts, Jobs: a.Jobs, Blobs: a.Blobs, Keys: a.Keys, CursorKey: cursors,
		Tokens: a.Tokens, Text: a.Text, Inboxes: a.inboxes(), MaxFile: a.Settings.MaxUpload, Limits: mailmsg.DefaultLimits()}
	a.Almanac = &almanac.Service{DB: a.DB, Clock: a.Clock, Policy: a.Editions, Editions: a.Editions}
	a.Once = once.New(a.DB)
	return nil
}

// openEdges mounts pages and REST on one route table.
func (a *App) openEdges(context.Context) (err error) {
	a.metrics = newMetrics(a)
	a.Hub = web.NewHub(a.Cases.Changes, a.Log)
	var proxies []netip.Prefix
	for _, p := range a.Settings.Proxies {
		n, err := config.Network(p)
		if err != nil {
			return err
		}
		proxies = append(proxies, n.Masked())
	}
	a.Site, err = web.New(web.Options{Text: a.Text, Clock: a.Clock, Accounts: a.Accounts, Routes: a.Routes, Log: a.Log,
		Zone: a.Editions.Now().Vendor.Zone, TLS: a.tls(), Components: a.Demo, Permit: a.permit, Proxies: proxies})
	if err != nil {
		return err
	}
	worked, err := a.examples()
	if err != nil {
		return err
	}
	sections := []web.Section{
		portal.Section(portal.Options{Site: a.Site, Examples: worked, Cases: a.Cases, Contract: a.Contract, Accounts: a.Accounts, Releases: a.Releases, Policy: a.Editions, Dispatch: a.Dispatch, Held: a.Inbound.CountHeld}),
		rights.Section(rights.Options{Site: a.Site, Contract: a.Contract, Policy: a.Editions, PeopleOf: a.Accounts.PeopleOf, Arrears: a.Billing.ArrearsOf}),
		statements.Section(statements.Options{Site: a.Site, Reports: a.Reports, Policy: a.Editions}),
		cooperation.Section(cooperation.Options{Site: a.Site, Cases: a.Cases, Policy: a.Editions}),
		money.Section(money.Options{Site: a.Site, Billing: a.Billing, Contract: a.Contract, Policy: a.Editions}),
		held.Section(held.Options{Site: a.Site, Inbound: a.Inbound, Contract: a.Contract, Policy: a.Editions}),
		seats.Section(seats.Options{Site: a.Site, Liaisons: a.Liaisons, Books: a.Books, Accounts: a.Accounts, Releases: a.Releases, Policy: a.Editions}),
		admin.Section(admin.Options{Site: a.Site, Dispatch: a.Dispatch, Editions: a.Editions, Accounts: a.Accounts, URL: a.Settings.URL}),
		calendars.Section(calendars.Options{Site: a.Site, Almanac: a.Almanac, Policy: a.Editions, URL: a.Settings.URL}),
		desk.Section(desk.Options{Site: a.Site, Cases: a.Cases, Contract: a.Contract, Accounts: a.Accounts, Policy: a.Editions, Hub: a.Hub, Held: a.Inbound.CountHeld, Tasks: a.Liaisons.CountTasks, Reviews: a.Almanac.Due}),
	}
	rest := http.NewServeMux()
	edge := &api.API{Examples: worked, Releases: a.Releases, Cases: a.Cases, Inbound: a.Inbound, Accounts: a.Accounts, Contract: a.Contract, Liaisons: a.Liaisons, Books: a.Books, Billing: a.Billing, Policy: a.Editions, Editions: a.Editions, Reports: a.Reports, Once: a.Once, Text: a.Text,
		Clock: a.Clock, Log: a.Log, Actor: a.Site.APIActor, Lang: a.Site.LangOf}
	readable, err := apidoc.Section(apidoc.Options{Site: a.Site, Document: edge.Document, URL: a.Settings.URL})
	if err != nil {
		return err
	}
	sections = append(sections, readable)
	if a.Demo {
		box, err := mailbox.Section(mailbox.Options{Site: a.Site, Box: mailio.NewMailbox(a.DB)})
		if err != nil {
			return err
		}
		sections = append(sections, box)
	}
	for _, s := range sections {
		if err := a.Site.Mount(s); err != nil {
			return err
		}
	}
	if err := edge.Mount(rest, a.Routes); err != nil {
		return err
	}
	directory, calls := http.NewServeMux(), &scim.Server{Accounts: a.Accounts, Text: a.Text, Log: a.Log, URL: a.Settings.URL, Lang: a.Site.LangOf}
	if err := calls.Mount(directory, a.Routes); err != nil {
		return err
	}
	a.handler, err = a.compose(edge.Handler(rest), calls.Handler(directory))
	return err
}

// permit is access.Check for pages; to customers it says why not in the words of the policy (table 2.4).
func (a *App) permit(actor access.Actor, p access.Permission) error {
	err := access.Check(actor, p)
	if err != nil && errs.KindOf(err) == errs.Refused {
		return a.Cases.Permit(actor, p)
	}
	return err
}

// tls reports whether people reach the program over TLS, by itself or through a proxy that ends it.
func (a *App) tls() bool { return len(a.Settings.URL) > 6 && a.Settings.URL[:6] == "https:" }
