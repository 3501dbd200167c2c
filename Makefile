# Everything runs in a virtual environment of its own; nothing needs to be installed first but
# Python 3.10 or newer. `make PYTHON=/path/to/python test` picks another Python.

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.10 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && { echo $$p; break; }; done)
BIN := $(VENV)/bin
BENCH := .venv-bench
FUZZ := .venv-fuzz
MUTATION := .venv-mutation
AUDIT := .venv-audit
DOCS := .venv-docs
SECONDS ?= 1200
RELEASE := .venv-release

# Every extra, as pyproject.toml declares them.
EXTRAS = $(shell sed -n '/^\[project.optional-dependencies\]/,/^$$/s/^\([a-z0-9-]*\) = .*/\1/p' pyproject.toml | paste -sd, -)

.DEFAULT_GOAL := help
.PHONY: help demo test test-all storm soak kill fuzz fuzz-sandbox mutation check format coverage terminals build dist-check test-installed sbom bench bench-check audit docs docs-serve clean

help: ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## Tour every operation against a local sandbox
	@$(BIN)/python examples/tour.py

test: $(VENV)/.dev ## Run every test, and measure coverage
	@$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

test-all: ## Run every test on each of Python 3.10 to 3.13 that this machine has
	@sh tests/run_on_all_pythons.sh

kill: $(VENV)/.dev ## Kill the sandbox N times while it is written to, and count what is lost
	@KILLS=$(or $(N),200) $(BIN)/python -m pytest -rP tests/sandbox/test_kills.py $(ARGS)

fuzz-sandbox: $(FUZZ)/.ready ## Fuzz the sandbox by its OpenAPI document, N random calls an operation
	@EXAMPLES=$(or $(N),50) $(FUZZ)/bin/python -m pytest -rP tests/sandbox/test_fuzzed.py $(ARGS)

check: $(VENV)/.dev ## Check format, lint, types and layering
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/pyright --pythonpath $(BIN)/python
	@$(BIN)/lint-imports
	@$(BIN)/zizmor --quiet --offline --persona pedantic .github
	@sh tests/typing/verify.sh $(BIN)

format: $(VENV)/.dev ## Format and fix what can be fixed by itself
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

storm: $(VENV)/.dev ## Make N calls under random faults, as SEED has it; WORKER lets one of 24 loose alone
	@$(BIN)/python -m tests.storm --calls $(or $(N),50000) $(addprefix --seed ,$(SEED)) $(addprefix --worker ,$(WORKER))

soak: $(VENV)/.dev ## Make CALLS calls on one client, and see whether it grows or leaks
	@$(BIN)/python -m tests.storm.soak --calls $(or $(CALLS),100000)

terminals: $(VENV)/.dev ## Draw the terminals that the documentation shows anew
	@$(BIN)/python -m tests.cli.terminals

build: $(RELEASE)/.ready ## Build the source distribution, and from it the wheel
	@rm -rf dist
	@$(RELEASE)/bin/python -m build --outdir dist .
	@ls dist/*

dist-check: build ## Check what is in the wheel and the source distribution
	@$(RELEASE)/bin/twine check --strict dist/*
	@$(RELEASE)/bin/check-wheel-contents dist/*.whl
	@BUILT=dist $(RELEASE)/bin/python -m pytest --confcutdir tests/packaging tests/packaging/test_distributions.py

test-installed: build ## Test the wheel as installed, on each of PYTHONS="3.10 3.11 3.12 3.13"
	@BUILT=dist PYTHONS="$(PYTHONS)" $(RELEASE)/bin/python -m pytest -rs --durations 5 \
		--confcutdir tests/packaging tests/packaging/test_installed.py

sbom: build ## List what the wheel brings with all its extras, as CycloneDX, in build/
	@sh tests/packaging/sbom.sh $(RELEASE)/bin dist/*.whl "$(EXTRAS)" build/sbom.cdx.json

bench: $(BENCH)/.ready ## Measure what calls cost, beside other clients
	@$(BENCH)/bin/python -m tests.benchmarks $(ARGS)

bench-check: $(BENCH)/.ready ## Measure what has a bound, and fail when one is missed
	@$(BENCH)/bin/python -m tests.benchmarks --check $(ARGS)

fuzz: $(FUZZ)/.ready ## Fuzz decoding, addresses and answers, each for SECONDS=1200
	@for name in decoding addresses answers; do \
		$(FUZZ)/bin/python -m tests.fuzz $$name $(SECONDS) || exit 1; \
	done

mutation: $(MUTATION)/.ready ## Measure whether the tests notice changes of the code
	@$(MUTATION)/bin/python -m tests.mutation $(ARGS)

docs: $(DOCS)/.ready ## Build the documentation in site/, and check its links
	@NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/python -m mkdocs build --strict --clean
	@$(DOCS)/bin/python tools/docs/check.py site

docs-serve: $(DOCS)/.ready ## Serve the documentation at http://127.0.0.1:8000 while it is written
	@NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/python -m mkdocs serve

audit: $(AUDIT)/bin/python ## Look up what is installed in PyPI's list of vulnerabilities
	@$(AUDIT)/bin/python -m pip install --quiet --upgrade pip-audit
	@rm -rf $(AUDIT)/installed
	@$(AUDIT)/bin/python -m pip install --quiet --target $(AUDIT)/installed '.[$(EXTRAS)]'
	@rm -rf $(AUDIT)/installed/integrations_sdk*
	@$(AUDIT)/bin/python -m pip_audit --strict --path $(AUDIT)/installed

clean: ## Remove what was made
	rm -rf .venv* .fuzz mutants dist build site .coverage* .*_cache

$(VENV)/bin/python $(BENCH)/bin/python $(FUZZ)/bin/python $(AUDIT)/bin/python $(MUTATION)/bin/python $(RELEASE)/bin/python $(DOCS)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.10 or newer is needed: python3 was not found, or is older" >&2; exit 1; }
	@$(PYTHON) -m venv $(@D)/..
	@$@ -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml
	@echo "setting up $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --editable '.[sandbox]'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	@echo "setting up $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --editable '.[sandbox]' --group dev
	@touch $@ $(VENV)/.demo

$(BENCH)/.ready: $(BENCH)/bin/python pyproject.toml
	@echo "setting up $(BENCH) ..."
	@$(BENCH)/bin/python -m pip install --quiet --editable '.[fast,httpx2,msgspec]' --group bench
	@touch $@

# Not in .venv, where schemathesis's plugin would slow every start of pytest.
$(FUZZ)/.ready: $(FUZZ)/bin/python pyproject.toml
	@echo "setting up $(FUZZ) ..."
	@$(FUZZ)/bin/python -m pip install --quiet --editable '.[sandbox]' --group test --group fuzz
	@touch $@

$(MUTATION)/.ready: $(MUTATION)/bin/python pyproject.toml
	@echo "setting up $(MUTATION) ..."
	@$(MUTATION)/bin/python -m pip install --quiet --editable '.[sandbox]' --group test --group mutation
	@touch $@

# Nothing of the project itself: a distribution is tested where there is only what it brings.
$(RELEASE)/.ready: $(RELEASE)/bin/python pyproject.toml
	@echo "setting up $(RELEASE) ..."
	@$(RELEASE)/bin/python -m pip install --quiet --group release
	@touch $@

$(DOCS)/.ready: $(DOCS)/bin/python pyproject.toml
	@echo "setting up $(DOCS) ..."
	@$(DOCS)/bin/python -m pip install --quiet --group docs
	@touch $@
