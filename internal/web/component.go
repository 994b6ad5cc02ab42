package web

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"liaison/internal/calendar"
)

// The structs of this file are the data of the parts in templates/part; the template of the same name draws each.
// They hold words for the reader, made by the methods of Page.

// Prio is a priority: its glyph, and its letters. Level is 1..4. Template "prio"; "prio-icon" hides the letters.
type Prio struct {
	Level int
}

// When is an instant in words, with the exact one for machines and for the tooltip. Template "when".
type When struct {
	ISO  string
	Text string
	Full string
	Due  bool // the script counts down to it
	// Counts is the instant that the script counts down to instead, "" for none: the open time that is left, from now on.
	Counts string
	Breaks string // in which the script stands still: [[from, until, words], ...] in Unix milliseconds, "" for none
	Soon   int64  // milliseconds left from which on the script says that it is soon, 0 for never
}

// When is t as the reader says it; the zero time gives the zero When, which draws a dash.
func (p Page) When(t time.Time) When {
	if t.IsZero() {
		return When{}
	}
	return When{ISO: t.UTC().Format(time.RFC3339Nano), Text: p.Instant(t), Full: p.Format.Full(t)}
}

// Due is the time left until t, which the script keeps moving.
func (p Page) Due(t time.Time) When {
	w := p.When(t)
	if !t.IsZero() {
		w.Text, w.Due = p.Countdown(t), true
	}
	return w
}

// SLAState is how a promise stands, as colour, glyph and words show it.
type SLAState string

// The states of a promise.
const (
	OnTrack   SLAState = "ok"
	DueSoon   SLAState = "soon" // less than an hour, or than a quarter of the target, is left
	Late      SLAState = "breach"
	Paused    SLAState = "paused"
	Met       SLAState = "met"
	Cancelled SLAState = "cancelled"
)

// SLAChip is how one promise stands. Template "sla".
type SLAChip struct {
	State SLAState
	Icon  string
	Text  string
	When  When // set while the time is running
}

// Promise is what a chip is made of: the clock of a case as the sla rules give it.
type Promise struct {
	State  string        // running, paused, met, breached, cancelled
	Due    time.Time     // zero when nothing is due
	Target time.Duration // length of the promise, to tell what is soon; 0: an hour is soon
	Done   bool          // breached, but given since
	Waived bool          // breached, and not held against support
	Stands bool          // support of the case is suspended: nothing is owed, and nothing counts on
	Hours  Hours         // whose open time counts; nil: all time does
}

// Hours are the hours of a promise: a calendar.
type Hours interface {
	Between(from, to time.Time) time.Duration
	IsOpen(t time.Time) bool
	NextOpening(t time.Time) (time.Time, bool)
	Segments(from, to time.Time, yield func(calendar.Segment))
}

// left is the open time until the promise is due. While the hours are over it stands still until resumes, which is zero
// otherwise.
func (c Promise) left(now time.Time) (left time.Duration, resumes time.Time) {
	if c.Hours == nil || !c.Due.After(now) {
		return c.Due.Sub(now), time.Time{}
	}
	if !c.Hours.IsOpen(now) {
		resumes, _ = c.Hours.NextOpening(now)
	}
	return c.Hours.Between(now, c.Due), resumes
}

// SLA is the chip of a promise at the page's instant.
func (p Page) SLA(c Promise) SLAChip {
	state := p.slaState(c)
	chip := SLAChip{State: state, Icon: slaIcon(state)}
	left, resumes := c.left(p.Format.Now)
	switch {
	case c.Waived:
		chip.Text = p.T("sla.waived")
	case state == Paused && !c.Stands && c.State == "running" && !resumes.IsZero(): // closed: nothing counts until then
		chip.When = p.live(c, left)
		chip.When.Text = p.T("sla.resumes", "at", p.Instant(resumes))
		chip.Text = chip.When.Text
	case state == Met, state == Paused, state == Cancelled:
		chip.Text = p.T("sla." + string(state))
	case state == Late && (c.Done || c.Due.IsZero()):
		chip.Text = p.T("sla.late")
	default:
		if chip.When = p.Due(c.Due); state != Late {
			chip.When = p.live(c, left)
		}
		chip.Text = chip.When.Text
	}
	return chip
}

// live is what is left of a running promise, for the script to go on with: it counts open time only, stands still while the
// hours are over, and says when what is left is little.
func (p Page) live(c Promise, left time.Duration) When {
	w := p.Due(c.Due)
	w.Soon = c.soon().Milliseconds()
	if left < c.Due.Sub(p.Format.Now) { // closed hours lie between: only open ones are left
		w.Text, w.Counts = p.Duration(left), p.Format.Now.Add(left).UTC().Format(time.RFC3339Nano)
		w.Breaks = p.breaks(c)
	}
	return w
}

// maxBreaks bounds the breaks of one countdown. They reach over more days than anybody leaves a page open.
const maxBreaks = 12

