package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"liaison/internal/demo"
	"liaison/internal/id"
)

// people are those of the example world who do the measured work.
type people struct {
	liaisons []filer
	engineer string // token
}

// filer is a liaison without anything special, with what a new case of theirs says.
type filer struct {
	token, email string
	body         []byte
}

// peopleOf finds them in demo.json.
func peopleOf(f demo.File) (p people, err error) {
	for _, who := range f.People {
		if who.Role == "engineer" && p.engineer == "" {
			p.engineer = who.Token
		}
		if who.Role != "liaison" || len(who.Notes) > 0 || who.Customer == nil {
			continue
		}
		for _, s := range f.Systems {
			if s.Customer != *who.Customer {
				continue
			}
			body, err := json.Marshal(map[string]string{
				"system": s.ID, "environment": "production", "product": s.Product, "version": s.Version, "priority": "P3",
				"subject":       "Export of the monthly report stops after ten minutes",
				"symptoms":      "Since this morning the export of the monthly report stops after ten minutes. Smaller reports are exported as before. The service has been restarted twice.",
				"errorMessages": "EXPORT-2041: worker did not answer within 600 s (worker 3 of 4)",
				"stepsTaken":    "Restarted the service, tried the export with another account and from another machine, looked at the log of the worker.",
				"impact":        "Twelve people in controlling cannot close the month."})
			if err != nil {
				return p, err
			}
			p.liaisons = append(p.liaisons, filer{who.Token, who.Email, body})
		}
	}
	if p.engineer == "" || len(p.liaisons) == 0 {
		return p, errors.New("demo.json names no engineer or no liaison")
	}
	return p, nil
}

// newCase registers a case with a key of its own.
func (p people) newCase(worker, n int) request {
	f := p.liaisons[(worker+n)%len(p.liaisons)]
	return request{method: http.MethodPost, path: "/api/v1/cases", token: f.token, body: f.body, want: http.StatusCreated,
		header: map[string]string{"Idempotency-Key": id.New().String()}}
}

// read is a GET by the engineer.
func (p people) read(path string) func(worker, n int) request {
	return func(int, int) request {
		return request{method: http.MethodGet, path: path, token: p.engineer, want: http.StatusOK,
			header: fromBrowser()}
	}
}

// register makes one case of the first liaison and returns its number.
func (p people) register(ctx context.Context, c *client) (string, error) {
	b, _, err := c.do(ctx, p.newCase(0, 0))
	if err != nil {
		return "", err
	}
	var v struct {
		Number string `json:"number"`
	}
	return v.Number, json.Unmarshal(b, &v)
}

// message writes on a case, as the liaison or as the engineer. The texts hold nothing that JSON must escape.
func (p people) message(number string, staff bool, n int) request {
	token, text := p.liaisons[0].token, "It happened again at %d minutes past the hour, with the same message in the log of the worker. Nothing was changed meanwhile."
	if staff {
		token, text = p.engineer, "Thank you. Please raise the time limit of worker %d to 1,200 s and send us the log of the next export."
	}
	return request{method: http.MethodPost, path: "/api/v1/cases/" + number + "/messages", token: token, want: http.StatusCreated,
		body: fmt.Appendf(nil, `{"text": %q}`, fmt.Sprintf(text, n))}
}
