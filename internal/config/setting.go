package config

import (
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// setting is one key of the file, bound to a field of a Settings.
type setting struct {
	key     string                  // as in the file, e.g. "smtp.port"
	allowed string                  // what a value may be, in words
	secret  *Secret                 // set for a secret: its value may also stand in a file named by key_file
	envOnly bool                    // never in the YAML file
	parse   func(value string) bool // sets the field; false: this text is no such value
	valid   func() bool             // is the field's value allowed
}

// variable is the environment's name of a setting.
func variable(key string) string {
	return "LIAISON_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// settings is the one list of all keys, in the order of the documentation.
func (s *Settings) settings() []setting {
	return slices.Concat(s.coreSettings(), s.mailSettings(), s.dkimSettings(), s.mailInSettings(), s.alarmSettings())
}

func (s *Settings) coreSettings() []setting {
	return []setting{
		{key: "addr", allowed: "HOST:PORT, for example 0.0.0.0:8443", parse: text(&s.Addr), valid: func() bool { return isAddr(s.Addr) }},
		{key: "admin_addr", allowed: "HOST:PORT, for example 127.0.0.1:9090", parse: text(&s.AdminAddr), valid: func() bool { return isAddr(s.AdminAddr) }},
		{key: "url", allowed: "the address people type, https://HOST, without a path; http:// only for localhost", parse: origin(&s.URL), valid: func() bool { return isOrigin(s.URL) }},
		{key: "data_dir", allowed: "an absolute path", parse: text(&s.DataDir), valid: func() bool { return filepath.IsAbs(s.DataDir) }},
		{key: "db", allowed: "sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE", secret: &s.DB, parse: secret(&s.DB), valid: func() bool { return s.DB == "" || isSQLite(s.DB) || isPostgres(s.DB) }},
		{key: "migrate_db", allowed: "postgres://OWNER:PASSWORD@HOST/DATABASE, or nothing", secret: &s.MigrateDB, parse: secret(&s.MigrateDB), valid: func() bool { return s.MigrateDB == "" || isPostgres(s.MigrateDB) }},
		{key: "policy", allowed: "the name of a built-in policy pack, or the folder of one", parse: text(&s.Policy), valid: func() bool { return s.Policy != "" }},
		{key: "tls_cert", allowed: "the path of a PEM file, or nothing", parse: text(&s.TLSCert), valid: always},
		{key: "tls_key", allowed: "the path of a PEM file, or nothing", parse: text(&s.TLSKey), valid: always},
		{key: "proxies", allowed: "addresses or networks of the proxies in front, with commas between them: 127.0.0.1, 192.0.2.0/28", parse: list(&s.Proxies), valid: func() bool { return all(s.Proxies, isProxy) }},
		{key: "max_upload_mb", allowed: "a whole number from 1 to 10240", parse: megabytes(&s.MaxUpload), valid: func() bool { return between(s.MaxUpload, megabyte, 10240*megabyte) }},
		{key: "session_hours", allowed: "a whole number from 1 to 720", parse: hours(&s.SessionFor), valid: func() bool { return between(s.SessionFor, time.Hour, 720*time.Hour) }},
		{key: "invitations_per_day", allowed: "a whole number from 1 to 10000", parse: number(&s.InvitationsPerDay), valid: func() bool { return between(s.InvitationsPerDay, 1, 10000) }},
		{key: "log_level", allowed: "debug, info, warn or error", parse: level(&s.LogLevel), valid: always},
		{key: "log_format", allowed: "json or text", parse: text(&s.LogFormat), valid: func() bool { return s.LogFormat == "json" || s.LogFormat == "text" }},
	}
}

func (s *Settings) mailSettings() []setting {
	m := &s.SMTP
	modes := []string{TLSRequired, TLSOpportunistic, TLSImplicit, TLSOff}
	return []setting{
		{key: "smtp.host", allowed: "a host name or an address without a port, or nothing: then no mail is sent", parse: text(&m.Host), valid: func() bool { return isHost(m.Host) }},
		{key: "smtp.port", allowed: "a whole number from 1 to 65535", parse: number(&m.Port), valid: func() bool { return between(m.Port, 1, 65535) }},
		{key: "smtp.user", allowed: "the name to sign in with, or nothing", parse: text(&m.User), valid: always},
		{key: "smtp.password", allowed: "the password to sign in with, or nothing", secret: &m.Password, envOnly: true, parse: secret(&m.Password), valid: always},
		{key: "smtp.from", allowed: `a mail address, for example "Support <support@example.org>"`, parse: text(&m.From), valid: func() bool { return m.From == "" || isMailbox(m.From) }},
		{key: "smtp.starttls", allowed: strings.Join(modes, ", "), parse: text(&m.StartTLS), valid: func() bool { return slices.Contains(modes, m.StartTLS) }},
	}
}

func (s *Settings) dkimSettings() []setting {
	d := &s.DKIM
	return []setting{
		{key: "mail.dkim.domain", allowed: "the domain of smtp.from, or nothing: then mail leaves unsigned", parse: text(&d.Domain), valid: func() bool { return isHost(d.Domain) }},
		{key: "mail.dkim.selector", allowed: "the name of the key in the domain's DNS, for example s1", parse: text(&d.Selector), valid: func() bool { return isHost(d.Selector) }},
		{key: "mail.dkim.key", allowed: "a PEM key, Ed25519 or RSA of at least 2048 bits", secret: &d.Key, envOnly: true, parse: secret(&d.Key), valid: always},
	}
}

func (s *Settings) mailInSettings() []setting {
	in := &s.In
	return []setting{
		{key: "mail.in.addr", allowed: "HOST:PORT, or nothing: then no SMTP listener runs", parse: text(&in.Addr), valid: func() bool { return in.Addr == "" || isAddr(in.Addr) }},
		{key: "mail.in.lmtp", allowed: "HOST:PORT, or nothing: then no LMTP listener runs", parse: text(&in.LMTP), valid: func() bool { return in.LMTP == "" || isAddr(in.LMTP) }},
		{key: "mail.in.inboxes", allowed: "addresses with their centres and commas between them: emea@support.example.org=emea", parse: list(&in.Inboxes), valid: func() bool { return all(in.Inboxes, isInbox) }},
		{key: "mail.in.max_mb", allowed: "a whole number from 1 to 200", parse: megabytes(&in.MaxBytes), valid: func() bool { return between(in.MaxBytes, megabyte, 200*megabyte) }},
		{key: "mail.in.relays", allowed: "networks of your own relays, with commas between them: 192.0.2.0/28", parse: list(&in.Relays), valid: func() bool { return all(in.Relays, isNetwork) }},
		{key: "mail.in.authserv_ids", allowed: "the names that these relays write into Authentication-Results, with commas between them", parse: list(&in.Authservs), valid: always},
		{key: "mail.in.topmost", allowed: "true or false", parse: boolean(&in.Topmost), valid: always},
		{key: "mail.in.imap", allowed: "accounts with their inboxes and commas between them: imaps://user@host/INBOX=emea@support.example.org", parse: list(&in.IMAP), valid: func() bool { return all(in.IMAP, isIMAP) }},
		{key: "mail.in.imap_password", allowed: "the password of the accounts, or nothing", secret: &in.Password, envOnly: true, parse: secret(&in.Password), valid: always},
	}
}

func boolean(p *bool) func(string) bool {
	return func(v string) bool {
		*p = v == "true"
		return v == "true" || v == "false"
	}
}

// isInbox takes "address=centre".
func isInbox(v string) bool {
	addr, centre, ok := strings.Cut(v, "=")
	return ok && centre != "" && isMailbox(addr)
}

func isNetwork(v string) bool {
	_, err := netip.ParsePrefix(v)
	return err == nil
}

func isProxy(v string) bool {
	_, err := Network(v)
	return err == nil
}

// Network is a network, or the network of one address.
func Network(v string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(v); err == nil {
		return addr.Prefix(addr.BitLen())
	}
	return netip.ParsePrefix(v)
}

// isIMAP takes "imaps://user@host[:port]/MAILBOX=inbox"; plain imap only for this machine.
func isIMAP(v string) bool {
	account, inbox, ok := strings.Cut(v, "=")
	u, err := url.Parse(account)
	return ok && isMailbox(inbox) && err == nil && u.User != nil && u.Host != "" && (u.Scheme == "imaps" || u.Scheme == "imap" && isLocal(u.Hostname()))
}

func (s *Settings) alarmSettings() []setting {
	a := &s.Alarm
	return []setting{
		{key: "alarm.mail", allowed: "mail addresses, with commas between them, or nothing", parse: list(&a.Mail), valid: func() bool { return all(a.Mail, isMailbox) }},
		{key: "alarm.language", allowed: "en or zh-Hans", parse: text(&a.Language), valid: func() bool { return a.Language == "en" || a.Language == "zh-Hans" }},
		{key: "alarm.webhook", allowed: "an address that begins with https://, or nothing; http:// for the hosts of alarm.webhook_private", parse: text(&a.Webhook), valid: func() bool { return a.Webhook == "" || isHook(a.Webhook) }},
		{key: "alarm.webhook_secret", allowed: "at least 24 bytes, or whsec_ and base64", secret: &a.Secret, envOnly: true, parse: secret(&a.Secret), valid: always},
		{key: "alarm.webhook_private", allowed: "host names, with commas between them, or nothing", parse: list(&a.Private), valid: func() bool { return all(a.Private, isHost) }},
	}
}

// list reads values with commas between them.
func list(p *[]string) func(string) bool {
	return func(v string) bool {
		*p = nil
		for one := range strings.SplitSeq(v, ",") {
			if one = strings.TrimSpace(one); one != "" {
				*p = append(*p, one)
			}
		}
		return true
	}
}

func all(values []string, is func(string) bool) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return !is(v) })
}

