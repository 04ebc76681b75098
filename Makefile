# Everything a newcomer needs. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export PYTHONDONTWRITEBYTECODE ?=
.DEFAULT_GOAL := help

.PHONY: help run test check format bench endure clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | sort | expand -t 12

run: $(VENV)/.run ## Install, load the demonstration repository and serve it; the last line printed is the address
	@$(BIN)/cairn demo --folder demo-data
	@CAIRN_STORAGE__FOLDER=demo-data $(BIN)/cairn serve

test: $(VENV)/.dev chromium espeak-ng pango ## Install what tests need and run them all
	@$(BIN)/python -m pytest

check: $(VENV)/.dev ## Format (looked at, not changed), lint, types, import contracts, documents
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/test_docs.py tests/test_architecture.py

format: $(VENV)/.dev ## Put the code into its form
	@$(BIN)/ruff check --fix -q . || true
	@$(BIN)/ruff format .

bench: $(VENV)/.dev ## Measure speed and memory as ratios within one run (docs/explanation/figures.md)
	@$(BIN)/python -m bench

endure: $(VENV)/.dev ## Kill the processes 200 times, read 20,000 damaged files, and count what is lost
	@$(BIN)/python -m bench.endure --kills 200
	@$(BIN)/python -m tests.fuzzing 20000

clean: ## Remove the environment and the demonstration's data; your own data is left alone
	@rm -rf $(VENV) demo-data

# The environment. Debian keeps venv in a package of its own.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cairn needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(MAKE) --no-print-directory debian PACKAGE=python3-venv
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing. The first time this downloads the packages README.md lists."
	@$(PIP) install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP) install -q -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run

.PHONY: chromium espeak-ng pango debian
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
		$(MAKE) --no-print-directory debian PACKAGE=chromium

# Speech for the tests of recordings.
espeak-ng:
	@command -v espeak-ng >/dev/null || $(MAKE) --no-print-directory debian PACKAGE=espeak-ng

# What WeasyPrint lays text out with, for reports as PDF.
pango:
	@$(BIN)/python -c 'import weasyprint' 2>/dev/null || \
		for package in libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; do $(MAKE) --no-print-directory debian PACKAGE=$$package; done

# Install a Debian package, as root or through sudo, else say which.
debian:
	@if ! command -v apt-get >/dev/null; then echo "Please install $(PACKAGE) first."; exit 1; fi
	@if [ "$$(id -u)" = 0 ]; then SUDO=; elif command -v sudo >/dev/null; then SUDO=sudo; \
		else echo "Please run as root first: apt-get install $(PACKAGE)"; exit 1; fi; \
		$$SUDO apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y -qq --no-install-recommends $(PACKAGE)
