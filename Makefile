# What one can do here; `make` alone lists it. Every target but `demo` and `install` is for people who work on the code.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
SOAK_SECONDS ?= 600

CARGO ?= cargo
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
MSRV := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
VENV := $(CURDIR)/.venv
# Where cargo puts what it builds.
OUT = $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
# One interpreter for every build of the Python face, else each change of it builds pyo3 anew.
WITH_PYTHON := VIRTUAL_ENV=$(VENV) PYO3_PYTHON=$(VENV)/bin/python PATH="$(VENV)/bin:$$PATH"

.PHONY: help demo test test-rust test-python lint fmt msrv audit doc bench fuzz soak fresh install setup venv clean

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## reset a few dozen scratch guest homes and show what happened
	@$(CARGO) build --release -p ltsp-cli --example demo
	@$(CARGO) run --release --quiet -p ltsp-cli --example demo

test: setup test-rust test-python ## set up this machine (as root), then run every test

test-rust: ## the tests of Rust, C and the command
	$(CARGO) test --workspace --exclude ltsp-py

test-python: venv ## the tests of the Python face, its types and its stubs
	$(WITH_PYTHON) maturin develop --quiet -m ltsp-py/Cargo.toml
	cd ltsp-py && $(WITH_PYTHON) pytest tests
	cd ltsp-py && $(WITH_PYTHON) mypy --strict
	cd ltsp-py && $(WITH_PYTHON) stubtest ltsp._ltsp

lint: venv ## format, clippy, documentation and dependencies, warnings as errors
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(WITH_PYTHON) ruff format --check ltsp-py
	$(WITH_PYTHON) ruff check ltsp-py
	for script in scripts/setup-tests scripts/setup-venv scripts/fresh-clone .ci/run; do bash -n $$script; done
	$(WITH_PYTHON) $(CARGO) clippy --workspace --all-targets -- -D warnings
	$(WITH_PYTHON) RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps
	$(CARGO) check --manifest-path fuzz/Cargo.toml
	@if command -v cargo-deny >/dev/null; then \
	    $(CARGO) deny --log-level error check bans licenses sources; \
	else \
	    echo "dependencies not checked: 'cargo install --locked cargo-deny' first"; \
	fi

fmt: venv ## put every file into the format that lint wants
	$(CARGO) fmt --all
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml
	$(WITH_PYTHON) ruff format ltsp-py

msrv: ## the crates that are published, by the oldest Rust that they promise to build with (rustup)
	rustup toolchain install --profile minimal --no-self-update $(MSRV)
	$(CARGO) +$(MSRV) check -p ltsp-core -p ltsp-cli -p ltsp-py -p ltsp-ffi

audit: ## look the dependencies up among known vulnerabilities (network, cargo-deny)
	$(CARGO) deny check advisories

doc: ## the documentation of every crate, in target/doc
	$(CARGO) doc --workspace --no-deps
	@echo "open $(OUT)/doc/ltsp_core/index.html"

bench: ## benchmarks, then the comparison with the tools in use today
	$(CARGO) bench -p ltsp-benches
	$(CARGO) run --release -p ltsp-benches --bin compare
	$(CARGO) run --release -p ltsp-benches --bin compare-conf

# The sanitizers are reached from a stable compiler by RUSTC_BOOTSTRAP.
fuzz: ## run every fuzz target for FUZZ_SECONDS (60)
	@command -v cargo-fuzz >/dev/null || $(CARGO) install --locked cargo-fuzz
	targets=$$($(CARGO) fuzz list); for target in $$targets; do \
	    mkdir -p fuzz/corpus/$$target; \
	    RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run $$target fuzz/corpus/$$target fuzz/seeds/$$target -- -max_total_time=$(FUZZ_SECONDS); \
	done

soak: ## let the attackers loose on resets for SOAK_SECONDS (600)
	LTSP_SOAK_SECONDS=$(SOAK_SECONDS) $(CARGO) test --release -p ltsp-testkit --test it -- --nocapture attack

fresh: ## clone the last commit into an empty directory and run demo and test there
	scripts/fresh-clone

install: ## the command, the C library, its header and pkg-config file, below PREFIX (/usr/local)
	$(CARGO) build --release -p ltsp-ffi
	$(CARGO) ltspctl
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(OUT)/release/ltspctl
	install -D -m 755 $(OUT)/release/libltsp.so $(DESTDIR)$(PREFIX)/lib/libltsp.so.$(VERSION)
	ln -sf libltsp.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libltsp.so.0
	ln -sf libltsp.so.0 $(DESTDIR)$(PREFIX)/lib/libltsp.so
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib $(OUT)/release/libltsp.a
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include ltsp-ffi/include/ltsp.h
	install -d $(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	$(OUT)/release/ltspctl man $(DESTDIR)$(PREFIX)/share/man/man8
	$(OUT)/release/ltspctl completions bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ltspctl
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig
	sed -e 's|@prefix@|$(PREFIX)|' -e "s|@version@|$(VERSION)|" \
	    ltsp-ffi/ltsp.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/ltsp.pc
	if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ] && command -v ldconfig >/dev/null; then ldconfig; fi

setup:
	@scripts/setup-tests

venv:
	@scripts/setup-venv

clean: ## remove everything that was built or set up here
	$(CARGO) clean
	rm -rf .venv fuzz/target .mypy_cache .pytest_cache .ruff_cache ltsp-py/.mypy_cache ltsp-py/.pytest_cache ltsp-py/.ruff_cache
	find ltsp-py -name '*.so' -delete
	find ltsp-py -name __pycache__ -prune -exec rm -rf {} +
