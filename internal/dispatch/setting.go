package dispatch

import (
	"context"
	"errors"
	"slices"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Mode is when a person gets a kind of mail.
type Mode string

// The modes.
const (
	Now      Mode = "now"
	InDigest Mode = "digest" // in one mail a day
	Off      Mode = "off"
)

// Setting is what a person gets of one kind of mail.
type Setting struct {
	Kind    string
	Mode    Mode
	Choices []Mode // more than one: it can be chosen
}

// offered are the kinds of mail that a role gets, with what may be chosen; the first choice is the default. Everyone
// gets the acknowledgement of an own case at once: it is the proof that the case is registered. What staff get is an
// alarm, which a summary of the next morning would make worthless.
func offered(r access.Role) []Setting {
	all, alarm := []Mode{Now, InDigest, Off}, []Mode{Now, Off}
	switch r {
	case access.Liaison:
		return []Setting{
			{"acknowledgement", Now, []Mode{Now}}, {"question", Now, all}, {"answer", Now, all}, {"resolved", Now, all}, {"status", Now, all},
		}
	case access.RegionalManager, access.Engineer, access.DedicatedEngineer, access.Administrator:
		return []Setting{{"breach", Now, alarm}, {"warning", Now, alarm}}
	default: // the others get none of these
		return nil
	}
}

// Settings are the actor's own, defaults included.
func (s *Service) Settings(ctx context.Context, a access.Actor) (list []Setting, err error) {
	defer errs.Wrap(&err, "dispatch.Settings")
	if err := access.Check(a, access.ProfileRead); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, db.ForSystem("dispatch.settings"), func(tx *db.Tx) error {
		list = offered(a.Role)
		return tx.Query(`SELECT kind, mode FROM mail_setting WHERE person_id = $1`, []any{a.Person}, func(scan func(...any) error) error {
			var kind, mode string
			if err := scan(&kind, &mode); err != nil {
				return err
			}
			i := slices.IndexFunc(list, func(one Setting) bool { return one.Kind == kind })
			if i >= 0 && slices.Contains(list[i].Choices, Mode(mode)) {
				list[i].Mode = Mode(mode)
			}
			return nil
		})
	})
	return list, err
}

// Choose stores what the actor chose, by kind; a kind that is left out stays. Error Invalid for a kind or a mode that
// cannot be chosen.
func (s *Service) Choose(ctx context.Context, a access.Actor, chosen map[string]Mode) (err error) {
	defer errs.Wrap(&err, "dispatch.Choose")
	if err := access.Check(a, access.MailSettings); err != nil {
		return err
	}
	now, err := s.Settings(ctx, a)
	if err != nil {
		return err
	}
	changed := map[string]any{}
	for kind, mode := range chosen {
		i := slices.IndexFunc(now, func(one Setting) bool { return one.Kind == kind })
		if i < 0 || !slices.Contains(now[i].Choices, mode) {
			return errs.BadFields(errs.BadField("mail_"+kind, "field.not_allowed"))
		}
		if now[i].Mode != mode {
			changed[kind] = string(mode)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return s.DB.Update(ctx, db.ForSystem("dispatch.settings"), func(tx *db.Tx) error {
		for kind, mode := range changed {
			err := tx.Buffer(`INSERT INTO mail_setting (person_id, kind, mode) VALUES ($1, $2, $3)
				ON CONFLICT (person_id, kind) DO UPDATE SET mode = excluded.mode`, a.Person, kind, mode)
			if err != nil {
				return err
			}
		}
		return record(tx, a, a.Person, "mail.settings_changed", changed)
	})
}

// modeOf is when a person gets a kind of mail; now, unless they chose otherwise.
func modeOf(tx *db.Tx, person id.ID, kind string) (Mode, error) {
	var mode string
	err := tx.Row(`SELECT mode FROM mail_setting WHERE person_id = $1 AND kind = $2`, []any{person, kind}, &mode)
	if errors.Is(err, db.ErrNoRows) || kind == "acknowledgement" {
		return Now, nil
	}
	return Mode(mode), err
}

// Wanted reports whether a mail is to be sent now. One that the person wants in the digest is kept for it, once.
func (s *Service) Wanted(ctx context.Context, m Mail, event id.ID) (now bool, err error) {
	defer errs.Wrap(&err, "dispatch.Wanted")
	var mode Mode
	err = s.DB.View(ctx, db.ForSystem("dispatch.settings"), func(tx *db.Tx) (err error) {
		mode, err = modeOf(tx, m.Person, m.Kind)
		return err
	})
	if err != nil || mode != InDigest {
		return mode == Now, err
	}
	err = s.DB.Update(ctx, db.ForSystem("dispatch.digest"), func(tx *db.Tx) error {
		err := insert(tx, m, Deferred, 0)
		if errors.Is(err, ErrBusy) { // an earlier run of the job has kept or sent it
			return nil
		}
		if err != nil {
			return err
		}
		return tx.Buffer(`INSERT INTO digest_line (id, person_id, kind, tenant_id, case_id, event_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id.New(), m.Person, m.Kind, m.Tenant, m.Case, event, tx.Now())
	})
	return false, err
}
