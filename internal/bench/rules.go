package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// goBenchmarks are the Go benchmarks of the rules, with their goals in nanoseconds: they touch no database.
func goBenchmarks() []struct {
	name string
	pkg  string
	goal float64
} {
	return []struct {
		name string
		pkg  string
		goal float64
	}{
		{"BenchmarkAddOverAYear", "./internal/calendar", 200},
		{"BenchmarkEvaluate", "./internal/sla", 5_000},
	}
}

var benchLine = regexp.MustCompile(`(?m)^(Benchmark\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op(?:\s+\d+ B/op\s+(\d+) allocs/op)?`)

// ruleFigures runs the Go benchmarks of F7.
func ruleFigures(ctx context.Context) ([]cell, error) {
	var out []cell
	for _, b := range goBenchmarks() {
		said, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^"+b.name+"$", "-benchmem", b.pkg).CombinedOutput() //nolint:gosec // goBenchmarks names them
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %s", b.name, err, said)
		}
		var parts []string
		met := true
		for _, m := range benchLine.FindAllStringSubmatch(string(said), -1) {
			ns, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				return nil, err
			}
			goal := b.goal
			if strings.Contains(strings.ToLower(m[1]), "ledger") {
				goal = 15_000
			}
			met = met && ns <= goal
			parts = append(parts, fmt.Sprintf("%s %.0f ns, %s allocations", strings.TrimPrefix(m[1], "Benchmark"), ns, m[3]))
		}
		if len(parts) == 0 {
			return nil, fmt.Errorf("%s printed no figure: %s", b.name, said)
		}
		out = append(out, cell{strings.Join(parts, "; "), met})
	}
	return out, nil
}

var sweepLine = regexp.MustCompile(`(?m)^BenchmarkSweep/(sqlite|postgres)\S*\s.*?([\d.]+) s/breaches\s+([\d.]+) us/idle`)

// sweepFigures runs the Go benchmark of F6, on both engines: 20,000 breaches at one instant, and a sweep that finds
// nothing. The server is that of the tests, without fsync.
func sweepFigures(ctx context.Context) (map[string]cell, error) {
	said, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkSweep$", "-benchtime", "1x", "./internal/cases").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("the sweep: %w: %s", err, said)
	}
	out := map[string]cell{}
	for _, m := range sweepLine.FindAllStringSubmatch(string(said), -1) {
		breaches, errBreaches := strconv.ParseFloat(m[2], 64)
		idle, errIdle := strconv.ParseFloat(m[3], 64)
		if err := errors.Join(errBreaches, errIdle); err != nil {
			return nil, err
		}
		out[m[1]] = cell{fmt.Sprintf("%.1f s; idle %.2f ms", breaches, idle/1000), breaches <= 2 && idle <= 1000}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the sweep's benchmark printed no figure: %s", said)
	}
	return out, nil
}

var previewLine = regexp.MustCompile(`(?m)^BenchmarkPreview/(sqlite|postgres)\S*\s.*?([\d.]+) moved\s+([\d.]+) s/preview`)

// previewFigures runs the Go benchmark of F8, on both engines: what a changed day would do to 40,000 open cases.
func previewFigures(ctx context.Context) (map[string]cell, error) {
	said, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkPreview$", "-benchtime", "3x", "./internal/cases").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("the preview: %w: %s", err, said)
	}
	out := map[string]cell{}
	for _, m := range previewLine.FindAllStringSubmatch(string(said), -1) {
		took, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return nil, err
		}
		out[m[1]] = cell{fmt.Sprintf("%.2f s, %s clocks move", took, m[2]), took <= 2}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the preview's benchmark printed no figure: %s", said)
	}
	return out, nil
}
