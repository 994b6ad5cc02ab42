package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"liaison/internal/errs"
)

// How often the periodic work looks, and how long a stop may take. Due instants come from the injected clock; these
// are of the machine.
const (
	sweepEvery  = 500 * time.Millisecond
	forgetEvery = 10 * time.Minute
	digestEvery = 20 * time.Second
	stopWithin  = 3 * time.Second // for what is under way; jobs and database need the rest of the 5 s that a stop may take
	headerTime  = 10 * time.Second
	idleTime    = 2 * time.Minute
	maxHeader   = 64 << 10
)

// Start runs jobs, the due sweep and the live views until Stop.
func (a *App) Start(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "app.Start")
	if n, err := a.Blobs.SweepIncoming(); err != nil {
		return err
	} else if n > 0 {
		a.Log.InfoContext(ctx, "uploads that an earlier end cut were removed", "count", n)
	}
	if err := a.Jobs.Start(ctx); err != nil {
		return err
	}
	ctx, a.stopSweep = context.WithCancel(context.WithoutCancel(ctx))
	a.idle = make(chan struct{})
	go func() {
		defer close(a.idle)
		a.periodic(ctx)
	}()
	go a.Hub.Run(ctx)
	close(a.ready)
	return nil
}

// lost ends the process at once after a failed sync: nothing is acknowledged any more, and what the disk has kept is
// found out by the next start.
func (a *App) lost(err error) {
	a.Log.Error("the disk failed to store what was written: ending at once, check the disk before the next start", "error", err)
	if a.Lost != nil {
		a.Lost(err)
		return
	}
	os.Exit(1)
}

// periodic sweeps what is due and forgets what is kept no longer.
func (a *App) periodic(ctx context.Context) {
	sweep, digest, forget := time.NewTicker(sweepEvery), time.NewTicker(digestEvery), time.NewTicker(forgetEvery)
	defer sweep.Stop()
	defer digest.Stop()
	defer forget.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			if err := a.FollowPolicy(ctx); err != nil && ctx.Err() == nil {
				a.Log.ErrorContext(ctx, "an edition of the policy could not be followed", "error", err)
			}
			n, err := a.Cases.Sweep(ctx)
			a.metrics.swept(n, err)
			if err != nil && ctx.Err() == nil {
				a.Log.ErrorContext(ctx, "sweep failed", "error", err)
			}
		case <-digest.C:
			if _, err := a.Dispatch.Sweep(ctx); err != nil && ctx.Err() == nil {
				a.Log.ErrorContext(ctx, "making digests failed", "error", err)
			}
			if _, err := a.Liaisons.Sweep(ctx); err != nil && ctx.Err() == nil {
				a.Log.ErrorContext(ctx, "invitations, departures and reviews were not looked at", "error", err)
			}
			if _, err := a.Billing.Sweep(ctx); err != nil && ctx.Err() == nil {
				a.Log.ErrorContext(ctx, "reminders about invoices and renewals were not sent", "error", err)
			}
		case <-forget.C:
			if err := a.forget(ctx); err != nil && ctx.Err() == nil {
				a.Log.ErrorContext(ctx, "removing what is kept no longer failed", "error", err)
			}
		}
	}
}

// FollowPolicy takes over editions that were published, here or by another process: it brings the due instants of open
// cases up to them, and announces what takes effect soon.
func (a *App) FollowPolicy(ctx context.Context) error {
	if err := a.Editions.Refresh(ctx); err != nil {
		return err
	}
	if _, err := a.Cases.Follow(ctx); err != nil {
		return err
	}
	_, err := a.Editions.Announce(ctx)
	return err
}

// forget removes what is kept no longer.
func (a *App) forget(ctx context.Context) error {
	_, answers := a.Once.Forget(ctx)
	_, files := a.Cases.Forget(ctx)
	_, sessions := a.Accounts.Forget(ctx)
	_, mails := a.Inbound.Forget(ctx)
	return errors.Join(answers, files, sessions, mails, a.Dispatch.Forget(ctx))
}

// Server makes an HTTP server with the limits that keep slow and greedy clients from holding others up. Bodies have
// no time limit here: an upload of a gigabyte may take an hour.
func (a *App) Server(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: serverLog(a.Log)}
}

// Serve answers on the listeners until ctx ends; then it lets running requests and mails finish, for a while, and stops
// everything in order.
func (a *App) Serve(ctx context.Context, ls Listeners) (err error) {
	defer errs.Wrap(&err, "app.Serve(%s)", ls.Web.Addr())
	servers := []*http.Server{a.Server(a.handler)}
	failed := make(chan error, 4)
	stopMail, err := a.serveMail(ls, failed)
	if err != nil {
		return errors.Join(err, a.Stop()) //nolint:contextcheck // stopping has a time of its own: ctx may have ended
	}
	go func() { failed <- a.serveOn(servers[0], ls.Web) }()
	if ls.Admin != nil {
		servers = append(servers, a.Server(a.adminHandler()))
		go func() { failed <- servers[1].Serve(ls.Admin) }()
	}
	poll, endPoll := context.WithCancel(context.WithoutCancel(ctx))
	var polling sync.WaitGroup
	for _, p := range a.pollers() {
		polling.Go(func() { p.Run(poll) })
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	a.Hub.Close() // live views would hold the shutdown up
	endPoll()
	ends := []func(context.Context) error{stopMail}
	for _, s := range servers {
		ends = append(ends, func(stop context.Context) error { return shut(stop, s) })
	}
	err = errors.Join(err, together(stop, ends))
	polling.Wait()
	return errors.Join(err, a.Stop()) //nolint:contextcheck // stopping has a time of its own: ctx has ended
}

// shut lets the running requests of a server finish until ctx ends, and cuts the others.
func shut(ctx context.Context, s *http.Server) error {
	if s.Shutdown(ctx) == nil {
		return nil
	}
	return s.Close()
}

// together ends several things at once: each has the whole time, whatever the others need.
func together(ctx context.Context, ends []func(context.Context) error) error {
	failed := make([]error, len(ends))
	var all sync.WaitGroup
	for i, end := range ends {
		all.Go(func() { failed[i] = end(ctx) })
	}
	all.Wait()
	return errors.Join(failed...)
}

func (a *App) serveOn(s *http.Server, l net.Listener) error {
	if a.Settings.TLSCert != "" {
		return s.ServeTLS(l, a.Settings.TLSCert, a.Settings.TLSKey)
	}
	return s.Serve(l)
}

// Stop ends the periodic work and the jobs and closes the database. What was acknowledged is durable before. Stopping
// again does nothing and says the same.
func (a *App) Stop() error {
	a.stopping.Do(func() {
		if a.stopSweep != nil {
			a.stopSweep()
			<-a.idle
		}
		a.stopped = errors.Join(a.Jobs.Stop(), a.DB.Close())
	})
	return a.stopped
}
