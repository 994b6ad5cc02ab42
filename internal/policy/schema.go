package policy

import (
	"reflect"
	"strings"

	"liaison/internal/calendar"
)

// SchemaKinds are the kinds of files that a pack has, as Schema takes them.
func SchemaKinds() []string {
	return []string{"policy", "clauses", "holidays", "calendar", "facts", "readings", "links"}
}

// Schema is the JSON Schema (2020-12) of a kind of file of a pack, for editors that complete and underline. It knows
// shapes, patterns and fixed words; what needs a look at the rest of the pack is found by Load alone. ok is false for a
// kind that is none.
func Schema(kind string) (schema map[string]any, ok bool) {
	file, ok := map[string]reflect.Type{
		"policy": reflect.TypeFor[packFile](), "clauses": reflect.TypeFor[map[string]clauseFile](), "holidays": reflect.TypeFor[map[string]Text](),
		"calendar": reflect.TypeFor[calendarFile](), "facts": reflect.TypeFor[map[string]factFile](),
		"readings": reflect.TypeFor[map[string]readingFile](), "links": reflect.TypeFor[map[string]linkFile](),
	}[kind]
	if !ok {
		return nil, false
	}
	schema = schemaOf(kind, file)
	schema["$schema"], schema["title"] = "https://json-schema.org/draft/2020-12/schema", "Policy pack, "+kind
	return schema, true
}

// schemaOf is the schema of a type at a path such as "policy.plans.*.seats" or "policy.clocks[].clock".
func schemaOf(path string, t reflect.Type) map[string]any {
	var s map[string]any
	switch {
	case t == reflect.TypeFor[calendar.Date]():
		s = map[string]any{"type": "string", "format": "date", "pattern": `^\d{4}-\d{2}-\d{2}$`}
	case t.Kind() == reflect.Struct:
		fields := map[string]any{}
		for f := range t.Fields() {
			key := f.Tag.Get("yaml")
			fields[key] = schemaOf(path+"."+key, f.Type)
		}
		s = map[string]any{"type": "object", "properties": fields, "additionalProperties": false}
	case t.Kind() == reflect.Map:
		s = map[string]any{"type": "object", "additionalProperties": schemaOf(path+".*", t.Elem())}
	case t.Kind() == reflect.Slice:
		s = map[string]any{"type": "array", "items": schemaOf(path+"[]", t.Elem())}
	case t.Kind() == reflect.Int:
		s = map[string]any{"type": "integer"}
	case t.Kind() == reflect.Bool:
		s = map[string]any{"type": "boolean"}
	default:
		s = map[string]any{"type": "string"}
	}
	if words := schemaWords(path); words != nil {
		s["enum"] = words
	}
	if pattern := schemaPattern(path); pattern != "" {
		s["pattern"] = pattern
	}
	if text := schemaText(path); text != "" {
		s["description"] = text
	}
	return s
}

// schemaWords are the fixed words of a place.
func schemaWords(path string) []string {
	return map[string][]string{
		"policy.channels[]":                            {ChannelPortal, ChannelEmail, ChannelPhone},
		"policy.restricted_channels[]":                 {ChannelPortal, ChannelEmail, ChannelPhone},
		"policy.clocks[].clock":                        {AlwaysOpenID, RegionalClock},
		"policy.clocks[].deployments[]":                {OnPrem, Cloud},
		"policy.clocks[].priorities[]":                 {"P1", "P2", "P3", "P4"},
		"policy.clocks[].environment":                  {EnvironmentProduction, EnvironmentOther},
		"policy.extended_lifecycle.priorities.*.clock": {AlwaysOpenID, RegionalClock},
		"policy.raise_strategy":                        {string(RaiseMin), string(RaiseCarryElapsed), string(RaiseRetroactive)},
		"links.*.rules[]":                              RuleKeys(),
	}[path]
}

