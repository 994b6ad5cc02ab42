package app

import (
	"context"
	"encoding/json"

	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/jobs"
	"liaison/internal/mailio"
)

// answerJob is the kind of job that answers a mail which became no case.
const answerJob = "mail.answer"

// answer is its argument.
type answer struct {
	Mail     id.ID          `json:"mail"` // the one that is answered
	Person   id.ID          `json:"person"`
	Kind     string         `json:"kind"`
	Number   string         `json:"number,omitempty"` // of the case, where the person may know it
	Decision *errs.Decision `json:"decision,omitempty"`
}

// sendAnswer tells a known person what became of a mail.
func (a *App) sendAnswer(ctx context.Context, args json.RawMessage) error {
	var in answer
	if err := json.Unmarshal(args, &in); err != nil {
		return jobs.Hopeless(err)
	}
	if a.Sender == nil || in.Person.IsZero() {
		return nil
	}
	r, ok, err := a.Dispatch.ReaderOf(ctx, in.Person)
	if err != nil || !ok {
		return err
	}
	out := mailio.Mail{Kind: mailio.Kind(in.Kind), Event: in.Mail, At: a.Clock.Now(), Path: answerPath(in), Number: in.Number,
		To: recipient(in.Person, cases.Recipient(r))}
	if d := in.Decision; d != nil {
		out.Decision = &mailio.Decision{Code: d.Code, Clause: d.Clause, Args: d.Inputs}
	}
	return a.post(ctx, a.entry(out), out)
}

// answerPath is where the button of an answer leads.
func answerPath(in answer) string {
	switch kind := mailio.Kind(in.Kind); {
	case kind == mailio.Neutral:
		return "/contact"
	case kind == mailio.Refused:
		return "/policy"
	case kind == mailio.RestrictedNew, kind == mailio.Closed:
		return "/cases/new"
	case in.Number != "":
		return "/cases/" + in.Number
	}
	return "/cases"
}
