package mailio_test

import (
	"fmt"
	"strings"
	"testing"

	"liaison/internal/calendar"
	"liaison/internal/id"
	"liaison/internal/mailio"
	"liaison/internal/mailmsg"
	"liaison/internal/text"
)

// Mail programs thread by References, In-Reply-To and a subject that stays.
func TestTheMailsOfACaseAreOneThread(t *testing.T) {
	t.Parallel()
	r := renderer(t, "cases@support.example.org")
	subject := ""
	for _, kind := range []mailio.Kind{mailio.Acknowledgement, mailio.Answer, mailio.Question, mailio.Status, mailio.Resolved} {
		msg := render(t, r, update(kind, text.English))
		if subject == "" {
			subject = msg.Subject
		}
		thread := "<" + tokens().Thread("20418") + ">"
		if msg.Subject != subject || msg.Headers["References"] != thread || msg.Headers["In-Reply-To"] != thread {
			t.Errorf("%s: %q, %v", kind, msg.Subject, msg.Headers)
		}
	}
	m := update(mailio.Answer, text.English)
	m.Replying = "CAF+x=1@mail.bank.example"
	msg := render(t, r, m)
	if msg.Headers["In-Reply-To"] != "<CAF+x=1@mail.bank.example>" || !strings.HasPrefix(msg.Headers["References"], "<case.20418.") ||
		!strings.HasSuffix(msg.Headers["References"], " <CAF+x=1@mail.bank.example>") {
		t.Error(msg.Headers)
	}
	for _, hostile := range []string{"x", "a@b>\r\nBcc: <c@d", "a@b> <c@d", "", strings.Repeat("a", 300) + "@b", "@"} {
		m.Replying = hostile
		if got := render(t, r, m).Headers["In-Reply-To"]; got != "<"+tokens().Thread("20418")+">" {
			t.Errorf("%q: %q", hostile, got)
		}
	}
}

// What a person's mail program sends back leads to the case; what comes back from an alarm leads nowhere.
func TestAnAnswerLeadsToItsCase(t *testing.T) {
	t.Parallel()
	r := renderer(t, "cases@support.example.org")
	read := func(msg mailio.Message) (string, mailmsg.State) {
		var rcpt []string
		if to := msg.Headers["Reply-To"]; to != "" {
			rcpt = []string{to}
		}
		unwrap := func(h string) []string { return strings.Fields(strings.NewReplacer("<", "", ">", "").Replace(h)) }
		return tokens().Case(&mailmsg.Message{InReplyTo: []string{msg.MessageID}, References: unwrap(msg.Headers["References"])}, rcpt)
	}
	for _, kind := range []mailio.Kind{mailio.Acknowledgement, mailio.Answer, mailio.Question, mailio.Status, mailio.Resolved} {
		if n, state := read(render(t, r, update(kind, text.English))); n != "20418" || state != mailmsg.Good {
			t.Errorf("%s: %s, %s", kind, n, state)
		}
	}
	for _, kind := range []mailio.Kind{mailio.Warning, mailio.Breach, mailio.Urgent} {
		if n, state := read(render(t, r, update(kind, text.English))); n != "" || state != mailmsg.None {
			t.Errorf("an answer to an alarm (%s) would reach the customer: %s, %s", kind, n, state)
		}
	}
}

// Security L06: a report comes back under the reader's own address or not at all.
func TestEveryMailHasAReturnPathThatNamesItsReaderOrNone(t *testing.T) {
	t.Parallel()
	for _, kind := range mailio.Kinds() {
		m := update(kind, text.English)
		if m.Case != nil && caseless(kind) {
			m.Case, m.Promise, m.Path = nil, nil, "/cases"
		}
		msg := render(t, renderer(t, "cases@support.example.org"), m)
		if who, ok := tokens().Bounced(msg.Return); !ok || who != m.To.Person {
			t.Errorf("%s: %q", kind, msg.Return)
		}
		if auto := msg.Headers["Auto-Submitted"]; !strings.HasPrefix(auto, "auto-") {
			t.Errorf("%s: %q", kind, auto)
		}
		if msg = render(t, renderer(t, ""), m); msg.Return != "" || msg.Headers["Reply-To"] != "" {
			t.Errorf("%s without an inbox: %q", kind, msg.Return)
		}
	}
	duty := update(mailio.Urgent, text.English)
	duty.To.Person, duty.To.Name = id.ID{}, ""
	first := render(t, renderer(t, "cases@support.example.org"), duty)
	duty.To.Email = "night@example.org"
	second := render(t, renderer(t, "cases@support.example.org"), duty)
	if first.Return != "" || first.MessageID == second.MessageID {
		t.Errorf("addresses on duty: %q, %s, %s", first.Return, first.MessageID, second.MessageID)
	}
}

