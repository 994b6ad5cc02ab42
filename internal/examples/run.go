package examples

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/sla"
)

// Outcome is what became of the examples of a file.
type Outcome struct {
	Passed int
	Failed []string // a line for each: id, expected, got, clause, ledger
}

// example is one worked example as it is written.
type example struct {
	ID       string
	Kind     string
	Inputs   json.RawMessage
	Expected map[string]any
}

// answer is what the rules say.
type answer struct {
	values map[string]any // by the keys of what is expected
	clause string
	ledger []sla.Segment
}

// Run runs all examples of a file against a pack, with the calendars that the file names beside it. The error is about
// the file; an example that cannot be run is a failed one.
func Run(pack *policy.Pack, file string) (out Outcome, err error) {
	defer errs.Wrap(&err, "examples.Run(%s)", file)
	return run(os.DirFS(filepath.Dir(file)), pack, filepath.Base(file))
}

func run(fsys fs.FS, pack *policy.Pack, file string) (out Outcome, err error) {
	var all struct {
		Calendars string
		Examples  []example
	}
	if err := readFS(fsys, file, &all); err != nil {
		return out, err
	}
	if all.Calendars != "" {
		if pack, err = withCalendarsOf(fsys, pack, path.Join(path.Dir(file), path.Base(all.Calendars))); err != nil {
			return out, err
		}
	}
	for _, x := range all.Examples {
		if line := x.run(pack); line != "" {
			out.Failed = append(out.Failed, line)
		} else {
			out.Passed++
		}
	}
	return out, nil
}

// run gives the line of a failure, "" when the rules answer as expected.
func (x example) run(pack *policy.Pack) string {
	ask := rules(x.Kind)
	if ask == nil {
		return fmt.Sprintf("%s: expected %s, got nothing: unknown kind %s", x.ID, text(x.Expected), x.Kind)
	}
	got, err := ask(pack, x.Inputs)
	if err != nil {
		return fmt.Sprintf("%s: expected %s, got nothing: %v", x.ID, text(x.Expected), err)
	}
	if len(x.Expected) > 0 && !slices.ContainsFunc(keys(x.Expected), func(k string) bool { return !got.says(k, x.Expected[k]) }) {
		return ""
	}
	said := map[string]any{}
	for key := range x.Expected {
		if v, ok := got.values[key]; ok {
			said[key] = v
		}
	}
	return fmt.Sprintf("%s: expected %s, got %s, clause %s, ledger %s", x.ID, text(x.Expected), text(said), got.clause, ledgerText(got.ledger))
}

func keys(m map[string]any) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	return all
}

// says compares one key: instants as instants whatever their offset, also in lists, everything else as JSON has it.
func (a answer) says(key string, want any) bool {
	got, ok := a.values[key]
	return ok && same(got, want)
}

func same(got, want any) bool {
	switch got := got.(type) {
	case time.Time:
		s, _ := want.(string)
		w, err := time.Parse(time.RFC3339Nano, s)
		return err == nil && w.Equal(got)
	case []any:
		list, ok := want.([]any)
		return ok && slices.EqualFunc(got, list, same)
	}
	return reflect.DeepEqual(plain(got), want)
}

// plain is a value as it comes back from JSON.
func plain(v any) (out any) {
	b, err := json.Marshal(v)
	if err != nil || json.Unmarshal(b, &out) != nil {
		return nil
	}
	return out
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func ledgerText(lines []sla.Segment) string {
	parts := make([]string, len(lines))
	for i, s := range lines {
		parts[i] = fmt.Sprintf("%s..%s %s %s", s.From.Format(time.RFC3339), s.To.Format(time.RFC3339),
			time.Duration(s.Counted)*time.Microsecond, s.Reason)
	}
	return "[" + strings.Join(parts, "; ") + "]"
}

// decode reads inputs; a key that the kind does not know is an error.
func decode(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
