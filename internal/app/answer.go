package app

import (
	"context"
	"encoding/json"

	"liaison/internal/cases"
	"liaison/internal/inbound"
	"liaison/internal/jobs"
	"liaison/internal/mailio"
)

// sendAnswer tells a known person what became of a mail.
func (a *App) sendAnswer(ctx context.Context, args json.RawMessage) error {
	var in inbound.Answer
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
	if in.Number != "" {
		if may, err := a.Cases.MayHear(ctx, in.Person, in.Number); err != nil || !may {
			return err
		}
	}
	title, err := a.Inbound.Subject(ctx, in.Mail)
	if err != nil {
		return err
	}
	out := mailio.Mail{Title: title, Replying: in.Wrote, Kind: mailio.Kind(in.Kind), Event: in.Mail, At: a.Clock.Now(), Path: answerPath(in), Number: in.Number,
		To: recipient(in.Person, cases.Recipient(r))}
	if in.Kind == inbound.AnswerTooLarge {
		left, err := a.Inbound.LeftOut(ctx, in.Mail)
		if err != nil {
			return err
		}
		for _, f := range left {
			out.Left = append(out.Left, mailio.File{Name: f.Name, Size: f.Size})
		}
	}
	if d := in.Decision; d != nil {
		out.Decision = &mailio.Decision{Code: d.Code, Clause: d.Clause, Args: d.Inputs}
	}
	return a.post(ctx, a.entry(out), out)
}

// answerPath is where the button of an answer leads.
func answerPath(in inbound.Answer) string {
	switch kind := mailio.Kind(in.Kind); {
	case kind == mailio.Neutral, kind == mailio.Waits:
		return "/contact"
	case kind == mailio.Refused:
		return "/policy"
	case kind == mailio.RestrictedNew:
		return "/cases/new"
	case kind == mailio.WhichCustomer, kind == mailio.ByList:
		return "/held"
	case kind == mailio.Closed:
		return "/desk/" + in.Number
	case in.Number != "":
		return "/cases/" + in.Number
	}
	return "/cases"
}
