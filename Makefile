# Two commands: `make book` builds the book, `make test` checks everything. `make` alone lists the rest.

PORT ?= 8000
# Test processes at a time; each computes with one thread. One more than two cores, because tests also wait: for a
# browser, a server, another process.
JOBS ?= 3
# One process takes one file at a time, whose tests share a browser, a trained model or a kernel; conftest.py says which
# files are taken first.
SHARED := -n $(JOBS) --dist loadfile --no-loadscope-reorder

SUPPORTED := import sys; sys.exit(not (3, 11, 5) <= sys.version_info[:3] < (3, 13))
# The first Python that the book supports; `make book PYTHON=/path/to/python` chooses another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3 python; do \
	$$p -c '$(SUPPORTED)' >/dev/null 2>&1 && echo $$p && break; done)

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
HTML := _build/html

.DEFAULT_GOAL := help
.PHONY: help install book html serve pdf lab notebooks test lint check-javascript check-all unit check-notebooks records faults bench chromium lock clean

help: ## Show this list
	@echo "Why u*v? The two commands to know are 'make book' and 'make test'."
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) \
		| while IFS='|' read -r name what; do printf '  make %-16s %s\n' "$$name" "$$what"; done
	@echo
	@echo "Variables: PYTHON (3.11 or 3.12), PORT ($(PORT)), JOBS ($(JOBS)), INFERSENT_DATA (a folder of archives,"
	@echo "such as snli_1.0.zip), CHROMIUM (a browser for the tests)."

book: html ## Build the book, after installing all it needs into .venv
	@echo
	@echo "The book is built. Open  file://$(CURDIR)/$(HTML)/index.html"
	@echo "or serve it:  make serve  (then http://127.0.0.1:$(PORT)/)"

serve: html ## Serve the book on http://127.0.0.1:8000/ (make serve PORT=9000 for another port)
	@echo "The book is at http://127.0.0.1:$(PORT)/ until you press Ctrl-C."
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(HTML) $(PORT)

pdf: html ## Make one PDF of the whole book, _build/why-u-v.pdf (a Chromium is needed)
	@chromium=$$($(BIN)/python tools/chromium.py --install) || exit 1; \
	CHROMIUM="$$chromium" $(BIN)/python tools/pdf.py $(HTML) _build/why-u-v.pdf

lab: install ## Open the chapters in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=. book

notebooks: install ## Re-execute every notebook and store its outputs (NOTEBOOKS="book/a/b.ipynb" for some)
	$(BIN)/python tools/notebooks.py $(NOTEBOOKS)

# In this order, so that what fails fast fails first.
test: ## Check everything: style, package, book, browser, notebooks
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory check-javascript
	@$(MAKE) --no-print-directory check-all
	@echo
	@echo "All checks passed."

lint: install ## Check the style of the code, and the workflows, alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/actionlint
	$(BIN)/zizmor --offline --no-progress --quiet .github

check-javascript: install ## Check the widgets' front end alone, where Node is there
	$(BIN)/python tools/front_end.py

# A browser is looked for, and installed if need be, before the tests start, so that none is skipped for want of it.
WITH_BROWSER = @chromium=$$($(BIN)/python tools/chromium.py --install) || exit 1; \
	echo "Browser tests use $$chromium"; CHROMIUM="$$chromium" INFERSENT_BOOK=$(HTML)
UNIT := companion/infersent tests --doctest-modules --cov

# In one run, so that no core is idle until all is done.
check-all: html ## Run the tests, the examples in docstrings and the notebooks, and report what the tests reach
	$(WITH_BROWSER) $(BIN)/pytest book --ignore=book/_ext --nbval $(UNIT) $(SHARED)

unit: html ## Run the unit, property and browser tests and the examples in docstrings alone
	$(WITH_BROWSER) $(BIN)/pytest $(UNIT) $(SHARED)

check-notebooks: install ## Re-execute the notebooks alone and compare their outputs with the stored ones
	$(BIN)/pytest book --nbval $(SHARED)

records: install ## Train two recorded runs again and compare them with their records (some minutes)
	$(BIN)/pytest tests/study/test_shipped_records.py --repeats

faults: install ## Try thousands of faults: flipped bits, 50 kills of each work by three signals, full disks (an hour)
	INFERSENT_FAULTS=1000 $(BIN)/pytest tests/faults -s -p no:xdist

BENCH_RECORD := companion/infersent/recorded/benchmarks.json

bench: install ## Measure speed side by side with a textbook's code, and say which targets are met (ten minutes)
	$(BIN)/python -m benchmarks --out $(BENCH_RECORD) $(BENCH)
	@echo "The book shows it after: make notebooks NOTEBOOKS=book/how-to/beyond-one-machine.ipynb"

install: $(INSTALLED) ## Create .venv and install into it, without building anything

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(SUPPORTED)' || { \
		echo "error: Python 3.11 (3.11.5 or later) or 3.12 is needed; '$(or $(PYTHON),python3)' is $$( \
			$(or $(PYTHON),python3) --version 2>/dev/null || echo 'not there')." >&2; \
		echo "Install one (python.org, your system's packages, pyenv or conda) and name it:" \
			"make book PYTHON=/path/to/python3.11" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)
	@echo "Installing into $(VENV); the first time this takes some minutes."
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps -e .
	@touch $@

# --all: a page kept from the last build would keep its warnings to itself.
html: install
	$(BIN)/jupyter-book build . --all -W -n --keep-going

lock: ## Rewrite both locks, one with hashes, with the newest releases that pyproject.toml allows
	"$(PYTHON)" tools/lock.py

clean: ## Remove what was built; .venv stays
	rm -rf _build build .pytest_cache .hypothesis .ruff_cache .mypy_cache companion/*.egg-info
	find companion tests tools benchmarks book -name __pycache__ -type d -prune -exec rm -rf {} +
