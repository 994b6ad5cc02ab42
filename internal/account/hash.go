package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"liaison/internal/errs"
)

// Hashing is what one password hash costs, and how many are computed at once: Parallel x MemoryKiB bounds the memory.
type Hashing struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
	Parallel  int
}

// DefaultHashing is what OWASP advises for argon2id with 19 MiB, four at once.
func DefaultHashing() Hashing {
	return Hashing{MemoryKiB: 19 * 1024, Passes: 2, Threads: 1, Parallel: 4}
}

const (
	saltBytes = 16
	hashBytes = 32
)

// hasher computes argon2id in a pool that bounds the memory.
type hasher struct {
	cost  Hashing
	slots chan struct{}
	key   func(password, salt []byte, passes, memory uint32, threads uint8, keyLen uint32) []byte
	dummy string // a hash that no password has, for accounts that do not exist
}

func newHasher(cost Hashing) *hasher {
	h := &hasher{cost: cost, slots: make(chan struct{}, cost.Parallel), key: argon2.IDKey}
	random := make([]byte, saltBytes+hashBytes)
	rand.Read(random)
	h.dummy = phc{cost: cost, salt: random[:saltBytes], hash: random[saltBytes:]}.String()
	return h
}

// hash makes the PHC string of a password. It waits for a free place in the pool until ctx ends.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	p := phc{cost: h.cost, salt: make([]byte, saltBytes)}
	rand.Read(p.salt)
	var err error
	p.hash, err = h.compute(ctx, p, password)
	return p.String(), err
}

// verify reports whether password belongs to stored. For "" (no such account, or no password) it does the same work
// and says no.
func (h *hasher) verify(ctx context.Context, stored, password string) (bool, error) {
	known := stored != ""
	if !known {
		stored = h.dummy
	}
	p, err := parsePHC(stored)
	if err != nil {
		return false, err
	}
	got, err := h.compute(ctx, p, password)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, p.hash) == 1 && known, nil
}

// outdated reports whether stored was made with another cost than today's.
func (h *hasher) outdated(stored string) bool {
	p, err := parsePHC(stored)
	today := h.cost
	today.Parallel = 0
	return err == nil && p.cost != today
}

func (h *hasher) compute(ctx context.Context, p phc, password string) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, errs.Because(errs.Unavailable, "error.unavailable", ctx.Err())
	}
	return h.key([]byte(password), p.salt, p.cost.Passes, p.cost.MemoryKiB, p.cost.Threads, hashBytes), nil
}

// phc is a password hash with how it was made; its text is the PHC string format.
type phc struct {
	cost Hashing // Parallel is not part of it
	salt []byte
	hash []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.MemoryKiB, p.cost.Passes,
		p.cost.Threads, b64.EncodeToString(p.salt), b64.EncodeToString(p.hash))
}

func parsePHC(text string) (p phc, err error) {
	bad := errors.New("account: the stored password hash is not argon2id in PHC form")
	f := strings.Split(text, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, bad
	}
	if _, err = fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &p.cost.MemoryKiB, &p.cost.Passes, &p.cost.Threads); err != nil {
		return p, bad
	}
	p.salt, err = base64.RawStdEncoding.DecodeString(f[4])
	if err != nil {
		return p, bad
	}
	p.hash, err = base64.RawStdEncoding.DecodeString(f[5])
	if err != nil || len(p.hash) != hashBytes || p.cost.Passes == 0 || p.cost.Threads == 0 {
		return p, bad
	}
	return p, nil
}
