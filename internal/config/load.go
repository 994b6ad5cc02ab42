package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// fileSuffix makes the name of a secret into the name of the file that holds it.
const fileSuffix = "_file"

// given is one value as somebody wrote it.
type given struct {
	key   string // "smtp.port", or "db_file" for a secret in a file
	value string
	where string
}

// Load reads the settings: defaults, then the YAML file at path (none when path is ""), then the environment as
// lookup gives it (os.LookupEnv). The error is a Problems with everything that is wrong.
func Load(path string, lookup func(string) (string, bool)) (Settings, error) {
	s := Default()
	s.given = map[string]given{}
	var problems Problems
	if path != "" {
		values, bad := s.readFile(path)
		problems = append(problems, bad...)
		problems = append(problems, s.apply(values)...)
	}
	problems = append(problems, s.apply(s.readEnvironment(lookup))...)
	s.fillDerived()
	problems = append(problems, s.problems(problems)...)
	if len(problems) > 0 {
		return Settings{}, problems
	}
	return s, nil
}

// readEnvironment collects the variables that are settings. Others that begin with LIAISON_ are left alone:
// container platforms set such variables for a service of that name.
func (s *Settings) readEnvironment(lookup func(string) (string, bool)) []given {
	var values []given
	for _, one := range s.settings() {
		keys := []string{one.key}
		if one.secret != nil {
			keys = append(keys, one.key+fileSuffix)
		}
		for _, key := range keys {
			if v, ok := lookup(variable(key)); ok {
				values = append(values, given{key, v, variable(key)})
			}
		}
	}
	return values
}

// apply sets the values of one source.
func (s *Settings) apply(values []given) Problems {
	var problems Problems
	settings := s.settings()
	seen := map[string]given{} // within this source
	for _, g := range values {
		key := g.key
		i := slices.IndexFunc(settings, func(one setting) bool { return one.key == key })
		if i < 0 {
			key = strings.TrimSuffix(g.key, fileSuffix)
			i = slices.IndexFunc(settings, func(one setting) bool { return one.key == key })
			text, err := os.ReadFile(g.value)
			if err != nil {
				problems = append(problems, Problem{g.where, g.key, fmt.Sprintf("the file cannot be read: %v", err)})
				continue
			}
			g.value = strings.TrimRight(string(text), "\r\n")
		}
		if first, twice := seen[key]; twice {
			problems = append(problems, Problem{g.where, g.key, fmt.Sprintf("is given twice, first at %s; give the value or its file", first.where)})
			continue
		}
		seen[key], s.given[key] = g, g
		if !settings[i].parse(g.value) {
			problems = append(problems, notAllowed(settings[i], g))
		}
	}
	return problems
}

// readFile collects the values of a YAML file and refuses what is no setting.
func (s *Settings) readFile(path string) ([]given, Problems) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, Problems{{path, "", fmt.Sprintf("the file cannot be read: %v", err)}}
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, Problems{syntax(path, err)}
	}
	r := reader{path: path, known: s.fileKeys()}
	for i, doc := range file.Docs {
		if i > 0 {
			r.problem(doc.GetToken(), "", "a second document; allowed: one")
			break
		}
		r.walk("", doc.Body)
	}
	return r.values, r.problems
}

// fileKeys are the keys that may stand in the YAML file.
func (s *Settings) fileKeys() []string {
	var keys []string
	for _, one := range s.settings() {
		if !one.envOnly {
			keys = append(keys, one.key)
		}
		if one.secret != nil {
			keys = append(keys, one.key+fileSuffix)
		}
	}
	return keys
}

// syntax turns the parser's error into a problem with its line.
func syntax(path string, err error) Problem {
	var y yaml.Error
	if errors.As(err, &y) && y.GetToken() != nil {
		return Problem{position(path, y.GetToken()), "", y.GetMessage()}
	}
	return Problem{path, "", err.Error()}
}

func position(path string, t *token.Token) string {
	if t == nil || t.Position == nil {
		return path
	}
	return fmt.Sprintf("%s:%d", path, t.Position.Line)
}

// reader walks the mappings of a file and collects plain values.
type reader struct {
	path     string
	known    []string
	values   []given
	problems Problems
}

func (r *reader) problem(t *token.Token, key, words string) {
	r.problems = append(r.problems, Problem{position(r.path, t), key, words})
}

// walk reads the mapping at prefix ("" or "smtp.").
func (r *reader) walk(prefix string, n ast.Node) {
	switch n := n.(type) {
	case nil, *ast.NullNode:
	case *ast.MappingNode:
		for _, v := range n.Values {
			r.entry(prefix, v)
		}
	case *ast.MappingValueNode:
		r.entry(prefix, n)
	default:
		r.problem(n.GetToken(), strings.TrimSuffix(prefix, "."), "allowed here: lines of the form key: value")
	}
}

// entry reads one "key: value".
func (r *reader) entry(prefix string, n *ast.MappingValueNode) {
	key := prefix + n.Key.GetToken().Value
	at := n.Key.GetToken()
	group := slices.ContainsFunc(r.known, func(k string) bool { return strings.HasPrefix(k, key+".") })
	scalar, plain := n.Value.(ast.ScalarNode)
	_, null := n.Value.(*ast.NullNode)
	switch {
	case group:
		r.walk(key+".", n.Value)
	case !slices.Contains(r.known, key):
		r.problem(at, key, "is no setting; allowed here: "+strings.Join(r.siblings(prefix), ", "))
	case null: // "key:" with nothing behind it leaves the default
	case !plain:
		r.problem(at, key, "allowed: one plain value")
	default:
		r.values = append(r.values, given{key, scalar.GetToken().Value, position(r.path, at)})
	}
}

// siblings are the names that may stand at prefix.
func (r *reader) siblings(prefix string) []string {
	var names []string
	for _, k := range r.known {
		if rest, ok := strings.CutPrefix(k, prefix); ok {
			name, _, _ := strings.Cut(rest, ".")
			names = append(names, name)
		}
	}
	return slices.Compact(names)
}
