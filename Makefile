# What a developer types. CI runs .ci/run, which runs these and more.

# The commit is stamped by the linker, so that a build needs no usable git: not in an unpacked
# archive, not in a checkout that belongs to somebody else. Of what is measured, and of
# documents that quote it, nothing is built.
COMMIT = $(shell [ -e .git ] && c=$$(git rev-parse -q --verify HEAD 2>/dev/null) && \
	echo "$$c$$([ -z "$$(git status --porcelain -- . ':!results' ':!*.md')" ] || echo +modified)")
export GOFLAGS := $(strip $(filter-out -buildvcs%,$(GOFLAGS)) -buildvcs=false)

GOLANGCI_LINT ?= go tool -modfile=tools/go.mod golangci-lint
# A count and not a time: at the end of a timed run Go 1.26 can fail without a reason (golang.org/issue/75804).
FUZZTIME ?= 100000x

.PHONY: help check build test race lint fuzz smoke soak clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: ## before every commit: format, modules, build, vet, lint, tests
	@unformatted=$$(gofmt -l .) && [ -z "$$unformatted" ] || { \
		echo "not as gofmt writes it (run gofmt -w .):"; echo "$$unformatted"; exit 1; }
	go mod tidy -diff
	go mod verify
	go -C tools mod verify
	go build ./...
	go vet ./...
	$(MAKE) lint
	$(MAKE) test

build: ## bin/bench and bin/target, stamped with the commit
	go build -trimpath -ldflags "-X pollpush/internal/build.commit=$(COMMIT)" -o bin/ ./cmd/...

test: ## all tests
	go test ./...

race: ## all tests under the race detector
	go test -race -timeout 30m ./...

lint: ## golangci-lint (built from tools/go.mod; the first time takes minutes)
	$(GOLANGCI_LINT) run ./...

fuzz: ## every fuzz target, FUZZTIME (100000x) inputs each
	scripts/fuzz $(FUZZTIME)

smoke: ## the main job on real sockets, and whether its figures add up
	scripts/smoke

soak: ## a minute of clients that come and go, after which nothing of them may be left
	go run ./scripts/soak --clients 500 --duration 40s

clean: ## remove what was built
	rm -rf bin
