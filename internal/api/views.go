package api

import (
	"time"

	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// caseView is a case as contracts.md gives it.
type caseView struct {
	Number            string       `json:"number" doc:"digits with a check digit"`
	Subject           string       `json:"subject"`
	Status            string       `json:"status" enum:"open,waiting_customer,waiting_third_party,development,resolved,closed"`
	Suspended         bool         `json:"suspended" doc:"lies over any status while coverage is missing"`
	Priority          string       `json:"priority" enum:"P1,P2,P3,P4"`
	RequestedPriority string       `json:"requestedPriority" enum:"P1,P2,P3,P4"`
	System            id.ID        `json:"system" format:"uuid"`
	SystemName        string       `json:"systemName"`
	Environment       string       `json:"environment"`
	Product           string       `json:"product"`
	Version           string       `json:"version"`
	Customer          string       `json:"customer" doc:"key of the customer"`
	Plan              string       `json:"plan" enum:"standard,extended,premier,elite"`
	ExtendedSupport   bool         `json:"extendedSupport" doc:"nothing but extended lifecycle support covers the system: targets and hours are its own, where the policy has any (4.7)"`
	Channel           string       `json:"channel" enum:"portal,email,phone"`
	Centre            string       `json:"centre"`
	Triage            bool         `json:"triage" doc:"filed by mail: system, environment and version are guessed"`
	ReceivedAt        time.Time    `json:"receivedAt"`
	UpdatedAt         time.Time    `json:"updatedAt"`
	Liaison           partyView    `json:"liaison"`
	Assignee          *partyView   `json:"assignee"`
	Edition           string       `json:"edition"`
	Clocks            []sla.Clock  `json:"clocks" doc:"with their ledgers where one case is asked for"`
	MergedInto        *string      `json:"mergedInto,omitempty" doc:"number of the case that answers for this one; only where one case is asked for"`
	SplitFrom         *string      `json:"splitFrom,omitempty" doc:"number of the case that this one was split off; only where one case is asked for"`
	Elapsed           *elapsedView `json:"elapsed,omitempty" doc:"whose turn it was until now, or until it was resolved; only where one case is asked for"`
	Details           *detailsView `json:"description,omitempty" doc:"only where one case is asked for"`
	Remedy            *remedyBody  `json:"remedy,omitempty"`
	ETag              string       `json:"etag"`
}

func (v caseView) tag() string      { return v.ETag }
func (v caseView) location() string { return "/api/v1/cases/" + v.Number }

// elapsedView is sla.Spent in integer microseconds, as the ledgers count.
type elapsedView struct {
	Support         int64 `json:"support" doc:"microseconds, around the clock, in which it was support's turn"`
	WaitingCustomer int64 `json:"waitingCustomer" doc:"microseconds in which a question to the customer was open"`
	Suspended       int64 `json:"suspended" doc:"microseconds without coverage"`
}

type partyView struct {
	ID   id.ID  `json:"id" format:"uuid"`
	Name string `json:"name"`
}

type detailsView struct {
	Symptoms        string   `json:"symptoms"`
	Quoted          string   `json:"quoted,omitempty" doc:"what the mail that the case was filed with quoted, with its signature"`
	ErrorMessages   string   `json:"errorMessages"`
	StepsTaken      string   `json:"stepsTaken"`
	Impact          string   `json:"impact"`
	Reproducibility string   `json:"reproducibility,omitempty"`
	Scope           string   `json:"scope,omitempty"`
	Checklist       []string `json:"checklist"`
}

func (c *call) caseView(k *cases.Case) caseView {
	z := c.zone()
	v := caseView{
		Number: k.Number, Subject: k.Subject, Status: string(k.Status), Suspended: k.Suspended,
		Priority: cases.PriorityName(k.Priority), RequestedPriority: cases.PriorityName(k.Requested), System: k.System,
		SystemName: k.SystemName, Environment: k.Environment, Product: k.Product, Version: k.Release, Customer: k.CustomerKey,
		Plan: k.Plan, ExtendedSupport: k.Extended(), Channel: k.Channel, Centre: k.Centre, ReceivedAt: k.ReceivedAt.In(z), UpdatedAt: k.UpdatedAt.In(z),
		Liaison: partyView(k.Liaison), Triage: k.Triage, Edition: k.Edition, Clocks: clocksIn(k.Clocks, z), ETag: k.ETag(),
	}
	if k.Assignee != nil {
		p := partyView(*k.Assignee)
		v.Assignee = &p
	}
	return v
}

// replyCase answers with one case. keepCase keeps that answer, inside the transaction that did the work.
func (c *call) replyCase(k *cases.Case) error {
	v, err := c.wholeCase(k)
	if err != nil {
		return err
	}
	return c.reply(v)
}

func (c *call) keepCase(tx *db.Tx, k *cases.Case) error {
	if c.key == nil {
		return nil
	}
	v, err := c.wholeCase(k)
	if err != nil {
		return err
	}
	return c.keep(tx, v)
}

// wholeCase is caseView with the ledgers and the description, for calls about one case.
func (c *call) wholeCase(k *cases.Case) (caseView, error) {
	clocks, err := c.api.Cases.WithLedgers(k)
	if err != nil {
		return caseView{}, err
	}
	v := c.caseView(k)
	v.Clocks = clocksIn(clocks, c.zone())
	v.MergedInto, v.SplitFrom = orNull(k.MergedNumber), orNull(k.SplitNumber)
	v.Elapsed = &elapsedView{k.Spent.Support.Microseconds(), k.Spent.Customer.Microseconds(), k.Spent.Suspended.Microseconds()}
	v.Details = &detailsView{Symptoms: k.Symptoms, Quoted: k.Quoted, ErrorMessages: k.ErrorMessages, StepsTaken: k.StepsTaken, Impact: k.Impact,
		Reproducibility: k.Reproducibility, Scope: k.Scope, Checklist: append([]string{}, k.Checklist...)}
	if k.Remedy != nil {
		r := remedyBody(*k.Remedy)
		v.Remedy = &r
	}
	return v, nil
}

// clocksIn gives the clocks in a zone, with a list where there is no ledger.
func clocksIn(in []sla.Clock, z *time.Location) []sla.Clock {
	out := make([]sla.Clock, len(in))
	for i, k := range in {
		out[i] = k.In(z)
	}
	return out
}

type casesView struct {
	Items      []caseView `json:"items"`
	NextCursor *string    `json:"nextCursor" doc:"null at the end"`
}

func (c *call) casesView(p cases.Page) casesView {
	v := casesView{Items: make([]caseView, 0, len(p.Items)), NextCursor: cursorOrNull(p.Next)}
	for i := range p.Items {
		v.Items = append(v.Items, c.caseView(&p.Items[i]))
	}
	return v
}

func cursorOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

type fileView struct {
	ID     id.ID  `json:"id" format:"uuid"`
	Name   string `json:"name"`
	Size   int64  `json:"size" doc:"bytes"`
	SHA256 string `json:"sha256" doc:"hex"`
}

func fileViewOf(f cases.Attachment) fileView { return fileView{f.ID, f.Name, f.Size, f.SHA256} }

type messageView struct {
	ID          id.ID      `json:"id" format:"uuid"`
	Case        string     `json:"case"`
	Author      partyView  `json:"author"`
	Side        string     `json:"side" enum:"customer,staff,system"`
	Text        string     `json:"text" doc:"Markdown"`
	Visibility  string     `json:"visibility" enum:"public,internal"`
	Question    bool       `json:"question"`
	At          time.Time  `json:"at"`
	Attachments []fileView `json:"attachments"`
}

func (v messageView) location() string { return "/api/v1/cases/" + v.Case + "/timeline" }

func (c *call) messageView(m *cases.Message, number string) *messageView {
	if m == nil {
		return nil
	}
	v := &messageView{ID: m.ID, Case: number, Author: partyView(m.Author), Side: string(m.Side), Text: m.Text, Visibility: "public",
		Question: m.Question, At: m.At.In(c.zone()), Attachments: []fileView{}}
	if m.Internal {
		v.Visibility = "internal"
	}
	for _, f := range m.Files {
		v.Attachments = append(v.Attachments, fileViewOf(f))
	}
	return v
}

type timelineView struct {
	Items      []itemView `json:"items"`
	NextCursor *string    `json:"nextCursor"`
}

type itemView struct {
	Seq         int64          `json:"seq"`
	At          time.Time      `json:"at"`
	OccurredAt  time.Time      `json:"occurredAt"`
	Kind        string         `json:"kind"`
	Actor       *partyView     `json:"actor"`
	Side        string         `json:"side" enum:"customer,staff,system"`
	Visibility  string         `json:"visibility" enum:"public,internal"`
	Data        map[string]any `json:"data"`
	Clause      string         `json:"clause,omitempty"`
	Message     *messageView   `json:"message,omitempty"`
	Attachments []fileView     `json:"attachments"`
}

func (c *call) itemView(it cases.Item, number string) itemView {
	v := itemView{Seq: it.Seq, At: it.At.In(c.zone()), OccurredAt: it.Occurred.In(c.zone()), Kind: it.Kind, Side: string(it.Side),
		Visibility: "public", Data: it.Data, Clause: it.Clause, Message: c.messageView(it.Message, number), Attachments: []fileView{}}
	if it.Internal {
		v.Visibility = "internal"
	}
	if !it.Actor.ID.IsZero() {
		p := partyView(it.Actor)
		v.Actor = &p
	}
	for _, f := range it.Files {
		v.Attachments = append(v.Attachments, fileViewOf(f))
	}
	return v
}
