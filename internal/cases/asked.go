package cases

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// asked is what somebody typed into a search field, taken apart: words and phrases, and filters by word.
type asked struct {
	words   string // with the marks of phrases
	filters []typedFilter
}

// typedFilter is one name:value of a search; several values stand between commas and mean any of them.
type typedFilter struct{ name, value string }

// parts is the value as a list.
func (f typedFilter) parts() (out []string) {
	for v := range strings.SplitSeq(f.value, ",") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// FilterNames are the words that a search takes for a filter when a colon follows. Any other word before a colon is
// text: people paste error messages.
func FilterNames() []string {
	return []string{"status", "is", "priority", "plan", "centre", "customer", "system", "product", "version", "assignee", "liaison", "channel", "before", "after"}
}

// parseAsked takes a typed search apart. A value with blanks stands between quotation marks (system:"PRD 01"); the colon
// may be the full-width one.
func parseAsked(typed string) (out asked) {
	var words strings.Builder
	for rest := typed; rest != ""; {
		token, after := cutToken(rest)
		rest = after
		name, value, ok := strings.Cut(strings.ReplaceAll(token, "：", ":"), ":")
		if name = strings.ToLower(name); ok && slices.Contains(FilterNames(), name) {
			out.filters = append(out.filters, typedFilter{name, strings.Trim(value, `"`)})
			continue
		}
		words.WriteString(token)
		words.WriteByte(' ')
	}
	out.words = strings.TrimSpace(words.String())
	return out
}

// Words are the words of a typed search without its filters and the marks of its phrases.
func Words(typed string) string {
	return strings.TrimSpace(strings.ReplaceAll(parseAsked(typed).words, `"`, " "))
}

// cutToken cuts off what ends at the first blank outside of quotation marks.
func cutToken(s string) (token, rest string) {
	quoted := false
	for i, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case unicode.IsSpace(r) && (!quoted || !strings.Contains(s[i:], `"`)):
			return s[:i], strings.TrimLeftFunc(s[i:], unicode.IsSpace)
		}
	}
	return s, ""
}

// narrow adds what the filters of a search ask for. A value that its filter does not take is Invalid and names the
// filter; a customer, system or person that is not there, or not to be seen, finds nothing.
func (s *Service) narrow(w *where, a access.Actor, filters []typedFilter, now time.Time) error {
	var bad []errs.Field
	for _, f := range filters {
		if allowed := s.narrowBy(w, a, f, now); allowed != "" {
			bad = append(bad, errs.BadField("q", "search.filter", "filter", f.name, "allowed", allowed))
		}
	}
	return errs.BadFields(bad...)
}

// narrowBy adds one filter, or says which values it takes.
func (s *Service) narrowBy(w *where, a access.Actor, f typedFilter, now time.Time) (allowed string) {
	switch f.name {
	case "status":
		return amongKnown(w, "c.status", f, toStrings(Statuses()))
	case "plan":
		return amongKnown(w, "c.plan", f, keysOf(len(s.Policy.Now().Plans), func(i int) string { return s.Policy.Now().Plans[i].Key }))
	case "centre":
		return amongKnown(w, "c.centre", f, keysOf(len(s.Policy.Now().Centres), func(i int) string { return s.Policy.Now().Centres[i].Key }))
	case "channel":
		return amongKnown(w, "c.channel", f, []string{"portal", ChannelEmail, "phone", "api"})
	case "priority":
		return narrowPriority(w, f)
	case "is":
		return narrowState(w, f, now)
	case "assignee", "liaison":
		return narrowPerson(w, a, f)
	case "before", "after":
		return s.narrowDay(w, a, f)
	}
	list := toAny(f.parts(), func(v string) any { return strings.ToLower(v) })
	if len(list) == 0 {
		return "…"
	}
	switch f.name {
	case "customer":
		w.add("c.tenant_id IN (SELECT fc.id FROM customer fc WHERE fc.key IN ("+marks(list)+"))", list...)
	case "system":
		own, args := "", []any(nil)
		if !a.Role.IsStaff() {
			own, args = "fs.tenant_id = ? AND ", append(args, a.Customer)
		}
		names := db.Lowered(f.parts()...)
		w.add("c.system_id IN (SELECT fs.id FROM system fs WHERE "+own+"lower(fs.name) IN ("+marks(names)+"))", append(args, toAny(names, func(v string) any { return v })...)...)
	case "product":
		w.add("c.product_id IN ("+marks(list)+")", list...)
	case "version":
		narrowVersion(w, f)
	}
	return ""
}

