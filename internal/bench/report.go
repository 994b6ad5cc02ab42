package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// row is a line of the table.
type row struct {
	key, id, work, goal string
}

// rows are the figures in the order of the table.
func rows() []row {
	return []row{
		{"create-32", "F1", "register a case by REST, the whole work, 32 at once, near-empty", "2,000/s, PostgreSQL 1,200/s"},
		{"create-8", "", "the same, 8 at once", "1,000/s, PostgreSQL 800/s"},
		{"full-32", "", "32 at once, with the seeded cases", "1,200/s"},
		{"full-8", "", "8 at once, with the seeded cases", "1,000/s, PostgreSQL 800/s"},
		{"create-1", "F2", "the same, 1 at once, near-empty", "p50 <= 2 ms"},
		{"queue-1", "F3", "desk queue page (HTML, 50 rows with clocks), alone", "p50 <= 1.5 ms"},
		{"queue-8", "", "at 8 at once", "p50 <= 5 ms, p99 <= 20 ms"},
		{"queue-w", "", "alone while 4 writers go on", "p50 <= 10 ms"},
		{"rest-1", "", "the same queue by REST, alone", "p50 <= 1.5 ms"},
		{"case", "F4", "case page with 30 messages", "p50 <= 4 ms"},
		{"search", "F5", "search by REST: one common word, two words, Chinese words in turn", "p95 <= 30 ms"},
		{"sweep", "F6", "the due sweep: 20,000 breaches at one instant recorded, with their notices; then a sweep that finds nothing (no fsync on PostgreSQL)", "<= 2 s; <= 1 ms"},
		{"preview", "F8", "preview of a changed day over 40,000 open cases", "<= 2 s"},
		{"viewers", "F13", "1,000 open queues: memory, and how long after a customer's message was sent all know of it", "40 MB, p99 <= 1 s"},
		{"mail", "", "mail by SMTP, 8 connections: a liaison's reply with a quote and HTML becomes a message, near-empty", "200/s"},
		{"mail-full", "", "the same with the seeded cases", "200/s"},
		{"start", "F9", "kill, start, first 200 on /sign-in, with the seeded cases", "<= 300 ms"},
		{"memory", "F10", "resident memory idle / after F1", "<= 60 / 150 MB"},
		{"data", "F11", "data per case: 3 messages, their journal lines, indexes, search", "<= 4 KB, PostgreSQL 5 KB"},
		{"weight", "F12", "page weight compressed, first visit with all assets / next page", "<= 120 / 20 KB"},
		{"seed", "", "`liaison demo --cases` of the seeded cases, through the use cases", "<= 120 s"},
	}
}

// report is everything that a run found.
type report struct {
	options
	rules   []cell
	results map[string]figures
}

// markdown is the part of the page between the markers.
func (r report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| machine | commit | command | seeded cases |\n|---|---|---|---|\n| %d cores, %s of memory, %s; the load comes from the same cores | %s | `make %s` | %d |\n\n",
		runtime.NumCPU(), machineMemory(), runtime.GOOS+"/"+runtime.GOARCH, r.commit, r.target, r.cases)
	b.WriteString("| id | work | goal | SQLite | PostgreSQL |\n|---|---|---|---|---|\n")
	for _, w := range rows() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", w.id, w.work, w.goal, r.cell("sqlite", w.key), r.cell("postgres", w.key))
	}
	for i, c := range r.rules {
		id, goal := "F7", "<= 200 ns, 0 allocations"
		if i > 0 {
			id, goal = "", "<= 5 us, with ledger 15 us"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | |\n", id, strings.TrimPrefix(goBenchmarks()[i].name, "Benchmark"), goal, shown(c))
	}
	return b.String()
}

func (r report) cell(engine, key string) string {
	c, ok := r.results[engine][key]
	if !ok {
		return "not measured"
	}
	return shown(c)
}

// shown says of a figure that it misses its goal: nobody should have to compare.
func shown(c cell) string {
	if c.met {
		return c.text
	}
	return c.text + " (**missed**)"
}

func machineMemory() string {
	text, err := os.ReadFile("/proc/meminfo")
	var kb int64
	if err == nil {
		_, err = fmt.Sscanf(string(text), "MemTotal: %d kB", &kb)
	}
	if err != nil {
		return "an unknown amount"
	}
	return fmt.Sprintf("%d GB", (kb+1<<19)>>20)
}

const endMark = "<!-- to here -->"

// writePage puts the table between the marks of the page; the first names the make target.
func writePage(path, target, table string) error {
	beginMark := "<!-- make " + target + " writes from here -->"
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, rest, begun := strings.Cut(string(page), beginMark)
	_, foot, ended := strings.Cut(rest, endMark)
	if !begun || !ended {
		return fmt.Errorf("%s has no marks %q and %q around its table", path, beginMark, endMark)
	}
	return os.WriteFile(path, []byte(head+beginMark+"\n"+table+endMark+foot), 0o644) //nolint:gosec // a page of the repository, for everybody
}
