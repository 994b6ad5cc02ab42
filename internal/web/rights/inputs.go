package rights

import (
	"fmt"
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// inputNames are what decisions look at, in the order in which people read it: when, who, the system, what was bought, what
// is owed, what was used. What a decision was about is its heading.
func inputNames() []string {
	return []string{"at", "today",
		"liaison", "member", "manages", "narrowed", "restricted", "resource", "channel", "request",
		"deployment", "last_supported_day", "ended_on", "exception", "extended",
		"subscription_from", "subscription_to", "plan", "plans", "due", "suspended_from",
		"seats", "extra", "active", "invited", "used", "per_year", "year_from", "year_to", "next"}
}

// inputsOf is what a decision looked at, in the reader's words and zone.
func inputsOf(page web.Page, pack *policy.Pack, d errs.Decision) (all []Input) {
	for _, name := range inputNames() {
		if value, looked := d.Inputs[name]; looked {
			all = append(all, Input{page.T("rights.input." + name), inputText(page, pack, name, value)})
		}
	}
	return all
}

func inputText(page web.Page, pack *policy.Pack, name string, value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return page.T("rights.input_yes")
		}
		return page.T("rights.input_no")
	case string:
		return codeText(page, pack, name, v)
	}
	return fmt.Sprint(value)
}

// codeText is a code, a day or an instant as people read it.
func codeText(page web.Page, pack *policy.Pack, name, code string) string {
	planName := func(key string) string {
		if p, ok := pack.Plan(key); ok {
			return p.Names.In(string(page.Lang))
		}
		return key
	}
	switch {
	case code == "" && name == "plan":
		return page.T("rights.no_plan")
	case code == "":
		return page.T("word.none")
	case name == "plan" || name == "plans":
		return each(page, code, planName)
	case name == "exception":
		return each(page, code, func(c string) string { return page.T("books.service." + c) })
	case name == "channel":
		return page.T("portal.channel." + code)
	case name == "deployment":
		return page.T("desk.deployment." + code)
	case name == "resource":
		return page.T("rights.access.resource." + code)
	}
	if at, err := time.Parse(time.RFC3339Nano, code); err == nil {
		return page.Instant(at)
	}
	if day, err := calendar.StoredDate(code); err == nil {
		return page.Format.CivilDate(day.Year, day.Month, day.Day)
	}
	if name == "request" && code == entitlement.RequestByCase {
		return page.T("rights.input_by_case")
	}
	return code
}

// each are the words of codes that stand apart by spaces.
func each(page web.Page, codes string, word func(string) string) string {
	var words []string
	for c := range strings.FieldsSeq(codes) {
		words = append(words, word(c))
	}
	return strings.Join(words, page.T("rights.comma"))
}
