package account

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// tokenPrefix lets scanners recognise a token that was left in a file.
const tokenPrefix = "liaison_"

// maxTokenName is the longest name of a token, in characters.
const maxTokenName = 100

// Token is an API token as its owner sees it later: without its secret.
type Token struct {
	ID        id.ID
	Name      string
	Customer  id.ID // acted for; zero for staff, and for a person who had no customer
	Scopes    []string
	CreatedAt time.Time
	ExpiresAt *time.Time // nil: until it is revoked
}

// NewToken is what CreateToken makes.
type NewToken struct {
	Name      string
	Scopes    []string // read, write; crm for who may bring customers in
	ExpiresAt *time.Time

	// For the program itself only (command line, seed): whose it is, for which customer, and the 32 or more bytes that
	// its secret is made from, so that a demo's tokens are the same each time.
	Person   id.ID
	Customer id.ID
	Secret   []byte
}

// TokenText is the token that is made from a given secret: what a demo writes into its list at every start.
func TokenText(secret []byte) string {
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(secret)
}

// CreateToken makes a token of the actor's own, for the customer the actor acts for. The secret is shown this once.
func (s *Service) CreateToken(ctx context.Context, a access.Actor, in NewToken) (t Token, secret string, err error) {
	defer errs.Wrap(&err, "account.CreateToken")
	if err := access.Check(a, access.TokenManage); err != nil {
		return Token{}, "", err
	}
	if !a.System {
		in.Person, in.Customer, in.Secret = a.Person, a.Customer, nil
	}
	if err := s.checkToken(in); err != nil {
		return Token{}, "", err
	}
	if slices.Contains(in.Scopes, access.ScopeCRM) && !access.Allows(a, access.CRMSync) {
		return Token{}, "", errs.BadFields(errs.BadField("scopes", "field.not_allowed"))
	}
	secret = tokenPrefix + newSecret()
	if in.Secret != nil {
		secret = TokenText(in.Secret)
	}
	err = s.db.Update(ctx, db.ForSystem("account.token"), func(tx *db.Tx) error {
		t, err = insertToken(tx, in, secret)
		if err != nil {
			return err
		}
		return record(tx, a, line{tenant: t.Customer, about: "token", subject: t.ID, kind: "token.created", visibility: journal.System,
			data: map[string]any{"person": in.Person, "scopes": in.Scopes}})
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, secret, nil
}

// insertToken writes a token; one without a customer is for the only customer that the person has a grant to.
func insertToken(tx *db.Tx, in NewToken, secret string) (Token, error) {
	t := Token{ID: id.New(), Name: in.Name, Customer: in.Customer, Scopes: in.Scopes, CreatedAt: tx.Now(), ExpiresAt: in.ExpiresAt}
	if err := mustExist(tx, `SELECT 1 FROM person WHERE id = $1 AND disabled_at IS NULL`, in.Person); err != nil {
		return t, err
	}
	grants := []id.ID{}
	err := tx.Query(`SELECT tenant_id FROM access_grant WHERE person_id = $1 AND ended_at IS NULL`, []any{in.Person},
		func(scan func(...any) error) error {
			grants = append(grants, id.ID{})
			return scan(&grants[len(grants)-1])
		})
	switch {
	case err != nil:
		return t, err
	case t.Customer.IsZero() && len(grants) == 1:
		t.Customer = grants[0]
	case !t.Customer.IsZero() && !slices.Contains(grants, t.Customer):
		return t, errs.Missing()
	}
	_, err = tx.Exec(`INSERT INTO api_token (id, token_hash, person_id, customer_id, name, scopes, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.ID, digest(secret), in.Person, t.Customer, t.Name, strings.Join(t.Scopes, " "), t.CreatedAt, t.ExpiresAt)
	return t, err
}

func (s *Service) checkToken(in NewToken) error {
	var bad []errs.Field
	bad = append(bad, checkText("name", in.Name, maxTokenName)...)
	for _, scope := range in.Scopes {
		if scope != access.ScopeRead && scope != access.ScopeWrite && scope != access.ScopeCRM {
			bad = append(bad, errs.BadField("scopes", "field.not_allowed"))
		}
	}
	if len(in.Scopes) == 0 {
		bad = append(bad, errs.BadField("scopes", "field.required"))
	}
	if in.ExpiresAt != nil && !in.ExpiresAt.After(s.clock.Now()) {
		bad = append(bad, errs.BadField("expiresAt", "account.date_past"))
	}
	if in.Secret != nil && len(in.Secret) < 32 {
		bad = append(bad, errs.BadField("secret", "field.too_short", "min", 32))
	}
	return errs.BadFields(bad...)
}

// Tokens are the actor's own tokens that still work, the newest first.
func (s *Service) Tokens(ctx context.Context, a access.Actor) (list []Token, err error) {
	defer errs.Wrap(&err, "account.Tokens")
	if err := access.Check(a, access.TokenManage); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, db.ForSystem("account.token"), func(tx *db.Tx) error {
		list = []Token{}
		return tx.Query(`SELECT id, name, customer_id, scopes, created_at, expires_at FROM api_token
			WHERE person_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
			ORDER BY created_at DESC, id DESC`, []any{a.Person, tx.Now()}, func(scan func(...any) error) error {
			var t Token
			var scopes string
			err := scan(&t.ID, &t.Name, &t.Customer, &scopes, db.Time(&t.CreatedAt), db.NullTime(&t.ExpiresAt))
			t.Scopes = strings.Fields(scopes)
			list = append(list, t)
			return err
		})
	})
	return list, err
}

// RevokeToken ends one of the actor's own tokens at once. Anything else is NotFound.
func (s *Service) RevokeToken(ctx context.Context, a access.Actor, token id.ID) (err error) {
	defer errs.Wrap(&err, "account.RevokeToken(%s)", token)
	if err := access.Check(a, access.TokenManage); err != nil {
		return err
	}
	return s.db.Update(ctx, db.ForSystem("account.token"), func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE api_token SET revoked_at = $3 WHERE id = $1 AND person_id = $2 AND revoked_at IS NULL`,
			token, a.Person, tx.Now())
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Missing()
		}
		return record(tx, a, line{about: "token", subject: token, kind: "token.revoked", visibility: journal.System})
	})
}

// ByToken is the actor of an API token, by one read: what was revoked, has run out, or belongs to a disabled person is
// refused from the next request on. A token is for the customer that it was made for, and for no other.
func (s *Service) ByToken(ctx context.Context, bearer string) (a access.Actor, err error) {
	defer errs.Wrap(&err, "account.ByToken")
	var rows []actorRow
	var scopes string
	err = s.db.LookAll(ctx, db.ForSystem("account.token"), `SELECT t.id, t.scopes, `+actorColumns+`
		FROM api_token t JOIN person p ON p.id = t.person_id AND p.disabled_at IS NULL`+grantJoin+`
			AND g.tenant_id = t.customer_id
		WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)`,
		[]any{digest(bearer), s.clock.Now()}, func(scan func(...any) error) error {
			var r actorRow
			err := scan(append([]any{&r.actor.Token, &scopes}, r.dest()...)...)
			rows = append(rows, r)
			return err
		})
	if err != nil {
		return access.Actor{}, err
	}
	if len(rows) == 0 {
		return access.Actor{}, errs.New(errs.Unauthenticated, "account.token_unknown")
	}
	a = s.actor(rows)
	a.Scopes = strings.Fields(scopes)
	return a, nil
}
