package policy

import (
	"cmp"
	"maps"
	"slices"
)

// The environments as the matrix and the clock rules name them.
const (
	EnvironmentProduction = "production"
	EnvironmentOther      = "other"
)

// RegionalClock is what the matrix calls the calendar of the customer's country.
const RegionalClock = "regional"

// MatrixRow is one kind of case with its clock and targets. All rows together are every plan, deployment, environment
// and priority, each exactly once; with Served they are the whole of what is promised (B6).
type MatrixRow struct {
	Plan        string `json:"plan"`
	Deployment  string `json:"deployment"`
	Environment string `json:"environment"` // production or other
	Priority    string `json:"priority"`
	Clock       string `json:"clock"`           // 24x7, regional, or the id of a country's calendar
	Response    int    `json:"responseMinutes"` // of open time
	Update      int    `json:"updateDays"`      // working days of the clock; 24 h each on 24x7
	Effective   string `json:"effective"`       // the priority that such a case gets: P3 where the one asked for needs production
	Clause      string `json:"clause"`
	Requirement string `json:"requirement"`
	Extended    bool   `json:"extended,omitempty"` // of a system that nothing but extended lifecycle support covers
}

// lowered is what a priority becomes that is for production only, on another environment (contracts: requested and
// effective priority).
const lowered = 3

// Matrix gives the rows by plan, deployment, environment and priority. The targets are those of the effective priority.
func (p *Pack) Matrix() []MatrixRow {
	rows := make([]MatrixRow, 0, len(p.Plans)*len(p.Priorities)*4)
	for _, plan := range p.Plans {
		for _, deployment := range []string{OnPrem, Cloud} {
			for _, environment := range []string{EnvironmentProduction, EnvironmentOther} {
				for _, asked := range p.Priorities {
					rows = append(rows, p.rowOf(Terms{Plan: plan.Key, Production: environment == EnvironmentProduction, Deployment: deployment}, asked))
				}
			}
		}
	}
	return rows
}

// ExtendedMatrix gives the rows of systems that nothing but extended lifecycle support covers, where the pack promises them
// something of its own (4.7): every plan, environment and priority. Without it they have the rows of their plan.
func (p *Pack) ExtendedMatrix() []MatrixRow {
	rows := []MatrixRow{}
	if !p.Extended.HasTargets() {
		return rows
	}
	for _, plan := range p.Plans {
		for _, environment := range []string{EnvironmentProduction, EnvironmentOther} {
			for _, asked := range p.Priorities {
				rows = append(rows, p.rowOf(Terms{Plan: plan.Key, Extended: true, Production: environment == EnvironmentProduction, Deployment: p.Extended.Deployment}, asked))
			}
		}
	}
	return rows
}

// rowOf is what a case gets that asks for a priority on these terms.
func (p *Pack) rowOf(t Terms, asked Priority) MatrixRow {
	t.Priority = asked.Level
	if asked.ProductionOnly && !t.Production {
		t.Priority = lowered
	}
	pr, _ := p.PriorityOf(t.Priority, t.Extended)
	c, environment := p.ClockOf(t), EnvironmentOther
	if t.Production {
		environment = EnvironmentProduction
	}
	return MatrixRow{Plan: t.Plan, Deployment: t.Deployment, Environment: environment, Priority: asked.Key, Effective: pr.Key, Extended: t.Extended,
		Clock: cmp.Or(c.ID, RegionalClock), Response: int(pr.Response.Minutes()), Update: pr.UpdateDays, Clause: c.Clause, Requirement: c.Requirement}
}

// Served is a country with the hours it is served in.
type Served struct {
	Country  string `json:"country"`
	Calendar string `json:"calendar"`
	Hours    string `json:"hoursGroup"`
	Centre   string `json:"centre"`
	Zone     string `json:"zone"`
}

// Served lists every country with its calendar and centre, by country.
func (p *Pack) Served() []Served {
	found := make([]Served, 0, len(p.countries))
	for _, country := range slices.Sorted(maps.Keys(p.countries)) {
		id, centre, _ := p.CalendarFor(country)
		found = append(found, Served{Country: country, Calendar: id, Hours: p.countries[country], Centre: centre, Zone: p.Calendars[id].Zone().String()})
	}
	return found
}

// MatrixOf is Matrix for a country: what is regional is its calendar. ok is false for what is no country.
func (p *Pack) MatrixOf(country string) (rows []MatrixRow, ok bool) {
	return p.localRows(p.Matrix(), country)
}

// ExtendedMatrixOf is ExtendedMatrix for a country.
func (p *Pack) ExtendedMatrixOf(country string) (rows []MatrixRow, ok bool) {
	return p.localRows(p.ExtendedMatrix(), country)
}

func (p *Pack) localRows(rows []MatrixRow, country string) ([]MatrixRow, bool) {
	id, _, ok := p.CalendarFor(Country(country))
	if !ok {
		return nil, false
	}
	for i := range rows {
		if rows[i].Clock == RegionalClock {
			rows[i].Clock = id
		}
	}
	return rows, true
}
