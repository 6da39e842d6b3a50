# Every target installs what it needs first: `make demo` works in a fresh clone.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
# The tests start programs of ours by the hundred: bytecode that is kept saves each of them half a second.
export PYTHONDONTWRITEBYTECODE :=
.PHONY: help install demo up test test-live test-slow test-browser storm bench check format lock clean docs schemas pictures

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## create .venv from requirements.lock

$(VENV)/.installed: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

demo: install ## run three cases end to end on a private system, in about a minute
	$(BIN)/python starter.py demo

up: install ## start the same system until Ctrl-C, and print what to try
	$(BIN)/python starter.py up

test: install ## run the tests, on real servers that they start themselves
	$(BIN)/pytest --quiet --numprocesses 3 --dist worksteal -m 'not slow and not browser and not live'

test-live: install ## run the tests on a Temporal server in real time: commands, gateway and desk of a whole office
	$(BIN)/pytest --quiet --numprocesses 3 --dist worksteal -m 'live and not slow and not browser'

test-slow: install ## run the slow tests: floods, storms, kills; needs a quiet machine
	$(BIN)/pytest --quiet -m slow

test-browser: $(VENV)/.browser ## look at every page of the desk in Chromium, judged by axe
	$(BIN)/pytest --quiet -m browser tests/browser

# Neither is in the lock: running and testing all else needs no browser.
$(VENV)/.browser: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check playwright axe-playwright-python
	@touch $@

storm: install ## run 1,000 cases with one deadline and measure their escalation
	$(BIN)/python -m tests.storm --cases 1000

bench: install ## measure the figures that have a bound
	$(BIN)/python -m bench.calendar
	$(BIN)/python -m bench.cases
	$(BIN)/python -m bench.gateway

check: install ## check format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .

format: install ## format the code as check expects it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# pip-tools is not in the lock: nothing else needs it.
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/.locking/bin/pip-compile --quiet --generate-hashes --strip-extras \
	--no-emit-find-links --no-emit-index-url --no-emit-options --no-emit-trusted-host

lock: $(VENV)/.locking ## renew both lock files from pyproject.toml
	$(COMPILE) --all-extras --output-file=requirements.lock pyproject.toml
	$(COMPILE) --constraint=requirements.lock --output-file=requirements-worker.lock pyproject.toml

$(VENV)/.locking:
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check pip-tools

docs: install ## write the readings of the order into docs/counting.md
	$(BIN)/python -m docs.readings

clean: ## remove .venv, caches, and var/ with its cases
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

schemas: install ## make the JSON Schemas under docs/schemas from the models
	$(BIN)/python -m docs.schemas.make

pictures: $(VENV)/.pictures ## take the README's pictures again; needs Debian's chromium and chromium-driver
	$(BIN)/python -m docs.pictures.take

# Selenium is not in the lock: running and testing this needs no browser.
$(VENV)/.pictures: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check selenium
	@touch $@
