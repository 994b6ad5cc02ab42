package entitlement

// Standing is where a person stands with one system of a customer: what the questions of this package look at.
type Standing struct {
	RegisterFacts
	Member  bool   // has an account with the customer; a liaison is one too
	Plan    string // of the system
	Active  int    // designated liaisons of the system
	Extra   int    // extra seats in force today
	Request string // how it is asked for, RequestByCase or other, where that matters (7.2)
}
