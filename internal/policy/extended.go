package policy

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"liaison/internal/calendar"
)

// ExtendedSupport is what the pack says of extended lifecycle support of on-premises software (4.7). Days are of the
// vendor's zone and both included. The zero value: the vendor does not sell it.
type ExtendedSupport struct {
	SKUs       []string      // by which an order names it; none of them is the name of a plan
	FirstStart calendar.Date // no window begins earlier
	LastEnd    calendar.Date // no window ends later, renewed or not
	MaxMonths  int           // of all windows of a system in sum
	Scope      []string      // the services that it keeps
	Deployment string        // of the systems that it is for
	NoticeDays []int         // calendar days before the end of on-premises support on which customers who lose it are told, falling

	// What it gives a system that nothing else covers. What is not set is that of the system's plan.
	Seats      int // liaisons in place of those of the plan; 0: not set
	AddedSeats int // liaisons beside those of the plan
	Targets    [4]ExtendedTarget
}

// ExtendedTarget is what extended lifecycle support promises for one priority, P1 first. What is not set is that of the
// system's plan.
type ExtendedTarget struct {
	Response   time.Duration // open time; 0: not set
	UpdateDays int           // working days of the clock; 0: not set
	Clock      string        // AlwaysOpenID, RegionalClock; "": not set
}

// IsSKU reports whether an order that names sku orders extended lifecycle support.
func (e ExtendedSupport) IsSKU(sku string) bool { return slices.Contains(e.SKUs, sku) }

// HasTargets reports whether any promise differs from that of the plan.
func (e ExtendedSupport) HasTargets() bool { return e.Targets != [4]ExtendedTarget{} }

// target is the one of a level; the zero one for what is no level.
func (e ExtendedSupport) target(level int) (t ExtendedTarget) {
	if level >= 1 && level <= len(e.Targets) {
		t = e.Targets[level-1]
	}
	return t
}

// SeatsOf is how many liaisons a system of a plan may have, bought ones not counted; 0 for a plan that the pack does not
// have. extended: nothing but extended lifecycle support covers the system (4.7).
func (p *Pack) SeatsOf(plan string, extended bool) int {
	pl, ok := p.Plan(plan)
	switch {
	case !ok:
		return 0
	case extended && p.Extended.Seats > 0:
		return p.Extended.Seats
	case extended:
		return pl.Seats + p.Extended.AddedSeats
	}
	return pl.Seats
}

// Terms are what decides how a case is counted.
type Terms struct {
	Plan       string
	Extended   bool // nothing but extended lifecycle support covers the system (4.7)
	Priority   int  // 1..4
	Production bool
	Deployment string
	Calendar   string // the regional one
}

// ClockOf is ClockFor with the hours that extended lifecycle support has of its own.
func (p *Pack) ClockOf(t Terms) ClockChoice {
	own := p.Extended.target(t.Priority).Clock
	if !t.Extended || own == "" {
		return p.ClockFor(t.Plan, t.Priority, t.Production, t.Deployment, t.Calendar)
	}
	id := t.Calendar
	if own == AlwaysOpenID {
		id = AlwaysOpenID
	}
	return ClockChoice{ID: id, Calendar: p.Calendars[id], Clause: "4.7", Requirement: "R4.7-05"}
}

// PriorityOf is the priority of a level with the targets that extended lifecycle support has of its own, where extended
// says that nothing else covers the system.
func (p *Pack) PriorityOf(level int, extended bool) (Priority, bool) {
	pr, ok := p.Priority(level)
	if !ok || !extended {
		return pr, ok
	}
	own := p.Extended.target(level)
	if own.Response > 0 {
		pr.Response = own.Response
	}
	if own.UpdateDays > 0 {
		pr.UpdateDays = own.UpdateDays
	}
	return pr, true
}

// extendedFile is extended_lifecycle as policy.yaml has it.
type extendedFile struct {
	SKUs       []string      `yaml:"skus"`
	FirstStart calendar.Date `yaml:"first_start"`
	LastEnd    calendar.Date `yaml:"last_end"`
	MaxMonths  int           `yaml:"max_months"`
	Scope      []string      `yaml:"scope"`
	Deployment string        `yaml:"deployment"`
	NoticeDays []int         `yaml:"notice_days"`

	Seats      int                           `yaml:"seats"`
	AddedSeats int                           `yaml:"added_seats"`
	Priorities map[string]extendedTargetFile `yaml:"priorities"`
}

type extendedTargetFile struct {
	Response   string `yaml:"response"` // "4h", of open time
	UpdateDays int    `yaml:"update_days"`
	Clock      string `yaml:"clock"` // "24x7" or "regional"
}