func caseless(k mailio.Kind) bool {
	switch k {
	case mailio.Neutral, mailio.Refused, mailio.ByHand, mailio.RestrictedNew, mailio.RestrictedFiles, mailio.RestrictedNoToken, mailio.TooLarge, mailio.Closed, mailio.WhichCustomer, mailio.Waits, mailio.ByList,
		mailio.LiaisonInvited, mailio.LiaisonBegan, mailio.LiaisonSucceeded, mailio.LiaisonReplaced, mailio.LiaisonEnded, mailio.LiaisonDeparted, mailio.AccessReview,
		mailio.InvoiceDue, mailio.InvoiceOverdue, mailio.SupportEnds, mailio.TermEnds, mailio.TermEnded:
		return true
	default:
		return false
	}
}

// Answers to what somebody sent tell what to do, in both languages, and nothing about anybody else.
func TestAnswersSayWhatToDo(t *testing.T) {
	t.Parallel()
	r := renderer(t, "cases@support.example.org")
	for _, kind := range []mailio.Kind{mailio.Neutral, mailio.Refused, mailio.ByHand, mailio.RestrictedNew, mailio.RestrictedFiles, mailio.RestrictedNoToken, mailio.TooLarge, mailio.Closed, mailio.WhichCustomer, mailio.Waits, mailio.ByList} {
		for _, lang := range []text.Lang{text.English, text.Chinese} {
			m := update(mailio.Status, lang)
			m.Kind, m.Case, m.Promise, m.Path, m.Customer = kind, nil, nil, "/cases", "华东银行"
			m.Decision = &mailio.Decision{Code: "version_expired", Clause: "6.1", Args: map[string]any{"last_supported_day": "2026-03-31"}}
			msg := render(t, r, m)
			for _, part := range []string{msg.Text, msg.HTML, msg.Subject} {
				if strings.Contains(part, "华东银行") || strings.Contains(part, "#") && strings.Contains(part, "20418") {
					t.Errorf("%s tells too much: %s", kind, part)
				}
			}
			if kind == mailio.Refused && (!strings.Contains(msg.Text, "6.1") || !strings.Contains(msg.Text, "31") || strings.Contains(msg.Text, "2026-03-31")) {
				t.Errorf("the refusal does not say why: %s", msg.Text)
			}
			if msg.Headers["Auto-Submitted"] != "auto-replied" {
				t.Error(msg.Headers)
			}
		}
	}
}

func TestAMailWithoutPeoplesTextHasNone(t *testing.T) {
	t.Parallel()
	m := update(mailio.Breach, text.English)
	m.Bare, m.Body, m.Author = true, "secret", &mailio.Author{Name: "林薇"}
	msg := render(t, renderer(t, ""), m)
	for _, part := range []string{msg.Subject, msg.Text, msg.HTML} {
		for _, secret := range []string{"生产环境", "林薇", "secret", "华东银行"} {
			if strings.Contains(part, secret) {
				t.Errorf("%q stands in %s", secret, part)
			}
		}
	}
	if msg.Subject != "[#20418] Overdue" {
		t.Error(msg.Subject)
	}
}

