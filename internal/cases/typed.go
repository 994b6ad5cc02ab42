package cases

import (
	"slices"
	"strings"
	"unicode/utf8"

	"liaison/internal/errs"
	"liaison/internal/text"
)

// Limits of what people type, in characters; generous, so that a pasted log line fits and a novel does not.
const (
	maxSubject = 200
	maxText    = 100_000
	maxFiles   = 50 // files that come with a case or a message
)

// MaxText is the longest text of a case or a message, in characters.
const MaxText = maxText

// typed refuses a text that is too long, or that no engine stores the same: PostgreSQL takes no NUL.
func typed(name, v string, limit int) []errs.Field {
	switch {
	case utf8.RuneCountInString(v) > limit:
		return []errs.Field{errs.BadField(name, "field.too_long", "max", limit)}
	case strings.ContainsRune(v, 0):
		return []errs.Field{errs.BadField(name, "field.not_text")}
	}
	return nil
}

// needed is typed for a text that must be there.
func needed(name, v string, limit int) []errs.Field {
	if text.Blank(v) {
		return []errs.Field{errs.BadField(name, "field.required")}
	}
	return typed(name, v, limit)
}

// prose is needed for a text that pages draw as Markdown: something of it must be seen, or an answer that nobody can
// read would keep a promise (Clocks 5).
func prose(name, v string, limit int) []errs.Field {
	bad := needed(name, v, limit)
	if len(bad) == 0 && text.Hidden(v) {
		return []errs.Field{errs.BadField(name, "field.unseen")}
	}
	return bad
}

func oneOf(name, v string, allowed []string) []errs.Field {
	if v == "" || slices.Contains(allowed, v) {
		return nil
	}
	return []errs.Field{errs.BadField(name, "field.one_of", "allowed", strings.Join(allowed, ", "))}
}

// badFiles refuses more files at once than anybody attaches by hand.
func badFiles(n int) []errs.Field {
	if n <= maxFiles {
		return nil
	}
	return []errs.Field{errs.BadField("attachments", "case.too_many_files", "max", maxFiles)}
}

// badReason refuses a reason or a remedy that cannot be kept.
func badReason(reason string, r *Remedy) []errs.Field {
	bad := typed("reason", reason, maxText)
	if r == nil {
		return bad
	}
	if !slices.Contains(remedyKinds(), r.Kind) {
		bad = append(bad, errs.BadField("remedy.kind", "field.one_of", "allowed", strings.Join(remedyKinds(), ", ")))
	}
	if !text.Blank(r.Text) { // an empty one is told where one is needed
		bad = append(bad, prose("remedy.text", r.Text, maxText)...)
	}
	bad = append(bad, typed("remedy.article", r.Article, maxSubject)...)
	return append(bad, typed("remedy.release", r.Release, maxSubject)...)
}
