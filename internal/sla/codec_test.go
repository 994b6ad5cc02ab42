package sla

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestFactsReadBackAsWritten(t *testing.T) {
	t.Parallel()
	for n := range 200 {
		events, _ := randomHistory(rand.New(rand.NewPCG(3, uint64(n))), time.Date(2026, 11, 23, 10, 0, 0, 1000, time.UTC))
		events = append(events, Event{Kind: Alarmed, At: -5, Deadline: StatusUpdate, Step: 50, Since: 7, Due: 1 << 55}, Event{Kind: StatusChanged, Question: "问 \"1\"\n"})
		text := AppendFacts(nil, events)
		var standard []Event
		if err := json.Unmarshal(text, &standard); err != nil || !reflect.DeepEqual(standard, events) {
			t.Fatalf("encoding/json reads %s as %+v, %v", text, standard, err)
		}
		if got, err := ParseFacts(string(text)); err != nil || !reflect.DeepEqual(got, events) {
			t.Fatalf("%s reads as %+v, %v", text, got, err)
		}
		if plain := AppendFacts(nil, events[:len(events)-1]); n == 0 {
			if _, ok := parsePlain(string(plain)); !ok {
				t.Errorf("%s takes the slow path", plain)
			}
		}
	}
}

func TestStoredNamesNeverChange(t *testing.T) {
	t.Parallel()
	ev := Event{"reg", 1, 2, "elite", true, true, "cloud", "na:US", true, StatusOpen, true, "q", InitialResponse, 50, 3, 4, 5, 6}
	want := `[{"k":"reg","t":1,"p":2,"l":"elite","d":"cloud","c":"na:US","s":"open","q":"q","m":"initial_response","n":50,"f":3,"u":4,"r":5,"w":6,"x":true,"a":true,"b":true,"e":true}]`
	if got := string(AppendFacts(nil, []Event{ev})); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDamagedFactsAreAnError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "[", `[{"k":"reg"`, `[{"k":"reg","t":1.5}]`, `[{"k":1}]`, `[]x`, `[{"t":99999999999999999999}]`} {
		if got, err := ParseFacts(text); err == nil {
			t.Errorf("%q reads as %+v", text, got)
		}
	}
}

// FuzzFacts: whatever the fast reader takes, encoding/json reads in the same way.
func FuzzFacts(f *testing.F) {
	f.Add(`[{"k":"reg","t":1824578280000000,"p":2,"l":"premier","d":"on_prem","c":"apac-jpkr:JP","x":true},{"k":"ans","t":-7}]`)
	f.Add(`[{"k":"st","t":01,"s":"a\"b"}]`)
	f.Add(`[ ]`)
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parsePlain(text)
		if !ok {
			return
		}
		var want []Event
		if err := json.NewDecoder(strings.NewReader(text)).Decode(&want); err != nil || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %+v, encoding/json %+v, %v", text, got, want, err)
		}
	})
}
