package policy

import (
	"time"

	"liaison/internal/calendar"
)

// Text is one text in several languages: "en", "zh-Hans".
type Text map[string]string

// In gives the text in lang, else the English one.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	return t["en"]
}

// The two ways a system is run (contracts.md, "deployment").
const (
	OnPrem = "on_prem"
	Cloud  = "cloud"
)

// AlwaysOpenID is the id of the clock that never stops (9.2, 9.3).
const AlwaysOpenID = "24x7"

// RaiseStrategy says what a raised priority does to a running initial response (semantics, Clocks 9).
type RaiseStrategy string

// The strategies.
const (
	RaiseMin          RaiseStrategy = "min"           // the earlier of the old due and change + new target
	RaiseCarryElapsed RaiseStrategy = "carry_elapsed" // change + new target - time used so far
	RaiseRetroactive  RaiseStrategy = "retroactive"   // filing + new target
)

// Pack is one edition of a vendor's policy. All fields are read-only after Load.
type Pack struct {
	Name      string // folder name, e.g. "reference-2025-02"
	Base      string // name of the pack that this one is laid over; "" for none
	Edition   string // e.g. "2025-02"; stands on every case and decision
	Languages []string
	Title     Text
	Vendor    Vendor

	Plans       []Plan     // by rank, the base plan first
	Priorities  []Priority // P1 first
	HoursGroups []HoursGroup
	Centres     []Centre
	Calendars   map[string]*calendar.Calendar // by id, "emea-cet:DE"; "24x7"; "emea-cet" is the group without any holiday
	Holidays    map[string]HolidayList        // by country, ISO 3166 alpha-2

	Channels           []string // how a case may be registered, the recommended one first (3.2)
	RestrictedChannels []string // the same for restricted customers (7.1)
	Resources          []Resource
	CommonFeatures     []string // what every plan includes (B)

	Liaisons            Liaisons      // their changes and invitations (1.1)
	SuspensionGraceDays int           // days after the due date before support is suspended (5.2)
	OnPremEnd           calendar.Date // first day without full support of on-premises software, vendor zone (4.7)
	MaxLifecycleYears   int           // from general availability, end inclusive, when nothing is published (4.1)

	Extended            ExtendedSupport // of on-premises software, after OnPremEnd (4.7)
	Patches             PatchRules      // (4.3, 4.4)
	Audits              AuditRules      // by customers (8.8)
	ClausesPublishDays  int             // calendar days from a new form of standard contractual clauses to its publication (8.5)
	InvoiceReminderDays []int           // calendar days before the due date on which the customer is reminded, falling (5.2)
	RenewalReminderDays []int           // calendar days before the last day of a term on which the customer is reminded, falling (5.1)

	NoContactReminders int           // unanswered reminders after which staff may lower the priority for want of contact (3.3)
	Warnings           []int         // percent of a target used at which staff are warned
	ReopenDays         int           // calendar days in the vendor's zone after closing
	ConfirmWorkingDays int           // working days after which a resolved case closes by itself
	RaiseStrategy      RaiseStrategy // for a priority raised before the first response
	CloudLanguage      string        // the only language of the cloud outside regional hours; "": any (9.3)

	Clauses  []Clause  // in the order of the policy
	Facts    []Fact    // by clause: lists and single values that people read
	Readings []Reading // of what the text leaves open or contradicts, by key

	files     []source
	examples  []source // worked examples, which decide nothing
	clocks    []clockRule
	countries map[string]string // country -> hours group
	lists     map[string]string // country -> calendar id
	clauses   map[string]int    // number -> index in Clauses
	names     map[string]Text   // of holidays
	raw       *rawPack          // what the files say, for Diff

	unmet, notes Problems // what speaks against publishing it, and what is worth a look
}

// Vendor is who runs the installation. Zone decides the day of invoices, terms, lifecycle and cut-over dates.
type Vendor struct {
	Name      Text
	Zone      *time.Location
	PortalURL string // where a case is registered (9.1)
	Renewal   string // general address for questions about renewals (9.4)
}

// Plan is a support plan, sold per system. Rank orders plans: the higher one is served first at equal priority.
type Plan struct {
	Key                string
	Names              Text
	OtherNames         []string // further names that the policy uses for the same plan (A.3, A.4)
	Rank               int
	Seats              int  // liaisons, bought extra seats not counted (B)
	AddedSeats         int  // of them, how many the plan adds to those of the base plan (A.2 to A.4)
	P1P2Around         bool // P1 and P2 of production are worked on around the clock (9.2); follows from the clock rules
	ChooseCentre       bool
	WeeklyReview       bool
	DedicatedEngineers bool
	Language24x7       string // the only language of work outside regional hours (A.2); "": any, or there is no such work
	Clause             string
}

