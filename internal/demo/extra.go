package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"liaison/internal/access"
	"liaison/internal/app"
	"liaison/internal/cases"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The further cases of --cases are made by the same use cases, many at a time, so that they share commits. They send
// no mail. One in twelve is still open.
const (
	extraAtOnce = 64
	openOneIn   = 12
	extraSpan   = 120 * 24 * time.Hour // before the first instant
)

// extraCases makes as many further cases as are missing.
func (d *demo) extraCases(ctx context.Context, a *app.App, steps *clock.Stepping, st state) (err error) {
	defer errs.Wrap(&err, "demo.extraCases(%d)", d.Cases)
	text, err := readSetting(ctx, a.DB, settingExtra)
	if err != nil || d.Cases == 0 {
		return err
	}
	have, _ := strconv.Atoi(text) // "" is none
	if have >= d.Cases {
		return nil
	}
	x := &extra{clk: steps, service: a.Cases.With(noMail{})}
	if err := d.people(ctx, a, st, x); err != nil {
		return err
	}
	end := steps.Now()
	for have < d.Cases {
		n := min(extraAtOnce, d.Cases-have)
		at := end.Add(-extraSpan * time.Duration(d.Cases-have) / time.Duration(d.Cases))
		if err := x.batch(ctx, at, have, n); err != nil {
			return err
		}
		have += n
		steps.Set(end)
		if err := writeSetting(ctx, a.DB, settingExtra, strconv.Itoa(have)); err != nil {
			return err
		}
		if have%(extraAtOnce*50) == 0 {
			fmt.Fprintf(d.Err, "%d of %d further cases\n", have, d.Cases)
		}
	}
	return nil
}

// noMail takes jobs and forgets them: the people of further cases need no mail.
type noMail struct{}

// Enqueue forgets the job.
func (noMail) Enqueue(*db.Tx, string, any) error { return nil }

// extra makes further cases for customers with nothing special.
type extra struct {
	service *cases.Service
	clk     *clock.Stepping
	sites   []site
	staff   []access.Actor
	texts   map[string][]problem
}

// site is a system with somebody who registers its cases.
type site struct {
	listedSystem
	liaison access.Actor
}

// batch registers n cases at about the same time and brings most of them to their end.
func (x *extra) batch(ctx context.Context, at time.Time, from, n int) error {
	numbers := make([]string, n)
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	x.clk.Set(at)
	err := inParallel(index, func(i int) error {
		c, err := x.register(ctx, from+i)
		if err == nil {
			numbers[i] = c.Number
		}
		return err
	})
	if err != nil {
		return err
	}
	x.clk.Set(at.Add(40 * time.Minute))
	err = inParallel(index, func(i int) error {
		_, err := x.service.PostMessage(ctx, x.staff[(from+i)%len(x.staff)], numbers[i], cases.NewMessage{Text: x.textOf(from + i).Answer})
		return err
	})
	if err != nil {
		return err
	}
	x.clk.Set(at.Add(3 * time.Hour))
	return inParallel(index, func(i int) error {
		if (from+i)%openOneIn == 0 {
			return nil
		}
		_, err := x.service.Change(ctx, x.siteOf(from+i).liaison, numbers[i], "*", cases.Change{Status: cases.Closed})
		return err
	})
}

func (x *extra) siteOf(n int) site { return x.sites[n%len(x.sites)] }

func (x *extra) textOf(n int) problem {
	texts := x.texts[x.siteOf(n).liaison.Language]
	return texts[n/len(x.sites)%len(texts)]
}

func (x *extra) register(ctx context.Context, n int) (*cases.Case, error) {
	at, t := x.siteOf(n), x.textOf(n)
	system, err := id.Parse(at.ID)
	if err != nil {
		return nil, err
	}
	return x.service.Register(ctx, at.liaison, cases.Registration{System: system, Environment: "production", Product: at.Product,
		Release: at.Version, Priority: 2 + n%3, Language: at.liaison.Language, Details: cases.Details{
			Subject: fmt.Sprintf("%s (%d)", t.Subject, n+1), Symptoms: t.Symptoms, ErrorMessages: t.Errors, StepsTaken: t.Steps, Impact: t.Impact}})
}

// open finds who registers and who answers, among the people of the world: each is who their token says.
func (d *demo) people(ctx context.Context, a *app.App, st state, x *extra) (err error) {
	if x.texts, err = problems(); err != nil {
		return err
	}
	liaisons := map[string]access.Actor{}
	for _, p := range st.world.withSecrets(d.secrets) {
		engineer := p.Role == string(access.Engineer)
		if !engineer && (p.Role != string(access.Liaison) || len(p.Notes) > 0) {
			continue
		}
		actor, err := a.Accounts.ByToken(ctx, p.Token)
		if err != nil {
			return err
		}
		if engineer {
			x.staff = append(x.staff, actor)
		} else {
			liaisons[*p.Customer] = actor
		}
	}
	for _, sys := range st.world.Systems {
		if l, ok := liaisons[sys.Customer]; ok {
			x.sites = append(x.sites, site{sys, l})
		}
	}
	return nil
}
