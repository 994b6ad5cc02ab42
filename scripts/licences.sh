#!/usr/bin/env bash
# Prints the notices of everything that is shipped inside the program: Go modules and vendored browser files.
# `make licences` keeps the output as THIRD-PARTY-NOTICES; `scripts/licences.sh --check` fails when that is stale.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

# The name of a licence, from words that only it has.
name() {
    if grep -qi 'Apache License' "$1"; then echo 'Apache-2.0'
    elif grep -qi 'Mozilla Public License' "$1"; then echo 'MPL-2.0'
    elif grep -qi 'SIL OPEN FONT LICENSE' "$1"; then echo 'OFL-1.1'
    elif grep -qi 'ISC License' "$1"; then echo 'ISC'
    elif grep -qi 'Zero-Clause BSD\|BSD Zero Clause' "$1"; then echo '0BSD'
    elif grep -qi 'Permission is hereby granted, free of charge' "$1"; then echo 'MIT'
    elif grep -qi 'Redistribution and use in source and binary forms' "$1"; then
        if grep -qi 'neither the name\|names of its contributors\|may not be used to endorse' "$1"; then echo 'BSD-3-Clause'; else echo 'BSD-2-Clause'; fi
    elif grep -qi 'Permission to use, copy, modify, and.*distribute this software' "$1"; then
        if grep -qi 'provided that the above copyright' "$1" || tr '\n' ' ' <"$1" | grep -qi 'copyright notice and this permission notice appear'; then echo 'ISC'; else echo '0BSD'; fi
    elif grep -qi 'CC0\|public domain' "$1"; then echo 'public domain'
    else echo "$1: unknown licence" >&2; return 1
    fi
}

# Prints one text, or where the same words stand already.
declare -A printed
once() {
    local sum
    sum=$(tr -d '\r' <"$2" | sha256sum)
    echo
    if [ -n "${printed[$sum]:-}" ]; then
        echo "The text is that of ${printed[$sum]}, above."
        return
    fi
    printed[$sum]=$1
    tr -d '\r' <"$2"
}

# Every licence and notice file of one module.
texts() { find "$1" -maxdepth 1 -type f \( -iname 'LICEN[SC]E*' -o -iname 'COPYING*' -o -iname 'NOTICE*' -o -iname 'UNLICENSE*' \) ! -name '*.go' | sort; }

rule() { printf '\n%s\n' '--------------------------------------------------------------------------------'; }

modules() {
    go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/... |
        grep . | sort -u
}

print() {
    echo 'Third-party notices'
    echo
    echo 'Liaison contains the software below. Written by scripts/licences.sh; not edited by hand.'
    local path version dir file first list
    list=$(modules)
    echo
    echo 'Go standard library and runtime (BSD-3-Clause)'
    rule
    cat "$(go env GOROOT)/LICENSE"
    while read -r path version dir; do
        first=$(texts "$dir" | head -n 1)
        if [ -z "$first" ]; then
            echo "$path has no licence file" >&2
            return 1
        fi
        rule
        echo "$path $version ($(name "$first"))"
        while read -r file; do
            once "$path" "$file"
        done < <(texts "$dir")
    done <<<"$list"
    for file in internal/web/static/vendor/licences/*.txt; do
        rule
        echo "In the browser: $(basename "$file" .txt) ($(name "$file"))"
        once "$(basename "$file" .txt)" "$file"
    done
}

if [ "${1:-}" = --check ]; then
    now=$(print)
    if [ "$now" != "$(cat THIRD-PARTY-NOTICES)" ]; then
        echo 'THIRD-PARTY-NOTICES is stale: run make licences' >&2
        exit 1
    fi
    exit 0
fi
print