// isHook takes addresses of web hooks; which hosts may be called is decided when the call is made.
func isHook(v string) bool {
	u, err := url.Parse(v)
	return err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http")
}

func text(p *string) func(string) bool {
	return func(v string) bool { *p = v; return true }
}

func secret(p *Secret) func(string) bool {
	return func(v string) bool { *p = Secret(v); return true }
}

func origin(p *string) func(string) bool {
	return func(v string) bool { *p = strings.TrimSuffix(v, "/"); return true }
}

func number(p *int) func(string) bool {
	return func(v string) bool {
		n, err := strconv.Atoi(v)
		*p = n
		return err == nil
	}
}

func megabytes(p *int64) func(string) bool {
	return func(v string) bool {
		n, err := strconv.ParseInt(v, 10, 32)
		*p = n * megabyte
		return err == nil
	}
}

func hours(p *time.Duration) func(string) bool {
	return func(v string) bool {
		n, err := strconv.ParseInt(v, 10, 16)
		*p = time.Duration(n) * time.Hour
		return err == nil
	}
}

func level(p *slog.Level) func(string) bool {
	return func(v string) bool {
		levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
		l, ok := levels[v]
		*p = l
		return ok
	}
}

func always() bool { return true }

func between[N ~int | ~int64](n, low, high N) bool { return low <= n && n <= high }

func isAddr(v string) bool {
	host, port, err := net.SplitHostPort(v)
	if err != nil || !isHost(host) {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// isHost takes host names and addresses of both families, and nothing at all.
func isHost(v string) bool {
	if _, err := netip.ParseAddr(v); err == nil {
		return true
	}
	return !strings.ContainsAny(v, " :/@[]")
}

func isOrigin(v string) bool {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || v != u.Scheme+"://"+u.Host {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLocal(u.Hostname())
}

// isLocal reports whether host is this machine: the only place where plain text is nobody else's to read.
func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func isSQLite(v Secret) bool {
	return strings.HasPrefix(string(v), sqliteScheme) && len(v) > len(sqliteScheme)
}

func isPostgres(v Secret) bool {
	u, err := url.Parse(string(v))
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && len(u.Path) > 1
}

func isMailbox(v string) bool {
	_, err := mail.ParseAddress(v)
	return err == nil
}
