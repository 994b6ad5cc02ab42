package web

import (
	"strings"

	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Place is a system with one of its environments, to be chosen in one step.
type Place struct {
	Value, Text string
	Selected    bool
}

// Places are all environments of the systems. chosen is the value of one of them.
func (p Page) Places(systems []contract.System, chosen string) (list []Place) {
	for _, s := range systems {
		for _, env := range s.Environments {
			value := PlaceValue(s.ID, env)
			list = append(list, Place{Value: value, Text: s.Name + " · " + p.Environment(env) + " · " + s.Product + " " + s.Version, Selected: value == chosen})
		}
	}
	return list
}

// PlaceValue is how a form names a place.
func PlaceValue(system id.ID, environment string) string { return system.String() + " " + environment }

// ParsePlace finds the place that a form names among the systems; ok is false when there is none.
func ParsePlace(systems []contract.System, value string) (s contract.System, environment string, ok bool) {
	text, environment, _ := strings.Cut(value, " ")
	for _, s := range systems {
		if s.ID.String() == text {
			return s, environment, true
		}
	}
	return s, "", false
}

// ByMail is what a text that came by mail has besides: see template "by-mail".
type ByMail struct {
	Quoted string // what it quoted: plain text, folded
	Sent   string // address of the mail as it was sent; "" = it had no HTML
}

// CorrectionForm asks what a case that was filed by mail is about: see template "correction".
type CorrectionForm struct {
	Action string
	Places []Place
	Form   Form
}

// Correction reads the form. The version is the system's unless another one was typed; the product is the system's.
func Correction(systems []contract.System, f Form) (in cases.Correction, err error) {
	s, environment, ok := ParsePlace(systems, f.Value("place"))
	if !ok {
		return in, errs.BadFields(errs.BadField("place", "case.unknown_system"))
	}
	in = cases.Correction{System: s.ID, Environment: environment, Product: s.Product, Release: strings.TrimSpace(f.Value("version"))}
	if in.Release == "" {
		in.Release = s.Version
	}
	return in, nil
}
