package main

import (
	"errors"
	"fmt"
	"io"

	"liaison/internal/examples"
	"liaison/internal/policy"
	"liaison/internal/text"
)

type policyCommand struct {
	Check policyCheck `cmd:"" help:"Load a policy pack and print everything that is wrong in it."`
	Test  policyTest  `cmd:"" help:"Run worked examples against a policy pack."`
}

type policyCheck struct {
	Pack string `arg:"" help:"An embedded name or a folder." placeholder:"DIR"`
}

// Run prints ok, or every problem with its file and line.
func (x policyCheck) Run(c *console) error {
	p, err := loadPack(x.Pack)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "ok: %s, edition %s\n", p.Name, p.Edition)
	return err
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
	Policy string   `default:"reference-2025-02" help:"The pack to test: an embedded name or a folder." placeholder:"DIR"`
	Files  []string `arg:"" help:"Files with examples." type:"path" placeholder:"FILE"`
}

// Run prints one line for each example that fails, and how many passed and failed.
func (x policyTest) Run(c *console) error {
	p, err := loadPack(x.Policy)
	if err != nil {
		return err
	}
	passed, failures := 0, 0
	for _, file := range x.Files {
		outcome, err := examples.Run(p, file)
		if err != nil {
			return err
		}
		passed += outcome.Passed
		failures += len(outcome.Failed)
		for _, f := range outcome.Failed {
			fmt.Fprintln(c.out, f)
		}
	}
	fmt.Fprintf(c.out, "%d passed, %d failed\n", passed, failures)
	if failures > 0 || passed == 0 {
		return errProblems
	}
	return nil
}
