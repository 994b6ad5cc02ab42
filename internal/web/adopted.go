package web

import "time"

// Adopted says of a case that was made of a held mail who wrote it ("": the case's own liaison, or nobody we know), when it was
// received, and from when the clock counts (semantics, Mail: the time of receiving is kept, the clock starts at adoption).
func (p Page) Adopted(writer string, received, from time.Time) string {
	if writer == "" {
		return p.T("mail.adopted.own", "received", p.Instant(received), "from", p.Instant(from))
	}
	return p.T("mail.adopted", "who", writer, "received", p.Instant(received), "from", p.Instant(from))
}
