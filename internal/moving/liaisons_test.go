package moving_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"liaison/internal/moving"
)

// chosen is what people have chosen on the pages: Anna sees her own cases only, administers the projects of PRD-01 and has
// her new cases answered elsewhere.
func chosen() map[string]string {
	all := files()
	all["people.csv"] = strings.Replace(all["people.csv"], ",zone\n", ",zone,sees\n", 1)
	lines := strings.Split(strings.TrimSpace(all["people.csv"]), "\n")
	for i, sees := range []string{"own", "", "system", ""} {
		lines[i+1] += "," + sees
	}
	all["people.csv"] = strings.Join(lines, "\n") + "\n"
	all["designations.csv"] = "customer,system,email,projectAdmin,centre\nnordwind,PRD-01,anna.keller@nordwind.example,true,apac\n"
	return all
}

// cellsOf are changes as "kind of address: cells".
func cellsOf(p moving.Plan) (all string) {
	for _, c := range p.Changes {
		all += fmt.Sprint(c.Action, " ", c.Row.Kind, " ", c.Cells, "\n")
	}
	return all
}

func TestFilesCarryWhoSeesWhatAndWhatLiaisonsHaveChosen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.apply(w.folder(chosen()))
		first, lines := w.document(), w.lines()
		for _, want := range []string{"sees: own", "sees: system", `projectAdmin: "true"`, "\n        centre: apac\n"} {
			if !strings.Contains(first, want) {
				t.Errorf("nothing says %q in %s", want, first)
			}
		}
		for what, again := range map[string]string{"the same": w.folder(chosen()), "files without these columns": w.folder(files()), "YAML": w.export(false), "CSV": w.export(true)} {
			if p := w.apply(again); len(p.Changes) != 0 || w.document() != first || w.lines() != lines {
				t.Errorf("applying %s: %s", what, cellsOf(p))
			}
		}
		back := chosen()
		back["people.csv"] = "customer,email,role,sees\nnordwind,anna.keller@nordwind.example,liaison,all\nnordwind,ben@nordwind.example,member,system\n"
		back["designations.csv"] = strings.Replace(back["designations.csv"], "true,apac", "false,none", 1)
		want := "change people [{sees own all}]\nchange people [{sees all system}]\nchange designations [{projectAdmin true false} {centre apac }]\n"
		if d := differ(want, cellsOf(w.apply(w.folder(back)))); d != "" || w.lines() != lines+4 {
			t.Errorf("%d lines, want 4: %s", w.lines()-lines, d)
		}
		if p := w.apply(w.folder(back)); len(p.Changes) != 0 {
			t.Errorf("again: %s", cellsOf(p))
		}
		back["designations.csv"] = "customer,system,email,projectAdmin,status\nnordwind,PRD-01,anna.keller@nordwind.example,true,\n"
		w.apply(w.folder(back))
		for _, status := range []string{"ended", ""} { // who becomes a liaison again begins anew
			back["designations.csv"] = "customer,system,email,status\nnordwind,PRD-01,anna.keller@nordwind.example," + status + "\n"
			w.apply(w.folder(back))
		}
		if doc := w.document(); !strings.Contains(doc, `projectAdmin: "false"`) || strings.Contains(doc, `projectAdmin: "true"`) {
			t.Error(doc)
		}
	})
}

func TestAnotherInstallationSeesAndChoosesTheSame(t *testing.T) {
	t.Parallel()
	eachSQLite(t, func(t *testing.T, w *world) {
		w.apply(w.folder(chosen()))
		for _, dir := range []string{w.export(false), w.export(true)} {
			eachSQLite(t, func(t *testing.T, other *world) {
				other.apply(dir)
				if d := differ(w.document(), other.document()); d != "" {
					t.Error(d)
				}
			})
		}
	})
}

