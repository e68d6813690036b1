# What a newcomer runs. Each target sets up all it needs in this checkout (.venv/).
PYTHON ?= python3
UV     := 0.13.9
BIN    := .venv/bin
CHROMIUM ?= /usr/bin/chromium
ARGS   ?=
# Tests wait for servers and processes as well as compute; each worker collects all of them first.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))')

# Compiled once, not by each of the many processes that tests start, wherever that is switched off.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test test-all prove test-browser screens coverage chaos bench bench-quick bench-peers calls record test-live docs links reference dist bill audit check words clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready ## Make .venv with the locked dependencies

.venv/.ready: uv.lock pyproject.toml $(wildcard plugins/*/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "crmhost needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@VIRTUAL_ENV= $(BIN)/uv sync --quiet --locked --all-packages --compile-bytecode --python $(BIN)/python
	@touch $@

demo: setup ## Watch signed Chatwoot deliveries become records in a CRM
	@$(BIN)/crmhost demo $(ARGS)

test: setup ## The tests, in under three minutes; real servers are used where they are named
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow and not proof" $(ARGS)

test-all: setup ## The tests that take longer
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "slow and not proof" $(ARGS)

prove: setup ## What takes many minutes: ten thousand inputs, a million rows, and that the proofs prove: without each protection
	@$(BIN)/python -m pytest -n 2 -m proof $(ARGS)

coverage: setup ## The same tests, and which branches of host and plugins they take; 90 % at least
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow and not proof" --cov --cov-report=term --cov-fail-under=90 $(ARGS)

chaos: setup ## The proof: five hundred kills, and faults of every kind; then nothing is lost and nothing is double
	@$(BIN)/python -m tests.chaos --database each $(ARGS)

bench: setup ## How fast, beside the limit, in under 25 minutes: writes docs/performance.md; ARGS=--json prints instead
	@$(BIN)/python -m tests.bench $(ARGS)

bench-quick: setup ## A minute of it: fails where a ratio fell by more than a third of what is kept in the repo
	@$(BIN)/python -m tests.bench --quick $(ARGS)

bench-peers: setup ## Beside n8n and Node-RED, which npm installs in build/peers (two gigabytes, ten minutes)
	@$(BIN)/python -m tests.bench.peers $(ARGS)

calls: setup ## The table of calls to Krayin: what each event may cost, and what it was measured to cost
	@$(BIN)/python -m tests.krayin.calls

record: setup ## Record the clients' cassettes afresh, from the Krayin that KRAYIN_URL and KRAYIN_TOKEN name
	@: $${KRAYIN_URL:?must name a Krayin} $${KRAYIN_TOKEN:?must be a token of a user of its}
	@$(BIN)/python -m pytest -n0 --record-mode=rewrite tests/krayin/cassettes $(ARGS)

test-live: setup ## The heart of the plugin against that Krayin, which is left as it was found
	@: $${KRAYIN_URL:?must name a Krayin} $${KRAYIN_TOKEN:?must be a token of a user of its}
	@$(BIN)/python -m pytest -n0 tests/krayin/live/heart.py $(ARGS)

docs: .venv/.docs ## The documentation, as pages for a browser in build/site; a warning is an error
	@$(BIN)/sphinx-build -q -W --keep-going -c docs -d build/doctrees . build/site
	@echo "The documentation is in build/site/index.html"

links: .venv/.docs ## Whether what the documentation links to elsewhere is there (asks the network)
	@$(BIN)/sphinx-build -q -b linkcheck -c docs -d build/doctrees . build/links

.venv/.docs: .venv/.ready
	@VIRTUAL_ENV= $(BIN)/uv sync --quiet --locked --inexact --all-packages --group docs --python $(BIN)/python
	@touch $@

reference: setup ## Write anew what the pages say of settings, commands, errors and calls
	@$(BIN)/python -m tests.docs.written

check: setup docs ## Style, types, import rules, documentation
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > .lint-imports.log || { cat .lint-imports.log; exit 1; }
	@tail -n 2 .lint-imports.log && rm .lint-imports.log

test-browser: setup ## Each page in a Chromium, on a phone and at a desk; screenshots are kept in .screens
	@test -x "$(CHROMIUM)" || { echo "make test-browser needs Chromium at $(CHROMIUM): apt-get install chromium, or CHROMIUM=/its/path"; exit 1; }
	@VIRTUAL_ENV= $(BIN)/uv sync --quiet --locked --inexact --all-packages --group browser --python $(BIN)/python
	@CHROMIUM=$(CHROMIUM) $(BIN)/python -m pytest -n 2 --dist loadfile tests/browser/pages.py tests/browser/states.py tests/browser/keyboard.py tests/browser/wizard.py tests/browser/cards.py $(ARGS)

screens: ## The screenshots of the documents, taken afresh
	@CRMHOST_TEST_SCREENS=docs/screens $(MAKE) --no-print-directory test-browser

words: setup ## Bring the translations' files up to date with the sentences of the pages
	@$(BIN)/pybabel -q extract -F pyproject.toml --add-location=file --omit-header -o .words.pot host/admin
	@for language in pt_BR es; do \
	  $(BIN)/pybabel -q update -i .words.pot -d host/admin/locales -l $$language \
	    --no-fuzzy-matching --ignore-obsolete --omit-header --init-missing; done
	@rm .words.pot
	@$(BIN)/python -m tests.house.words

# What goes to PyPI; the reference plugin is there to be copied, not to be installed.
PUBLISHED := crmhost crmhost-krayin
DIST ?= dist

dist: setup ## The packages to be published, in dist/: the same bytes for the same commit
	@rm -f $(DIST)/*.whl $(DIST)/*.tar.gz
	@for package in $(PUBLISHED); do \
	  VIRTUAL_ENV= SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) \
	    $(BIN)/uv build --quiet --package $$package --out-dir $(DIST) || exit 1; done
	@ls $(DIST)

# What is installed with crmhost, as uv.lock has it.
EXPORT := VIRTUAL_ENV= $(BIN)/uv export --quiet --frozen --no-dev --all-packages --extra postgresql --no-emit-workspace

bill: setup ## What is installed along, in dist/: a bill of materials (sbom.json) and the licences (licences.md)
	@mkdir -p $(DIST)
	@$(EXPORT) --format cyclonedx1.5 > $(DIST)/sbom.json
	@$(EXPORT) --no-hashes --no-annotate --no-header > $(DIST)/requirements.txt
	@$(BIN)/uv tool run --quiet pip-licenses==5.5.5 --python $(BIN)/python --format markdown \
	  --packages $$(sed 's/==.*//' $(DIST)/requirements.txt) > $(DIST)/licences.md

audit: bill ## The same, and whether weaknesses of it are known (asks PyPI)
	@$(BIN)/uv tool run --quiet pip-audit==2.10.1 --strict --no-deps --disable-pip -r $(DIST)/requirements.txt

clean: ## Remove what the other targets made
	rm -rf .venv build dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
