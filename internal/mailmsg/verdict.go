package mailmsg

import (
	"slices"
	"strings"
)

// Verdict says whether the sender's domain stands for a mail.
type Verdict struct {
	Pass   bool
	Domain string // for which it was found
	By     string // who found it: an authserv-id, "own check", or "relay" for one that stays silent
	Why    string // in the words of the standards: dmarc=pass, dmarc=fail, no result
}

// NoResult is the Why of a verdict when no line of the pinned relay was found.
const NoResult = "no result"

// Trust says whose Authentication-Results lines count for a mail that a relay of ours has handed over.
type Trust struct {
	AuthservIDs []string // the relay's names in its lines
	Topmost     bool     // the relay writes no name (Exchange Online): the topmost line counts, whatever it says
	Silent      bool     // a relay that says nothing has checked: the demo's, for this machine only
}

// Results reads the verdict of a pinned relay from the mail's Authentication-Results (RFC 8601). Only the relay's own
// lines count: those with its name that stand above every other Authentication-Results line, since it writes on top.
// A line that cannot be read, two results, a result for another domain: all fail.
func Results(raw []byte, from Address, trust Trust) Verdict {
	head, _ := splitHead(raw)
	lines := readHeader(head).all("authentication-results")
	domain := from.Addr[strings.LastIndexByte(from.Addr, '@')+1:]
	fail := func(by, why string) Verdict { return Verdict{Domain: domain, By: by, Why: why} }
	if from.Addr == "" {
		return fail("", "no sender")
	}
	var own []results
	for i, line := range lines {
		r, ok := parseResults(line)
		named := slices.ContainsFunc(trust.AuthservIDs, func(id string) bool { return strings.EqualFold(id, r.server) })
		switch {
		case !ok && (i == 0 || len(own) > 0) && (!trust.Silent || mentions(line, trust.AuthservIDs)):
			return fail("", "unreadable result")
		case ok && (named || trust.Topmost && i == 0):
			own = append(own, r)
			continue
		}
		break
	}
	if len(own) == 0 {
		if trust.Silent {
			return Verdict{Pass: true, Domain: domain, By: "relay", Why: NoResult}
		}
		return fail("", NoResult)
	}
	var dmarc []method
	for _, r := range own {
		for _, m := range r.methods {
			if m.name == "dmarc" {
				dmarc = append(dmarc, m)
			}
		}
	}
	by := own[0].server
	if len(dmarc) != 1 {
		return fail(by, "not one dmarc result")
	}
	d := dmarc[0]
	if aligned := d.properties["header.from"]; d.result != "pass" || !strings.EqualFold(aligned, domain) && (aligned != "" || !trust.Silent) {
		return fail(by, "dmarc="+d.result)
	}
	return Verdict{Pass: true, Domain: domain, By: by, Why: "dmarc=pass"}
}

// mentions reports whether a line that cannot be read begins with one of the names.
func mentions(line string, names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		return strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), strings.ToLower(n))
	})
}

// results is one Authentication-Results line.
type results struct {
	server  string
	methods []method
}

type method struct {
	name, result string
	properties   map[string]string // header.from and others, in lower case
}

// maxResults bounds a line in bytes.
const maxResults = 16 << 10

// parseResults reads a line token by token: quoted strings and comments, also nested ones, hide nothing and add nothing.
func parseResults(line string) (r results, ok bool) {
	if len(line) > maxResults {
		return r, false
	}
	tokens, ok := tokenise(line)
	if !ok || len(tokens) == 0 {
		return r, false
	}
	parts := divide(tokens, ";")
	if first := parts[0]; len(first) > 0 && !slices.Contains(first, "=") {
		r.server = strings.ToLower(first[0])
		if len(first) > 2 || len(first) == 2 && first[1] != "1" { // with a version
			return r, false
		}
		parts = parts[1:]
	}
	for _, p := range parts {
		if len(p) == 0 || len(p) == 1 && p[0] == "none" {
			continue
		}
		m, ok := parseMethod(p)
		if !ok {
			return results{}, false
		}
		r.methods = append(r.methods, m)
	}
	return r, true
}

// parseMethod reads "dmarc = pass header.from = example.com"; a name that comes twice is no result.
func parseMethod(p []string) (m method, ok bool) {
	m.properties = map[string]string{}
	for i := 0; i < len(p); i += 3 {
		if i+2 >= len(p) || p[i+1] != "=" {
			return m, false
		}
		name, value := strings.ToLower(p[i]), p[i+2]
		if i == 0 {
			name, _, _ = strings.Cut(name, "/")
			m.name, m.result = name, strings.ToLower(value)
			continue
		}
		if _, twice := m.properties[name]; twice {
			return m, false
		}
		m.properties[name] = strings.ToLower(strings.TrimPrefix(value, "@"))
	}
	return m, m.name != ""
}

func divide(tokens []string, by string) (parts [][]string) {
	parts = [][]string{nil}
	for _, t := range tokens {
		if t == by {
			parts = append(parts, nil)
			continue
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], t)
	}
	return parts
}

// tokenise cuts a line into words, "=" and ";". Comments go; a quoted string is one word and is marked as such, so that
// it is never taken for a name or a sign.
func tokenise(s string) (tokens []string, ok bool) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '(':
			n, closed := comment(s[i:])
			if !closed {
				return nil, false
			}
			i += n
		case c == '"':
			word, n, closed := quoted(s[i:])
			if !closed || len(tokens) == 0 || tokens[len(tokens)-1] != "=" {
				return nil, false // a quoted string is a value or nothing that we read
			}
			tokens = append(tokens, word)
			i += n
		case c == '=' || c == ';':
			tokens = append(tokens, string(c))
			i++
		case c < ' ' || c > '~' || c == ')':
			return nil, false
		default:
			end := strings.IndexAny(s[i:], " \t()\";=")
			if end < 0 {
				end = len(s) - i
			}
			tokens = append(tokens, s[i:i+end])
			i += end
		}
	}
	return tokens, true
}

// comment gives the length of the comment that s begins with.
func comment(s string) (n int, closed bool) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
	return 0, false
}

// quoted gives the quoted string that s begins with; what could be taken for another sign in it is replaced.
func quoted(s string) (word string, n int, closed bool) {
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
			out.WriteByte('_')
		case '"':
			return "\"" + out.String(), i + 1, true
		case '=', ';':
			out.WriteByte('_')
		default:
			out.WriteByte(s[i])
		}
	}
	return "", 0, false
}