func TestAChoiceThatCannotBeIsNamed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.apply(w.folder(files())) // standard until the end of June: no choice
		person, designation := "customer,email,role,sees\nnordwind,ben@nordwind.example,member,", "customer,system,email,projectAdmin,centre\nnordwind,PRD-01,anna.keller@nordwind.example,"
		for _, c := range []struct{ file, text, want string }{
			{"people.csv", person + "some\n", "people.csv:2 sees field.not_allowed\n"},
			{"designations.csv", designation + "yes,\n", "designations.csv:2 projectAdmin field.not_allowed\n"},
			{"designations.csv", designation + ",atlantis\n", "designations.csv:2 centre moving.unknown_centre\n"},
			{"designations.csv", designation + ",cloud\n", "designations.csv:2 centre moving.unknown_centre\n"},
			{"designations.csv", designation + ",apac\n", "designations.csv:2 centre refusal.not_in_plan\n"},
			{"designations.csv", designation + ",none\n", ""},
		} {
			p, _ := w.Apply(t.Context(), program(), w.read(w.folder(map[string]string{c.file: c.text})), silent)
			if d := differ(c.want, places(p.Problems)); d != "" || len(p.Changes) != 0 {
				t.Errorf("%s: %s", c.text, d)
			}
		}
		upgraded := map[string]string{"designations.csv": designation + ",apac\n",
			"subscriptions.csv": "customer,system,from,to,plan\nnordwind,PRD-01,2026-01-01,2026-06-30,elite\n"}
		if p := w.apply(w.folder(upgraded)); len(p.Changes) != 2 {
			t.Errorf("a plan that gives the choice: %s", cellsOf(p))
		}
	})
}

// When a bought seat or a larger plan ends nobody is removed (1.1): such a system comes with all its liaisons, and no more.
func TestASystemThatIsOverItsSeatsMovesWithAllItsLiaisons(t *testing.T) {
	t.Parallel()
	const terms, seats = "customer,system,from,to,plan\n", "customer,system,from,seats\n"
	for name, over := range map[string]map[string]string{
		"bought seats have ended": {"subscriptions.csv": terms + "nordwind,PRD-01,2024-06-01,2027-12-31,standard\n", "seats.csv": seats + "nordwind,PRD-01,2024-07-01,1\nnordwind,PRD-01,2024-08-01,1\n"},
		"a larger plan has ended": {"subscriptions.csv": terms + "nordwind,PRD-01,2024-06-01,2025-05-31,extended\nnordwind,PRD-01,2025-06-01,2027-12-31,standard\n"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				all := files()
				maps.Copy(all, over)
				add := func(names ...string) {
					for _, name := range names {
						all["people.csv"] += "nordwind," + name + "@nordwind.example," + name + ",,liaison,,\n"
						all["designations.csv"] += "nordwind,PRD-01," + name + "@nordwind.example\n"
					}
				}
				add("b", "c", "d")
				most := maps.Clone(all)
				add("e")
				refused := func(what, want string) {
					t.Helper()
					p, err := w.Apply(t.Context(), program(), w.read(w.folder(all)), silent)
					if d := differ(want, places(p.Problems)); d != "" || err == nil {
						t.Errorf("%s: %v %s", what, err, d)
					}
				}
				refused("more than it ever had seats for", "designations.csv:6 email refusal.no_free_seat\n")
				w.apply(w.folder(most))
				first, lines := w.document(), w.lines()
				if n := strings.Count(first, "projectAdmin"); n != 4 {
					t.Errorf("%d liaisons came, want 4: %s", n, first)
				}
				if p := w.apply(w.export(true)); len(p.Changes) != 0 || w.lines() != lines {
					t.Errorf("its own export: %s", cellsOf(p))
				}
				const d = "customer,system,email,status\nnordwind,PRD-01,d@nordwind.example,"
				all["designations.csv"] = d + "ended\n"
				w.apply(w.folder(all))
				all["designations.csv"] = d + "\n"
				refused("again for a system that is there", "designations.csv:2 email refusal.no_free_seat\n")
			})
		})
	}
}
