package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"liaison/internal/app"
	"liaison/internal/moving"
	"liaison/internal/text"
)

type exportCommand struct {
	configFlag
	Out    string `help:"Where to: a folder, or one file that ends with .yaml. Without it: standard output, as YAML." type:"path" placeholder:"DIR|FILE"`
	Format string `default:"yaml" enum:"yaml,csv" help:"yaml: a file for each customer. csv: a file for each kind."`
	JSON   bool   `help:"Print JSON: the rows, or with --out what was written."`
}

// Run writes customers, people, systems and contracts into files.
func (x exportCommand) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		out, err := x.writer(c)
		if err != nil {
			return err
		}
		p, n, kinds := newProgress(c.err), 0, map[moving.Kind]int{}
		err = a.Moving.Export(c.ctx, program(), func(rows []moving.Row) error {
			for _, r := range rows {
				kinds[r.Kind]++
			}
			n++
			p.say("%d customers", n)
			return out.Write(rows)
		})
		p.end()
		if err = errors.Join(err, out.Close()); err != nil || x.Out == "" {
			return err
		}
		if x.JSON {
			return printJSON(c.out, map[string]any{"out": x.Out, "rows": kinds})
		}
		_, err = fmt.Fprintf(c.out, "%s holds %s.\n", x.Out, counted(kinds))
		return err
	})
}

func (x exportCommand) writer(c *console) (moving.Writer, error) {
	single := slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(x.Out))
	switch {
	case x.Format == "csv" && (x.Out == "" || single):
		return nil, errors.New("CSV is a file for each kind: name a folder with --out DIR")
	case x.Out == "" && x.JSON:
		return &jsonRows{out: c.out}, nil
	case x.Out == "":
		return moving.ToStream(c.out), nil
	case single:
		return moving.ToFile(x.Out)
	}
	return moving.ToFolder(x.Out, x.Format == "csv")
}

func counted(kinds map[moving.Kind]int) string {
	var parts []string
	for _, k := range moving.Kinds() {
		if kinds[k] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", kinds[k], k))
		}
	}
	if len(parts) == 0 {
		return "no rows"
	}
	return "rows: " + strings.Join(parts, ", ")
}

// jsonRows prints rows as one JSON array.
type jsonRows struct {
	out   io.Writer
	begun bool
}

// Write prints the rows of one customer.
func (j *jsonRows) Write(rows []moving.Row) error {
	for _, r := range rows {
		b, err := json.Marshal(rowJSON(r))
		if err != nil {
			return err
		}
		sep := ",\n"
		if !j.begun {
			sep, j.begun = "[\n", true
		}
		if _, err := fmt.Fprintf(j.out, "%s%s", sep, b); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the array.
func (j *jsonRows) Close() error {
	end := "\n]\n"
	if !j.begun {
		end = "[]\n"
	}
	_, err := io.WriteString(j.out, end)
	return err
}

func rowJSON(r moving.Row) map[string]string {
	m := map[string]string{"row": string(r.Kind)}
	for i, name := range moving.Columns(r.Kind) {
		if r.Cells[i] != "" {
			m[name] = r.Cells[i]
		}
	}
	return m
}

type diffCommand struct {
	configFlag
	JSON bool   `help:"Print JSON."`
	Path string `arg:"" help:"A folder with files as export writes them, or one of them." type:"path" placeholder:"DIR"`
}

// Run says how files differ from what is there, and changes nothing.
func (x diffCommand) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		rows, err := readRows(c, x.Path, x.JSON)
		if err != nil {
			return err
		}
		p := newProgress(c.err)
		plan, err := a.Moving.Plan(c.ctx, program(), rows, p.rows)
		p.end()
		if err != nil {
			return err
		}
		return tellPlan(c, plan, x.JSON, true, "differ")
	})
}

type applyCommand struct {
	configFlag
	DryRun bool   `help:"Change nothing: say what would change."`
	JSON   bool   `help:"Print JSON."`
	Path   string `arg:"" help:"A folder with files as export writes them, or one of them." type:"path" placeholder:"DIR"`
}

// Run brings what is there to what files say.
func (x applyCommand) Run(c *console) error {
	return withApp(c, x.configFlag, func(a *app.App) error {
		rows, err := readRows(c, x.Path, x.JSON)
		if err != nil {
			return err
		}
		p := newProgress(c.err)
		var plan moving.Plan
		if x.DryRun {
			plan, err = a.Moving.Plan(c.ctx, program(), rows, p.rows)
		} else {
			plan, err = a.Moving.Apply(c.ctx, program(), rows, p.rows)
		}
		p.end()
		var rejected *moving.Rejected
		var failed *moving.Failed
		switch {
		case errors.As(err, &rejected):
			return tellPlan(c, plan, x.JSON, false, "")
		case errors.As(err, &failed):
			fmt.Fprintf(c.err, "liaison: %s, row %d: somebody has changed something meanwhile. What was done before is whole; apply again.\n", failed.Row.File, failed.Row.Line)
			return err
		case err != nil:
			return err
		case x.DryRun:
			return tellPlan(c, plan, x.JSON, true, "would change")
		}
		return tellPlan(c, plan, x.JSON, false, "changed")
	})
}

