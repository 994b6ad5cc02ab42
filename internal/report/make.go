package report

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/sheet"
)

// Service makes statements. The fields are set once, before use.
type Service struct {
	Cases  *cases.Service
	Policy policy.Source
	Seed   []byte // of the installation's signing key, 32 bytes
}

// PublicKey is what statements of this installation are signed with, in base64.
func (s *Service) PublicKey() string {
	public, _ := s.key().Public().(ed25519.PublicKey)
	return base64.StdEncoding.EncodeToString(public)
}

func (s *Service) key() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(s.Seed[:ed25519.SeedSize]) }

// Made is a statement with its file.
type Made struct {
	Statement Statement
	Name      string // of the customer, for people: the statement itself has the key
	File      []byte // signed JSON
}

// Make gives the statement of a customer for a month such as "2026-10". "" is the customer of the actor. A month that
// is not over has none (statement.month_open).
func (s *Service) Make(ctx context.Context, a access.Actor, customer, month string) (m Made, err error) {
	defer errs.Wrap(&err, "report.Make(%s, %s)", customer, month)
	if err := access.Check(a, access.StatementRead); err != nil {
		return m, err
	}
	zone := s.Policy.Now().Vendor.Zone
	first, err := time.ParseInLocation("2006-01", month, zone)
	if err != nil {
		return m, errs.BadFields(errs.BadField("month", "statement.bad_month", "found", month))
	}
	in := Inputs{Format: Format, Month: month, Zone: zone.String(), From: first, To: first.AddDate(0, 1, 0), Cases: []Case{}}
	found, err := s.Cases.FactsOf(ctx, a, customer, in.From, in.To)
	if err != nil {
		return m, err
	}
	if found.Now.Before(in.To) {
		return m, errs.New(errs.Conflict, "statement.month_open", "month", month)
	}
	in.Customer, m.Name = found.Customer, found.Name
	for _, c := range found.Cases {
		in.Cases = append(in.Cases, Case(c))
	}
	if in.Editions, err = editionsOf(s.Policy.Book(), in.To); err != nil {
		return m, err
	}
	if m.Statement, err = Compute(in); err != nil {
		return m, err
	}
	text, err := encode(m.Statement)
	if err != nil {
		return m, err
	}
	m.File, err = seal(text, s.key())
	return m, err
}

// CSV gives the lines of a statement for a spreadsheet, in UTF-8.
func CSV(s Statement) ([]byte, error) {
	var b bytes.Buffer
	w := sheet.NewWriter(&b)
	err := w.Write("customer", "month", "number", "system", "kind", "clock", "clause", "edition", "target_minutes", "target_working_days",
		"started_at", "due_at", "met_at", "state", "breached_at", "waived_at", "told_due_at", "told_state")
	for _, l := range slices.Concat(s.Lines, s.Later) {
		if err != nil {
			return nil, err
		}
		toldDue, toldState := "", ""
		if l.Told != nil {
			toldDue, toldState = l.Told.DueAt.Format(time.RFC3339), string(l.Told.State)
		}
		err = w.Write(s.Customer, s.Month, l.Number, l.System, string(l.Kind), l.Clock, l.Clause, l.Edition, strconv.Itoa(l.Target.Minutes),
			strconv.Itoa(l.Target.WorkingDays), l.StartedAt.Format(time.RFC3339), l.DueAt.Format(time.RFC3339), at(l.MetAt), string(l.State), at(l.BreachedAt), at(l.WaivedAt), toldDue, toldState)
	}
	err = errors.Join(err, w.Flush())
	return b.Bytes(), err
}

func at(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}
