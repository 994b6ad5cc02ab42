package app

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"liaison/internal/inbound"
	"liaison/internal/mailio/mailin"
	"liaison/internal/mailmsg"
)

// demoRelay is the name of the relay that the demo takes every program of this machine for (contracts, Mail).
const demoRelay = "relay.demo"

// demoMail is how many bytes of a mail the demo keeps; mostWhole is the largest mail that any installation takes, in bytes.
const (
	demoMail  = 40 << 20
	mostWhole = 256 << 20
)

// Listeners are where the program is reached. Those that are nil are not served.
type Listeners struct {
	Web, Admin net.Listener // pages and REST; metrics
	SMTP, LMTP net.Listener // mail
}

// inboxes are the addresses whose mail is read: the settings' own, in the demo those of the policy's centres.
func (a *App) inboxes() (list []inbound.Inbox) {
	if a.Demo {
		for _, c := range a.Editions.Now().Centres {
			if c.Email != "" {
				list = append(list, inbound.Inbox{Address: strings.ToLower(c.Email), Centre: c.Key})
			}
		}
		return list
	}
	for _, one := range a.Settings.In.Inboxes {
		address, centre, _ := strings.Cut(one, "=")
		list = append(list, inbound.Inbox{Address: strings.ToLower(address), Centre: centre})
	}
	return list
}

// inboxOf gives the inbox of each centre, for the answers to its mails.
func (a *App) inboxOf() map[string]string {
	all := map[string]string{}
	for _, in := range a.inboxes() {
		if all[in.Centre] == "" {
			all[in.Centre] = in.Address
		}
	}
	return all
}

// verdicts say who is believed about a sender. The demo believes every program of this machine and asks no DNS.
func (a *App) verdicts() mailin.Verdicts {
	if a.Demo {
		return mailin.Verdicts{Relays: []mailin.Relay{{
			Nets:  []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
			Trust: mailmsg.Trust{AuthservIDs: []string{demoRelay}, Silent: true},
		}}}
	}
	in := a.Settings.In
	trust := mailmsg.Trust{AuthservIDs: in.Authservs, Topmost: in.Topmost}
	v := mailin.Verdicts{Resolver: net.DefaultResolver, Polled: trust}
	r := mailin.Relay{Trust: trust}
	for _, n := range in.Relays {
		if p, err := netip.ParsePrefix(n); err == nil { // checked with the settings
			r.Nets = append(r.Nets, p)
		}
	}
	if len(r.Nets) > 0 {
		v.Relays = []mailin.Relay{r}
	}
	return v
}

// wholeMail is the largest mail that is taken, when so many bytes are kept of it: one file of the largest size that pages take
// goes beside them, as it is coded in a mail (decision 0370).
func (a *App) wholeMail(kept int64) int64 {
	return max(kept, min(kept+a.Settings.MaxUpload/2*3, mostWhole))
}

// keptMail is how many bytes are kept of a mail.
func (a *App) keptMail() int64 {
	if a.Demo {
		return demoMail
	}
	return a.Settings.In.MaxBytes
}

// mailListener makes the listener for SMTP or LMTP.
func (a *App) mailListener(lmtp bool) (*mailin.Listener, error) {
	o := mailin.Options{Receiver: a.Inbound, Inboxes: a.inboxes(), Clock: a.Clock, Log: a.Log, Domain: a.Tokens.Domain(), MaxBytes: a.keptMail(),
		LMTP: lmtp, Verdicts: a.verdicts(), Seen: a.metrics.mailSeen, Room: a.mailRoom}
	o.MaxWhole = a.wholeMail(o.MaxBytes)
	if a.Settings.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(a.Settings.TLSCert, a.Settings.TLSKey)
		if err != nil {
			return nil, err
		}
		o.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	return mailin.NewListener(o), nil
}

// serveMail starts the mail listeners and gives what stops them. A listener that fails ends the program by failed.
func (a *App) serveMail(ls Listeners, failed chan<- error) (stop func(context.Context) error, err error) {
	var running []*mailin.Listener
	for _, one := range []struct {
		l    net.Listener
		lmtp bool
	}{{ls.SMTP, false}, {ls.LMTP, true}} {
		if one.l == nil {
			continue
		}
		m, err := a.mailListener(one.lmtp)
		if err != nil {
			return nil, err
		}
		running = append(running, m)
		go func() {
			if err := m.Serve(one.l); err != nil {
				failed <- err
			}
		}()
	}
	return func(ctx context.Context) (err error) {
		for _, m := range running {
			if e := m.Shutdown(ctx); e != nil {
				err = e
			}
		}
		return err
	}, nil
}

// pollers make one poller for each IMAP account of the settings.
func (a *App) pollers() (list []*mailin.Poller) {
	for _, one := range a.Settings.In.IMAP {
		account, address, _ := strings.Cut(one, "=")
		u, err := url.Parse(account)
		if err != nil { // checked with the settings
			continue
		}
		o := mailin.Account{Host: u.Host, TLS: u.Scheme == "imaps", User: u.User.Username(), Password: string(a.Settings.In.Password),
			Mailbox: strings.TrimPrefix(u.Path, "/"), Receiver: a.Inbound, Clock: a.Clock, Log: a.Log, MaxBytes: a.Settings.In.MaxBytes,
			Seen: a.metrics.mailSeen, Verdicts: a.verdicts(), MaxWhole: a.wholeMail(a.Settings.In.MaxBytes), Room: a.mailRoom}
		for _, in := range a.inboxes() {
			if strings.EqualFold(in.Address, address) {
				o.Inbox = in
			}
		}
		list = append(list, mailin.NewPoller(o))
	}
	return list
}
