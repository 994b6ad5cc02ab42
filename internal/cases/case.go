package cases

import (
	"math"
	"strconv"
	"time"

	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// noPromise is stored as next_promise while nothing is due (waiting, suspended, resolved): such cases come last
// within their priority and plan, on both engines alike.
const noPromise = math.MaxInt64

// Party is a person as others see them on a case: no address, no number.
type Party struct {
	ID   id.ID  `json:"id"`
	Name string `json:"name"`
}

// Remedy is what solved the case (R3.4-01): one of five kinds, with what was done.
type Remedy struct {
	Kind    string `json:"kind" enum:"workaround,configuration_change,patch,platform_release_update,later_version,other"`
	Text    string `json:"text"`
	Article string `json:"article,omitempty"`
	Release string `json:"release,omitempty"`
}

// remedyKinds are the five of R3.4-01 and "other", for outcomes that are no remedy (third-party defect, no fault found).
func remedyKinds() []string {
	return []string{"workaround", "configuration_change", "patch", "platform_release_update", "later_version", "other"}
}

// Case is one support case as its row says; Clocks is evaluated when it is read.
type Case struct {
	Tenant       id.ID
	ID           id.ID
	Number       string
	Version      int64 // counts changes; the ETag
	Status       Status
	Suspended    bool
	Priority     int // 1..4, the effective one
	Requested    int // what the liaison asked for
	Plan         string
	System       id.ID
	SystemName   string
	Environment  string
	Production   bool
	Deployment   string
	Country      string
	Calendar     string // regional calendar of the contract country
	Centre       string
	Product      string
	Release      string // product version, e.g. 2026.2
	Channel      string
	Triage       bool       // filed by mail with guessed system, environment and version, until somebody corrects or confirms them
	ForsakenAt   *time.Time // when its liaison left and nobody followed (1.1); nil: somebody looks after it
	ReceivedAt   time.Time  // the instant the channel received it: clocks start here
	RegisteredAt time.Time
	Liaison      Party
	RegisteredBy id.ID
	Assignee     *Party
	Edition      string
	Decision     errs.Decision // the intake decision with its inputs
	Details
	Remedy       *Remedy
	MergedInto   id.ID  // the case that answers for this one; zero: none
	MergedNumber string // its number; read with the description
	SplitMessage id.ID  // the customer's message that this one was made of; zero: none
	SplitNumber  string // of the case that the message was written on; read with the description
	Facts        []sla.Event
	known        int        // how many of the facts are stored
	NextDue      *time.Time // when the sweep has to look again
	NextPromise  *time.Time // earliest unmet due instant; nil while none runs
	Language     string     // of the customer's text
	UpdatedAt    time.Time
	ClosedAt     *time.Time
	CustomerKey  string
	CustomerName string
	Restricted   bool
	Clocks       []sla.Clock
	clocksAt     time.Time // the instant at which they stand as they do
	Spent        sla.Spent // of one case that is asked for
	decidedFacts int       // how many of Facts the journal has as inputs of decisions
}

// Details is the customer's description (R3.2-04..11). It is erasable text: no rule reads it.
type Details struct {
	Subject         string
	Symptoms        string
	Quoted          string // of a case by mail: what the mail quoted, and its signature; plain text, shown folded
	ErrorMessages   string
	StepsTaken      string
	Impact          string
	Reproducibility string // always, sometimes, once, not_tried
	Scope           string // one_machine, several, all, unknown
	Checklist       []string
}

// ETag is the case's version as an entity tag.
func (c Case) ETag() string { return `"` + strconv.FormatInt(c.Version, 10) + `"` }

// PriorityName is "P1".."P4".
func PriorityName(level int) string { return "P" + strconv.Itoa(level) }

// ParsePriority reads "P1".."P4"; 0 when it is none of them.
func ParsePriority(s string) int {
	if len(s) == 2 && s[0] == 'P' && s[1] >= '1' && s[1] <= '4' {
		return int(s[1] - '0')
	}
	return 0
}
