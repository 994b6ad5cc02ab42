#!/usr/bin/env bash
# The test command of the README: installs or names what the machine lacks, then formatting, vet, all tests.
# ENGINES=sqlite is the only way to leave PostgreSQL out.
set -euo pipefail
cd "$(dirname "$0")/.."

engines=${ENGINES:-all}
case $engines in
all | sqlite) ;;
*)
    echo "ENGINES=$engines is not known; allowed: sqlite, or nothing for both engines" >&2
    exit 2
    ;;
esac

banner() {
    if [ "$engines" = sqlite ]; then
        echo '******************************************************************'
        echo '*  ENGINES=sqlite: NOTHING IS TESTED ON POSTGRESQL IN THIS RUN.  *'
        echo '******************************************************************'
    fi
}

has_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
has_postgresql() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_dovecot() { command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ]; }
has_cjk_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family)" ]; }

missing() {
    has_chromium || echo chromium
    [ "$engines" = sqlite ] || has_postgresql || echo postgresql # Debian 12: version 15
    has_dovecot || echo dovecot-imapd
    has_cjk_font || echo fontconfig fonts-noto-cjk
}

need=$(echo $(missing)) # one line
if [ -n "$need" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "The tests need more than Go. Type this line, then run them again:" >&2
        echo "    sudo apt-get update && sudo apt-get install --yes --no-install-recommends $need" >&2
        exit 1
    fi
    echo "installing $need"
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update && apt-get install --yes --no-install-recommends $need; } >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        echo "apt-get could not install: $need" >&2
        exit 1
    fi
    rm -f "$log"
    if [ -n "$(missing)" ]; then
        echo "still missing after the installation: $(echo $(missing))" >&2
        exit 1
    fi
fi

# The flags of the program as it is shipped (make build), so that nothing is compiled twice; test binaries without symbol
# tables link in half the time, and their traces are whole all the same.
export CGO_ENABLED=0 GOFLAGS="${GOFLAGS:+$GOFLAGS }-trimpath -ldflags=-s"

banner
echo '== gofmt'
unformatted=$(gofmt -l cmd internal policies)
if [ -n "$unformatted" ]; then
    echo "not formatted, run gofmt -w on:" >&2
    echo "$unformatted" >&2
    exit 1
fi
echo '== go vet'
go vet ./...
echo '== go test'
go test -vet=off -count=1 -timeout 20m -p 2 ./...
banner
if [ "$engines" = sqlite ]; then
    echo 'All tests passed on SQLite alone.'
else
    echo 'All tests passed on SQLite and PostgreSQL.'
fi
