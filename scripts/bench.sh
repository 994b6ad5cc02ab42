#!/usr/bin/env bash
# Builds the program, measures it on SQLite and on PostgreSQL from the same machine, and writes the table of
# docs/performance.md. It takes about ten minutes. More flags of internal/bench: make bench BENCH='-engines sqlite'
#
# Go benchmarks of one package, to compare two states with benchstat:
#     go test -run '^$' -bench . -benchmem -count 10 ./internal/sla > before.txt
set -euo pipefail
cd "$(dirname "$0")/.."

commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
if [ -n "$(git status --porcelain 2>/dev/null)" ]; then
    commit="$commit and changes"
fi
make --no-print-directory build
# shellcheck disable=SC2086 # flags, one word each
exec go run ./internal/bench -binary bin/liaison -commit "$commit" ${BENCH:-} "$@"
