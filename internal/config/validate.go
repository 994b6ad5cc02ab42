package config

import (
	"crypto/tls"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Problem is one thing that is wrong, in words.
type Problem struct {
	Where   string // file:line, an environment variable, or "" for a value that nobody gave
	Setting string // the key, "" when the file as a whole is meant
	Words   string // what is wrong and what is allowed
}

// String is the problem as one line.
func (p Problem) String() string {
	var parts []string
	for _, s := range []string{p.Where, p.Setting, p.Words} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ": ")
}

// Problems is everything that is wrong with the settings: an error whose text is written for the operator.
type Problems []Problem

// Error is one line per problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return "the configuration cannot be used:\n  " + strings.Join(lines, "\n  ")
}

// Validate checks every setting and what settings demand of each other. The error is a Problems, or nil.
func (s *Settings) Validate() error {
	if problems := s.problems(nil); len(problems) > 0 {
		return problems
	}
	return nil
}

// problems finds what is wrong with the values, except for settings that known already complains of.
func (s *Settings) problems(known Problems) Problems {
	var found Problems
	blamed := map[string]bool{}
	for _, p := range known {
		blamed[strings.TrimSuffix(p.Setting, fileSuffix)] = true
	}
	for _, one := range s.settings() {
		if blamed[one.key] || one.valid() {
			continue
		}
		blamed[one.key] = true
		found = append(found, notAllowed(one, s.given[one.key]))
	}
	for _, r := range s.rules() {
		if r.broken && !blamed[r.key] {
			found = append(found, Problem{s.given[r.key].where, r.key, r.words})
		}
	}
	return found
}

// notAllowed says that a value is refused, and repeats it unless it is a secret.
func notAllowed(one setting, g given) Problem {
	words := fmt.Sprintf("%q is not allowed", g.value)
	switch {
	case one.secret != nil:
		words = "this value is not allowed"
	case g.value == "":
		words = "is missing or not allowed"
	}
	return Problem{g.where, one.key, words + "; allowed: " + one.allowed}
}

// rule is what settings demand of each other.
type rule struct {
	key    string // the setting to change
	broken bool
	words  string
}

// isPlainHook reports whether a web hook would be called in plain text on the open internet.
func isPlainHook(al Alarm) bool {
	u, err := url.Parse(al.Webhook)
	return err == nil && u.Scheme == "http" && !slices.Contains(al.Private, u.Hostname())
}

// Servable checks the files that only serving needs, so that what is wrong with them is said before anything runs. The error
// is a Problems, or nil.
func (s *Settings) Servable() error {
	if s.TLSCert == "" {
		return nil
	}
	if _, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey); err != nil {
		where := s.given["tls_cert"].where
		return Problems{{where, "tls_cert, tls_key", fmt.Sprintf("cannot be used: %v", err)}}
	}
	return nil
}

func (s *Settings) rules() []rule {
	m, d, al := s.SMTP, s.DKIM, s.Alarm
	return []rule{
		{"admin_addr", s.AdminAddr == s.Addr && !strings.HasSuffix(s.Addr, ":0"), "must differ from addr: metrics are for administrators only"},
		{"tls_key", s.TLSCert != "" && s.TLSKey == "", "is missing; tls_cert and tls_key are given together"},
		{"tls_cert", s.TLSKey != "" && s.TLSCert == "", "is missing; tls_cert and tls_key are given together"},
		{"url", s.TLSCert != "" && !strings.HasPrefix(s.URL, "https://"), "must begin with https://, because tls_cert is given"},
		{"migrate_db", s.MigrateDB != "" && !isPostgres(s.DB), "is for PostgreSQL only; leave it out with SQLite"},
		{"smtp.from", m.Host != "" && m.From == "", "is missing; mail needs a sender"},
		{"smtp.user", m.Password != "" && m.User == "", "is missing; a password is given"},
		{"smtp.password_file", m.User != "" && m.Password == "", "is missing; a user is given"},
		{"mail.dkim.selector", d.Domain != "" && d.Selector == "", "is missing; mail.dkim.domain is given"},
		{"mail.dkim.key_file", d.Domain != "" && d.Key == "", "is missing; mail.dkim.domain is given"},
		{"alarm.webhook_secret_file", al.Webhook != "" && len(al.Secret) < 24, "is missing or shorter than 24 bytes; the calls of alarm.webhook are signed with it"},
		{"alarm.webhook", isPlainHook(al), "must begin with https://; http:// is for the hosts of alarm.webhook_private only"},
		{"smtp.starttls", m.StartTLS == TLSOff && m.Password != "" && !isLocal(m.Host), "must not be off: the password would travel in plain text"},
	}
}