// breaks are the stretches until the promise is due in which its hours are over, as the script reads them. One that lasts
// over midnight is told in parts, because "tomorrow" becomes "today" then.
func (p Page) breaks(c Promise) string {
	var shut []calendar.Segment
	c.Hours.Segments(p.Format.Now, c.Due, func(s calendar.Segment) {
		switch last := len(shut) - 1; {
		case s.Open:
		case last >= 0 && shut[last].To.Equal(s.From):
			shut[last].To = s.To
		default:
			shut = append(shut, s)
		}
	})
	zone := p.Format.Zone
	if zone == nil {
		zone = time.UTC
	}
	out := [][3]any{}
	for _, s := range shut {
		for from := s.From; from.Before(s.To) && len(out) < maxBreaks; {
			at := from.In(zone)
			until := time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, zone)
			if until.After(s.To) || !until.After(from) {
				until = s.To
			}
			f := p.Format
			f.Now = from
			out = append(out, [3]any{from.UnixMilli(), until.UnixMilli(), p.T("sla.resumes", "at", f.Instant(s.To))})
			from = until
		}
	}
	b, err := json.Marshal(out)
	if err != nil {
		return "" // numbers and words: never
	}
	return string(b)
}

// soon is the time left from which on little is left.
func (c Promise) soon() time.Duration { return max(time.Hour, c.Target/4) }

func (p Page) slaState(c Promise) SLAState {
	if c.Waived {
		return Cancelled
	}
	switch c.State {
	case "met":
		return Met
	case "paused":
		return Paused
	case "cancelled":
		return Cancelled
	}
	if c.Stands && !c.Done {
		return Paused
	}
	if c.State == "breached" {
		return Late
	}
	left, resumes := c.left(p.Format.Now)
	switch {
	case c.Due.IsZero(), !resumes.IsZero():
		return Paused
	case left < 0:
		return Late
	case left < c.soon():
		return DueSoon
	}
	return OnTrack
}

func slaIcon(s SLAState) string {
	switch s {
	case DueSoon:
		return "clock-alert"
	case Late:
		return "octagon-alert"
	case Paused:
		return "circle-pause"
	case Met:
		return "circle-check"
	case Cancelled:
		return "ban"
	default: // OnTrack
		return "clock"
	}
}

// StatusChip is the status of a case. Template "status".
type StatusChip struct {
	Tone string // open, waiting, dev, fix, closed, suspended
	Icon string
	Text string
}

// Status is the chip of a case's status; suspended lies over it.
func (p Page) Status(status string, suspended bool) StatusChip {
	if suspended {
		return StatusChip{"suspended", "circle-pause", p.T("status.suspended")}
	}
	tone, icon := "open", "circle-dot"
	switch status {
	case "waiting_customer", "waiting_third_party":
		tone, icon = "waiting", "hourglass"
	case "development":
		tone, icon = "dev", "code-xml"
	case "resolved":
		tone, icon = "fix", "circle-check"
	case "closed":
		tone, icon = "closed", "circle-x"
	}
	return StatusChip{tone, icon, p.T("status." + status)}
}

// PlanChip is a plan by its key, which colours it, and its name from the policy pack. Template "plan".
type PlanChip struct {
	Key  string
	Name string
}

// Avatar is a person as two letters or one character in a coloured disc. Template "avatar"; "avatar-large".
type Avatar struct {
	Name     string
	Initials string
	Hue      int // 1..4
}

// AvatarOf is the avatar of a name; staff and customers never share a hue. The name "" gives the empty disc.
func AvatarOf(name string, staff bool) Avatar {
	if name == "" {
		return Avatar{}
	}
	hue := 4
	if staff {
		hue = 1 + int(sumOf(name))%3
	}
	return Avatar{Name: name, Initials: initials(name), Hue: hue}
}

func sumOf(s string) (n uint32) {
	for _, r := range s {
		n = n*31 + uint32(r)
	}
	return n
}

// initials are the first letters of the first and last word, or the first character of a Chinese name.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(words[0])
	if len(words) == 1 || unicode.Is(unicode.Han, first) {
		return string(unicode.ToUpper(first))
	}
	last, _ := utf8.DecodeRuneInString(words[len(words)-1])
	return string(unicode.ToUpper(first)) + string(unicode.ToUpper(last))
}

// PromiseBox is the one large promise of a page. Template "promise".
type PromiseBox struct {
	State SLAState // "" for one that nothing is promised in
	Label string   // "Next status update"
	Big   string   // "Reply by today 11:04"
	Note  string   // "Your time (Shanghai, UTC+8)"
	Icon  string
	Why   string // address of the ledger, "" for none
}

// Tone is the class of the box.
func (b PromiseBox) Tone() string {
	switch b.State {
	case DueSoon:
		return "soon"
	case Late:
		return "late"
	case Paused:
		return "paused"
	case "", Cancelled:
		return "none"
	default: // OnTrack and Met
		return "ok"
	}
}

// LedgerRow is one segment of a clock. Template "ledger" draws a []LedgerRow with its sum as Ledger.
type LedgerRow struct {
	From, To When
	Counted  string // duration in words; "" when nothing counted
	Reason   string
	Clause   string // number, linked; "" for none
	Edition  string // in which the clause stands; "" for the one in force
}

// Ledger is the account of one clock.
type Ledger struct {
	Rows []LedgerRow
	Sum  string
}

// Step is one step of several. Template "steps" draws a []Step.
type Step struct {
	Text    string
	Href    string // of a step that can be gone back to
	Done    bool
	Current bool
}

// Empty says that there is nothing, and what to do next. Template "empty".
type Empty struct {
	Icon  string
	Title string
	Text  string
	Href  string // "" for no button
	Do    string // its words
}
