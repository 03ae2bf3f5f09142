# Yuzhou 渔舟. What you can ask for:
#
#   make run     a server with demo data and the desktop on it; without a display, a scripted day and its pictures
#   make test    every test, with the race detector, in shuffled order
#   make check   formatting, vet, staticcheck, golangci-lint, the layers
#   make e2e     a real server and two real windows on a display of their own, end to end
#   make shots   a picture of every screen in shots/, light and dark, Chinese and English
#   make fuzz    every decoder fed with what no program sends, TIME=30s each
#   make simulate N=500   the simulated world: so many histories of a company, each from one seed, everything going wrong;
#                 SEED=n runs one of them again; STORE=sqlite, postgres, or both in turn
#   make simulate-defects   proves the simulation: defects are planted one by one, and it must find each
#   make powercut CUTS=2000   power cuts in the middle of writes, on laptops and servers: nothing lost, nothing twice
#   make chaos DURATION=1m   real programs killed, cut off, frozen, on full disks; STORE=sqlite, postgres or both
#   make bench   one line per figure: bench <name> <value> <unit>
#   make build   build/yuzhou (desktop) and build/yuzhou-server
#   make deps    the Debian packages all of this needs, as far as they are missing
#   make clean   removes build/ and shots/, never data
#   make help    this list

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help deps deps-build deps-e2e run test check e2e shots bench fuzz simulate simulate-defects powercut chaos build clean

GOFUMPT := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# Fyne checks at run time that widgets are touched on the main goroutine alone, and says so in its log. The tag takes
# the check out and makes drawing three times as fast: programs for people have it, the end-to-end run must not.
RELEASE := -tags migrated_fynedo -ldflags '-s -w'

ADDRESS := 127.0.0.1:8080

help:
	@sed -n 's/^#   //p' Makefile

deps:
	@.ci/deps.sh all

deps-build:
	@.ci/deps.sh build

deps-e2e:
	@.ci/deps.sh all

build: deps-build
	go build $(RELEASE) -o build/yuzhou ./desktop
	go build $(RELEASE) -o build/yuzhou-server ./syncserver

# The race detector makes the SQLite and Fyne packages slow to build the first time; later runs take them from Go's cache.
test: deps-build
	go test -race -shuffle=on -timeout 15m ./...
	YUZHOU_TEST_STORE=postgres go test -race -shuffle=on -timeout 15m ./syncserver/store ./syncserver/hub

check: deps-build
	@unformatted=$$(go run $(GOFUMPT) -l .)
	if [ -n "$$unformatted" ]; then
		echo "not formatted by gofumpt:"
		echo "$$unformatted"
		exit 1
	fi
	set -x
	go vet ./...
	go vet -tags 'e2e chaos bench' ./syncserver/sim ./desktop/ui # what no other check builds
	go run $(STATICCHECK) ./...
	go run $(GOLANGCI) run ./...
	go test -run 'TestLayers|TestSound|TestPlanted' ./shared

# The demo's data stays between runs, so that what you tried yesterday is still there; delete the folder to start anew.
# Ctrl+C, or closing the window, ends the server too. Another port: make run ADDRESS=127.0.0.1:8090
run: deps-build
	@display="$${DISPLAY:-}$${WAYLAND_DISPLAY:-}"
	echo "building; the first time takes some minutes"
	go build $(RELEASE) -o build/yuzhou-server ./syncserver
	if [ -n "$$display" ]; then
		go build $(RELEASE) -o build/yuzhou ./desktop
	fi
	folder="$${XDG_DATA_HOME:-$$HOME/.local/share}/yuzhou-demo"
	mkdir -p "$$folder"
	if [ ! -e "$$folder/server/yuzhou.db" ]; then
		build/yuzhou-server demo --data "$$folder/server" --customers 2000 --followups 6000 --tasks 1000 --contacts --seed 42 >/dev/null
	fi
	build/yuzhou-server serve --data "$$folder/server" --listen $(ADDRESS) >"$$folder/server.log" 2>&1 &
	server=$$!
	trap 'kill $$server 2>/dev/null || true; wait $$server 2>/dev/null || true' EXIT
	until grep -q 'http://$(ADDRESS)' "$$folder/server.log"; do
		if ! kill -0 $$server 2>/dev/null; then
			echo "the server did not start; its log says:" >&2
			tail -n 5 "$$folder/server.log" >&2
			exit 1
		fi
		sleep 0.1
	done
	echo "server:   http://$(ADDRESS)"
	echo "data:     $$folder/server   laptop: $$folder/desktop   log: $$folder/server.log"
	echo "password: yuzhou-demo, for each of these logins"
	build/yuzhou-server admin user list --data "$$folder/server"
	if [ -n "$$display" ]; then
		LANGUAGE="$${LANGUAGE:-zh_CN}" build/yuzhou --data "$$folder/desktop"
	else
		echo "no display: a scripted day through the desktop's own code, pictures in shots/day"
		LANGUAGE=zh_CN YUZHOU_SERVER=http://$(ADDRESS) YUZHOU_SHOTS="$(CURDIR)/shots/day" go test -count=1 -v -run '^TestScriptedDay$$' ./syncserver/sim
	fi

