# Two commands start everything: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install demo up test test-slow storm bench check format lock clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## .venv with what requirements.lock pins

$(VENV)/.installed: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

demo: install ## three cases on real components of their own, in under 90 seconds
	$(BIN)/python starter.py demo

up: install ## the same components, running until Ctrl-C, and what to try with them
	$(BIN)/python starter.py up

test: install ## the tests, on real servers of their own, in under five minutes
	$(BIN)/pytest --quiet --numprocesses 4 --dist worksteal -m 'not slow'

test-slow: install ## the rest: floods, storms, kills and stops of whole systems; wants a machine to itself
	$(BIN)/pytest --quiet -m slow

storm: install ## 1,000 cases with one deadline: each escalates exactly once; prints the time it took
	$(BIN)/python -m tests.storm --cases 1000

bench: install ## the figures that have a bound, measured in one run
	$(BIN)/python -m bench.calendar

check: install ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .

format: install ## bring the code into the format that check wants
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# pip-tools stays out of the lock: it is needed here only, and by nobody who runs or tests this.
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/.locking/bin/pip-compile --quiet --generate-hashes --strip-extras \
	--no-emit-find-links --no-emit-index-url --no-emit-options --no-emit-trusted-host

lock: $(VENV)/.locking ## both pinned lists anew, from pyproject.toml
	$(COMPILE) --all-extras --output-file=requirements.lock pyproject.toml
	$(COMPILE) --constraint=requirements.lock --output-file=requirements-worker.lock pyproject.toml

$(VENV)/.locking:
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check pip-tools

clean: ## remove what was made here: .venv, caches, and var/ with its cases
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

pictures: $(VENV)/.pictures ## the README's pictures anew; wants Debian's chromium and chromium-driver
	$(BIN)/python docs/pictures/take.py

# Selenium stays out of the lock: whoever runs or tests this needs no browser.
$(VENV)/.pictures: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check selenium
	@touch $@
