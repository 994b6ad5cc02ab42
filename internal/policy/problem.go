package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Problem is one thing that is wrong in a pack: where it stands, what was found, what is allowed. Key is the
// catalogue key of the sentence, with Args "found" and "allowed" where they apply.
type Problem struct {
	File string // below the folder of packs, "example/policy.yaml"
	Line int    // 1 is the first; 0 when the whole file is meant
	Path string // "plans.premier.rank"
	Key  string // "pack.unknown_key"
	Args map[string]any
}

// Error is the plain form for the log: file:line: path: key (arguments).
func (p Problem) Error() string {
	var args strings.Builder
	for i, k := range slices.Sorted(maps.Keys(p.Args)) {
		if i > 0 {
			args.WriteString(", ")
		}
		fmt.Fprintf(&args, "%s: %v", k, p.Args[k])
	}
	return fmt.Sprintf("%s:%d: %s: %s (%s)", p.File, p.Line, p.Path, p.Key, args.String())
}

// Problems are all that is wrong in a pack, by file and line. Load wraps them in its error: errors.As finds them.
type Problems []Problem

// Error is one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Path, b.Path))
	})
}
