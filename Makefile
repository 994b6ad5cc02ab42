# Liaison: what people type. `make` alone prints this list.
.DEFAULT_GOAL := help
SHELL := /bin/bash

BINARY   := bin/liaison
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
FUZZTIME ?= 60s
KILLS    ?= 1000
CUTS     ?= 10000
DEMO     ?=
LINT     := go tool -modfile=tools/go.mod golangci-lint

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-15s %s\n", $$1, $$2 }'

.PHONY: demo
demo: ## run the demo at http://127.0.0.1:8080 (more flags: make demo DEMO="--speed 60")
	go run ./cmd/liaison demo $(DEMO)

.PHONY: test
test: ## everything that must pass; as root it installs what is missing (ENGINES=sqlite leaves PostgreSQL out)
	@scripts/test.sh

.PHONY: build
build: ## the program: bin/liaison, one static file
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $(BINARY) ./cmd/liaison

.PHONY: bench
bench: ## measure: Go benchmarks and the load runs of docs/performance.md
	@scripts/bench.sh

CUSTOMERS ?= 100000
.PHONY: bench-moving
bench-moving: ## bring in CUSTOMERS (100000) customers with three people and two systems each by files, then read their pages
	@scripts/bench.sh -moving $(CUSTOMERS)

WORLDS ?= /tmp/liaison-worlds
.PHONY: bench-large
bench-large: ## the load runs with 500,000 cases; the seeded worlds stay in WORLDS and are used again (the first run: an hour)
	@BENCH='-cases 500000 -target bench-large -keep $(WORLDS)' scripts/bench.sh

ROWS ?= 100000
.PHONY: rows
rows: ## a file of ROWS (100000) rows of which three are wrong: all three are named, nothing is applied
	ROWS=$(ROWS) go test -count=1 -timeout 1h -v -run ThreeWrongRows ./internal/moving

.PHONY: lint
lint: ## all linters (the first run builds them: about three minutes)
	$(LINT) config verify
	$(LINT) run ./...

.PHONY: fuzz
fuzz: ## every fuzz target, one after the other, FUZZTIME (60s) each
	@scripts/fuzz.sh $(FUZZTIME)

HISTORIES ?= 10000

.PHONY: histories
histories: ## compare the clocks with a slow second implementation over HISTORIES (10000) random cases, with changes of edition
	go test -count=1 -timeout 6h -run 'Agrees|Survivor' ./internal/sla -histories $(HISTORIES)
	go test -count=1 -run 'Agrees|Splice' ./internal/calendar

.PHONY: pictures
pictures: ## take the pictures of the README from the demo, in Chromium
	go test -count=1 -run 'TestInTheBrowser/Pictures' ./internal/browsertest -args -pictures=$(CURDIR)/docs/pictures

.PHONY: race
race: ## the tests under the race detector (needs a C compiler, takes several times as long)
	CGO_ENABLED=1 go test -race -count=1 -timeout 60m -p 1 ./...

.PHONY: kill
kill: ## kill -9 under load, KILLS (1000) times, and count what was lost
	KILLS=$(KILLS) go test -count=1 -timeout 6h -v -run Kill ./internal/apptest/...

.PHONY: cuts
cuts: ## cut the power CUTS (10000) times, for the database and for the files, and count what was lost
	CUTS=$(CUTS) go test -count=1 -timeout 6h -v -run PowerCut ./internal/db ./internal/blob

.PHONY: matrix-golden
matrix-golden: ## rewrite the authorisation matrix from what the program does now: read the warning
	@echo 'WARNING: the matrix says what every role MAY do; it is reviewed by people and never derived from the code.'
	@echo 'This writes what the program does today. Read every line of the difference before you keep it:'
	@echo '    git diff -- "*/testdata/*matrix*.golden"'
	go test -count=1 -run Matrix ./internal/apptest/... -update

.PHONY: licences
licences: ## rewrite THIRD-PARTY-NOTICES from the modules and vendored files
	scripts/licences.sh > THIRD-PARTY-NOTICES.new
	mv THIRD-PARTY-NOTICES.new THIRD-PARTY-NOTICES