# Built without the release tag: a widget touched from a wrong goroutine fails the run.
e2e: deps-e2e
	go build -o build/e2e/yuzhou ./desktop
	go build -o build/e2e/yuzhou-server ./syncserver
	YUZHOU_E2E_BIN="$(CURDIR)/build/e2e" YUZHOU_E2E_SHOTS="$(CURDIR)/shots/e2e" \
		go test -tags e2e -count=1 -v -timeout 20m -run '^TestE2E' ./syncserver/sim
	YUZHOU_CHAOS=12s YUZHOU_CHAOS_STORE=sqlite YUZHOU_CHAOS_BIN="$(CURDIR)/build/e2e" \
		go test -tags chaos -count=1 -v -timeout 10m -run '^TestChaos$$' ./syncserver/sim

shots: deps-build
	YUZHOU_SHOTS="$(CURDIR)/shots" go test -count=1 -run 'TestGallery|TestShots' ./desktop/ui ./desktop/ui/gallery

# Everything in one run on one machine: ratios say more than seconds. YUZHOU_BENCH_PERCENT=1 tries it on a hundredth.
bench: build
	@data=$$(mktemp -d)
	trap 'rm -rf "$$data"' EXIT
	export YUZHOU_BENCH_BIN="$(CURDIR)/build" YUZHOU_BENCH_DATA="$$data"
	go test -tags bench,migrated_fynedo -count=1 -timeout 60m -run '^TestFigures' ./syncserver/sim ./desktop/ui -v -p 1 \
		| grep --line-buffered -E '^(bench |---|FAIL|ok|panic|\s+\S+_test.go)'

# One line of result; the same bench with the weak setting has to lose something, or it fails.
# A history is a hundred files that live for a moment: in memory where there is a disk in memory.
MEMORY := $(shell test -w /dev/shm && echo /dev/shm)

simulate: deps-build
	@mkdir -p build
	go test -c -o build/world.test ./syncserver/sim/world
	YUZHOU_WORLD_N=$(or $(N),$(if $(SEED),1,500)) YUZHOU_WORLD_SEED=$(SEED) YUZHOU_WORLD_STORE=$(STORE) YUZHOU_WORLD_MEMORY=$(MEMORY) \
		build/world.test -test.run '^TestSimulate$$' -test.timeout 0 | { grep -v '^PASS$$' || true; }

simulate-defects: deps-build
	@YUZHOU_WORLD_MEMORY=$(MEMORY) go test -tags defects -count=1 -timeout 60m -run '^TestDefects$$' ./syncserver/sim/world -v \
		| { grep -E '^(defects=|missed|  |---|FAIL|panic)' || true; }

powercut: deps-build
	YUZHOU_CUTS=$(or $(CUTS),2000) go test -count=1 -timeout 60m -run '^TestPowerCuts$$' ./syncserver/sim/powercut -v \
		| grep -E '^(cuts=|FAIL|ok|panic|\s+\S+_test.go)'

# As root the disks of the server and of the laptops are small ones in memory, which can be filled.
chaos: deps-build
	go build -o build/chaos/yuzhou-server ./syncserver
	go build $(RELEASE) -o build/chaos/yuzhou ./desktop
	YUZHOU_CHAOS=$(or $(DURATION),1m) YUZHOU_CHAOS_STORE="$(or $(STORE),sqlite)" YUZHOU_CHAOS_BIN="$(CURDIR)/build/chaos" \
		go test -tags chaos -count=1 -timeout 24h -run '^TestChaos$$' ./syncserver/sim -v \
		| grep -E '^(duration=|FAIL|ok|panic|\s+\S+_test.go)'

# What a target once found runs with every test from then on.
fuzz: deps-build
	@.ci/fuzz.sh $(or $(TIME),30s)

clean:
	rm -rf build shots
