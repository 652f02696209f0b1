# Liqa: `make help` lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES: # no built-in rules: one would make the folder demo/media of demo/media.sh

export CGO_ENABLED ?= 1
export GOFLAGS ?= -buildvcs=false
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -X main.version=$(VERSION)

GO_SOURCES  := $(shell git ls-files -co --exclude-standard '*.go' '*.templ' '*.css' go.mod go.sum 2>/dev/null | grep -v '^web/')
WEB_SOURCES := $(shell git ls-files -co --exclude-standard web 2>/dev/null | grep -v '^web/dist/')

##@ Use

.PHONY: demo serve build
demo: bin/liqa ## a simulated summit runs; links to every role are printed
	bin/liqa demo

serve: bin/liqa ## a server on this machine
	bin/liqa serve

build: bin/liqa ## the one binary, bin/liqa

bin/liqa: $(GO_SOURCES) web/dist/.vite/manifest.json demo/media
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $@ ./cmd/liqa

bin/speaker: $(GO_SOURCES)
	CGO_ENABLED=0 go build -trimpath -o $@ ./tools/speaker

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	touch $@

web/dist/.vite/manifest.json: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run --silent build -- --logLevel warn
	touch $@

e2e/node_modules/.package-lock.json: e2e/package.json e2e/package-lock.json
	cd e2e && npm ci --no-audit --no-fund --loglevel=error
	touch $@

##@ Prove

.PHONY: check test test-go test-go-short test-web test-e2e test-network test-long vet vulnerabilities
check: ## format, vet, staticcheck, known vulnerabilities, the Go tests that are quick, front-end tests and types
	@$(MAKE) --no-print-directory -j2 -Oline vet test-go-short test-web

vet: web/dist/.vite/manifest.json
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not gofmt-ed:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go tool staticcheck ./...
	@$(MAKE) --no-print-directory vulnerabilities

vulnerabilities: ## known vulnerabilities, where their database can be reached
	@if out=$$(go tool govulncheck ./... 2>&1); then echo "$$out" | tail -n 1; \
	elif grep -qE 'fetching vulnerabilities|no such host|connection refused|i/o timeout' <<<"$$out"; then \
	  echo "govulncheck: the vulnerability database cannot be reached from here; not checked"; \
	else echo "$$out"; exit 1; fi

# Their code and their tests start no goroutine (structure_test.go): there is
# nothing in them for a race detector, which makes them four times slower.
SEQUENTIAL := ./internal/opus ./internal/plan ./internal/summit/... ./internal/view

# What takes longest begins first.
test-go: web/dist/.vite/manifest.json | need-go need-foreign need-e2e need-network
	go test -race -timeout 10m ./internal/server ./internal/peer $$(go list ./... | grep -vxFf <(go list $(SEQUENTIAL)))
	go test -timeout 10m $(SEQUENTIAL)

test-go-short: web/dist/.vite/manifest.json | need-go
	go test -short -timeout 5m ./internal/server ./internal/peer ./...

test-web: web/dist/.vite/manifest.json ## front end: types and unit tests
	cd web && npm run --silent check && npm run --silent test

test: vet test-go test-web test-e2e test-network ## everything a change must pass

test-e2e: bin/liqa bin/speaker e2e/node_modules/.package-lock.json | need-e2e ## real Chromium and Firefox: every screen by axe, and the stories against a real server
	cd e2e && npm run --silent check
	@$(MAKE) --no-print-directory -j2 light screens
	cd e2e && npm run --silent busy

# Stories that mostly wait leave axe the processors.
.PHONY: light screens
light:
	cd e2e && npm run --silent light
screens: web/node_modules/.package-lock.json
	cd web && nice -n 10 npm run --silent a11y

test-network: bin/liqa | need-network ## sound over a bad line, between network namespaces, where they are permitted
	go run ./tools/network check

test-long: bin/liqa | need-long ## an hour of each fuzz target, 8 h of soak, power cuts, bad networks: more than a day
	tools/test-long

##@ Measure

.PHONY: bench bench-sound media
bench: bin/liqa | need-go ## the figures, as ratios to a floor measured in the same run
	tools/bench

bench-sound: bin/liqa bin/speaker e2e/node_modules/.package-lock.json | need-e2e ## sound end to end in real Chromium, drawn into docs/figures and docs/SOUND.md
	tools/bench-sound

##@ Make again

media: | need-media ## the demo's pictures and voices, from demo/media.sh
	demo/media.sh

.PHONY: generate
generate: ## generated Go and TypeScript
	go tool templ generate
	go generate ./...

.PHONY: clean
clean: ## all that was built
	rm -rf bin web/node_modules e2e/node_modules
	find web/dist -mindepth 1 ! -name .keep -delete

##@ Set-up (done by the others when needed)

.PHONY: need-go need-foreign need-e2e need-network need-long need-media
need-go:
	@tools/need cc ffmpeg strace
need-foreign: # programs of others that Liqa is tried with
	@tools/need coturn whip-client
need-e2e:
	@tools/need chromium firefox fonts ffmpeg
need-network: # of no use to who may not make networks, which is everybody but root
	@[ "$$(id -u)" != 0 ] || tools/need chromium ffmpeg network
need-long:
	@tools/need cc ffmpeg strace qemu chromium fonts network
need-media:
	@tools/need ffmpeg espeak-ng fonts

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z][a-z0-9-]*:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
