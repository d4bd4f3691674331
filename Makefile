# Needs git, make and Python 3.11 or later. Another interpreter: make demo PYTHON=python3.12
PYTHON ?= python3
VENV   := .venv
FLOOR  := .venv-floor
SCALE  ?= 100

# Stamps: what is installed is renewed when the files that say what to install are newer.
DEMO_READY  := $(VENV)/ready-for-demo
TEST_READY  := $(VENV)/ready-for-test
DOCS_READY  := $(VENV)/ready-for-docs
FLOOR_READY := $(FLOOR)/ready
SETUP_FILES := setup.cfg pyproject.toml

PIP := -m pip install --quiet --disable-pip-version-check
# One worker per core (four at most), each with one BLAS thread: the matrices are small.
PYTEST_OPTIONS := -q -n auto --maxprocesses 4
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1

.PHONY: help demo test test-browser stress test-floor bench docs docs-ready notebooks clean
.DELETE_ON_ERROR:

help:
	@echo "make demo        install into $(VENV), certify an example and check the certificate"
	@echo "make test        linters, types, tests and doctests"
	@echo "make test-browser  the HTML report and the explorer in a real browser (Chromium)"
	@echo "make stress      the tests on $(SCALE) times the examples (SCALE=...)"
	@echo "make test-floor  the tests on the oldest dependencies allowed"
	@echo "make bench       the tables of the benchmarks"
	@echo "make docs        the documentation as a site in build/docs"
	@echo "make notebooks   runs every notebook and stores what it shows, with the time"
	@echo "make clean       remove environments, caches and build files"

demo: $(DEMO_READY)
	@$(VENV)/bin/sgn demo

test: $(TEST_READY)
	$(VENV)/bin/ruff check --quiet .
	$(VENV)/bin/ruff format --check --quiet .
	$(VENV)/bin/mypy --no-error-summary
	$(VENV)/bin/pytest $(PYTEST_OPTIONS)

test-browser: $(TEST_READY)
	@command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null || { \
	    echo "No Chromium here; install it (Debian, Ubuntu: apt install chromium)" >&2; exit 1; }
	$(VENV)/bin/pytest -q tests/browser/check_report.py tests/browser/check_explorer.py

stress: $(TEST_READY)
	$(VENV)/bin/pytest $(PYTEST_OPTIONS) --scale $(SCALE)

test-floor: $(FLOOR_READY)
	$(FLOOR)/bin/pytest $(PYTEST_OPTIONS)

bench: $(TEST_READY)
	$(VENV)/bin/python -m benchmarks

# Everything is read again each time: what Sphinx keeps from the last build would hide its warnings.
docs: docs-ready
	$(VENV)/bin/python -m sphinx --quiet --fail-on-warning --fresh-env \
	    --doctree-dir build/doctrees docs build/docs
	@echo "The documentation: build/docs/index.html"

docs-ready: $(DOCS_READY)

notebooks: $(TEST_READY)
	$(VENV)/bin/python -m notebooks

clean:
	rm -rf $(VENV) $(FLOOR) build dist docs/notebooks *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(DEMO_READY): $(SETUP_FILES) | $(VENV)/bin/python
	@echo "Installing SGN into $(VENV) ..."
	@$(VENV)/bin/python $(PIP) --editable .
	@touch $@

$(TEST_READY): $(SETUP_FILES) | $(VENV)/bin/python
	@echo "Installing SGN, its extras and the test tools into $(VENV) ..."
	@$(VENV)/bin/python $(PIP) --editable '.[all,test]'
	@touch $@ $(DEMO_READY)

$(DOCS_READY): $(SETUP_FILES) | $(VENV)/bin/python
	@echo "Installing SGN and what builds its documentation into $(VENV) ..."
	@$(VENV)/bin/python $(PIP) --editable '.[plot,docs]'
	@touch $@ $(DEMO_READY)

$(FLOOR_READY): requirements-floor.txt $(SETUP_FILES) | $(FLOOR)/bin/python
	@echo "Installing SGN on its oldest dependencies into $(FLOOR) ..."
	@$(FLOOR)/bin/python $(PIP) --requirement requirements-floor.txt --editable '.[all]'
	@touch $@

$(VENV)/bin/python $(FLOOR)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "'$(PYTHON)' is not Python 3.11 or later; name one that is: make PYTHON=python3.12 ..." >&2; \
	    exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	    echo "'$(PYTHON)' has no venv module; install it (Debian, Ubuntu: apt install python3-venv)" >&2; \
	    exit 1; }
	@$(PYTHON) -m venv --clear $(@:/bin/python=)
