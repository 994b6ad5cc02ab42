package entitlement

import "liaison/internal/calendar"

// Standing is where a person stands with one system of a customer: what the questions of this package look at.
type Standing struct {
	RegisterFacts
	Member   bool   // has an account with the customer; a liaison is one too
	Extended bool   // nothing but extended lifecycle support covers the system (4.7)
	Plan     string // of the system, in force on the day; "" for none
	Active   int    // designated liaisons of the system, and people who are invited to become one
	Invited  int    // of Active: those who are invited only
	Extra    int    // extra seats in force on the day
	Manages  bool   // a liaison of the customer, or its contact for the contract while the system has none: asks for changes of liaisons (1.1)
	Narrowed bool   // a liaison who sees a part of the customer's cases only (2.1)
	Used     int    // changes of the contract year that count
	Year     Term   // the contract year of the day
	Request  string // how it is asked for, RequestByCase or other, where that matters (7.2)
}

// dayInputs are the days by their names in the inputs of a decision.
func (s *Standing) dayInputs() map[string]*calendar.Date {
	return map[string]*calendar.Date{"subscription_from": &s.SubscriptionFrom, "subscription_to": &s.SubscriptionTo,
		"due": &s.OldestDue, "last_supported_day": &s.LastSupportedDay,
		"year_from": &s.Year.From, "year_to": &s.Year.To}
}
