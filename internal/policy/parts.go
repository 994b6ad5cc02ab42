package policy

import (
	"fmt"
	"slices"
	"strings"
)

// partOf is the part of a pack that a path belongs to: a section of policy.yaml, or a kind of file.
func partOf(path string) string {
	root, rest, _ := strings.Cut(path, ".")
	if root == "policy" && rest != "" {
		section, _, _ := strings.Cut(rest, ".")
		section, _, _ = strings.Cut(section, "[")
		return root + "." + section
	}
	if strings.HasPrefix(root, "clauses ") {
		return "clauses"
	}
	return root
}

// unreadParts are the parts in which something could not be read.
func unreadParts(ps Problems) map[string]bool {
	parts := map[string]bool{}
	for _, p := range ps {
		parts[partOf(p.Path)] = true
	}
	return parts
}

// withoutConsequences leaves out of what was found in a pack the problems that only follow from others: from what could not
// be read, or from hours that are none. They would mislead.
func withoutConsequences(unread, found Problems) Problems {
	parts := unreadParts(unread)
	var kept Problems
	for _, p := range found {
		if !p.standsAlone(unread, parts) {
			continue
		}
		from := append(needs(p), partOf(p.Path))
		spoilt := func(o Problem) bool { return spoilsHours(o) && slices.Contains(from, partOf(o.Path)) }
		far := func(o Problem) bool { return o.Key == "pack.far_year" && partOf(o.Path) == partOf(p.Path) }
		if p.Key == "pack.never_open" && slices.ContainsFunc(found, spoilt) || p.Key == "pack.year_missing" && slices.ContainsFunc(found, far) {
			continue
		}
		kept = append(kept, p)
	}
	return slices.Concat(unread, kept)
}

// spoilsHours reports whether a problem leaves hours out of a calendar.
func spoilsHours(p Problem) bool {
	return slices.Contains([]string{"pack.bad_window", "pack.windows_overlap", "pack.bad_date"}, p.Key) || p.ofWeekday()
}

// ofWeekday reports whether a day of a week has a name that is none.
func (p Problem) ofWeekday() bool {
	return p.Key == "pack.not_one_of" && strings.Contains(p.Path, ".week.")
}

// standsAlone reports whether a problem is one even though the unread places, and the parts in which they lie, are not
// known: what follows from them only would mislead. In a part that was read but for some of its values, what is wrong with
// another single value stays wrong.
func (p Problem) standsAlone(unread Problems, parts map[string]bool) bool {
	if parts[partOf(p.Path)] {
		if !p.ofOneValue() || slices.ContainsFunc(unread, func(u Problem) bool { return reaches(u.Path, p.Path) || reaches(p.Path, u.Path) }) {
			return false
		}
	}
	for _, needed := range needs(p) {
		if parts[needed] && needed != partOf(p.Path) {
			return false
		}
	}
	return true
}

// reaches reports whether the value at path is that at top, or lies in it.
func reaches(top, path string) bool {
	rest, ok := strings.CutPrefix(path, top)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// ofOneValue reports whether a problem is wrong with the value at its path, whatever else the pack says.
func (p Problem) ofOneValue() bool {
	switch p.Key {
	case "pack.bad_window", "pack.windows_overlap", "pack.unknown_zone", "pack.bad_date", "pack.far_year", "pack.date_twice", "pack.bad_country",
		"pack.bad_subdivision", "pack.bad_email", "pack.bad_url", "pack.bad_edition", "pack.bad_duration":
		return p.Args["found"] != "" // "" stands where a key was not read
	}
	return p.ofWeekday()
}

// needs are the parts that a problem compared its place with.
func needs(p Problem) []string {
	switch p.Key {
	case "pack.unknown_clause", "pack.clause_untold", "pack.cited_clause":
		return []string{"clauses", "policy.languages"}
	case "pack.no_clauses":
		return []string{"clauses"}
	case "pack.untranslated":
		return []string{"policy.languages"}
	case "pack.unknown_holiday":
		return []string{"holidays"}
	case "pack.no_holiday_list":
		return []string{fmt.Sprintf("calendar %v", p.Args["found"])}
	case "pack.clock_gap", "pack.clock_overlap", "pack.sku_is_plan":
		return []string{"policy.plans", "policy.priorities"}
	case "pack.never_open", "pack.windows_overlap", "pack.hours_run_on", "pack.country_without_hours":
		return []string{"policy.hours_groups"}
	case "pack.not_one_of":
		return map[string][]string{
			"policy.clocks":              {"policy.plans"},
			"policy.hours_groups":        {"policy.centres"},
			"policy.restricted_channels": {"policy.channels"},
			"policy.language_24x7":       {"policy.languages"},
			"policy.cloud_language_24x7": {"policy.languages"},
			"policy.plans":               {"policy.languages"},
		}[partOf(p.Path)]
	}
	return nil
}
