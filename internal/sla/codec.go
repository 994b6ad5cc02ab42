package sla

import (
	"encoding/json"
	"strconv"
	"strings"
)

// AppendFacts appends the JSON list of events to b: what support_case.facts holds.
func AppendFacts(b []byte, events []Event) []byte {
	b = append(b, '[')
	for i := range events {
		if i > 0 {
			b = append(b, ',')
		}
		b = events[i].appendJSON(b)
	}
	return append(b, ']')
}

func (ev *Event) appendJSON(b []byte) []byte {
	b = appendText(append(b, '{'), 'k', string(ev.Kind))
	b = appendNumber(append(b, ','), 't', ev.At)
	for _, f := range [...]struct {
		name  byte
		text  string
		value int64
	}{
		{'p', "", int64(ev.Priority)}, {'l', ev.Plan, 0}, {'d', ev.Deployment, 0}, {'c', ev.Calendar, 0},
		{'s', string(ev.Status), 0}, {'q', ev.Question, 0}, {'m', string(ev.Deadline), 0},
		{'n', "", int64(ev.Step)}, {'f', "", ev.Since}, {'u', "", ev.Due}, {'r', "", ev.Carried}, {'w', "", ev.Recorded},
	} {
		switch {
		case f.text != "":
			b = appendText(append(b, ','), f.name, f.text)
		case f.value != 0:
			b = appendNumber(append(b, ','), f.name, f.value)
		}
	}
	for _, f := range [...]struct {
		name byte
		set  bool
	}{{'x', ev.Production}, {'a', ev.Answered}, {'b', ev.ByCustomer}, {'e', ev.Extended}} {
		if f.set {
			b = append(b, ',', '"', f.name, '"', ':', 't', 'r', 'u', 'e')
		}
	}
	return append(b, '}')
}

func appendText(b []byte, name byte, v string) []byte {
	b = append(b, '"', name, '"', ':')
	for i := range len(v) {
		if v[i] < ' ' || v[i] > '~' || v[i] == '"' || v[i] == '\\' {
			quoted, _ := json.Marshal(v) //nolint:errchkjson // a string always has a JSON form
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), v...), '"')
}

func appendNumber(b []byte, name byte, v int64) []byte {
	return strconv.AppendInt(append(b, '"', name, '"', ':'), v, 10)
}

// ParseFacts reads what AppendFacts wrote; the events share the memory of s. It reads any other JSON form of the
// list too, only slower. The error is Internal: the stored text is damaged.
func ParseFacts(s string) ([]Event, error) {
	if events, ok := parsePlain(s); ok {
		return events, nil
	}
	var events []Event
	if err := json.Unmarshal([]byte(s), &events); err != nil {
		return nil, broken("facts: %w", err)
	}
	return events, nil
}

// parsePlain reads the list without spaces and escapes; it gives up on anything else.
func parsePlain(s string) ([]Event, bool) {
	r := reader{s: s}
	events := make([]Event, 0, strings.Count(s, `{"k"`))
	if !r.skip('[') {
		return nil, false
	}
	for !r.skip(']') {
		if len(events) > 0 && !r.skip(',') {
			return nil, false
		}
		events = append(events, Event{})
		if !r.event(&events[len(events)-1]) {
			return nil, false
		}
	}
	return events, r.s == ""
}

// reader takes the text from the front.
type reader struct{ s string }

func (r *reader) skip(c byte) bool {
	if r.s == "" || r.s[0] != c {
		return false
	}
	r.s = r.s[1:]
	return true
}

func (r *reader) event(ev *Event) bool {
	if !r.skip('{') {
		return false
	}
	for first := true; !r.skip('}'); first = false {
		if !first && !r.skip(',') {
			return false
		}
		// "x":
		if len(r.s) < 4 || r.s[0] != '"' || r.s[2] != '"' || r.s[3] != ':' {
			return false
		}
		name := r.s[1]
		r.s = r.s[4:]
		if !r.field(ev, name) {
			return false
		}
	}
	return true
}

func (r *reader) field(ev *Event, name byte) bool {
	switch name {
	case 'k':
		return r.text((*string)(&ev.Kind))
	case 't':
		return r.number(&ev.At)
	case 'p':
		return r.small(&ev.Priority)
	case 'l':
		return r.text(&ev.Plan)
	case 'd':
		return r.text(&ev.Deployment)
	case 'c':
		return r.text(&ev.Calendar)
	case 's':
		return r.text((*string)(&ev.Status))
	case 'q':
		return r.text(&ev.Question)
	case 'm':
		return r.text((*string)(&ev.Deadline))
	case 'n':
		return r.small(&ev.Step)
	case 'f':
		return r.number(&ev.Since)
	case 'u':
		return r.number(&ev.Due)
	case 'r':
		return r.number(&ev.Carried)
	case 'w':
		return r.number(&ev.Recorded)
	}
	return r.flag(ev, name)
}

func (r *reader) flag(ev *Event, name byte) bool {
	rest, ok := strings.CutPrefix(r.s, "true")
	if !ok {
		return false
	}
	r.s = rest
	switch name {
	case 'x':
		ev.Production = true
	case 'a':
		ev.Answered = true
	case 'b':
		ev.ByCustomer = true
	case 'e':
		ev.Extended = true
	default:
		return false
	}
	return true
}

// text reads a string of printable ASCII without escapes.
func (r *reader) text(to *string) bool {
	if !r.skip('"') {
		return false
	}
	for i := range len(r.s) {
		switch c := r.s[i]; {
		case c == '"':
			*to, r.s = r.s[:i], r.s[i+1:]
			return true
		case c == '\\' || c < ' ' || c > '~':
			return false
		}
	}
	return false
}

// number reads an integer of at most 18 digits as strconv writes it.
func (r *reader) number(to *int64) bool {
	negative := r.skip('-')
	v, i := int64(0), 0
	for ; i < len(r.s) && r.s[i] >= '0' && r.s[i] <= '9'; i++ {
		v = v*10 + int64(r.s[i]-'0')
	}
	if i == 0 || i > 18 || r.s[0] == '0' && (i > 1 || negative) {
		return false
	}
	if negative {
		v = -v
	}
	*to, r.s = v, r.s[i:]
	return true
}

func (r *reader) small(to *int) bool {
	var v int64
	ok := r.number(&v)
	*to = int(v)
	return ok
}
