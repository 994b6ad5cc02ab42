package desk

import (
	"context"
	"fmt"
	"sync"
	"time"

	"liaison/internal/cases"
	"liaison/internal/web"
)

// How long something that was made for one viewer is good for the others, and how many such things are kept. What is
// told is of now: the countdowns in it go on in the browser.
const (
	echoFor  = 2 * time.Second
	echoMost = 4096
	echoTime = 10 * time.Second // the longest that making it may take
)

// echoes are what open pages are told, made once for all viewers who would read the same: who have the same rights, the
// same language and the same zone. A thousand viewers of a queue cost one look at the case, and a thousand writes.
type echoes[T any] struct {
	mu   sync.Mutex
	made map[string]*echo[T]
}

type echo[T any] struct {
	once sync.Once
	at   time.Time
	said T
	err  error
}

// say gives what was made under the key a moment ago, or makes it; others who ask for it meanwhile wait. It is made for
// all of them: that the one who asked first leaves does not end it.
func (e *echoes[T]) say(ctx context.Context, now time.Time, key string, produce func(context.Context) (T, error)) (T, error) {
	e.mu.Lock()
	one := e.made[key]
	if one == nil || now.Sub(one.at) > echoFor || now.Before(one.at) {
		if e.made == nil || len(e.made) >= echoMost {
			e.made = map[string]*echo[T]{}
		}
		one = &echo[T]{at: now}
		e.made[key] = one
	}
	e.mu.Unlock()
	one.once.Do(func() {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), echoTime)
		defer done()
		one.said, one.err = produce(ctx)
	})
	if one.err != nil { // the next one tries again
		e.mu.Lock()
		if e.made[key] == one {
			delete(e.made, key)
		}
		e.mu.Unlock()
	}
	return one.said, one.err
}

// reader is who reads alike: rights, language and zone.
func (s *stream) reader(p web.Page) string {
	a := s.actor
	return fmt.Sprintf("%s|%s|%q|%s|%s", a.Role, a.Centre, a.Scopes, p.Lang, p.Format.Zone)
}

// caseHTML is the part of a message about one case at a position of the journal.
func (s *stream) caseHTML(page QueuePage, number string, pos int64, written bool) (string, error) {
	key := fmt.Sprintf("%s|%s|%d|%t", s.reader(page.Page), number, pos, written)
	return s.live.cases.say(s.r.Context(), s.Site.Clock.Now(), key, func(ctx context.Context) (string, error) {
		v, err := s.caseView(ctx, page.Page, number, written)
		if err != nil {
			return "", err
		}
		return s.render(page, v)
	})
}

// railHTML is the numbers of the menu, and how many cases changed since the page was made.
func (s *stream) railHTML(page QueuePage) (string, error) {
	now := s.Site.Clock.Now()
	n, err := s.live.counts.say(s.r.Context(), now, fmt.Sprint(s.at), func(ctx context.Context) (cases.Tally, error) {
		return s.Cases.Tally(ctx, s.actor, now.Add(soon))
	})
	if err != nil {
		return "", err
	}
	v := s.railView(n.Of(s.actor.Person))
	return s.live.rails.say(s.r.Context(), now, fmt.Sprint(page.Lang, v.Counts, v.Changed),
		func(context.Context) (string, error) { return s.render(page, v) })
}

// live is what the viewers of this process share.
type live struct {
	cases  echoes[string]
	rails  echoes[string]
	counts echoes[cases.Tally]
}
