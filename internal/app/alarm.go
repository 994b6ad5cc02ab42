package app

import (
	"context"
	"encoding/json"
	"time"

	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/jobs"
	"liaison/internal/mailio"
	"liaison/internal/text"
)

// The kinds of jobs that an alarm becomes: one for each address on duty, one for the web hook. Each is tried again by
// itself, so that one that cannot be reached keeps no other waiting.
const (
	alarmMailJob = "alarm.mail"
	alarmHookJob = "alarm.hook"
)

// alarmMail is the argument of an alarmMailJob.
type alarmMail struct {
	Alarm   cases.Alarm `json:"alarm"`
	Address string      `json:"address"` // of the settings, nobody's own
}

// raiseAlarm hands an alarm to everybody who is to be told.
func (a *App) raiseAlarm(ctx context.Context, args json.RawMessage) error {
	var al cases.Alarm
	if err := json.Unmarshal(args, &al); err != nil {
		return jobs.Hopeless(err)
	}
	to := a.Settings.Alarm.Mail
	if a.Sender == nil {
		to = nil
	}
	if len(to) == 0 && a.Hook == nil {
		return nil
	}
	return a.DB.Update(ctx, db.ForSystem("app.alarm"), func(tx *db.Tx) error {
		for _, address := range to {
			if err := a.Jobs.Enqueue(tx, alarmMailJob, alarmMail{al, address}); err != nil {
				return err
			}
		}
		if a.Hook == nil {
			return nil
		}
		return a.Jobs.Enqueue(tx, alarmHookJob, al)
	})
}

// sendAlarm mails an alarm to one address on duty. Of a customer with restricted data it says the number only: the
// address may be read by people who are not cleared.
func (a *App) sendAlarm(ctx context.Context, args json.RawMessage) error {
	var m alarmMail
	if err := json.Unmarshal(args, &m); err != nil {
		return jobs.Hopeless(err)
	}
	if a.Sender == nil {
		return nil
	}
	c, stands, err := a.Cases.AlarmCase(ctx, m.Alarm)
	if err != nil || !stands { // somebody was faster than the mail
		return err
	}
	lang, _ := text.ParseLang(a.Settings.Alarm.Language)
	out := mailio.Mail{
		Kind: mailio.Kind(m.Alarm.Kind), Event: m.Alarm.Event, At: time.UnixMicro(m.Alarm.At).UTC(), Path: "/desk/" + c.Number, Case: mailCase(c),
		Percent: m.Alarm.Percent, To: mailio.Recipient{Email: m.Address, Lang: lang, Zone: a.Editions.Now().Vendor.Zone},
	}
	if m.Alarm.Due != 0 {
		out.Promise = &mailio.Promise{Clock: mailio.Clock(m.Alarm.Clock), Due: time.UnixMicro(m.Alarm.Due).UTC()}
	} else {
		out.Promise = nextPromise(c)
	}
	entry := a.entry(out)
	entry.Tenant, entry.Case, entry.Once = m.Alarm.Tenant, m.Alarm.Case, true
	return a.post(ctx, entry, out)
}

// hookCall is the body of a call of the web hook: ids, codes and instants, of every customer alike. Whoever gets it
// reads the case with an own token.
type hookCall struct {
	Type      string   `json:"type"` // case.urgent, clock.warning, clock.breached
	Timestamp string   `json:"timestamp"`
	Data      hookData `json:"data"`
}

type hookData struct {
	Event    string `json:"event"`
	Case     string `json:"case"` // id
	Number   string `json:"number"`
	Customer string `json:"customer"` // id
	Priority int    `json:"priority"`
	Centre   string `json:"centre"`
	Clock    string `json:"clock,omitempty"`
	Percent  int    `json:"percent,omitempty"`
	Due      string `json:"due,omitempty"`
}

// callHook calls the web hook about an alarm, under the same id each time.
func (a *App) callHook(ctx context.Context, args json.RawMessage) error {
	var al cases.Alarm
	if err := json.Unmarshal(args, &al); err != nil {
		return jobs.Hopeless(err)
	}
	if a.Hook == nil {
		return nil
	}
	c, _, err := a.Cases.AlarmCase(ctx, al) // a program is told what happened, however late
	if err != nil {
		return err
	}
	call := hookCall{Type: "case.urgent", Timestamp: time.UnixMicro(al.At).UTC().Format(time.RFC3339),
		Data: hookData{Event: al.Event.String(), Case: c.ID.String(), Number: c.Number, Customer: c.Tenant.String(), Priority: c.Priority,
			Centre: c.Centre, Clock: al.Clock, Percent: al.Percent}}
	switch al.Kind {
	case "warning":
		call.Type = "clock.warning"
	case "breach":
		call.Type = "clock.breached"
	}
	if al.Due != 0 {
		call.Data.Due = time.UnixMicro(al.Due).UTC().Format(time.RFC3339)
	}
	body, err := json.Marshal(call)
	if err != nil {
		return jobs.Hopeless(err)
	}
	return a.Hook.Send(ctx, "msg_"+al.Kind+"_"+al.Event.String(), a.Clock.Now(), body)
}