// Liaisons are the rules about who is a liaison (1.1).
type Liaisons struct {
	ChangesPerYear      int    // change requests of a customer in a year
	Year                string // ContractYear, CalendarYear
	InvitationDays      int    // days of 24 h after which an invitation ends
	DepartedWorkingDays int    // working days after which staff have to look at the cases of one who left without a successor
	ReviewMonths        int    // months between mails that ask a customer to check who has access
}

// The years in which changes of liaisons are counted.
const (
	ContractYear = "contract"
	CalendarYear = "calendar"
)

// Priority is a case priority with its targets (3.3).
type Priority struct {
	Level          int           // 1..4
	Key            string        // "P1"
	Response       time.Duration // target of the initial response, in open time of the clock
	UpdateDays     int           // working days of the clock between status updates; n x 24 h on 24x7
	Reminders      []int         // working days of waiting for the customer after which they are reminded
	ProductionOnly bool
	Definition     Text
	Example        Text
}

// HoursGroup is a set of countries served in the same hours (9.2).
type HoursGroup struct {
	Key    string // "emea-cet"
	Centre string // key of its centre
	Names  Text
	Zone   *time.Location
	Week   [7][]calendar.Window // by time.Weekday

	HolidaysOf string // the country whose list the whole group keeps; "": each country its own (R9.2-02)
}

// Centre is a regional support centre, or the cloud's (9.2, 9.3). Its hours are those of its groups.
type Centre struct {
	Key         string // "na", "emea", "apac", "latam", "cloud"
	Names       Text
	HoursGroups []string // in the pack's order; none: always open
	Email       string
	Phones      []Line
	Faxes       []Line // for contact only: a fax registers no case by itself
	Renewal     Renewal
	Clause      string
}

// Line is a phone or fax number. A line without countries serves every country that has no own one.
type Line struct {
	Countries []string
	Number    string
	Language  string // the line's only language, "" where nothing is said
}

// Renewal is whom to ask about renewing maintenance (9.4). What is "" is not offered.
type Renewal struct {
	Phone, Fax string
	Role       Text // who answers; nil where nothing is said
}

// Resource is a row of table 2.4: what a liaison and any other member may open.
type Resource struct {
	Key             string // "support_centre"
	Liaison, Member bool
	Clause          string
	Requirement     string
}

// HolidayList is the national list of a country. Estimated dates wait for their announcement or sighting.
type HolidayList struct {
	Country   string
	Source    string
	Holidays  []Holiday             // by date
	Overrides []Override            // by date; an override wins over a holiday
	Zone      *time.Location        // own zone; nil: the group's (R9.2-14)
	Week      *[7][]calendar.Window // own week by time.Weekday; nil: the group's
	Names     map[string]Text       // of days that are named in this list only

	Subdivisions []Subdivision // by code; optional (R9.2-02)
}

// Override is one date with windows of its own: a half day, an extra day of work, or without windows a closed day.
type Override struct {
	Date    calendar.Date
	Windows []calendar.Window
	Name    string // key, as of a holiday; "" where nothing is said
}

// Subdivision is a part of a country with holidays beside the national ones. It has a calendar of its own,
// "emea-cet:DE-BY", for contracts that name it.
type Subdivision struct {
	Code     string // "BY" of "DE-BY"
	Names    Text
	Holidays []Holiday // by date
}

// Holiday is one closed day. Name is the key that calendar.Calendar gives; Pack.HolidayName has the text.
type Holiday struct {
	Date      calendar.Date
	Name      string
	Certainty Certainty
}

// Certainty says how sure the date of a holiday is.
type Certainty string

// The certainties.
const (
	Statutory Certainty = "statutory" // fixed by law
	Announced Certainty = "announced" // published by the authority for that year
	Estimated Certainty = "estimated" // calculated; may move
)

// Clause is a numbered place of the policy, told in the pack's own words.
type Clause struct {
	Number string // "3.2", "9.2.1", "A.2", "B"
	Title  Text
	Text   Text
	Rules  []string // keys of the rules that decide it
	Duty   *Duty    // what people do to make it true; nil where nothing is left to them
}

// ClockChoice is the clock that governs a case and the rule that chose it.
type ClockChoice struct {
	ID          string             // "24x7" or the calendar id
	Calendar    *calendar.Calendar // nil only when the pack has no such calendar
	Clause      string             // "9.3"
	Requirement string             // "R9.3-01"
}
