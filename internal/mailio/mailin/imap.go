package mailin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"liaison/internal/clock"
	"liaison/internal/inbound"
	"liaison/internal/mailmsg"
)

// Waits of a poller: between two looks where the server pushes nothing, and after failures.
const (
	pollEvery  = time.Minute
	firstRetry = 5 * time.Second
	lastRetry  = 5 * time.Minute
	idleRenew  = 20 * time.Minute // servers end an IDLE after half an hour
)

// Account is one mailbox that is polled.
type Account struct {
	Host     string // HOST or HOST:PORT
	TLS      bool
	User     string
	Password string
	Mailbox  string // "" is INBOX
	Inbox    inbound.Inbox
	Receiver Receiver
	Clock    clock.Clock // tells how long a mail has been waiting
	Log      *slog.Logger
	MaxBytes int64    // that are kept of one mail: files that do not fit are left out
	MaxWhole int64    // of one mail; of a longer one only the beginning is fetched. 0 is MaxBytes
	Room     *Room    // that is shared with others; nil has one of its own
	Verdicts Verdicts // the account's server stands for our own relay: its results count where one is configured
	Seen     func(state string)
	Retry    time.Duration // first wait after a failure; 0 is five seconds
}

// undecided is how long a mail whose sender's domain cannot be asked for is kept waiting. Then it is taken as one that
// nobody stands for, so that a person sees it.
const undecided = 24 * time.Hour

// Poller takes the unseen mails of an account and marks them seen once their outcome is durable. A crash in between has
// the mail fetched again; the receiver knows it. Nothing is ever deleted.
type Poller struct{ a Account }

// NewPoller makes a poller; Run starts it.
func NewPoller(a Account) *Poller {
	if a.Mailbox == "" {
		a.Mailbox = "INBOX"
	}
	if a.Seen == nil {
		a.Seen = func(string) {}
	}
	if a.Retry == 0 {
		a.Retry = firstRetry
	}
	a.MaxWhole = max(a.MaxBytes, a.MaxWhole)
	if a.Room == nil {
		a.Room = NewRoom(a.MaxBytes)
	}
	return &Poller{a}
}

// Run polls until ctx ends. An account that cannot be reached is tried again, for as long as it takes: its server keeps
// the mails.
func (p *Poller) Run(ctx context.Context) {
	wait := p.a.Retry
	for ctx.Err() == nil {
		connected, err := p.session(ctx)
		if ctx.Err() != nil {
			return
		}
		if connected {
			wait = p.a.Retry
		}
		p.a.Log.Warn("the inbox cannot be read, trying again", "inbox", p.a.Inbox.Address, "error", err)
		pause(ctx, wait)
		wait = min(2*wait, lastRetry)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// session is one connection, until it breaks or ctx ends.
func (p *Poller) session(ctx context.Context) (connected bool, err error) {
	news := make(chan struct{}, 1)
	o := &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				select {
				case news <- struct{}{}:
				default:
				}
			}
		},
	}}
	dial := imapclient.DialInsecure
	if p.a.TLS {
		dial = imapclient.DialTLS
	}
	c, err := dial(p.address(), o)
	if err != nil {
		return false, err
	}
	defer func() { _ = c.Close() }() // what it did is done, or err tells
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	if err := c.Login(p.a.User, p.a.Password).Wait(); err != nil {
		return false, err
	}
	if _, err := c.Select(p.a.Mailbox, nil).Wait(); err != nil {
		return false, err
	}
	atMost := idleRenew
	for {
		left, err := p.fetch(ctx, c)
		if err != nil {
			return true, err
		}
		switch {
		case left == 0:
			atMost = idleRenew
		case atMost == idleRenew:
			atMost = p.a.Retry
		default:
			atMost = min(2*atMost, lastRetry)
		}
		if err := p.wait(ctx, c, news, atMost); err != nil {
			return true, err
		}
	}
}

func (p *Poller) address() string {
	if _, err := netip.ParseAddrPort(p.a.Host); err == nil {
		return p.a.Host
	}
	for i := range p.a.Host {
		if p.a.Host[i] == ':' {
			return p.a.Host
		}
	}
	if p.a.TLS {
		return p.a.Host + ":993"
	}
	return p.a.Host + ":143"
}

