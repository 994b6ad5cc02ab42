package policy

import "liaison/internal/calendar"

// packFile is policy.yaml as written. Mappings merge over those of the base pack; lists and scalars replace.
type packFile struct {
	Base      string   `yaml:"base"`
	Edition   string   `yaml:"edition"`
	Languages []string `yaml:"languages"`
	Title     Text     `yaml:"title"`
	Vendor    struct {
		Name         Text   `yaml:"name"`
		Zone         string `yaml:"zone"`
		PortalURL    string `yaml:"portal_url"`
		RenewalEmail string `yaml:"renewal_email"`
	} `yaml:"vendor"`

	Channels           []string `yaml:"channels"`
	RestrictedChannels []string `yaml:"restricted_channels"`
	CommonFeatures     []string `yaml:"common_features"`

	Plans       map[string]planFile     `yaml:"plans"`
	Priorities  map[string]priorityFile `yaml:"priorities"`
	Clocks      []clockFile             `yaml:"clocks"`
	HoursGroups map[string]hoursFile    `yaml:"hours_groups"`
	Centres     map[string]centreFile   `yaml:"centres"`
	Resources   map[string]resourceFile `yaml:"resources"`

	Liaisons            liaisonsFile  `yaml:"liaisons"`
	SuspensionGraceDays int           `yaml:"suspension_grace_days"`
	OnPremEnd           calendar.Date `yaml:"on_prem_end"`
	MaxLifecycleYears   int           `yaml:"max_lifecycle_years"`
	Extended            extendedFile  `yaml:"extended_lifecycle"`
	Patches             patchFile     `yaml:"patches"`
	Audits              auditFile     `yaml:"audits"`
	ClausesPublishDays  int           `yaml:"clauses_publish_days"`
	InvoiceReminderDays []int         `yaml:"invoice_reminder_days"`
	RenewalReminderDays []int         `yaml:"renewal_reminder_days"`
	NoContactReminders  int           `yaml:"no_contact_reminders"`
	Warnings            []int         `yaml:"warnings"`
	ReopenDays          int           `yaml:"reopen_days"`
	ConfirmWorkingDays  int           `yaml:"confirm_working_days"`
	RaiseStrategy       string        `yaml:"raise_strategy"`
	Language24x7        string        `yaml:"language_24x7"`
	CloudLanguage24x7   string        `yaml:"cloud_language_24x7"`
}

type planFile struct {
	Names              Text     `yaml:"names"`
	OtherNames         []string `yaml:"other_names"`
	Rank               int      `yaml:"rank"`
	Seats              int      `yaml:"seats"`
	AddedSeats         int      `yaml:"added_seats"`
	ChooseCentre       bool     `yaml:"choose_centre"`
	WeeklyReview       bool     `yaml:"weekly_review"`
	DedicatedEngineers bool     `yaml:"dedicated_engineers"`
	Language24x7       string   `yaml:"language_24x7"`
	Clause             string   `yaml:"clause"`
}

type liaisonsFile struct {
	ChangesPerYear      int    `yaml:"changes_per_year"`
	Year                string `yaml:"year"`
	InvitationDays      int    `yaml:"invitation_days"`
	DepartedWorkingDays int    `yaml:"departed_working_days"`
	ReviewMonths        int    `yaml:"review_months"`
}

type priorityFile struct {
	Response       string `yaml:"response"` // "2h", of open time
	UpdateDays     int    `yaml:"update_days"`
	Reminders      []int  `yaml:"reminders"`
	ProductionOnly bool   `yaml:"production_only"`
	Definition     Text   `yaml:"definition"`
	Example        Text   `yaml:"example"`
}

type clockFile struct {
	Clock       string   `yaml:"clock"` // "24x7" or "regional"
	Deployments []string `yaml:"deployments"`
	Priorities  []string `yaml:"priorities"`
	Plans       []string `yaml:"plans"`
	Environment string   `yaml:"environment"` // "production", "other", "" for both
	Clause      string   `yaml:"clause"`
	Requirement string   `yaml:"requirement"`
}

type hoursFile struct {
	Centre     string              `yaml:"centre"`
	Names      Text                `yaml:"names"`
	Zone       string              `yaml:"zone"`
	Week       map[string][]string `yaml:"week"` // mon..sun -> "09:00-18:00"
	HolidaysOf string              `yaml:"holidays_of"`
	Countries  []string            `yaml:"countries"`
}

type centreFile struct {
	Names   Text       `yaml:"names"`
	Email   string     `yaml:"email"`
	Phones  []lineFile `yaml:"phones"`
	Faxes   []lineFile `yaml:"faxes"`
	Clause  string     `yaml:"clause"`
	Renewal struct {
		Phone string `yaml:"phone"`
		Fax   string `yaml:"fax"`
		Role  Text   `yaml:"role"`
	} `yaml:"renewal"`
}

type lineFile struct {
	Number    string   `yaml:"number"`
	Countries []string `yaml:"countries"`
	Language  string   `yaml:"language"`
}

type resourceFile struct {
	Liaison     bool   `yaml:"liaison"`
	Member      bool   `yaml:"member"`
	Clause      string `yaml:"clause"`
	Requirement string `yaml:"requirement"`
}

type clauseFile struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
}

// calendarFile is calendars/<country>.yaml: the holidays of a country and, where it is served in other hours
// than its group, its own zone and week (R9.2-14).
type calendarFile struct {
	Country   string                 `yaml:"country"`
	Source    string                 `yaml:"source"`
	Zone      string                 `yaml:"zone"`
	Week      map[string][]string    `yaml:"week"`
	Holidays  map[string]holidayFile `yaml:"holidays"`
	Overrides map[string][]string    `yaml:"overrides"` // date -> windows of that date in place of the week's; none: closed

	OverrideNames map[string]string          `yaml:"override_names"` // date of an override -> key of its name
	Names         map[string]Text            `yaml:"names"`          // names of days that holidays.yaml does not have
	Subdivisions  map[string]subdivisionFile `yaml:"subdivisions"`   // "BY" of "DE-BY", ISO 3166-2 -> its days beside the national ones
}

type subdivisionFile struct {
	Names    Text                   `yaml:"names"`
	Holidays map[string]holidayFile `yaml:"holidays"`
}

type holidayFile struct {
	Statutory []calendar.Date `yaml:"statutory"`
	Announced []calendar.Date `yaml:"announced"`
	Estimated []calendar.Date `yaml:"estimated"`
}
