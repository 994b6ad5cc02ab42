package almanac

import (
	"cmp"

	"liaison/internal/calendar"
	"liaison/internal/dayfile"
	"liaison/internal/policy"
)

// Standing says how a proposed day stands to the list.
type Standing string

// The standings. New, Renamed and Moved are ticked beforehand where nothing speaks against them.
const (
	New      Standing = "new"      // the list has nothing on this day
	Same     Standing = "same"     // the list says the same: nothing to do
	Changed  Standing = "changed"  // the list says something else: another name, certainty, or hours
	Closed   Standing = "closed"   // new, but the week has no hours on this day anyway
	Passed   Standing = "passed"   // the day is over: what has passed is not edited
	Repeated Standing = "repeated" // the file has another proposal for the same day before this one
)

// Proposal is a day of a file beside what the list says. Nothing of it is kept before a person ticks it.
type Proposal struct {
	Edit     Edit
	Line     int
	Standing Standing
	Now      Day // what the list says today
}

// Wanted reports whether the proposal is ticked beforehand.
func (p Proposal) Wanted() bool { return p.Standing == New }

// May reports whether the proposal can be kept at all.
func (p Proposal) May() bool { return p.Standing != Same && p.Standing != Passed }

// Propose compares a file's days with a country's list. today is the day in the calendar's zone.
func Propose(p *policy.Pack, country string, found []dayfile.Entry, today calendar.Date) []Proposal {
	seen := map[calendar.Date]bool{}
	all := make([]Proposal, 0, len(found))
	for _, f := range found {
		e := Edit{Date: f.Date, Kind: Holiday, NameEn: cmp.Or(f.Name, f.NameZh), NameZh: cmp.Or(f.NameZh, f.Name), Certainty: cmp.Or(policy.Certainty(f.Certainty), policy.Announced)}
		if f.Hours && len(f.Windows) > 0 {
			e.Kind, e.Certainty, e.Windows = Hours, "", f.Windows
		}
		now := DayOf(p, country, f.Date)
		e = translated(p, e, now)
		if e.Kind == Holiday && f.Certainty == "" && e.NameEn == now.NameEn && now.Certainty == policy.Statutory {
			e.Certainty = now.Certainty // the list knows what the file does not say
		}
		q := Proposal{Edit: e, Line: f.Line, Now: now}
		q.Standing = standing(q, seen[f.Date], today, len(weekOf(p, country, f.Date.Weekday())) > 0)
		seen[f.Date] = true
		all = append(all, q)
	}
	return all
}

// Again is proposals that were made before, as they stand now: the list may have changed, and a day may have passed.
func Again(p *policy.Pack, country string, proposed []Proposal, today calendar.Date) []Proposal {
	seen := map[calendar.Date]bool{}
	for i, q := range proposed {
		q.Now = DayOf(p, country, q.Edit.Date)
		q.Standing = standing(q, seen[q.Edit.Date], today, len(weekOf(p, country, q.Edit.Date.Weekday())) > 0)
		seen[q.Edit.Date] = true
		proposed[i] = q
	}
	return proposed
}

// translated takes over the name in the other language, which the list knows and the file may not.
func translated(p *policy.Pack, e Edit, now Day) Edit {
	if e.NameEn == now.NameEn || e.NameZh == now.NameZh || e.NameEn == now.NameZh {
		e.NameEn, e.NameZh = now.NameEn, now.NameZh
		return e
	}
	if names, ok := p.NameIn(e.NameEn); ok {
		e.NameEn, e.NameZh = names[English], names[Chinese]
	}
	return e
}

func standing(q Proposal, again bool, today calendar.Date, opens bool) Standing {
	switch {
	case q.Edit.Date.Compare(today) < 0:
		return Passed
	case again:
		return Repeated
	case !q.Edit.changes(q.Now):
		return Same
	case q.Now.Kind != Usual:
		return Changed
	case q.Edit.Kind == Holiday && !opens:
		return Closed
	}
	return New
}
