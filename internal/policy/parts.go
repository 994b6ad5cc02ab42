package policy

import "strings"

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

// standsAlone reports whether a problem is one even though the unread parts are not known: what follows from them only
// would mislead.
func (p Problem) standsAlone(unread map[string]bool) bool {
	if unread[partOf(p.Path)] {
		return false
	}
	for _, needed := range needs(p) {
		if unread[needed] {
			return false
		}
	}
	return true
}

// needs are the parts that a problem compared its place with.
func needs(p Problem) []string {
	switch p.Key {
	case "pack.unknown_clause", "pack.clause_untold", "pack.cited_clause":
		return []string{"clauses", "policy.languages"}
	case "pack.untranslated":
		return []string{"policy.languages"}
	case "pack.unknown_holiday":
		return []string{"holidays"}
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
		}[partOf(p.Path)]
	}
	return nil
}
