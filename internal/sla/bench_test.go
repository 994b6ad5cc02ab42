package sla

import (
	"testing"
	"time"
)

// twentyFacts is the history of a busy case: answered, updated, asked and answered, changed.
func twentyFacts() ([]Event, time.Time) {
	start := time.Date(2026, 11, 16, 15, 0, 0, 0, time.UTC)
	events := []Event{{Kind: Registered, At: start.UnixMicro(), Priority: 3, Plan: "standard", Production: true, Deployment: "on_prem", Calendar: "na:US"}}
	add := func(after time.Duration, ev Event) {
		ev.At = start.Add(after).UnixMicro()
		events = append(events, ev)
	}
	add(time.Hour, Event{Kind: PriorityChanged, Priority: 2})
	add(2*time.Hour, Event{Kind: Answered})
	for day := range 4 {
		at := time.Duration(day)*24*time.Hour + 3*time.Hour
		add(at, Event{Kind: Answered})
		add(at+time.Hour, Event{Kind: StatusChanged, Status: StatusWaitingCustomer, Question: "0197b1c2-7d4e-7a31-9f00-0a1b2c3d4e5f"})
		add(at+3*time.Hour, Event{Kind: CustomerActed})
		add(at+4*time.Hour, Event{Kind: Answered})
	}
	add(100*time.Hour, Event{Kind: StatusChanged, Status: StatusDevelopment})
	return events, start.Add(102 * time.Hour)
}

func BenchmarkEvaluate(b *testing.B) {
	set := testSettings(b)
	events, at := twentyFacts()
	for _, v := range []struct {
		name   string
		events []Event
		ledger bool
	}{{"twenty facts", events, false}, {"twenty facts with ledger", events, true}, {"just filed", events[:1], false}, {"just filed with ledger", events[:1], true}} {
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := evaluate(always(set), v.events, at, v.ledger); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFacts(b *testing.B) {
	events, _ := twentyFacts()
	text := string(AppendFacts(nil, events))
	b.Run("parse twenty", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ParseFacts(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("write twenty", func(b *testing.B) {
		b.ReportAllocs()
		room := make([]byte, 0, 4096)
		for b.Loop() {
			AppendFacts(room, events)
		}
	})
}
