package account

import (
	"context"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// directoryPrefix lets scanners recognise a directory's token that was left in a file.
const directoryPrefix = "liaison_scim_"

// DirectoryToken is a token of a customer's directory as administrators see it later: without its secret.
type DirectoryToken struct {
	ID        id.ID
	Name      string
	CreatedAt time.Time
	LastUsed  *time.Time // to within usedInterval; nil: never
}

// usedInterval is how often at most it is kept that a directory calls.
const usedInterval = 5 * time.Minute

// CreateDirectoryToken makes a token with which the directory of a customer keeps that customer's people. The secret is
// shown this once. A customer that does not exist is NotFound.
func (s *Service) CreateDirectoryToken(ctx context.Context, a access.Actor, customerKey, name string) (t DirectoryToken, secret string, err error) {
	defer errs.Wrap(&err, "account.CreateDirectoryToken(%s)", customerKey)
	if err := access.Check(a, access.AdminDirectory); err != nil {
		return t, "", err
	}
	if err := errs.BadFields(checkText("name", name, maxTokenName)...); err != nil {
		return t, "", err
	}
	secret = directoryPrefix + newSecret()
	err = s.db.Update(ctx, adminScope(a, "directory token"), func(tx *db.Tx) error {
		customer, err := s.CustomerByKey(tx, customerKey)
		if err != nil {
			return err
		}
		t = DirectoryToken{ID: id.New(), Name: name, CreatedAt: tx.Now()}
		err = tx.Buffer(`INSERT INTO directory_token (tenant_id, id, token_hash, name, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			customer, t.ID, digest(secret), name, a.Person, t.CreatedAt)
		if err != nil {
			return err
		}
		return record(tx, a, line{tenant: customer, about: "token", subject: t.ID, kind: "directory_token.created", visibility: journal.Customer})
	})
	return t, secret, err
}

// DirectoryTokens are the tokens of a customer's directory that still work, the oldest first.
func (s *Service) DirectoryTokens(ctx context.Context, a access.Actor, customerKey string) (list []DirectoryToken, err error) {
	defer errs.Wrap(&err, "account.DirectoryTokens(%s)", customerKey)
	if err := access.Check(a, access.AdminDirectory); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, adminScope(a, "directory token"), func(tx *db.Tx) error {
		customer, err := s.CustomerByKey(tx, customerKey)
		if err != nil {
			return err
		}
		list = []DirectoryToken{}
		return tx.Query(`SELECT id, name, created_at, last_used_at FROM directory_token WHERE tenant_id = $1 AND revoked_at IS NULL ORDER BY created_at, id`,
			[]any{customer}, func(scan func(...any) error) error {
				var t DirectoryToken
				err := scan(&t.ID, &t.Name, db.Time(&t.CreatedAt), db.NullTime(&t.LastUsed))
				list = append(list, t)
				return err
			})
	})
	return list, err
}

// RevokeDirectoryToken ends a token of a customer's directory at once; NotFound for one that is not there any more.
func (s *Service) RevokeDirectoryToken(ctx context.Context, a access.Actor, customerKey string, token id.ID) (err error) {
	defer errs.Wrap(&err, "account.RevokeDirectoryToken(%s)", token)
	if err := access.Check(a, access.AdminDirectory); err != nil {
		return err
	}
	return s.db.Update(ctx, adminScope(a, "directory token"), func(tx *db.Tx) error {
		customer, err := s.CustomerByKey(tx, customerKey)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE directory_token SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL`,
			customer, token, tx.Now())
		if err == nil && n == 0 {
			err = errs.Missing()
		}
		if err != nil {
			return err
		}
		return record(tx, a, line{tenant: customer, about: "token", subject: token, kind: "directory_token.revoked", visibility: journal.Customer})
	})
}

// ByDirectoryToken is the directory that calls with a token; Unauthenticated for any other text.
func (s *Service) ByDirectoryToken(ctx context.Context, bearer string) (a access.Actor, err error) {
	defer errs.Wrap(&err, "account.ByDirectoryToken")
	var used *time.Time
	err = s.db.View(ctx, db.ForSystem("account.directory"), func(tx *db.Tx) error {
		return tx.Query(`SELECT id, tenant_id, last_used_at FROM directory_token WHERE token_hash = $1 AND revoked_at IS NULL`, []any{digest(bearer)},
			func(scan func(...any) error) error { return scan(&a.Token, &a.Customer, db.NullTime(&used)) })
	})
	if err == nil && a.Token.IsZero() {
		err = errs.New(errs.Unauthenticated, "directory.token_unknown")
	}
	if err != nil {
		return access.Actor{}, err
	}
	s.noteUsed(ctx, a.Token, used)
	a.Role, a.Scopes, a.Language, a.Zone = access.Directory, []string{access.ScopeDirectory}, "en", time.UTC
	return a, nil
}

// noteUsed keeps that a directory has called. A database that cannot be written now refuses no call for it.
func (s *Service) noteUsed(ctx context.Context, token id.ID, used *time.Time) {
	now := s.clock.Now()
	if used != nil && now.Sub(*used) < usedInterval {
		return
	}
	err := s.db.Update(ctx, db.ForSystem("account.directory"), func(tx *db.Tx) error {
		return tx.Buffer(`UPDATE directory_token SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)`, token, now)
	})
	if err != nil {
		s.log.WarnContext(ctx, "the last call of a directory was not kept", "token", token.Short(), "err", err)
	}
}
