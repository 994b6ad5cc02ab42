package web

import "liaison/internal/errs"

// Refusal is what err says to the reader, for a page that shows it beside what was typed. ok is false for our own
// failures and for what does not exist: those are the handler's to return.
func (p Page) Refusal(err error) (n Notice, ok bool) {
	e := errs.As(err)
	n = Notice{Tone: "bad", Text: p.words.T(p.Lang, SayableKey(e), p.readable(e.Args))}
	switch e.Kind {
	case errs.Stale:
		n.Tone, n.Title = "warn", p.T("error.title.stale")
	case errs.Conflict:
		n.Title = p.T("error.title.conflict")
	case errs.Refused:
		n.Title = p.T("error.title.refused")
	case errs.TooLarge, errs.NoSpace:
	case errs.Invalid:
		if len(e.Fields) > 0 {
			f := e.Fields[0]
			n.Text = p.words.T(p.Lang, f.Key, p.readable(f.Args))
		}
	default:
		return n, false
	}
	if e.Decision != nil {
		n.Clause, n.Edition = e.Decision.Clause, e.Decision.Edition
		if todo := "refusal." + e.Decision.Code + ".todo"; p.words.Has(todo) {
			n.Text += " " + p.words.T(p.Lang, todo, p.readable(e.Args))
		}
	}
	return n, true
}
