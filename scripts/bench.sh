#!/usr/bin/env bash
# Go benchmarks of every package that has some. -count repeats them, so that benchstat can compare two runs:
#     COUNT=10 make bench > before.txt
set -euo pipefail
cd "$(dirname "$0")/.."

packages=$(grep -rlE --include='*_test.go' '^func Benchmark' internal | xargs -r -n 1 dirname | sort -u | sed 's|^|./|')
if [ -z "$packages" ]; then
    echo 'no benchmark was found' >&2
    exit 1
fi
echo "# $(go version), $(nproc) cores, commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
# shellcheck disable=SC2086 # one word per package
go test -run '^$' -bench . -benchmem -count "${COUNT:-1}" -timeout 60m -p 1 $packages
