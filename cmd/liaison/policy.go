package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"liaison/internal/errs"
	"liaison/internal/examples"
	"liaison/internal/policy"
	"liaison/internal/text"
	"liaison/policies"
)

type policyCommand struct {
	Check policyCheck `cmd:"" help:"Load a policy pack and print everything that is wrong in it."`
	Test  policyTest  `cmd:"" help:"Run worked examples against a policy pack."`

	Explain  policyExplain  `cmd:"" help:"Answer a question by the rules of a pack, with clause and ledger, or replay a stored decision."`
	Matrix   policyMatrix   `cmd:"" help:"Show every kind of case with its clock and targets, and every country with its calendar."`
	Diff     policyDiff     `cmd:"" help:"Say in words what changes from one pack to another, and for whom."`
	Schema   policySchema   `cmd:"" help:"Print the JSON Schema of a kind of file of a pack, for editors."`
	Preview  policyPreview  `cmd:"" help:"Show what publishing a pack would do to the open cases, and who loses support."`
	Publish  policyPublish  `cmd:"" help:"Make a pack an edition that holds from an instant on."`
	Withdraw policyWithdraw `cmd:"" help:"Take back an edition that is announced and does not hold yet."`
	Export   policyExport   `cmd:"" help:"Write the files of a published edition to a folder."`
	Apply    policyApply    `cmd:"" help:"Publish a folder, unless it is what was published last: applying twice changes nothing."`

	Coverage policyCoverage `cmd:"" help:"Show what makes each clause true: rules, examples, tests, or the duty of people. Fails when nothing does."`
}

// packFlag is the pack that a command looks at.
type packFlag struct {
	Policy string `default:"reference-2025-02" help:"The pack: an embedded name or a folder." placeholder:"DIR"`
}

func (x packFlag) pack() (*policy.Pack, error) { return loadPack(x.Policy) }

// folders is where the pack's folder lies, with the packs that are shipped beside it.
func (x packFlag) folders() fs.FS {
	if _, err := fs.Stat(policies.FS, x.Policy); err == nil {
		return policies.FS
	}
	dir, err := filepath.Abs(x.Policy)
	if err != nil {
		return policies.FS
	}
	return beside{os.DirFS(filepath.Dir(dir)), policies.FS}
}

// beside looks into the first folder, then into the second.
type beside struct{ own, shipped fs.FS }

// Open opens a file of either.
func (b beside) Open(name string) (fs.File, error) {
	f, err := b.own.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return b.shipped.Open(name)
	}
	return f, err
}

type policyCheck struct {
	Pack   string `arg:"" help:"An embedded name or a folder." placeholder:"DIR"`
	Strict bool   `help:"Fail on notes too."`
	JSON   bool   `help:"Print JSON: whether the pack is good, every problem with its place, and what is worth a look."`
}

// Run prints ok, or every problem with its file and line, and notes what is worth a look.
func (x policyCheck) Run(c *console) error {
	p, err := loadPack(x.Pack)
	if err == nil && len(p.Unmet()) > 0 { // it loads, and is never published
		err = errs.Because(errs.Invalid, "pack.invalid", p.Unmet())
	}
	var notes policy.Problems
	if p != nil {
		notes = p.Notes()
	}
	if err == nil && x.Strict && len(notes) > 0 {
		notes, err = nil, errs.Because(errs.Invalid, "pack.invalid", notes)
	}
	if x.JSON {
		return printCheck(c, x.Pack, p, err, notes)
	}
	if err != nil {
		return err
	}
	words, err := text.New()
	if err != nil {
		return err
	}
	for _, q := range notes {
		fmt.Fprintf(c.out, "note: %s:%d: %s: %s\n", q.File, q.Line, q.Path, words.T(text.English, q.Key, q.Args))
	}
	_, err = fmt.Fprintf(c.out, "ok: %s, edition %s\n", p.Name, p.Edition)
	return err
}

// foundProblem is a problem as JSON has it.
type foundProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Path    string `json:"path"`
	Key     string `json:"key"`
	Message string `json:"message"`
}

// printCheck prints the outcome for programs; what is no problem of the pack stays an error.
func printCheck(c *console, name string, p *policy.Pack, err error, notes policy.Problems) error {
	var problems policy.Problems
	if err != nil && !errors.As(err, &problems) {
		return err
	}
	words, textErr := text.New()
	if textErr != nil {
		return textErr
	}
	told := func(list policy.Problems) []foundProblem {
		found := []foundProblem{}
		for _, q := range list {
			found = append(found, foundProblem{q.File, q.Line, q.Path, q.Key, words.T(text.English, q.Key, q.Args)})
		}
		return found
	}
	out := map[string]any{"pack": name, "ok": err == nil, "problems": told(problems), "notes": told(notes)}
	if p != nil {
		out["edition"] = p.Edition
	}
	if printed := printJSON(c.out, out); printed != nil || err == nil {
		return printed
	}
	return errProblems
}

// printProblems says what is wrong in a pack, a line for each place; false when err is about something else.
func printProblems(w io.Writer, words *text.Catalogue, err error) bool {
	var problems policy.Problems
	if !errors.As(err, &problems) {
		return false
	}
	for _, p := range problems {
		fmt.Fprintf(w, "%s:%d: %s: %s\n", p.File, p.Line, p.Path, words.T(text.English, p.Key, p.Args))
	}
	return true
}

type policyTest struct {
	packFlag
	JSON  bool     `help:"Print JSON."`
	Files []string `arg:"" optional:"" help:"Files with examples. Default: those in the folder examples of the pack." type:"path" placeholder:"FILE"`
}

// Run prints one line for each example that fails, and how many passed and failed.
func (x policyTest) Run(c *console) error {
	p, err := x.pack()
	if err != nil {
		return err
	}
	total := examples.Outcome{Failed: []string{}}
	if len(x.Files) == 0 {
		if total, err = examples.RunOf(x.folders(), p); err != nil {
			return err
		}
	}
	for _, file := range x.Files {
		outcome, err := examples.Run(p, file)
		if err != nil {
			return err
		}
		total.Passed += outcome.Passed
		total.Failed = append(total.Failed, outcome.Failed...)
	}
	if x.JSON {
		err = printJSON(c.out, map[string]any{"passed": total.Passed, "failed": total.Failed})
	} else {
		for _, f := range total.Failed {
			fmt.Fprintln(c.out, f)
		}
		_, err = fmt.Fprintf(c.out, "%d passed, %d failed\n", total.Passed, len(total.Failed))
	}
	if err == nil && (len(total.Failed) > 0 || total.Passed == 0) {
		return errProblems
	}
	return err
}
