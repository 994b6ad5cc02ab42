package mailmsg_test

import (
	"strings"
	"testing"

	"liaison/internal/mailmsg"
)

// An invitation says when its event begins. The rules of its zone have beginnings of their own, often in 1601, and stand first.
func TestAnInvitationSaysWhenItIs(t *testing.T) {
	t.Parallel()
	const zone = "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
	for name, c := range map[string]struct{ event, want string }{
		"with a zone":      {zone + "BEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en:Upgrade\\, part 1\\; call\r\nDTSTART;TZID=W. Europe Standard Time:20261130T090000\r\nEND:VEVENT", "[invite.ics] Upgrade, part 1; call, 2026-11-30 09:00 W. Europe Standard Time"},
		"a zone in quotes": {zone + "BEGIN:VEVENT\r\nDTSTART;TZID=\"(UTC+01:00) Berlin\":20261130T090000\r\nSUMMARY:Upgrade\r\nEND:VEVENT", "[invite.ics] Upgrade, 2026-11-30 09:00 (UTC+01:00) Berlin"},
		"universal time":   {"BEGIN:VEVENT\r\nSUMMARY:升级\r\n 窗口\r\nDTSTART:20261130T080000Z\r\nEND:VEVENT", "[invite.ics] 升级窗口, 2026-11-30 08:00 UTC"},
		"a whole day":      {"BEGIN:VEVENT\nSUMMARY:C:\\\\new\nDTSTART;VALUE=DATE:20261130\nEND:VEVENT", `[invite.ics] C:\new, 2026-11-30`},
		"an alarm":         {"BEGIN:VEVENT\r\nSUMMARY:Upgrade\r\nDTSTART:20261130T080000Z\r\nBEGIN:VALARM\r\nSUMMARY:Wake up\r\nEND:VALARM\r\nEND:VEVENT", "[invite.ics] Upgrade, 2026-11-30 08:00 UTC"},
		"its exceptions":   {"BEGIN:VEVENT\r\nSUMMARY:Upgrade\r\nDTSTART:20261130T080000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Moved\r\nDTSTART:20261207T080000Z\r\nEND:VEVENT", "[invite.ics] Upgrade, 2026-11-30 08:00 UTC"},
		"no title":         {"BEGIN:VEVENT\r\nDTSTART:20261130T080000Z\r\nEND:VEVENT", ""},
		"no event":         {zone, ""},
	} {
		m := mailmsg.Parse([]byte("From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n"+
			c.event+"\r\nEND:VCALENDAR\r\n"), mailmsg.DefaultLimits())
		if m.Text != c.want || strings.Contains(m.Text, "1601") {
			t.Errorf("%s: %q, want %q", name, m.Text, c.want)
		}
	}
}
