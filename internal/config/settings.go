package config

import (
	"log/slog"
	"path/filepath"
	"time"
)

// Settings are the values of one installation, checked and in the units the program uses.
type Settings struct {
	Addr      string // where pages and REST listen, HOST:PORT
	AdminAddr string // where metrics and the job page listen; never reachable from outside
	URL       string // the public origin, no slash at the end: links in mails use it, never a request's Host
	DataDir   string // files, keys and the SQLite database; absolute
	DB        Secret // sqlite:FILE or postgres://...; a PostgreSQL URL may hold a password
	MigrateDB Secret // the owner's URL, for `liaison migrate` alone; empty: DB
	Policy    string // name of an embedded policy pack, or the folder of one

	TLSCert string // PEM files; both empty: plain HTTP, for a proxy that ends TLS
	TLSKey  string

	Proxies []string // networks of the proxies in front, whose X-Forwarded-For is believed

	SMTP  SMTP
	DKIM  DKIM
	In    MailIn
	Alarm Alarm

	MaxUpload  int64         // largest attachment in bytes
	LogLevel   slog.Level    //
	LogFormat  string        // "json" or "text"
	SessionFor time.Duration // how long a sign-in lasts

	InvitationsPerDay int // how many liaisons a customer may invite by mail within a day

	given map[string]given // what somebody wrote, by setting: for messages
}

// SMTP is the relay that mail leaves through. An empty Host means that no mail is sent.
type SMTP struct {
	Host     string
	Port     int
	User     string // empty: the relay asks for no sign-in
	Password Secret
	From     string // address of the sender, with or without a name
	StartTLS string // one of the modes below
}

// DKIM is the key that outgoing mail is signed with. An empty Domain means that it leaves unsigned.
type DKIM struct {
	Domain   string
	Selector string
	Key      Secret // PEM
}

// MailIn says how mail comes in. Without an address and without an IMAP account none does.
type MailIn struct {
	Addr      string   // where SMTP listens, HOST:PORT
	LMTP      string   // where LMTP listens, HOST:PORT
	Inboxes   []string // our addresses with their centres: "emea@support.example.org=emea"
	MaxBytes  int64    // of one mail
	Relays    []string // networks of our own relays, whose Authentication-Results count
	Authservs []string // the names that these relays write
	Topmost   bool     // the relay writes no name: its line is the topmost (Exchange Online)
	IMAP      []string // accounts to poll: "imaps://user@host/Inbox=emea@support.example.org"
	Password  Secret   // of the IMAP accounts
}

// Alarm says who is told about cases of priority 1, besides those who handle them.
type Alarm struct {
	Mail     []string // addresses on duty
	Language string   // of the mails to them: en or zh-Hans
	Webhook  string   // address of a web hook, "" for none
	Secret   Secret   // its calls are signed with
	Private  []string // hosts of web hooks that need not be on the open internet
}

// How the connection to the relay is encrypted.
const (
	TLSRequired      = "required"      // STARTTLS, or nothing is sent
	TLSOpportunistic = "opportunistic" // STARTTLS where the relay offers it
	TLSImplicit      = "implicit"      // TLS from the first byte (port 465)
	TLSOff           = "off"           // plain text
)

// Secret is a value that must not reach a log. It prints as "[secret]"; string(s) is the value itself.
type Secret string

const secretShown = "[secret]"

// String hides the value.
func (Secret) String() string { return secretShown }

// GoString hides the value from %#v.
func (Secret) GoString() string { return secretShown }

// MarshalText hides the value from JSON and structured logs.
func (Secret) MarshalText() ([]byte, error) { return []byte(secretShown), nil }

const (
	megabyte         = 1 << 20
	defaultUploadMB  = 100
	defaultMailMB    = 40
	defaultSMTPPort  = 587
	defaultSession   = 12 * time.Hour
	defaultInvites   = 200
	sqliteScheme     = "sqlite:"
	defaultSQLiteDB  = "liaison.db"
	defaultLogFormat = "json"
)

// Default gives the settings of an installation that sets nothing. URL stays empty: nobody can guess it.
func Default() Settings {
	return Settings{
		Addr:       "127.0.0.1:8080",
		AdminAddr:  "127.0.0.1:9090",
		DataDir:    "/var/lib/liaison",
		Policy:     "reference-2025-02",
		SMTP:       SMTP{Port: defaultSMTPPort, StartTLS: TLSRequired},
		In:         MailIn{MaxBytes: defaultMailMB * megabyte},
		Alarm:      Alarm{Language: "en"},
		MaxUpload:  defaultUploadMB * megabyte,
		LogLevel:   slog.LevelInfo,
		LogFormat:  defaultLogFormat,
		SessionFor: defaultSession,

		InvitationsPerDay: defaultInvites,
	}
}

// fillDerived sets what follows from other settings: without a database of its own, SQLite in the data folder.
func (s *Settings) fillDerived() {
	if s.DB == "" {
		s.DB = Secret(sqliteScheme + filepath.Join(s.DataDir, defaultSQLiteDB))
	}
}
