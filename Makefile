# Set up, run, test. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=
TEST_JOBS ?= auto

.DEFAULT_GOAL := help
.PHONY: help run test check fix pages bench bench-large

help:
	@echo "make run    start the server with its demonstration data and walk each sign-in"
	@echo "make test   run all tests (ARGS='-k name' to choose, TEST_JOBS=0 for one process)"
	@echo "make check  format, lint, types, import contracts, generated code, size budget"
	@echo "make fix    format, and mend what the linter can mend"
	@echo "make pages  draw every page people see into docs/images, and write docs/pages.md"
	@echo "make bench  measure, and write docs/performance.md (bench-large: with many rows)"
	@echo
	@echo "Each sets up $(VENV) first. PYTHON=python3.12 chooses the interpreter (3.11 or later);"
	@echo "make run ARGS='--port 9443 --org-port 9444' passes options to xrm serve."

# The samples' libraries come from npm: without it, all the rest still runs.
run: $(STAMP)
	@if command -v npm >/dev/null; then samples=--samples; \
	  else echo "npm is not here: the sample pages are left out." >&2; fi; \
	exec $(BIN)/xrm serve --walk $$samples $(ARGS)

test: $(STAMP)
	$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile $(ARGS)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tools/soap_messages.py --check
	$(BIN)/python tools/sync_client.py --check
	$(BIN)/python tools/settings_page.py --check
	$(BIN)/python -m pytest -q tests/test_architecture.py

fix: $(STAMP)
	$(BIN)/python tools/soap_messages.py
	$(BIN)/python tools/sync_client.py
	$(BIN)/python tools/settings_page.py
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pages: $(STAMP)
	$(BIN)/python tools/pages.py $(ARGS)

bench: $(STAMP)
	$(BIN)/python -m bench $(ARGS)

bench-large: $(STAMP)
	$(BIN)/python -m bench --large $(ARGS)

# Installed again only when what is to be installed has changed.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "xrm needs Python 3.11 or later; '$(PYTHON)' is" \
	    "$$($(PYTHON) --version 2>/dev/null || echo missing). Choose another: make PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments." >&2; \
	  echo "On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  -c constraints.txt -e '.[server,postgres,dev]'
	@touch $(STAMP)
