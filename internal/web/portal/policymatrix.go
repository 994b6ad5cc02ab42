package portal

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"liaison/internal/policy"
	"liaison/internal/web"
)

// MatrixPage shows for every kind of case on which clock it is counted and what is due when (B6).
type MatrixPage struct {
	web.Page
	Edition   string
	Country   string
	Countries []Option
	Unknown   bool
	Regional  string // the hours of that country in words
	Priority  []web.Prio
	Parts     []MatrixPart
}

// MatrixPart is a deployment with an environment: a table of plans and priorities.
type MatrixPart struct {
	Title string
	Lines []MatrixLine
}

// MatrixLine is a plan with what it gives for each priority.
type MatrixLine struct {
	Plan  string
	Cells []MatrixCell
}

// MatrixCell is what is promised for one kind of case.
type MatrixCell struct {
	Around   bool
	Clock    string
	Response string
	Update   string
	As       string // the priority that it becomes; "" when it stays as it was asked for
	Clause   string
}

func (p *portal) matrix(w http.ResponseWriter, r *http.Request) error {
	pack, country := p.Policy.Now(), policy.Country(r.URL.Query().Get("country"))
	page := MatrixPage{Page: p.Site.Page(r, "policy.matrix.title", "policy"), Edition: pack.Edition, Country: country}
	for _, s := range pack.Served() {
		page.Countries = append(page.Countries, Option{s.Country, page.Format.Country(s.Country), s.Country == country})
		if s.Country == country {
			page.Regional = regionalWords(page.Page, pack, s)
		}
	}
	slices.SortFunc(page.Countries, func(a, b Option) int { return strings.Compare(a.Text, b.Text) })
	page.Unknown = country != "" && page.Regional == ""
	for _, pr := range pack.Priorities {
		page.Priority = append(page.Priority, web.Prio{Level: pr.Level})
	}
	page.Parts = matrixParts(page.Page, pack)
	return p.Site.Render(w, r, http.StatusOK, page)
}

// regionalWords says which centre serves a country, in which hours and with whose holidays.
func regionalWords(page web.Page, pack *policy.Pack, s policy.Served) string {
	centre, _ := pack.Centre(s.Centre)
	group, _ := pack.HoursGroup(s.Hours)
	key := "policy.matrix.regional_bare" // the pack has no list of holidays of the country
	if strings.Contains(s.Calendar, ":") {
		key = "policy.matrix.regional"
	}
	_, holidays, _ := strings.Cut(s.Calendar, ":")
	return page.T(key, "centre", centre.Names.In(string(page.Lang)), "hours", group.Names.In(string(page.Lang)), "country", page.Format.Country(holidays))
}

// matrixParts arranges the rows: a table for each deployment and environment, a line for each plan; last what is promised
// under extended lifecycle support, where that is something of its own.
func matrixParts(page web.Page, pack *policy.Pack) []MatrixPart {
	var parts []MatrixPart
	find := map[string]int{}
	for _, row := range append(pack.Matrix(), pack.ExtendedMatrix()...) {
		where := row.Deployment + "." + row.Environment
		if row.Extended {
			where = "extended." + row.Environment
		}
		i, ok := find[where]
		if !ok {
			i = len(parts)
			find[where] = i
			parts = append(parts, MatrixPart{Title: page.T("policy.matrix." + where)})
		}
		plan, _ := pack.Plan(row.Plan)
		name := plan.Names.In(string(page.Lang))
		lines := parts[i].Lines
		if len(lines) == 0 || lines[len(lines)-1].Plan != name {
			lines = append(lines, MatrixLine{Plan: name})
		}
		last := &lines[len(lines)-1]
		last.Cells = append(last.Cells, matrixCell(page, row))
		parts[i].Lines = lines
	}
	return parts
}

func matrixCell(page web.Page, row policy.MatrixRow) MatrixCell {
	c := MatrixCell{Around: row.Clock == policy.AlwaysOpenID, Clock: page.T("policydiff.value." + row.Clock), Clause: row.Clause,
		Response: page.T("policy.matrix.response", "time", page.Duration(time.Duration(row.Response)*time.Minute))}
	how, key := "working", "policy.matrix.update_"
	if c.Around {
		how = "around"
	}
	if row.Update == 1 {
		key = "policy.matrix.daily_"
	}
	c.Update = page.T(key+how, "count", row.Update)
	if row.Effective != row.Priority {
		c.As = page.T("policy.matrix.as", "priority", row.Effective)
	}
	return c
}
