package demo

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
)

//go:embed texts.yaml
var textsFile []byte

// problem is what a customer has, and what is said about it.
type problem struct {
	Subject    string `yaml:"subject"`
	Priorities []int  `yaml:"priorities"` // that it may be registered with
	Symptoms   string `yaml:"symptoms"`
	Errors     string `yaml:"errors"`
	Steps      string `yaml:"steps"`
	Impact     string `yaml:"impact"`
	Question   string `yaml:"question"`
	Reply      string `yaml:"reply"`
	Answer     string `yaml:"answer"`
	Remedy     string `yaml:"remedy"`
}

// fitting is the n-th problem in turn of those that have a priority.
func fitting(all []problem, priority, n int) problem {
	fits := slices.DeleteFunc(slices.Clone(all), func(p problem) bool { return !slices.Contains(p.Priorities, priority) })
	return fits[n%len(fits)]
}

// problems are all of them by language.
func problems() (map[string][]problem, error) {
	var all map[string][]problem
	err := yaml.UnmarshalWithOptions(textsFile, &all, yaml.Strict())
	return all, err
}

// stage is how far a case has come at the first instant.
type stage int

const (
	fresh stage = iota // nobody has looked yet
	answered
	waiting   // for the customer
	replied   // the customer has answered
	inDevelop // a defect is with development
	atVendor  // waits for another vendor
	resolved
	closed
)

// plot is one case: how old it is at the first instant, how urgent, how far.
type plot struct {
	age      time.Duration
	priority int
	stage    stage
}

// plots are given to the customers in turn: some due soon and some late on clocks that never stop, the rest spread
// over three weeks.
func plots() []plot {
	const hour, day = time.Hour, 24 * time.Hour
	return []plot{
		{100 * time.Minute, 1, fresh}, {9 * day, 3, replied}, {3 * day, 4, waiting}, {50 * time.Minute, 3, fresh},
		{6 * day, 2, answered}, {13 * day, 3, closed}, {26 * hour, 3, fresh}, {8 * day, 3, inDevelop},
		{30 * hour, 2, waiting}, {16 * day, 4, closed}, {4 * hour, 2, fresh}, {5 * day, 3, resolved},
		{2 * day, 4, answered}, {11 * day, 2, closed}, {7 * day, 3, atVendor}, {20 * time.Minute, 4, fresh},
		{4 * day, 3, replied}, {18 * day, 3, closed}, {28 * hour, 1, answered}, {10 * day, 4, resolved},
	}
}

// act is something that somebody does at an instant.
type act struct {
	at time.Time
	do func(ctx context.Context) error
}

// perHome is how many cases each customer has; some have more.
const perHome = 4

// stories lets people work: every act at its instant, with the due sweep going round in between as it would.
func (s *seeder) stories(ctx context.Context) error {
	all, err := problems()
	if err != nil {
		return err
	}
	var acts []act
	n := 0
	play := func(h *home, cases int) {
		for range cases {
			p := plots()[n%len(plots())]
			p.age -= time.Duration(n%7) * 3 * time.Minute // nobody files on the same minute as everybody else
			acts = append(acts, s.story(h, p, fitting(all[h.language], p.priority, n), n)...)
			n++
		}
	}
	for _, sh := range shopsOf(s.app.Pack) {
		play(s.homes[sh.key], perHome)
	}
	for _, sh := range shopsOf(s.app.Pack) {
		play(s.homes[sh.key], sh.more)
	}
	acts = append(acts, s.mails()...)
	slices.SortStableFunc(acts, func(a, b act) int { return a.at.Compare(b.at) })
	next := s.first.Add(-worldAge)
	for _, a := range acts {
		for ; next.Before(a.at); next = next.Add(time.Hour) {
			if err := s.sweepAt(ctx, next); err != nil {
				return err
			}
		}
		s.clk.Set(a.at)
		if err := a.do(ctx); err != nil {
			return err
		}
	}
	return s.sweepAt(ctx, s.first)
}

func (s *seeder) sweepAt(ctx context.Context, at time.Time) error {
	s.clk.Set(at)
	_, err := s.app.Cases.Sweep(ctx)
	return err
}

// script is one case being played: what is done next is done a while after what came before, as long as that lies
// before the first instant. Where the policy refuses a special customer's case, nothing follows.
type script struct {
	special bool
	s       *seeder
	at      time.Time
	number  string // once it is registered
	acts    []act
}

func (sc *script) then(after time.Duration, do func(ctx context.Context) error) {
	sc.at = sc.at.Add(after)
	if sc.at.Before(sc.s.first) {
		sc.acts = append(sc.acts, act{sc.at, do})
	}
}

// onCase is then for what needs the case.
func (sc *script) onCase(after time.Duration, do func(ctx context.Context) error) {
	sc.then(after, func(ctx context.Context) error {
		if sc.number == "" {
			return nil
		}
		return do(ctx)
	})
}

func (sc *script) say(after time.Duration, who access.Actor, m cases.NewMessage) {
	sc.onCase(after, func(ctx context.Context) error {
		_, err := sc.s.app.Cases.PostMessage(ctx, who, sc.number, m)
		return err
	})
}

func (sc *script) change(after time.Duration, who access.Actor, ch cases.Change) {
	sc.onCase(after, func(ctx context.Context) error {
		_, err := sc.s.app.Cases.Change(ctx, who, sc.number, "*", ch)
		return err
	})
}

