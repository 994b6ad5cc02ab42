package apptest

import "time"

// The shapes of contracts.md, written down here a second time and by hand: a change of the program's own types must not
// change what the tests expect.

// Case is a case.
type Case struct {
	Number, Subject, Status, Priority, RequestedPriority, System, Environment, Customer, Plan, Channel, Edition, ETag string
	Suspended                                                                                                         bool
	ReceivedAt                                                                                                        time.Time
	Liaison                                                                                                           struct{ ID, Name string }
	Assignee                                                                                                          *struct{ ID, Name string }
	Clocks                                                                                                            []Clock
}

// Clock is one clock of a case.
type Clock struct {
	Kind, Clock, State string
	Target             struct{ Minutes, WorkingDays int }
	StartedAt          time.Time
	DueAt              *time.Time
	MetAt              *time.Time
	BreachedAt         *time.Time
	Ledger             []struct {
		From, To       time.Time
		Counted        int64
		Reason, Clause string
	}
}

// Cases is a list of cases.
type Cases struct {
	Items      []Case
	NextCursor *string
}

// Message is a message of a case.
type Message struct {
	ID, Text, Visibility string
	Question             bool
	At                   time.Time
}

// Timeline is a part of a case's history.
type Timeline struct {
	Items []struct {
		Kind, Visibility string
		At, OccurredAt   time.Time
		Message          *Message
		Data             map[string]any
	}
	NextCursor *string
}

// File is an uploaded file.
type File struct {
	ID, Name, SHA256 string
	Size             int64
}

// Problem is an error.
type Problem struct {
	Type, Title, Detail, Decision, Clause, Requirement, Edition string
	Status                                                      int
	Inputs                                                      map[string]any
	Errors                                                      []struct{ Field, Message string }
}

// NewCase is the body that registers a case on a system, with every field that must be there.
func NewCase(s System, priority string) map[string]any {
	return map[string]any{"system": s.ID, "environment": "production", "product": s.Product, "version": s.Version,
		"subject": "Dashboards stay empty after the update", "symptoms": "All tiles show no data.", "errorMessages": "GATEWAY-4411",
		"stepsTaken": "Restarted the gateway.", "impact": "The morning report is missing.", "priority": priority}
}

// Register registers a case and gives it.
func (c *Caller) Register(customer, priority string) Case {
	c.w.t.Helper()
	return Is[Case](c.w.t, c.Post("/api/v1/cases", NewCase(c.w.System(customer), priority)), 201)
}

// Case reads a case.
func (c *Caller) Case(number string) Case {
	c.w.t.Helper()
	return Is[Case](c.w.t, c.Get("/api/v1/cases/"+number), 200)
}

// Say writes a message on a case.
func (c *Caller) Say(number, text string, more ...any) Message {
	c.w.t.Helper()
	body := map[string]any{"text": text, "visibility": "public"}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return Is[Message](c.w.t, c.Post("/api/v1/cases/"+number+"/messages", body), 201)
}

// Change changes a case in its present version.
func (c *Caller) Change(number string, change map[string]any) Case {
	c.w.t.Helper()
	return Is[Case](c.w.t, c.Do("PATCH", "/api/v1/cases/"+number, change, "If-Match", c.Case(number).ETag), 200)
}
