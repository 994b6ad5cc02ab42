#!/usr/bin/env bash
# Runs every fuzz target for the given time each. A crash leaves its input in testdata/fuzz: keep it as a test.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-60s}

targets=$(grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' internal | sed -E 's/^(.*)\/[^/]+:[0-9]+:func (Fuzz.*)$/\1 \2/' | sort)
if [ -z "$targets" ]; then
    echo 'no fuzz target was found' >&2
    exit 1
fi
while read -r package target; do
    echo "== $package $target, $time"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$package"
done <<<"$targets"
echo "fuzzed $(wc -l <<<"$targets") targets for $time each, no failure"