// Of a restricted customer, mails about liaisons name the reader alone, and are whole sentences without the names.
func TestAMailAboutLiaisonsNamesNobodyOfARestrictedCustomer(t *testing.T) {
	t.Parallel()
	r := renderer(t, "")
	for _, kind := range mailio.Kinds() {
		for _, lang := range []text.Lang{text.English, text.Chinese} {
			m := update(kind, lang)
			if !strings.HasPrefix(string(kind), "liaison_") && !strings.HasPrefix(string(kind), "invoice_") && kind != mailio.SupportEnds && !strings.HasPrefix(string(kind), "term_") && kind != mailio.AccessReview {
				continue
			}
			m.Case, m.Promise, m.Path = nil, nil, "/liaisons"
			m.Guess = &mailio.Guess{System: "canary-system", Environment: "canary-environment", Version: "canary-version"}
			m.About = mailio.About{System: "PRD-01", Other: "林薇", Count: 3}
			m.Money = mailio.Money{Number: "R-1", Amount: "100.00 EUR", Day: calendar.Date{Year: 2026, Month: 12, Day: 1}, Count: 3}
			named := render(t, r, m)
			m.Bare = true
			bare := render(t, r, m)
			if !strings.Contains(named.Text, "华东银行") {
				t.Errorf("%s in %s does not name the customer where it may", kind, lang)
			}
			if kind == mailio.LiaisonInvited && !strings.Contains(named.Text, "林薇") {
				t.Errorf("the invitation in %s does not say whom to follow", lang)
			}
			for _, part := range []string{bare.Subject, bare.Text, bare.HTML} {
				for _, secret := range []string{"华东银行", "PRD-01", "林薇"} {
					if strings.Contains(part, secret) {
						t.Errorf("%s in %s: %q stands in %s", kind, lang, secret, part)
					}
				}
			}
			for _, hole := range []string{"  for", "of  ", " for .", "  as", "named above", "上述"} {
				if strings.Contains(bare.Text, hole) {
					t.Errorf("%s in %s has a hole:\n%s", kind, lang, bare.Text)
				}
			}
		}
	}
}

// R7: a mail about a case of a restricted customer carries nothing that people wrote, whatever it is about and whoever
// wrote the mail down; it says the number and leads to the page. A summary leaves out the titles of such cases alone.
func TestNoKindOfMailCarriesTextOfARestrictedCase(t *testing.T) {
	t.Parallel()
	r := renderer(t, "cases@support.example.org")
	for _, kind := range mailio.Kinds() {
		for _, lang := range []text.Lang{text.English, text.Chinese} {
			m := update(kind, lang)
			if caseless(kind) {
				m.Case, m.Promise, m.Path, m.Bare = nil, nil, "/liaisons", true
			}
			if kind == mailio.PasswordReset || kind == mailio.PolicyEdition || kind == mailio.PolicyWithdrawn { // about no customer at all
				continue
			}
			m.Body, m.Author, m.Customer = "canary-body", &mailio.Author{Name: "canary-author", Role: "engineer"}, "canary-customer"
			m.About = mailio.About{System: "canary-system", Other: "canary-other", Count: 3}
			if m.Case != nil {
				m.Case.Subject, m.Case.Assignee, m.Case.Restricted = "canary-title", "canary-owner", true
			}
			for i := range m.Lines {
				m.Lines[i].Subject, m.Lines[i].Restricted = "canary-line", i == 0
			}
			if m.Kind == mailio.Digest {
				m.Body, m.Author = "", nil
				m.Lines[1].Subject = "open title"
			}
			msg := render(t, r, m)
			for _, part := range []string{msg.Subject, msg.Text, msg.HTML, fmt.Sprint(msg.Headers)} {
				if strings.Contains(part, "canary") {
					t.Errorf("%s in %s says what stays inside:\n%s", kind, lang, part)
				}
			}
			if m.Case != nil && (!strings.Contains(msg.Text, "20418") || !strings.Contains(msg.Text, "https://")) {
				t.Errorf("%s in %s names neither case nor page:\n%s", kind, lang, msg.Text)
			}
			if kind == mailio.Digest && !strings.Contains(msg.Text, "open title") {
				t.Errorf("the summary hides other customers' titles:\n%s", msg.Text)
			}
			if (kind == mailio.Answer || kind == mailio.Question) && !strings.Contains(msg.Text, portal(lang)) {
				t.Errorf("%s in %s does not say where the text is:\n%s", kind, lang, msg.Text)
			}
		}
	}
}

// portal is what the portal is called.
func portal(lang text.Lang) string {
	if lang == text.English {
		return "portal"
	}
	return "门户"
}
