package apptest

import (
	"encoding/json"
	"time"

	"liaison/internal/id"
)

// otherCase is another open case of the same system, "" where there is none.
func (w *World) otherCase(number string) (other string) {
	w.t.Helper()
	w.Rows(`SELECT o.number FROM support_case c JOIN support_case o ON o.tenant_id = c.tenant_id AND o.system_id = c.system_id AND o.id <> c.id
		WHERE c.number = $1 AND o.status = 'open' ORDER BY o.number DESC LIMIT 1`, []any{number}, func(scan func(...any) error) error { return scan(&other) })
	return other
}

// messageOn is the id of a message of the customer on a case; one that nobody knows where there is none.
func (w *World) messageOn(number string) string {
	w.t.Helper()
	message := id.New()
	w.Rows(`SELECT m.id FROM message m JOIN support_case c ON c.tenant_id = m.tenant_id AND c.id = m.case_id
		WHERE c.number = $1 AND m.author_side = 'customer' AND m.channel <> 'reason' ORDER BY m.id DESC LIMIT 1`, []any{number},
		func(scan func(...any) error) error { return scan(&message) })
	return message.String()
}

// missedOn is a deadline of the case that was missed and recorded; some instant where there is none.
func (w *World) missedOn(number string) string {
	w.t.Helper()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	w.Rows(`SELECT j.data FROM journal j JOIN support_case c ON c.tenant_id = j.tenant_id AND c.id = j.subject_id
		WHERE c.number = $1 AND j.kind = 'clock.breached' ORDER BY j.seq DESC LIMIT 1`, []any{number}, func(scan func(...any) error) error {
		var text string
		var data struct {
			Due int64 `json:"due"`
		}
		err := scan(&text)
		if err == nil {
			err = json.Unmarshal([]byte(text), &data)
		}
		at = time.UnixMicro(data.Due).UTC()
		return err
	})
	return at.Format(time.RFC3339Nano)
}

// LateCase is a new case of the customer that came in long ago by telephone, so that its first response is missed.
func (w *World) LateCase(customer string) (number string) {
	w.t.Helper()
	body := NewCase(w.System(customer), "P3")
	body["onBehalfOf"], body["channel"], body["answered"] = w.LiaisonOf(customer).Email, "phone", false
	body["receivedAt"] = w.Clock.Now().AddDate(0, 0, -14).Format(time.RFC3339)
	number = Is[Case](w.t, w.As("lin.wei").Post("/api/v1/cases", body), 201).Number
	w.Sweep(w.Clock.Now())
	return number
}