// narrowVersion selects by the version of the product: 2026.2 is 2026.2.1, too, and not 2026.20. Letters are alike in
// every case, as they are in SQLite's LIKE and not in PostgreSQL's.
func narrowVersion(w *where, f typedFilter) {
	var either []string
	var args []any
	for _, v := range db.Lowered(f.parts()...) {
		either, args = append(either, `lower(c.product_version) = ? OR lower(c.product_version) LIKE ? ESCAPE '\'`), append(args, v, escapeLike(v)+".%")
	}
	w.add("("+strings.Join(either, " OR ")+")", args...)
}

// marks are as many question marks as there are values.
func marks[T any](list []T) string { return strings.TrimSuffix(strings.Repeat("?,", len(list)), ",") }

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

func keysOf(n int, key func(int) string) (out []string) {
	for i := range n {
		out = append(out, key(i))
	}
	return out
}

func toStrings(list []Status) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

// amongKnown narrows a column to the values, which must be among the known ones.
func amongKnown(w *where, column string, f typedFilter, known []string) (allowed string) {
	var list []any
	for _, v := range f.parts() {
		if v = strings.ToLower(v); !slices.Contains(known, v) {
			return strings.Join(known, ", ")
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return strings.Join(known, ", ")
	}
	w.in(column, list)
	return ""
}

func narrowPriority(w *where, f typedFilter) (allowed string) {
	var list []any
	for _, v := range f.parts() {
		if p := ParsePriority(strings.ToUpper(v)); p != 0 {
			list = append(list, p)
		}
	}
	if len(list) == 0 || len(list) < len(f.parts()) {
		return "P1, P2, P3, P4"
	}
	w.in("c.priority", list)
	return ""
}

func narrowState(w *where, f typedFilter, now time.Time) (allowed string) {
	switch strings.ToLower(f.value) {
	case "open":
		w.add("c.is_open")
	case "closed":
		w.add("NOT c.is_open")
	case "suspended":
		w.add("c.suspended")
	case "late":
		w.add("c.is_open AND c.next_promise < ?", micros(now))
	default:
		return "open, closed, suspended, late"
	}
	return ""
}

// narrowPerson selects by the assignee or the liaison: oneself, nobody, or an e-mail address. Who of the vendor works on
// a case is not looked up by customers.
func narrowPerson(w *where, a access.Actor, f typedFilter) (allowed string) {
	column, staff := "c."+f.name+"_id", a.Role.IsStaff()
	switch v := strings.ToLower(f.value); {
	case v == "me":
		w.add(column+" = ?", a.Person)
	case v == "none" && f.name == "assignee":
		w.add(column + " IS NULL")
	case strings.Contains(v, "@") && (staff || f.name == "liaison"):
		w.add(column+" IN (SELECT fp.id FROM person fp WHERE fp.email_norm = ?)", v)
	case f.name == "liaison":
		return "me, name@example.com"
	case staff:
		return "me, none, name@example.com"
	default:
		return "none"
	}
	return ""
}

// narrowDay compares the day on which the case was received, in the zone of who asks: before it, or from it on.
func (s *Service) narrowDay(w *where, a access.Actor, f typedFilter) (allowed string) {
	zone := a.Zone
	if zone == nil {
		zone = s.Policy.Now().Vendor.Zone
	}
	day, err := time.ParseInLocation(time.DateOnly, f.value, zone)
	if err != nil {
		return "2026-11-01"
	}
	if f.name == "before" {
		w.add("c.received_at < ?", micros(day))
	} else {
		w.add("c.received_at >= ?", micros(day))
	}
	return ""
}

// caseIDs is a set of cases as values of a statement.
func caseIDs(list []id.ID) []any { return toAny(list, func(v id.ID) any { return v }) }
