package policy_test

import (
	"errors"
	"io/fs"
	"maps"
	"testing"
	"testing/fstest"

	"liaison/internal/policy"
	"liaison/policies"
)

// Whatever stands in the files, Load gives a pack or says what is wrong and in which file; it never gives up in between.
func FuzzLoad(f *testing.F) {
	base := fstest.MapFS{}
	err := fs.WalkDir(policies.FS, "harbour-2026", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(policies.FS, name)
		base[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	// Short seeds: a long one is made shorter for a minute before anything else is tried.
	f.Add("policy.yaml", []byte("base: harbour-2026\nplans: {harbour: {seats: 9}}\nclocks: []\n"))
	f.Add("policy.yaml", []byte("hours_groups: {day: {week: {mon: [\"25:00-26:00\"]}, zone: Nowhere/Land, countries: [AE, AE]}}\nclocks:\n- {clock: moon}\n"))
	f.Add("policy.yaml", []byte("base: ../harbour-2026\n\"\": *x\n? [a]\n: {}\n"))
	f.Add("calendars/AE.yaml", []byte("country: AE\nholidays: {x: {statutory: [2026-02-30, 2026-01-01, 2026-01-01]}}\noverrides: {2026-02-30: [], 2026-01-02: [\"a\"]}\n"))
	f.Add("policy.yaml", []byte("base: harbour-2026\npriorities: {P1: {response: 1h, reminders: [2, 1]}, P5: {}}\nresources: null\nlanguages: []\n"))
	f.Add("links.yaml", []byte("\"3.2\": {rules: [tea], duty: {text: {en: a}}}\n\"99\": {}\n"))
	f.Add("clauses.fr.yaml", []byte("\"0\": {title: a, text: b}\n"))
	f.Add("facts.yaml", []byte("a: {clause: \"99\", items: [{key: a}, {key: a}, null]}\n"))
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		if !fs.ValidPath("mine/" + name) {
			return
		}
		files := fstest.MapFS{"mine/policy.yaml": {Data: []byte("base: harbour-2026\n")}}
		maps.Copy(files, base)
		files["mine/"+name] = &fstest.MapFile{Data: text}
		p, err := policy.Load(files, "mine")
		var problems policy.Problems
		switch {
		case err == nil && p != nil:
			if len(p.Matrix()) != 16*len(p.Plans) || len(policy.Diff(p, p)) > 0 {
				t.Errorf("%d rows for %d plans", len(p.Matrix()), len(p.Plans))
			}
		case errors.As(err, &problems):
			for _, q := range problems {
				if q.Key == "" || q.File == "" {
					t.Errorf("%+v has no place", q)
				}
			}
		}
	})
}
