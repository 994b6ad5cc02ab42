package app

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"liaison/internal/cases"
	"liaison/internal/dispatch"
	"liaison/internal/id"
	"liaison/internal/jobs"
	"liaison/internal/mailio"
)

// sendDigest mails what changed since the last digest, case by case.
func (a *App) sendDigest(ctx context.Context, args json.RawMessage) error {
	var d dispatch.Digest
	if err := json.Unmarshal(args, &d); err != nil {
		return jobs.Hopeless(err)
	}
	if a.Sender == nil {
		return nil
	}
	out := mailio.Mail{Kind: mailio.Digest, Event: d.Event, At: time.UnixMicro(d.At).UTC(), Path: "/cases", More: d.More}
	r, ok, err := a.Dispatch.ReaderOf(ctx, d.Person)
	if err != nil || !ok {
		return err
	}
	out.To = recipient(d.Person, cases.Recipient(r))
	if out.Lines, err = a.digestLines(ctx, d); err != nil || len(out.Lines) == 0 {
		return err
	}
	return a.post(ctx, a.entry(out), out)
}

// digestLines gathers what happened by case, in the order of the last change. Cases that the reader may not see any
// more are left out.
func (a *App) digestLines(ctx context.Context, d dispatch.Digest) (lines []mailio.Line, err error) {
	at := map[id.ID]int{} // where a case's line stands; -1: not shown
	for _, l := range slices.Backward(d.Lines) {
		i, seen := at[l.Case]
		if !seen {
			f, ok, err := a.Cases.MailFacts(ctx, cases.Mail{Template: "digest", Tenant: l.Tenant, Case: l.Case, Person: d.Person})
			if err != nil {
				return nil, err
			}
			i = -1
			if ok {
				i = len(lines)
				lines = append(lines, mailio.Line{Number: f.Case.Number, Subject: f.Case.Subject, Status: string(f.Case.Status), Restricted: f.Case.Restricted,
					At: time.UnixMicro(l.At).UTC()})
			}
			at[l.Case] = i
		}
		if i >= 0 && !slices.Contains(lines[i].Kinds, mailio.Kind(l.Kind)) {
			lines[i].Kinds = append(lines[i].Kinds, mailio.Kind(l.Kind))
		}
	}
	return lines, nil
}
