package browsertest

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/id"
	"liaison/internal/liaisons"
	"liaison/internal/mailio"
)

// quoted is a text as a literal of the page's script.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return string(b)
}

// someMail is the id of a mail in the demo's mailbox, which fills up after the start.
func (s *stage) someMail(t *testing.T) (mail string) {
	t.Helper()
	eventually(t, "a mail in the demo's mailbox", func() bool {
		mails, err := mailio.NewMailbox(s.DB).List(t.Context(), "", 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(mails) > 0 {
			mail = mails[0].ID.String()
		}
		return len(mails) > 0
	})
	return mail
}

// resetPath is the path of a link to set a new password, as it was mailed.
func (s *stage) resetPath(t *testing.T) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reset != "" {
		return s.reset
	}
	const who = "robin.ashdown@elsewhere.example"
	if err := s.Accounts.RequestReset(t.Context(), who, "192.0.2.7"); err != nil {
		t.Fatal(err)
	}
	box := mailio.NewMailbox(s.DB)
	eventually(t, "the mail with the link", func() bool {
		mails, err := box.List(t.Context(), who, 1)
		if err != nil || len(mails) == 0 {
			return false
		}
		mail, err := box.Get(t.Context(), mails[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		s.reset = regexp.MustCompile(`/reset/[\w-]+`).FindString(mail.Text)
		return s.reset != ""
	})
	return s.reset
}

// eventually waits until something is so that no page tells of.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	look, end := time.NewTicker(20*time.Millisecond), time.NewTimer(within)
	defer look.Stop()
	defer end.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-end.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// systemOf is the id of a customer's system.
func (s *stage) systemOf(t *testing.T, customer string) string {
	t.Helper()
	found, err := s.Contract.Systems(t.Context(), s.actor(t, s.by(t, "sam.carter")), contract.Filter{Customer: customer})
	if err != nil || len(found.Items) == 0 {
		t.Fatalf("%s has no system: %v", customer, err)
	}
	return found.Items[0].ID.String()
}

// names are the names of people, customers, products and environments, which are the same in every language.
func (s *stage) names(t *testing.T) []string {
	t.Helper()
	list := []string{"Corvane Analytics Server", "Corvane Analytics", "Corvane Services", "Corvane", "analytics-server", "production", "development", "demo",
		"Nora Lang", "Geospatial", "Mapbox", "hotfix", "Java", // somebody invited, and names that the facts of the policy give
		"高级技术支持", "高级", "精英", "优享", "尊享", "扩展"} // words of the Chinese policy that its readings speak of
	for _, p := range s.people {
		list = append(list, p.Name)
	}
	customers, err := s.Accounts.Customers(t.Context(), s.actor(t, s.by(t, "sam.carter")))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range customers {
		list = append(list, c.Name, c.Key)
	}
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) }) // the longest first: names may begin alike
	return list
}

// invitePath is the link of an invitation that waits; a link that never was when there is none.
func (s *stage) invitePath(t *testing.T) string {
	t.Helper()
	a := s.actor(t, s.by(t, "katrin.vogel")) // signs in, which holds the lock itself
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.invite != "" {
		return s.invite
	}
	o, err := s.Liaisons.Overview(t.Context(), a, id.ID{})
	if err != nil {
		t.Fatal(err)
	}
	change, err := s.Liaisons.Request(t.Context(), a, liaisons.Request{Items: []liaisons.Item{{System: o.Systems[0].System, Name: "Nora Lang", Email: "nora.lang@nordwind.example"}}})
	if err != nil {
		t.Fatal(err)
	}
	if o, err = s.Liaisons.Overview(t.Context(), a, id.ID{}); err != nil {
		t.Fatal(err)
	}
	for _, w := range o.Systems[0].Waiting {
		if w.Change == change {
			f, ok, err := s.Liaisons.MailFacts(t.Context(), liaisons.Mail{Template: liaisons.Invited, Tenant: a.Customer, Item: w.Item, Event: w.Item})
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			s.invite = f.Path
		}
	}
	return s.invite
}

// holderPath is the page of a liaison of the visitor's own customer; one that never was for everybody else.
func (s *stage) holderPath(t *testing.T, a access.Actor) string {
	t.Helper()
	never := "/liaisons/" + id.New().String() + "/" + id.New().String()
	if a.Role != access.Liaison {
		return never
	}
	o, err := s.Liaisons.Overview(t.Context(), a, id.ID{})
	if err != nil || len(o.Systems) == 0 || len(o.Systems[0].Liaisons) == 0 {
		return never
	}
	return "/liaisons/" + o.Systems[0].System.String() + "/" + o.Systems[0].Liaisons[0].Person.String()
}
