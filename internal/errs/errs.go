// Package errs is the one error type of the program. An error carries two texts: the full one for the log
// (Error), and a catalogue key with arguments that is safe to show to a person in their language. A business
// refusal also carries the decision with its clause, so that page, API and mail explain it in the same way.
package errs

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what went wrong in the terms an edge needs to choose its answer; it is not a status code.
type Kind int

// The kinds, with the status that the REST edge gives each.
const (
	Internal        Kind = iota // 500: our fault; nothing of it is shown
	Malformed                   // 400: the input cannot be read, or names an unknown field
	Invalid                     // 422: a value is missing or not allowed; Fields says which
	Unauthenticated             // 401: nobody is signed in
	Refused                     // 403: a rule says no; Decision says which
	NotFound                    // 404: does not exist, or may not be known about: the two are never told apart
	Conflict                    // 409: the state of things does not allow it now
	Stale                       // 412: somebody was faster
	TooLarge                    // 413: more bytes than the limit
	Limited                     // 429: too many tries
	NoSpace                     // 507: the disk or the blob store is full
	Unavailable                 // 503: locked, read-only or stopping; worth trying again
)

// Decision is the answer of a rule, with the clause it rests on. It holds codes and instants only, never names
// or text, so that it can be journaled, shown, and replayed to the same result.
type Decision struct {
	Allowed     bool           `json:"allowed"`
	Code        string         `json:"decision"`              // e.g. "invoice_overdue"; "accepted" when allowed
	Clause      string         `json:"clause"`                // number of the clause in the policy pack, e.g. "5.2"
	Requirement string         `json:"requirement,omitempty"` // e.g. "R5.2-01"
	Edition     string         `json:"edition,omitempty"`     // policy edition, e.g. "2025-02"
	Inputs      map[string]any `json:"inputs,omitempty"`      // what the rule looked at: codes, dates, instants
}

// Field is one input value that was refused. Name is the name in the API and in the form ("priority").
type Field struct {
	Name string
	Key  string // catalogue key of the message
	Args map[string]any
}

// Error is what every package returns for a failure that a person may be told about.
type Error struct {
	Kind     Kind
	Key      string         // catalogue key of the sentence shown, e.g. "refusal.invoice_overdue"
	Args     map[string]any // its arguments
	Decision *Decision      // for Refused and Conflict by a rule
	Fields   []Field        // for Invalid
	Err      error          // the cause, for the log only
}

// Error is the full text for the log.
func (e *Error) Error() string {
	var s strings.Builder
	s.WriteString(e.Key)
	for _, f := range e.Fields {
		fmt.Fprintf(&s, " [%s: %s]", f.Name, f.Key)
	}
	if e.Decision != nil {
		s.WriteString(" decision=" + e.Decision.Code + " clause=" + e.Decision.Clause)
	}
	if e.Err != nil {
		s.WriteString(": " + e.Err.Error())
	}
	return s.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind with the catalogue key of its safe text and key/value pairs as arguments.
func New(kind Kind, key string, kv ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: pairs(kv)}
}

// Because makes an error of a kind that hides its cause from people and keeps it for the log.
func Because(kind Kind, key string, cause error) *Error {
	return &Error{Kind: kind, Key: key, Err: cause}
}

// Refuse turns a refusing decision into an error; its text is the catalogue's "refusal.<code>".
func Refuse(d Decision) *Error {
	return &Error{Kind: Refused, Key: "refusal." + d.Code, Args: d.Inputs, Decision: &d}
}

// Missing is the one answer for what does not exist and for what the caller may not know about.
func Missing() *Error { return &Error{Kind: NotFound, Key: "error.not_found"} }

// BadFields collects refused input values; nil when there are none.
func BadFields(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: "error.invalid", Fields: fields}
}

// BadField is one refused value with the catalogue key of what is wrong and its key/value arguments.
func BadField(name, key string, kv ...any) Field {
	return Field{Name: name, Key: key, Args: pairs(kv)}
}

// KindOf is the kind of err, Internal when it is not an *Error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// As gives the *Error in err's chain, or an Internal one that wraps err.
func As(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Key: "error.internal", Err: err}
}

// Wrap adds the call and its arguments to *errp for the log: defer errs.Wrap(&err, "Cases.Reply(%s)", id).
// Kind, key and decision stay reachable.
func Wrap(errp *error, format string, args ...any) {
	if *errp != nil {
		*errp = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *errp)
	}
}

func pairs(kv []any) map[string]any {
	if len(kv) == 0 {
		return nil
	}
	m := make(map[string]any, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		key, ok := kv[i].(string)
		if !ok {
			panic(fmt.Sprintf("errs: %v is no key", kv[i])) // callers write the keys out
		}
		m[key] = kv[i+1]
	}
	return m
}
