package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"liaison/internal/access"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// Enqueuer puts a job into the transaction: it runs after the commit, or not at all.
type Enqueuer interface {
	Enqueue(tx *db.Tx, kind string, args any) error
}

// Options is what the service is made of.
type Options struct {
	DB         *db.DB
	Clock      clock.Clock
	Jobs       Enqueuer
	Log        *slog.Logger
	NewDataKey func(customer id.ID) []byte // the key of a new customer's files, wrapped by the installation's key
	Origin     string                      // "https://support.example.com": what links in mails start with, whatever a request says
	Secret     []byte                      // the installation's, at least 32 bytes; links of resets are made from it
	Hashing    Hashing                     // zero: DefaultHashing
	Idle       time.Duration               // without a request, after which a session ends; zero: 12 hours
	SeatsLost  Step                        // nil: nothing hangs on being a liaison
}

// Step is what belongs to a use case of this slice and is another slice's to do, in the same transaction.
type Step func(tx *db.Tx, a access.Actor, customer, person id.ID) error

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	db         *db.DB
	clock      clock.Clock
	jobs       Enqueuer
	log        *slog.Logger
	newDataKey func(id.ID) []byte
	origin     string
	secret     []byte
	passwords  *hasher
	limits     limits
	idle       time.Duration
	zones      sync.Map // IANA name -> *time.Location
	seatsLost  Step     // after somebody has lost access to a customer, or is a liaison of it no longer
}

// New makes the service. It refuses an origin that is no origin and a secret that is too short.
func New(o Options) (*Service, error) {
	u, err := url.Parse(o.Origin)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Scheme+"://"+u.Host != o.Origin {
		return nil, fmt.Errorf("account: origin %q must be like https://support.example.com, without a path", o.Origin)
	}
	if len(o.Secret) < sha256.Size {
		return nil, errors.New("account: the installation's secret is shorter than 32 bytes")
	}
	if o.Hashing == (Hashing{}) {
		o.Hashing = DefaultHashing()
	}
	if o.Idle == 0 {
		o.Idle = sessionIdle
	}
	if o.SeatsLost == nil {
		o.SeatsLost = func(*db.Tx, access.Actor, id.ID, id.ID) error { return nil }
	}
	return &Service{
		seatsLost: o.SeatsLost, idle: o.Idle, db: o.DB, clock: o.Clock, jobs: o.Jobs, log: o.Log, newDataKey: o.NewDataKey, origin: o.Origin, secret: o.Secret,
		passwords: newHasher(o.Hashing), limits: newLimits(),
	}, nil
}

// adminScope is the scope of a use case of administration: a named administrator, or the program (seed, command line).
func adminScope(a access.Actor, reason string) db.Scope {
	if a.System {
		return db.ForSystem("account.admin")
	}
	return db.ForStaff(a.Person, reason)
}

// line is a journal line of this slice.
type line struct {
	tenant     id.ID
	about      string // person, customer, session, token
	subject    id.ID
	kind       string
	clause     string // of the policy that it rests on; "": of none
	visibility journal.Visibility
	data       map[string]any
}

// record writes the line of one use case.
func record(tx *db.Tx, a access.Actor, l line) error {
	kind := "customer"
	switch {
	case a.IsNobody() || a.System:
		kind = "system"
	case a.Role.IsStaff():
		kind = "staff"
	}
	if l.data == nil {
		l.data = map[string]any{}
	}
	return journal.Record(tx, journal.Line{Tenant: l.tenant, Actor: a.Person, ActorKind: kind, SubjectKind: l.about,
		Subject: l.subject, Kind: l.kind, Clause: l.clause, Visibility: l.visibility, Data: l.data})
}

// zone is the location of an IANA name, UTC for one that is not known (any more).
func (s *Service) zone(name string) *time.Location {
	known, _ := s.zones.Load(name)
	if loc, ok := known.(*time.Location); ok {
		return loc
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	s.zones.Store(name, loc)
	return loc
}

// newSecret makes 32 random bytes as text.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// digest is what is stored of a secret.
func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// derive makes the secret text that belongs to a row from the installation's secret: it is stored nowhere and is
// the same each time. The label keeps one use from another.
func (s *Service) derive(label string, row id.ID) string {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(label))
	mac.Write([]byte{0})
	mac.Write(row[:])
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