// buildExtended takes over what the file says. What cannot be read is told by checkExtended.
func buildExtended(f extendedFile) ExtendedSupport {
	e := ExtendedSupport{SKUs: f.SKUs, FirstStart: f.FirstStart, LastEnd: f.LastEnd, MaxMonths: f.MaxMonths, Scope: f.Scope,
		Deployment: f.Deployment, NoticeDays: f.NoticeDays, Seats: f.Seats, AddedSeats: f.AddedSeats}
	for i := range e.Targets {
		own := f.Priorities["P"+strconv.Itoa(i+1)]
		e.Targets[i] = ExtendedTarget{UpdateDays: own.UpdateDays, Clock: own.Clock}
		if d, err := time.ParseDuration(own.Response); err == nil {
			e.Targets[i].Response = d
		}
	}
	return e
}

const extendedPath = "policy.extended_lifecycle"

// checkExtended wants nothing of a vendor that does not sell it, and everything of one that does.
func (c *checker) checkExtended() {
	e, f := c.pack.Extended, c.raw.policy.Extended
	if len(e.SKUs) == 0 {
		if !e.FirstStart.IsZero() || !e.LastEnd.IsZero() || len(e.Scope) > 0 || e.Seats != 0 || e.AddedSeats != 0 || len(f.Priorities) > 0 {
			c.add(extendedPath+".skus", "pack.required")
		}
		return
	}
	for _, sku := range e.SKUs {
		c.required(extendedPath+".skus", sku)
		for _, pl := range c.pack.Plans {
			if sku == pl.Key || slices.Contains(pl.OtherNames, sku) || sku == pl.Names.In("en") || sku == pl.Names.In("zh-Hans") {
				c.add(extendedPath+".skus", "pack.sku_is_plan", "found", sku)
			}
		}
	}
	if e.FirstStart.IsZero() || e.LastEnd.IsZero() || len(e.Scope) == 0 {
		c.add(extendedPath, "pack.required")
	}
	if e.LastEnd.Compare(e.FirstStart) < 0 {
		c.add(extendedPath+".last_end", "pack.ends_before_start", "found", e.LastEnd.String(), "other", e.FirstStart.String())
	}
	c.atLeast(extendedPath+".max_months", e.MaxMonths, 1)
	c.extendedFits()
	c.eachOneOf(extendedPath+".scope", e.Scope, Services())
	for i, days := range e.NoticeDays {
		if days < 1 || i > 0 && days >= e.NoticeDays[i-1] {
			c.add(extendedPath+".notice_days", "pack.not_falling", "found", days)
		}
	}
	c.oneOf(extendedPath+".deployment", e.Deployment, []string{OnPrem, Cloud})
	c.checkExtendedSeats()
	c.checkExtendedTargets()
}

// extendedFits wants windows that begin when the support on premises has ended, and a length that a window can reach:
// a longer one would promise months that no order can have.
func (c *checker) extendedFits() {
	e := c.pack.Extended
	if e.FirstStart.IsZero() || e.LastEnd.Compare(e.FirstStart) < 0 {
		return // is told already
	}
	if e.FirstStart.Compare(c.pack.OnPremEnd) < 0 {
		c.add(extendedPath+".first_start", "pack.starts_while_supported", "found", e.FirstStart.String(), "other", c.pack.OnPremEnd.String())
	}
	if e.FirstStart.AddMonths(e.MaxMonths).Compare(e.LastEnd.AddDays(1)) > 0 {
		c.add(extendedPath+".max_months", "pack.longer_than_window", "found", e.MaxMonths, "from", e.FirstStart.String(), "to", e.LastEnd.String())
	}
}

// mostSeats is more than any plan has: a number above it is a slip of the hand.
const mostSeats = 1000

// checkExtendedSeats wants seats in place of the plan's, or beside them, not both.
func (c *checker) checkExtendedSeats() {
	e := c.pack.Extended
	few := func(path string, seats int) {
		c.atLeast(path, seats, 0)
		if seats > mostSeats {
			c.add(path, "pack.too_large", "found", seats, "allowed", mostSeats)
		}
	}
	few(extendedPath+".seats", e.Seats)
	few(extendedPath+".added_seats", e.AddedSeats)
	if e.Seats != 0 && e.AddedSeats != 0 {
		c.add(extendedPath+".added_seats", "pack.seats_twice", "found", e.AddedSeats, "other", e.Seats)
	}
}

// checkExtendedTargets wants targets like those of the priorities, of priorities that there are.
func (c *checker) checkExtendedTargets() {
	own := c.raw.policy.Extended.Priorities
	for _, key := range slices.Sorted(maps.Keys(own)) {
		path, t := extendedPath+".priorities."+key, own[key]
		if !slices.Contains(c.priorityKeys(), key) {
			c.oneOf(path, key, c.priorityKeys())
			continue
		}
		if d, err := time.ParseDuration(t.Response); t.Response != "" && (err != nil || d <= 0) {
			c.add(path+".response", "pack.bad_duration", "found", t.Response)
		}
		if t.UpdateDays != 0 {
			c.within(path+".update_days", t.UpdateDays, mostDays)
		}
		if t.Clock != "" {
			c.oneOf(path+".clock", t.Clock, []string{AlwaysOpenID, RegionalClock})
		}
		if t == (extendedTargetFile{}) {
			c.add(path, "pack.required")
		}
	}
}