func schemaPattern(path string) string {
	const window = `^\d{2}:\d{2}-\d{2}:\d{2}$`
	switch {
	case strings.HasSuffix(path, ".week.*[]"), strings.HasSuffix(path, ".overrides.*[]"):
		return window
	case strings.HasSuffix(path, ".countries[]"), path == "calendar.country", strings.HasSuffix(path, ".holidays_of"):
		return `^[A-Z]{2}$`
	case path == "policy.priorities.*.response", path == "policy.extended_lifecycle.priorities.*.response":
		return `^(\d+h)?(\d+m)?(\d+s)?$`
	}
	return ""
}

// schemaText says what a place means where its name does not say it all.
func schemaText(path string) string {
	return map[string]string{
		"policy.base":                                        "A shipped pack that this one lies over: mappings are merged key by key, everything else is replaced.",
		"policy.edition":                                     "Stands on every case and decision.",
		"policy.vendor.zone":                                 "IANA zone that decides the day of invoices, terms, lifecycle and end dates.",
		"policy.plans":                                       "Sold for one system. Exactly one plan has the lowest rank: the base.",
		"policy.plans.*.rank":                                "At equal priority the higher rank is served first.",
		"policy.plans.*.seats":                               "Liaisons of a system: those of the base plan and added_seats.",
		"policy.language_24x7":                               "The only language of work outside regional hours, for plans that name none of their own; any: it is done in all.",
		"policy.plans.*.language_24x7":                       "The only language of work outside regional hours for this plan; any: it is done in all. Left out: that of the pack.",
		"policy.cloud_language_24x7":                         "The only language of a cloud that is served around the clock, outside regional hours. Left out, or any: it is done in all.",
		"policy.priorities":                                  "P1 to P4, all four.",
		"policy.priorities.*.response":                       "Target of the initial response in open time of the case's clock, like 2h or 90m.",
		"policy.priorities.*.update_days":                    "Working days of the clock between status updates; 24 h each around the clock.",
		"policy.priorities.*.production_only":                "Becomes P3 on any other environment.",
		"policy.clocks":                                      "Exactly one rule has to hold for every plan, priority, environment and deployment. What a rule does not name holds for all.",
		"policy.hours_groups.*.week":                         "mon to sun, each with windows such as 09:00-18:00. 24:00 is the end of the day; 20:00-04:00 belongs to the day on which it opens.",
		"policy.hours_groups.*.countries":                    "ISO 3166 alpha-2. Each country stands in one group.",
		"policy.hours_groups.*.holidays_of":                  "Close on the holidays of this country, whatever the customer's country.",
		"policy.suspension_grace_days":                       "Days after the due date of an unpaid invoice before support is suspended.",
		"policy.on_prem_end":                                 "First day without full support of on-premises software, in the vendor's zone.",
		"policy.extended_lifecycle.seats":                    "Liaisons of a system that nothing else covers, in place of those of its plan. Left out: those of the plan.",
		"policy.extended_lifecycle.added_seats":              "Liaisons of such a system beside those of its plan; not together with seats.",
		"policy.extended_lifecycle.priorities":               "Promises to such a system, P1 to P4. What is left out is that of its plan.",
		"policy.extended_lifecycle.priorities.*.response":    "Target of the initial response in open time of the case's clock.",
		"policy.extended_lifecycle.priorities.*.update_days": "Working days of the clock between status updates.",
		"policy.extended_lifecycle.priorities.*.clock":       "24x7: around the clock. regional: in the hours of the customer's country, also where the plan is around the clock.",
		"policy.warnings":                                    "Percent of a target used at which staff are warned, rising.",
		"policy.no_contact_reminders":                        "Unanswered reminders of a question after which staff may lower the priority because the liaison does not get in touch. Left out: 2. No priority but the lowest may send fewer.",
		"policy.reopen_days":                                 "Calendar days in the vendor's zone.",
		"calendar.overrides":                                 "Date to windows of that date in place of the week's; an empty list closes it.",
		"calendar.source":                                    "Where the list comes from.",
		"facts.*.items[].value":                              "A figure or code; the text may name it as {value}.",
		"links.*.duty":                                       "What people do to make the clause true, and the evidence that remains.",
	}[path]
}
