package browsertest

import (
	"encoding/json"
	"testing"

	"liaison/internal/contract"
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

// someMail is the id of a mail in the demo's mailbox.
func (s *stage) someMail(t *testing.T) string {
	t.Helper()
	mails, err := mailio.NewMailbox(s.DB).List(t.Context(), "", 1)
	if err != nil || len(mails) == 0 {
		t.Fatalf("there is no mail in the demo's mailbox: %v", err)
	}
	return mails[0].ID.String()
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

// names are the names of people, customers and products, which are the same in every language.
func (s *stage) names() []string {
	list := []string{"Corvane Analytics Server", "Corvane", "analytics-server", "production", "development"}
	for _, p := range s.people {
		list = append(list, p.Name)
		if p.Customer != nil {
			list = append(list, *p.Customer)
		}
	}
	return list
}