// readRows reads files; when something in them cannot be read it says all of it.
func readRows(c *console, path string, asJSON bool) ([]moving.Row, error) {
	rows, bad, err := moving.Read(path)
	if err == nil && len(bad) > 0 {
		err = tellPlan(c, moving.Plan{Problems: bad}, asJSON, false, "")
	}
	return rows, err
}

// planJSON is a plan for programs.
type planJSON struct {
	Added    int           `json:"added"`
	Changed  int           `json:"changed"`
	Ended    int           `json:"ended"`
	Same     int           `json:"same"`
	Changes  []changeJSON  `json:"changes"`
	Left     []any         `json:"left,omitempty"`
	Seatless []any         `json:"seatless,omitempty"`
	Problems []problemJSON `json:"problems"`
}

type changeJSON struct {
	Action moving.Action       `json:"action"`
	File   string              `json:"file"`
	Row    int                 `json:"row"`
	Thing  map[string]string   `json:"thing"`
	Cells  []moving.CellChange `json:"cells,omitempty"`
}

type problemJSON struct {
	File    string `json:"file"`
	Row     int    `json:"row,omitempty"`
	Column  string `json:"column,omitempty"`
	Message string `json:"message"`
}

// shownProblems is how many problems are told one by one.
const shownProblems = 1000

// tellPlan prints a plan: what is wrong on standard error, and then nothing else; or what changes, each in words where
// all is asked for, and the numbers.
func tellPlan(c *console, p moving.Plan, asJSON, all bool, did string) error {
	words, err := text.New()
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(c.out, planAsJSON(words, p, all))
	} else if len(p.Problems) == 0 {
		err = printPlan(c.out, words, p, all, did)
	}
	if err != nil {
		return err
	}
	if len(p.Problems) == 0 {
		return nil
	}
	for _, x := range p.Problems[:min(len(p.Problems), shownProblems)] {
		fmt.Fprintln(c.err, "liaison:", placeOf(x)+":", words.T(text.English, x.Field.Key, x.Field.Args))
	}
	fmt.Fprintf(c.err, "liaison: %d problems. Nothing was changed; correct the files and try again.\n", len(p.Problems))
	return errProblems
}

func placeOf(x moving.Problem) string {
	place := x.File
	if x.Line > 0 {
		place += fmt.Sprintf(", row %d", x.Line)
	}
	if x.Column != "" {
		place += ", column " + x.Column
	}
	return place
}

func numbersOf(p moving.Plan) (n planJSON) {
	for _, x := range p.Changes {
		switch x.Action {
		case moving.Add:
			n.Added++
		case moving.Modify:
			n.Changed++
		case moving.End:
			n.Ended++
		}
	}
	n.Same = p.Same
	return n
}

func planAsJSON(words *text.Catalogue, p moving.Plan, all bool) planJSON {
	out := numbersOf(p)
	out.Changes, out.Problems = []changeJSON{}, []problemJSON{}
	if all {
		for _, x := range p.Changes {
			out.Changes = append(out.Changes, changeJSON{x.Action, x.Row.File, x.Row.Line, rowJSON(*x.Row), x.Cells})
		}
		for _, r := range p.Left {
			out.Left = append(out.Left, rowJSON(r))
		}
	}
	for _, r := range p.Seatless[:min(len(p.Seatless), shownProblems)] {
		out.Seatless = append(out.Seatless, rowJSON(r))
	}
	for _, x := range p.Problems[:min(len(p.Problems), shownProblems)] {
		out.Problems = append(out.Problems, problemJSON{x.File, x.Line, x.Column, words.T(text.English, x.Field.Key, x.Field.Args)})
	}
	return out
}

func printPlan(w io.Writer, words *text.Catalogue, p moving.Plan, all bool, did string) error {
	if all {
		for _, x := range p.Changes {
			var cells []string
			for _, cell := range x.Cells {
				cells = append(cells, words.T(text.English, "moving.cell", map[string]any{"column": cell.Column, "from": shown(cell.From), "to": shown(cell.To)}))
			}
			line := words.T(text.English, "moving."+string(x.Action), map[string]any{"thing": thing(words, *x.Row)})
			if len(cells) > 0 {
				line += ": " + strings.Join(cells, ", ")
			}
			if _, err := fmt.Fprintf(w, "%s (%s, row %d)\n", line, x.Row.File, x.Row.Line); err != nil {
				return err
			}
		}
		for _, r := range p.Left {
			if _, err := fmt.Fprintln(w, words.T(text.English, "moving.left", map[string]any{"thing": thing(words, r)})); err != nil {
				return err
			}
		}
	}
	n := numbersOf(p)
	_, err := fmt.Fprintf(w, "%d rows %s: %d new, %d changed, %d ended. %d rows were so already.\n", len(p.Changes), did, n.Added, n.Changed, n.Ended, n.Same)
	if err == nil && len(p.Seatless) > 0 {
		first := p.Seatless[0]
		_, err = fmt.Fprintln(w, words.T(text.English, "moving.seatless", map[string]any{"count": len(p.Seatless), "file": first.File, "row": first.Line}))
	}
	return err
}

func shown(cell string) string {
	if cell == "" {
		return "-"
	}
	return cell
}

// thing names what a row is about: "system PRD-01 of nordwind".
func thing(words *text.Catalogue, r moving.Row) string {
	args := map[string]any{}
	for i, name := range moving.Columns(r.Kind) {
		args[name] = r.Cells[i]
	}
	return words.T(text.English, "moving.thing."+string(r.Kind), args)
}
