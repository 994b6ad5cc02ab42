package moving

import (
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/policy"
)

// countSeats lets the liaisons of the file sit on the seats of the file.
func (p *planner) countSeats(r, was *Row) {
	today := p.today()
	from := r.date("from")
	if from.Compare(today) > 0 || contract.Anniversary(from, 1).Compare(today) <= 0 {
		return
	}
	p.held.extra[r.system()] += r.seats()
	if was != nil {
		p.held.extra[r.system()] -= was.seats()
	}
}

// checkDesignation: the person is a liaison of the customer, and the plan has a seat (R1.1-04).
func (p *planner) checkDesignation(r, was *Row) {
	p.checkCentre(r, was)
	person := p.held.rows[People][r.customer()+"\x00"+r.get("email")]
	changed := person != nil && person.File != "" // by a row before: who loses access leaves the seat
	if !p.needSystem(r) || r.get("status") == ended || was != nil && was.get("status") == active && !changed {
		return
	}
	if person == nil || person.get("status") != active || person.get("role") != string(access.Liaison) {
		p.refuse(r.problem("email", "contract.not_a_liaison"))
		return
	}
	if was != nil && was.get("status") == active {
		return
	}
	seats := p.seatsOfPlan(r.system(), p.now) + p.held.extra[r.system()]
	if p.held.taken[r.system()] < seats {
		return
	}
	if _, there := p.held.ids[r.system()]; !there && p.held.taken[r.system()] < p.seatsOnce(r.system()) {
		r.moved = true
		return
	}
	p.refuse(r.problem("email", "refusal.no_free_seat", "seats", seats))
}

// checkCentre: the centre that a liaison has chosen is a regional one (R1.1-13). A choice for a system that is there needs a
// plan that gives it today, as everywhere; a system that comes from elsewhere brings what was chosen there, and it counts
// while the plan gives the choice.
func (p *planner) checkCentre(r, was *Row) {
	centre := r.get("centre")
	if centre == "" || r.get("status") == ended || was != nil && was.get("centre") == centre {
		return
	}
	if _, known := p.s.Policy.Now().Centre(centre); !known || centre == policy.CloudCentre {
		p.refuse(r.problem("centre", "moving.unknown_centre"))
		return
	}
	if _, there := p.held.ids[r.system()]; !there {
		return
	}
	plan, today := "", p.today()
	for _, x := range p.held.terms[r.system()] {
		if t := x.toTerm(); t.From.Compare(today) <= 0 && today.Compare(t.To) <= 0 {
			plan = t.Plan
		}
	}
	given, _, _ := entitlement.InPlan(p.s.Policy.Now(), plan, entitlement.ChooseCentre)
	switch {
	case p.held.rows[Systems][r.system()].get("deployment") == contract.Cloud:
		p.refuse(r.problem("centre", "refusal."+entitlement.CloudHasItsOwn))
	case !given.Allowed:
		p.refuse(r.problem("centre", "refusal."+entitlement.NotInPlan))
	}
}

func (p *planner) today() calendar.Date { return calendar.DateOf(p.now, p.s.Policy.Now().Vendor.Zone) }

// seatsOnce is how many liaisons a system that the files bring may have had, on the day until today that had most seats: when
// a bought seat or a larger plan ends nobody is removed (1.1), and so they come along.
func (p *planner) seatsOnce(system string) (most int) {
	if n, known := p.once[system]; known {
		return n
	}
	var days []calendar.Date // on which the number may begin to be another one
	var bought []entitlement.ExtraSeats
	for _, kind := range []Kind{Subscriptions, Exceptions, Extended, Seats} {
		for _, x := range p.held.rows[kind] {
			if x.system() != system {
				continue
			}
			from := x.date("from")
			if days = append(days, from); kind == Seats {
				bought = append(bought, entitlement.ExtraSeats{Seats: x.seats(), Term: entitlement.Term{From: from, To: contract.Anniversary(from, 1).AddDays(-1)}})
				continue
			}
			days = append(days, x.date("to").AddDays(1))
		}
	}
	for _, day := range days {
		if day.Compare(p.today()) <= 0 {
			noon := day.StartIn(p.s.Policy.Now().Vendor.Zone).Add(12 * time.Hour)
			most = max(most, p.seatsOfPlan(system, noon)+entitlement.ExtraOn(bought, day))
		}
	}
	p.once[system] = most
	return most
}

// seatsOfPlan are the liaisons of a system at an instant, bought seats not counted, by the rows before: terms, and what orders
// say of it.
func (p *planner) seatsOfPlan(system string, at time.Time) int {
	var terms []contract.Term
	for _, t := range p.held.terms[system] {
		terms = append(terms, t.toTerm())
	}
	kept := contract.Beside{Deployment: p.held.rows[Systems][system].get("deployment")}
	for _, x := range p.held.extended[system] {
		kept.Windows = append(kept.Windows, x.toWindow())
	}
	if len(kept.Windows) > 0 {
		for _, x := range p.held.rows[Exceptions] {
			if x.system() == system {
				kept.Exceptions = append(kept.Exceptions, x.toException())
			}
		}
	}
	return p.s.Contract.SeatsOf(terms, kept, at)
}
