package mailmsg_test

import (
	"slices"
	"strings"
	"testing"

	"liaison/internal/mailmsg"
)

// M14 to M17: only the pinned relay's own words count, and only when they can be read in one way.
func TestOnlyThePinnedRelaysWordCounts(t *testing.T) {
	t.Parallel()
	pinned := mailmsg.Trust{AuthservIDs: []string{"mx.vendor.example"}}
	silent := mailmsg.Trust{AuthservIDs: []string{"relay.demo"}, Silent: true}
	topmost := mailmsg.Trust{Topmost: true}
	const good = "mx.vendor.example; spf=pass smtp.mailfrom=bank.example; dkim=pass (2048-bit key) header.d=bank.example; dmarc=pass (p=reject) header.from=bank.example"
	for name, c := range map[string]struct {
		trust mailmsg.Trust
		lines []string
		pass  bool
	}{
		"the relay's pass":                   {pinned, []string{good}, true},
		"with a version":                     {pinned, []string{strings.Replace(good, ";", " 1;", 1)}, true},
		"no line":                            {pinned, nil, false},
		"somebody else's pass":               {pinned, []string{"mx.evil.example; dmarc=pass header.from=bank.example"}, false},
		"the relay's name below another's":   {pinned, []string{"mx.evil.example; dmarc=fail", good}, false},
		"dmarc=fail":                         {pinned, []string{"mx.vendor.example; dmarc=fail header.from=bank.example"}, false},
		"pass for another domain":            {pinned, []string{"mx.vendor.example; dmarc=pass header.from=evil.example"}, false},
		"pass for no domain":                 {pinned, []string{"mx.vendor.example; dmarc=pass"}, false},
		"a pass within a quoted string":      {pinned, []string{`mx.vendor.example; spf=fail smtp.mailfrom="a) dmarc=pass (b"@evil`}, false},
		"a pass within a comment":            {pinned, []string{"mx.vendor.example; dmarc=fail (see (dmarc=pass header.from=bank.example)) header.from=bank.example"}, false},
		"a comment that does not end":        {pinned, []string{"mx.vendor.example; dmarc=pass header.from=bank.example ("}, false},
		"two results":                        {pinned, []string{"mx.vendor.example; dmarc=fail header.from=bank.example; dmarc=pass header.from=bank.example"}, false},
		"two results in two lines":           {pinned, []string{"mx.vendor.example; dmarc=fail header.from=bank.example", good}, false},
		"dkim instead of dmarc":              {pinned, []string{"mx.vendor.example; dkim=fail header.d=bank.example; dkim=pass"}, false},
		"the name as a method":               {pinned, []string{"mx.vendor.example=x; dmarc=pass header.from=bank.example"}, false},
		"a property twice":                   {pinned, []string{"mx.vendor.example; dmarc=pass header.from=evil.example header.from=bank.example"}, false},
		"no name, although one is needed":    {pinned, []string{"dmarc=pass header.from=bank.example"}, false},
		"no name, the topmost":               {topmost, []string{"spf=pass smtp.mailfrom=bank.example; dmarc=pass action=none header.from=bank.example"}, true},
		"no name, below the topmost":         {topmost, []string{"dmarc=fail header.from=bank.example", "dmarc=pass header.from=bank.example"}, false},
		"the demo's relay says nothing":      {silent, nil, true},
		"the demo's relay says fail":         {silent, []string{"relay.demo; dmarc=fail"}, false},
		"the demo's relay says pass":         {silent, []string{"relay.demo; dmarc=pass"}, true},
		"the demo's relay cannot be read":    {silent, []string{`relay.demo; dmarc=pass "`}, false},
		"others' words below a silent relay": {silent, []string{"mx.evil.example; dmarc=fail"}, true},
	} {
		raw := "From: ceo@bank.example\r\n\r\nx"
		for _, line := range slices.Backward(c.lines) {
			raw = "Authentication-Results: " + line + "\r\n" + raw
		}
		v := mailmsg.Results([]byte(raw), mailmsg.Address{Addr: "ceo@bank.example"}, c.trust)
		if v.Pass != c.pass {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
