// Command liaison is the support centre: one program with a demo, a server, and the operator's tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"liaison/internal/config"
	"liaison/internal/errs"
	"liaison/internal/text"
)

// version is set when a release is built.
var version = "dev"

// Exit codes: 0 fine, 1 the thing asked for failed, 2 wrong usage.
const (
	failed     = 1
	wrongUsage = 2
)

// commands are what the program can be asked for. Every command has --help.
type commands struct {
	Demo      demoCommand      `cmd:"" help:"Everything embedded, nothing to set up: an example vendor with customers, staff and cases. Mail never leaves the machine."`
	Serve     serveCommand     `cmd:"" help:"Serve in production."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database schema to what this program needs, or show where it stands."`
	Policy    policyCommand    `cmd:"" help:"Check and test policy packs."`
	Case      caseCommand      `cmd:"" help:"Look into a case."`
	Backup    backupCommand    `cmd:"" help:"Write database and files into one archive, while the service runs."`
	Restore   restoreCommand   `cmd:"" help:"Bring an archive back into an empty data folder and an empty database."`
	Verify    verifyCommand    `cmd:"" help:"Verify journal, database and all files of the installation, or an archive."`
	Admin     adminCommand     `cmd:"" help:"First administrator, password reset, tokens."`
	Export    exportCommand    `cmd:"" help:"Write customers, people, systems and contracts into files."`
	Diff      diffCommand      `cmd:"" help:"Say how such files differ from what is there."`
	Apply     applyCommand     `cmd:"" help:"Bring what is there to what such files say."`
	Statement statementCommand `cmd:"" help:"Monthly service statements."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// console is what a command talks to.
type console struct {
	ctx      context.Context
	out, err io.Writer
	lookup   func(string) (string, bool)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the first signal asks for an orderly end; a second one ends the program at once
	os.Exit(run(os.Args[1:], &console{ctx: ctx, out: os.Stdout, err: os.Stderr, lookup: os.LookupEnv}))
}

// run does what the arguments ask for and returns the exit code.
func run(args []string, c *console) (code int) {
	var cmds commands
	ended := false
	parser, err := kong.New(&cmds, kong.Name("liaison"), kong.Description("The support centre of a software vendor, policy included."),
		kong.Writers(c.out, c.err), kong.UsageOnError(), kong.Exit(func(n int) { code, ended = n, true }), kong.Bind(c))
	if err != nil {
		fmt.Fprintln(c.err, "liaison:", err)
		return failed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	if args[0] == "help" { // what people type first; "help policy" is "policy --help"
		args = append(slices.Clone(args[1:]), "--help")
	}
	k, err := parser.Parse(args)
	if ended {
		return code
	}
	if err != nil {
		fmt.Fprintln(c.err, "liaison:", err)
		fmt.Fprintln(c.err, `liaison: "liaison --help" lists the commands, "liaison COMMAND --help" what one of them takes.`)
		return wrongUsage
	}
	if err := k.Run(); err != nil {
		if !errors.Is(err, errProblems) { // the command has said itself what is wrong
			complain(c.err, err)
		}
		return failed
	}
	return 0
}

// complain says what failed, where and what to do, in English: the operator's terminal has no language setting. What
// people may not see of an error belongs into it, since this is the operator.
func complain(w io.Writer, err error) {
	if problems, ok := errors.AsType[config.Problems](err); ok {
		for _, p := range problems {
			fmt.Fprintln(w, "liaison:", p)
		}
		return
	}
	var e *errs.Error
	if !errors.As(err, &e) {
		fmt.Fprintln(w, "liaison:", err)
		return
	}
	words, textErr := text.New()
	if textErr != nil || !words.Has(e.Key) {
		fmt.Fprintln(w, "liaison:", err)
		return
	}
	key := e.Key
	if key == "error.invalid" { // nothing is marked here: the values follow
		key = "error.invalid_values_below"
	}
	fmt.Fprintln(w, "liaison:", words.T(text.English, key, e.Args))
	for _, f := range e.Fields {
		fmt.Fprintf(w, "  %s: %s\n", f.Name, words.T(text.English, f.Key, f.Args))
	}
	if !printProblems(w, words, err) && e.Err != nil {
		fmt.Fprintln(w, "  cause:", e.Err)
	}
}

// logger writes structured lines to w. They hold ids, codes and routes; never names, addresses or what people wrote.
func logger(w io.Writer, format string, level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if strings.EqualFold(format, "text") {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

type versionCommand struct {
	JSON bool `help:"Print JSON."`
}

// Run prints the version.
func (v versionCommand) Run(c *console) error {
	if v.JSON {
		return printJSON(c.out, map[string]string{"version": version})
	}
	_, err := fmt.Fprintln(c.out, "liaison", version)
	return err
}
