# What a newcomer, CI and a maintainer type; each target says what it does.

VENV := .venv
PYTHON := $(VENV)/bin/python
DEMO_ARGS ?=
SERVE_ARGS ?=
PYTEST_ARGS ?=
KILLS ?=
SOAK ?=
MUTANTS ?=
FUZZ ?=
FUZZ_SECONDS ?= 60
SCREENS ?=
# The longest first, by which the others are done by the time it ends.
CHECKS := check-types check-names check-terms check-api check-format check-lint \
  check-layers check-words check-limits check-clocks

.DEFAULT_GOAL := help
.PHONY: help setup check test demo serve bench curves kill-matrix soak mutants fuzz pictures browser postgres dovecot fiu gmime vnu limits clocks words lock secrets screens stylesheet $(CHECKS)

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/.dev-installed ## make .venv with everything that work on Digest needs
	@echo "ready: .venv holds Digest and its tools"

check: $(VENV)/.dev-installed ## format, lint, types, layers, names, catalogues and pages
	@$(MAKE) --no-print-directory --jobs=2 $(CHECKS)

check-types: ; $(VENV)/bin/mypy
check-names: ; $(PYTHON) -m tests.house
check-terms: ; $(PYTHON) -m tests.glossary
check-api: ; $(PYTHON) -m tests.api_page --check
check-format: ; $(VENV)/bin/ruff format --check .
check-lint: ; $(VENV)/bin/ruff check .
check-layers: ; $(VENV)/bin/lint-imports
check-words: ; $(PYTHON) -m tests.catalogues --check
check-limits: ; $(PYTHON) -m tests.limits_page --check
check-clocks: ; $(PYTHON) -m tests.clock_page --check

test: $(VENV)/.dev-installed browser postgres dovecot fiu gmime vnu check ## check, then run every test, on all cores; name the slowest
	@# Compiled once: else each of the processes that tests start compiles all it imports.
	PYTHONDONTWRITEBYTECODE= $(VENV)/bin/pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder \
	  --durations=20 --durations-min=2 $(PYTEST_ARGS)

demo: $(VENV)/.installed ## send the sample week to a built-in inbox and print its letters
	$(VENV)/bin/digest demo $(DEMO_ARGS)

serve: $(VENV)/.installed ## web, timetable and workers in one process
	$(VENV)/bin/digest serve $(SERVE_ARGS)

bench: $(VENV)/.bench-installed ## run every benchmark, one after another
	@set -e; for bench in $(filter-out bench/_% bench/harness.py,$(wildcard bench/*.py)); do \
	  echo "== $$bench"; $(PYTHON) $$bench; done

curves: $(VENV)/.bench-installed ## measure sending again and draw its curves
	$(PYTHON) bench/_send_curves.py

kill-matrix: $(VENV)/.dev-installed postgres ## kill senders at every point of a run, again and again
	$(PYTHON) -m tests.kills $(KILLS)

soak: $(VENV)/.dev-installed postgres ## let it live for 400 days by an injected clock, in some minutes
	$(PYTHON) -m tests.soak $(SOAK)

mutants: $(VENV)/.dev-installed ## change decisions on purpose and see which change no test notices
	$(PYTHON) -m tests.mutants $(MUTANTS)

fuzz: $(VENV)/.dev-installed ## give what reads sources made-up input, FUZZ_SECONDS (60) each
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-fuzz.txt \
	  || echo "atheris cannot be installed here: hypothesis is used instead"
	$(PYTHON) -m tests.fuzz --seconds $(FUZZ_SECONDS) $(FUZZ)

pictures: $(VENV)/.dev-installed browser ## draw the pictures of README.md anew
	$(PYTHON) -m docs.make_pictures

screens: $(VENV)/.dev-installed browser ## draw every page into build/screens in about two minutes, or those that SCREENS names
	$(PYTHON) -m docs.make_screens $(SCREENS)

stylesheet: $(VENV)/.dev-installed ## make the pages' first style sheet anew, of the npm package it is of
	@$(PYTHON) -m tests.govuk_sheet

postgres: ## find a PostgreSQL for the tests, or install one where we may
	@sh tests/find_postgres.sh

vnu: $(VENV)/.installed ## find the Nu Html Checker for the tests, or have npm bring it
	@sh tests/find_vnu.sh $(VENV)

dovecot: ## find a Dovecot for the tests, or install one where we may
	@sh tests/find_dovecot.sh

fiu: ## find libfiu, by which tests have disks fail, or install it where we may
	@sh tests/find_fiu.sh

gmime: ## find GMime, by which tests read emails back, or install it where we may
	@sh tests/find_gmime.sh

browser: ## find a Chromium for the browser tests, or install one where we may
	@sh tests/find_chromium.sh

api-page: $(VENV)/.dev-installed ## write the calls of the API into their page anew
	@$(PYTHON) -m tests.api_page

limits: $(VENV)/.dev-installed ## write the reference page of limits anew
	@$(PYTHON) -m tests.limits_page

clocks: $(VENV)/.dev-installed ## write the page of clock changes; reckon slots anew over years
	@$(PYTHON) -m tests.clock_page
	@$(PYTHON) -m tests.reckoning

words: $(VENV)/.dev-installed ## bring the catalogues of readers' words up to date
	@$(PYTHON) -m tests.catalogues

lock: $(VENV)/.dev-installed ## pin the packages anew
	@sh tests/lock.sh

secrets: ## make the secrets that docker-compose.yml asks for, once
	@sh docs/make_secrets.sh

$(PYTHON):
	@for found in python3.13 python3.12 python3.11 python3; do \
	  if $$found -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "making .venv with $$($$found --version)"; \
	    exec $$found -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "Digest needs Python 3.11 or newer with venv: install it (Debian, Ubuntu: apt-get install python3 python3-venv) and run make again" >&2; \
	exit 1

$(VENV)/.installed: $(PYTHON) pyproject.toml requirements.txt
	@echo "installing Digest and the packages it runs on into .venv"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev-installed: $(VENV)/.installed requirements-dev.txt
	@echo "installing the tools for checks and tests into .venv"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.bench-installed: $(VENV)/.installed requirements-bench.txt
	@echo "installing what the benchmarks compare with into .venv"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@
