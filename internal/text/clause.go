package text

// ClauseKey is the key under which a clause of the policy is named: clauses are numbered, "0" is the preface, and those that
// begin with a letter are appendices.
func ClauseKey(key, clause string) string {
	switch {
	case clause == "0":
		return key + ".preface"
	case clause != "" && clause[0] >= 'A' && clause[0] <= 'Z':
		return key + ".appendix"
	}
	return key
}
