package config

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// noEnvironment is an environment in which nothing is set.
func noEnvironment(string) (string, bool) { return "", false }

// environment gives the variables of m.
func environment(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := m[name]; return v, ok }
}

// file writes text into a fresh file and gives its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryValueOfTheFileReachesItsField(t *testing.T) {
	t.Parallel()
	path := file(t, "liaison.yaml", `
addr: 0.0.0.0:8443
admin_addr: 127.0.0.1:9191
url: https://support.example.org/
data_dir: /srv/liaison
db: postgres://app:pw@db.example.org/liaison
migrate_db: postgres://owner:pw@db.example.org/liaison
policy: /srv/policy
tls_cert: /etc/tls.crt
tls_key: /etc/tls.key
max_upload_mb: 7
session_hours: 3
invitations_per_day: 20
log_level: debug
log_format: text
smtp:
  host: smtp.example.org
  port: 2587
  from: Support <support@example.org>
  starttls: opportunistic
mail:
  dkim:
    domain: example.org
    selector: s1
    key_file: `+file(t, "dkim.pem", "PEM")+`
  in:
    addr: 0.0.0.0:25
    lmtp: 127.0.0.1:24
    inboxes: emea@support.example.org=emea, china@support.example.org=china
    max_mb: 9
    relays: 192.0.2.0/28, 2001:db8::/32
    authserv_ids: mx.example.org
    topmost: true
    imap: imaps://box@imap.example.org/INBOX=emea@support.example.org
    imap_password_file: `+file(t, "imap", "pw")+`
alarm:
  mail: duty@example.org, night@example.org
  language: zh-Hans
  webhook: https://pager.example.org/hook
  webhook_secret_file: `+file(t, "hook", "0123456789abcdef01234567")+`
  webhook_private: pager.example.org
`)
	got, err := Load(path, noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{
		Addr: "0.0.0.0:8443", AdminAddr: "127.0.0.1:9191", URL: "https://support.example.org", DataDir: "/srv/liaison",
		DB: "postgres://app:pw@db.example.org/liaison", MigrateDB: "postgres://owner:pw@db.example.org/liaison",
		Policy: "/srv/policy", TLSCert: "/etc/tls.crt", TLSKey: "/etc/tls.key",
		SMTP: SMTP{Host: "smtp.example.org", Port: 2587, From: "Support <support@example.org>", StartTLS: TLSOpportunistic},
		DKIM: DKIM{Domain: "example.org", Selector: "s1", Key: "PEM"},
		In: MailIn{Addr: "0.0.0.0:25", LMTP: "127.0.0.1:24", MaxBytes: 9 << 20, Topmost: true, Authservs: []string{"mx.example.org"},
			Inboxes: []string{"emea@support.example.org=emea", "china@support.example.org=china"}, Relays: []string{"192.0.2.0/28", "2001:db8::/32"},
			IMAP: []string{"imaps://box@imap.example.org/INBOX=emea@support.example.org"}, Password: "pw"},
		Alarm: Alarm{Mail: []string{"duty@example.org", "night@example.org"}, Language: "zh-Hans", Webhook: "https://pager.example.org/hook",
			Secret: "0123456789abcdef01234567", Private: []string{"pager.example.org"}},
		MaxUpload: 7 << 20, LogLevel: slog.LevelDebug, LogFormat: "text", SessionFor: 3 * time.Hour, InvitationsPerDay: 20,
	}
	got.given = nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestTheEnvironmentWinsOverTheFileAndTheFileOverTheDefault(t *testing.T) {
	t.Parallel()
	path := file(t, "liaison.yaml", "url: https://file.example.org\nmax_upload_mb: 7\nsmtp:\n  port: 26\n")
	got, err := Load(path, environment(map[string]string{
		"LIAISON_URL":          "https://environment.example.org",
		"LIAISON_SMTP_PORT":    "27",
		"LIAISON_SERVICE_HOST": "10.0.0.1", // of a container platform: not ours, not refused
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got.URL != "https://environment.example.org" || got.SMTP.Port != 27 || got.MaxUpload != 7<<20 || got.SessionFor != 12*time.Hour {
		t.Errorf("got %+v", got)
	}
	if want := Secret("sqlite:/var/lib/liaison/liaison.db"); got.DB != want || got.MigrateDB != "" {
		t.Errorf("without a database it uses SQLite in the data folder, got %q", string(got.DB))
	}
}

func TestASecretIsReadFromItsFileWithoutTheLineEnd(t *testing.T) {
	t.Parallel()
	database := file(t, "db", "postgres://app:pw@localhost/liaison\n")
	owner := file(t, "owner", "postgres://owner:pw@localhost/liaison\n")
	password := file(t, "password", "s3cret \n")
	path := file(t, "liaison.yaml", fmt.Sprintf("url: https://a.example.org\ndb_file: %s\nsmtp: {host: h, user: u, from: a@b.example, password_file: %s}\n", database, password))
	got, err := Load(path, environment(map[string]string{"LIAISON_MIGRATE_DB_FILE": owner}))
	if err != nil {
		t.Fatal(err)
	}
	if got.DB != "postgres://app:pw@localhost/liaison" || got.SMTP.Password != "s3cret " || got.MigrateDB != "postgres://owner:pw@localhost/liaison" {
		t.Errorf("got %q, %q, %q", string(got.DB), string(got.SMTP.Password), string(got.MigrateDB))
	}
}

func TestASecretNeverPrints(t *testing.T) {
	t.Parallel()
	s := Settings{DB: "postgres://app:hunter2@h/d", SMTP: SMTP{Password: "hunter2"}}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("settings", "db", s.DB, "all", s)
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%+v %#v %q", s, s, s.DB), log.String()} {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "[secret]") {
			t.Errorf("a secret shows, or is gone: %s", text)
		}
	}
	_, err := Load("", environment(map[string]string{"LIAISON_DB": "mysql://app:hunter2@h/d"}))
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the refusal must not repeat the secret: %v", err)
	}
}

func TestWhatIsWrongIsNamedWithItsPlaceAndWhatIsAllowed(t *testing.T) {
	t.Parallel()
	const good = "url: https://a.example.org\n"
	tests := map[string]struct {
		yaml string
		env  map[string]string
		want []string // each somewhere in the error, in this order
	}{
		"unknown key":            {good + "adr: x\n", nil, []string{"liaison.yaml:2: adr: is no setting; allowed here: addr, admin_addr"}},
		"unknown nested key":     {good + "smtp:\n  hots: x\n", nil, []string{"liaison.yaml:3: smtp.hots: is no setting; allowed here: host, port, user, password_file, from, starttls"}},
		"password in the file":   {good + "smtp:\n  password: x\n", nil, []string{"liaison.yaml:3: smtp.password: is no setting"}},
		"same key twice":         {good + "url: https://b.example.org\n", nil, []string{"liaison.yaml:2", "url"}},
		"no YAML":                {good + "  - [\n", nil, []string{"liaison.yaml:"}},
		"list at the top":        {"- a\n", nil, []string{"liaison.yaml:1: allowed here: lines of the form key: value"}},
		"list as a value":        {good + "addr: [a]\n", nil, []string{"liaison.yaml:2: addr: allowed: one plain value"}},
		"value for a group":      {good + "smtp: x\n", nil, []string{"liaison.yaml:2: smtp: allowed here: lines"}},
		"two documents":          {good + "---\naddr: x\n", nil, []string{"a second document"}},
		"no url":                 {"", nil, []string{"url: is missing or not allowed; allowed: the address people type"}},
		"plain http":             {"url: http://a.example.org\n", nil, []string{`liaison.yaml:1: url: "http://a.example.org" is not allowed`}},
		"url with a path":        {"url: https://a.example.org/support\n", nil, []string{"url:", "without a path"}},
		"url with a user":        {"url: https://a@a.example.org\n", nil, []string{"url:"}},
		"port too large":         {good + "addr: h:70000\n", nil, []string{`liaison.yaml:2: addr: "h:70000" is not allowed; allowed: HOST:PORT`}},
		"no number":              {good + "max_upload_mb: many\n", nil, []string{`liaison.yaml:2: max_upload_mb: "many" is not allowed; allowed: a whole number from 1 to 10240`}},
		"number too large":       {good + "session_hours: 721\n", nil, []string{`session_hours: "721" is not allowed`}},
		"from the environment":   {good, map[string]string{"LIAISON_LOG_LEVEL": "loud"}, []string{`LIAISON_LOG_LEVEL: log_level: "loud" is not allowed; allowed: debug, info, warn or error`}},
		"relative folder":        {good + "data_dir: data\n", nil, []string{"data_dir:", "an absolute path"}},
		"certificate alone":      {good + "tls_cert: a\n", nil, []string{"tls_key: is missing"}},
		"key alone":              {good + "tls_key: a\n", nil, []string{"tls_cert: is missing"}},
		"TLS without https":      {"url: http://localhost\ntls_cert: a\ntls_key: b\n", nil, []string{"liaison.yaml:1: url: must begin with https://"}},
		"one address for both":   {good + "addr: a:1\nadmin_addr: a:1\n", nil, []string{"liaison.yaml:3: admin_addr: must differ"}},
		"owner with SQLite":      {good + "migrate_db: postgres://o@h/d\n", nil, []string{"migrate_db: is for PostgreSQL only"}},
		"mail without a sender":  {good + "smtp: {host: h}\n", nil, []string{"smtp.from: is missing"}},
		"user without password":  {good + "smtp: {host: h, from: a@b.example, user: u}\n", nil, []string{"smtp.password_file: is missing"}},
		"password without user":  {good, map[string]string{"LIAISON_SMTP_PASSWORD": "p"}, []string{"smtp.user: is missing"}},
		"password in plain text": {good + "smtp: {host: h, from: a@b.example, user: u, starttls: off}\n", map[string]string{"LIAISON_SMTP_PASSWORD": "p"}, []string{"smtp.starttls: must not be off"}},
		"secret file missing":    {good + "db_file: /nowhere/at-all\n", nil, []string{"liaison.yaml:2: db_file: the file cannot be read"}},
		"secret and its file":    {good, map[string]string{"LIAISON_DB": "sqlite:a", "LIAISON_DB_FILE": os.DevNull}, []string{"LIAISON_DB_FILE: db_file: is given twice, first at LIAISON_DB"}},
		"several at once":        {"addr: x\nmax_upload_mb: 0\nbad: 1\n", nil, []string{"bad: is no setting", `addr: "x"`, "url: is missing", `max_upload_mb: "0"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(file(t, "liaison.yaml", tt.yaml), environment(tt.env))
			if err == nil {
				t.Fatal("accepted")
			}
			rest := err.Error()
			for _, want := range tt.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("%q is missing in:\n%v", want, err)
				}
				rest = after
			}
		})
	}
}

func TestAFileThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	if _, err := Load("/nowhere/liaison.yaml", noEnvironment); err == nil || !strings.Contains(err.Error(), "/nowhere/liaison.yaml: the file cannot be read") {
		t.Errorf("got %v", err)
	}
}

func TestAKeyWithNothingBehindItKeepsTheDefault(t *testing.T) {
	t.Parallel()
	got, err := Load(file(t, "liaison.yaml", "url: https://a.example.org\naddr:\nsmtp:\n"), noEnvironment)
	if err != nil || got.Addr != Default().Addr {
		t.Errorf("got %q, %v", got.Addr, err)
	}
}

func TestValidateChecksSettingsMadeInCode(t *testing.T) {
	t.Parallel()
	s := Default()
	s.URL = "http://[::1]:8080"
	if err := s.Validate(); err != nil {
		t.Errorf("plain HTTP to this machine itself is allowed: %v", err)
	}
	s.LogFormat, s.MaxUpload = "xml", 1
	err := s.Validate()
	if err == nil || !strings.Contains(err.Error(), "log_format: is missing or not allowed") || !strings.Contains(err.Error(), "max_upload_mb:") {
		t.Errorf("got %v", err)
	}
}

func TestTheExampleLoadsAndShowsEverySettingWithItsDefault(t *testing.T) {
	t.Parallel()
	const example = "../../deploy/liaison.example.yaml"
	if _, err := Load(example, noEnvironment); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	s := Default()
	for _, key := range s.fileKeys() {
		name := key[strings.LastIndex(key, ".")+1:]
		if !regexp.MustCompile(`(?m)^ *#?` + name + `: `).Match(text) {
			t.Errorf("%s does not show %s", example, key)
		}
	}
	shown := regexp.MustCompile(`(?m)^( *)#([a-z_]+: .*)$`).ReplaceAllString(string(text), "$1$2")
	shown = regexp.MustCompile(`(?m)^ *(db_file|migrate_db|migrate_db_file|password_file|user|tls_cert|tls_key|domain|selector|key_file|in|lmtp|inboxes|relays|authserv_ids|imap|imap_password_file|webhook|webhook_secret_file): .*$`).ReplaceAllString(shown, "")
	got, err := Load(file(t, "all.yaml", shown), noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.fillDerived()
	for _, pair := range [][2]any{
		{got.AdminAddr, want.AdminAddr}, {got.DataDir, want.DataDir}, {got.DB, want.DB}, {got.Policy, want.Policy},
		{got.MaxUpload, want.MaxUpload}, {got.SessionFor, want.SessionFor}, {got.LogLevel, want.LogLevel},
		{got.LogFormat, want.LogFormat}, {got.SMTP.Port, want.SMTP.Port}, {got.SMTP.StartTLS, want.SMTP.StartTLS},
	} {
		if pair[0] != pair[1] {
			t.Errorf("the example shows %v, the default is %v", pair[0], pair[1])
		}
	}
}

func TestTheOperationsPageNamesEverySetting(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	s := Default()
	for _, one := range s.settings() {
		if !strings.Contains(string(text), "`"+one.key+"`") || !strings.Contains(string(text), variable(one.key)) {
			t.Errorf("docs/operations.md does not name %s and %s", one.key, variable(one.key))
		}
	}
}

func TestACertificateIsLookedAtBeforeAnythingRuns(t *testing.T) {
	t.Parallel()
	s := Default()
	if err := s.Servable(); err != nil {
		t.Errorf("without a certificate: %v", err)
	}
	s.TLSCert, s.TLSKey = "/nowhere/tls.crt", file(t, "tls.key", "no key")
	if err := s.Servable(); err == nil || !strings.Contains(err.Error(), "tls_cert") || !strings.Contains(err.Error(), "/nowhere/tls.crt") {
		t.Errorf("a certificate that is not there: %v", err)
	}
}

func TestAPlainWebHookIsForPrivateHostsOnly(t *testing.T) {
	t.Parallel()
	settings := "url: https://support.example.org\nalarm:\n  webhook: http://pager.local/hook\n  webhook_secret_file: " + file(t, "hook", "0123456789abcdef01234567") + "\n"
	if _, err := Load(file(t, "open.yaml", settings), noEnvironment); err == nil || !strings.Contains(err.Error(), "open.yaml:3: alarm.webhook: must begin with https://") {
		t.Errorf("on the open internet: %v", err)
	}
	if _, err := Load(file(t, "private.yaml", settings+"  webhook_private: pager.local\n"), noEnvironment); err != nil {
		t.Errorf("in the own network: %v", err)
	}
}