func (sc *script) register(who access.Actor, in cases.Registration) {
	sc.then(0, func(ctx context.Context) error {
		c, err := sc.s.app.Cases.Register(ctx, who, in)
		switch {
		case err == nil:
			sc.number = c.Number
		case sc.special && errs.KindOf(err) == errs.Refused:
			return nil
		}
		return err
	})
}

// story is what happens on one case, up to its stage.
func (s *seeder) story(h *home, p plot, t problem, n int) []act {
	sc := &script{special: h.note != "", s: s, at: s.first.Add(-p.age)}
	// what is special about these customers began a few days before the first instant: their cases are older
	if oldest := s.first.Add(-14 * 24 * time.Hour); (h.note == noteSuspended || h.note == noteEnded) && sc.at.After(oldest) {
		sc.at = oldest.Add(-time.Duration(n) * time.Minute)
	}
	who, owner, env := h.liaisons[n%len(h.liaisons)], s.owner(h, n), "production"
	if p.priority >= 3 && n%3 == 0 {
		env = "development"
	}
	sc.register(who, cases.Registration{System: h.system, Environment: env, Product: productID, Release: s.version, Priority: p.priority,
		Language: h.language, Details: cases.Details{Subject: t.Subject, Symptoms: t.Symptoms, ErrorMessages: t.Errors, StepsTaken: t.Steps,
			Impact: t.Impact, Reproducibility: "always", Scope: "several", Checklist: cases.Checks()}})
	if p.stage != fresh {
		s.work(sc, h, p, t, n, who, owner)
	}
	return sc.acts
}

// work is what the owner and the liaison do on a case after it was registered.
func (s *seeder) work(sc *script, h *home, p plot, t problem, n int, who, owner access.Actor) {
	me := owner.Person.String()
	sc.change(20*time.Minute, owner, cases.Change{Assignee: &me})
	sc.say(15*time.Minute, owner, cases.NewMessage{Text: t.Question, Question: p.stage != answered})
	if p.stage == answered || p.stage == waiting {
		sc.say(90*time.Minute, owner, cases.NewMessage{Text: noteFor(h.language), Internal: true})
	}
	switch p.stage {
	case waiting:
		return
	case answered:
		if p.priority == 1 {
			s.together(sc, h, who, owner)
		}
		sc.keepUpdated(owner, h.language, p.priority, n)
		return
	case replied: // this morning, after days of silence
		sc.at = sc.s.first.Add(-5 * time.Hour)
	default: // it goes on at once
	}
	sc.say(3*time.Hour, who, cases.NewMessage{Text: t.Reply})
	if p.stage == replied {
		return
	}
	sc.say(2*time.Hour, owner, cases.NewMessage{Text: t.Answer})
	switch p.stage {
	case inDevelop:
		sc.change(20*time.Hour, owner, cases.Change{Status: cases.Development, Reason: fmt.Sprintf("DE-%d", 8800+n)})
	case atVendor:
		sc.change(20*time.Hour, owner, cases.Change{Status: cases.WaitingThirdParty, Reason: thirdPartyFor(h.language)})
	case resolved, closed:
		remedy := &cases.Remedy{Kind: "configuration_change", Text: t.Remedy}
		sc.change(20*time.Hour, owner, cases.Change{Status: cases.Resolved, Remedy: remedy})
	default: // the stages before have ended above
	}
	if p.stage == inDevelop || p.stage == atVendor {
		sc.keepUpdated(owner, h.language, p.priority, n)
	}
	if p.stage == closed {
		sc.change(6*time.Hour, who, cases.Change{Status: cases.Closed})
	}
}

// keepUpdated sends the updates that the policy asks for, except on every fourth case: some are late.
func (sc *script) keepUpdated(owner access.Actor, language string, priority, n int) {
	every := 20 * time.Hour
	if priority >= 3 {
		every = 50 * time.Hour
	}
	for n%4 != 0 && sc.at.Add(every).Before(sc.s.first) {
		sc.say(every, owner, cases.NewMessage{Text: updateFor(language)})
	}
}

func updateFor(language string) string {
	if language == "zh-Hans" {
		return "进展通报：问题仍在处理中，目前没有需要您提供的资料，下一次通报见上方的承诺时间。"
	}
	return "Where we stand: we are still working on it and need nothing from you right now. The next update comes by the time shown above."
}

// owner is an engineer of the centre that serves the customer; the elite customers' dedicated one in turn.
func (s *seeder) owner(h *home, n int) access.Actor {
	_, centre, _ := s.app.Pack.CalendarFor(h.country)
	if h.deployment != "on_prem" {
		centre = "cloud"
	}
	best := h.plan == planOf(s.app.Pack, "elite")
	var able []access.Actor
	for _, m := range staff() {
		if (m.role == "engineer" || m.role == "dedicated_engineer" && best) && centreOf(s.app.Pack, m.centre) == centre {
			able = append(able, s.staff[m.mail])
		}
	}
	return able[n%len(able)]
}

func noteFor(language string) string {
	if language == "zh-Hans" {
		return "与上周的两个案例现象一致，已请研发值班同事确认。"
	}
	return "Looks like the two cases of last week. Development on duty has been asked to confirm."
}

func thirdPartyFor(language string) string {
	if language == "zh-Hans" {
		return "等待数据库供应商提供驱动程序修复，供应商参考号 SR-20417。"
	}
	return "Waits for a driver fix of the database vendor, their reference SR-20417."
}