// fetch takes every unseen mail, the oldest first. One that cannot be taken now is left for the next look and holds up no
// other; left is how many there are of them. An error means that the connection is of no more use.
func (p *Poller) fetch(ctx context.Context, c *imapclient.Client) (left int, err error) {
	found, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
	if err != nil {
		return 0, err
	}
	for _, uid := range found.AllUIDs() {
		later, err := p.take(ctx, c, uid)
		if err != nil {
			return left, fmt.Errorf("mail %d: %w", uid, err)
		}
		if later != nil {
			left++
			p.a.Seen("failed")
			p.a.Log.Error("a mail could not be taken; it stays in the inbox for now", "inbox", p.a.Inbox.Address, "uid", uid, "error", later)
		}
	}
	return left, nil
}

// take hands one mail on and marks it seen when the outcome is durable. later says why the mail has to wait.
func (p *Poller) take(ctx context.Context, c *imapclient.Client, uid imap.UID) (later, err error) {
	list, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{InternalDate: true, RFC822Size: true}).Collect()
	if err != nil || len(list) == 0 { // gone meanwhile
		return nil, err
	}
	at, size := list[0].InternalDate.UTC(), list[0].RFC822Size
	cut := p.a.MaxWhole > 0 && size > p.a.MaxWhole
	in, err := p.fetchBody(ctx, c, uid, size, cut)
	if errors.Is(err, mailmsg.ErrNoFit) && !cut {
		in.end()
		cut = true
		in, err = p.fetchBody(ctx, c, uid, size, cut)
	}
	defer in.end()
	switch {
	case errors.Is(err, errNoRoom):
		return err, ctx.Err()
	case err != nil:
		return nil, err
	}
	raw, done, ok := in.bytes(ctx)
	defer done()
	if !ok {
		return ctx.Err(), ctx.Err()
	}
	verdict, err := p.a.Verdicts.ofPolled(ctx, raw, in.sigs)
	if err != nil && p.a.Clock.Now().Sub(at) < undecided {
		return err, ctx.Err()
	}
	out, err := p.a.Receiver.Receive(context.WithoutCancel(ctx), inbound.Delivery{Inbox: p.a.Inbox, EnvelopeFrom: returnPath(raw),
		Recipients: deliveredTo(raw), At: at, Raw: raw, Cut: cut, Verdict: verdict})
	if err != nil {
		return err, ctx.Err()
	}
	p.a.Seen(string(out.State))
	return nil, c.Store(imap.UIDSetNum(uid), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen}, Silent: true}, nil).Close()
}

// fetchBody reads a mail as it comes over the line, or its beginning when it is cut: it is in memory as far as it is kept. What
// it gives is ended by the caller.
func (p *Poller) fetchBody(ctx context.Context, c *imapclient.Client, uid imap.UID, size int64, cut bool) (in *incoming, err error) {
	body, most := &imap.FetchItemBodySection{Peek: true}, p.a.MaxBytes
	if p.a.MaxBytes == 0 {
		most = size
	}
	var watch func() *signatures
	if cut {
		body.Partial = &imap.SectionPartial{Size: p.a.MaxBytes}
	} else if p.a.Verdicts.Resolver != nil {
		watch = func() *signatures { return p.a.Verdicts.watch(ctx) }
	}
	fetch := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{body}})
	defer func() { err = errors.Join(err, fetch.Close()) }() // what is not read of it passes by
	in = &incoming{room: p.a.Room, mail: mailmsg.NewThinner(0)}
	msg := fetch.Next()
	if msg == nil {
		return in, io.ErrUnexpectedEOF
	}
	for item := msg.Next(); item != nil; item = msg.Next() {
		if part, ok := item.(imapclient.FetchItemDataBodySection); ok && part.Literal != nil {
			return p.a.Room.read(part.Literal, most, watch)
		}
	}
	return in, io.ErrUnexpectedEOF
}

// wait returns when there may be new mail: by IDLE where the server offers it, after a minute where not, and after atMost.
func (p *Poller) wait(ctx context.Context, c *imapclient.Client, news <-chan struct{}, atMost time.Duration) error {
	if !c.Caps().Has(imap.CapIdle) {
		pause(ctx, min(pollEvery, atMost))
		return ctx.Err()
	}
	idle, err := c.Idle()
	if err != nil {
		return err
	}
	renew := time.NewTimer(atMost)
	defer renew.Stop()
	select {
	case <-ctx.Done():
	case <-news:
	case <-renew.C:
	case <-c.Closed():
		return errors.Join(idle.Close(), io.ErrUnexpectedEOF)
	}
	return errors.Join(idle.Close(), idle.Wait(), ctx.Err())
}
