# Needs Python 3.12 or newer, make and a network; everything else is set up here, once.
# PYTHON=/path/to/python chooses the interpreter, PORT=8123 the address of `make run`.

.DEFAULT_GOAL := help
.PHONY: help run dev test lint format bench relevance setup setup-dev browser lock clean

PYTHON ?=
PORT ?= 8000
ARGS ?=
export PORT

VENV := .venv
PY := $(VENV)/bin/python
MADE := $(VENV)/.made
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
NODE := node_modules/.installed

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: setup ## Start the portal with demonstration data at http://localhost:$PORT
	@exec $(PY) -m ssoe_portal.run --by-make --demonstration demonstration --mail-catcher demonstration.mailcatcher

dev: setup-dev ## The same with automatic reload and DEBUG
	@exec $(PY) -m ssoe_portal.run --by-make --dev --demonstration demonstration --mail-catcher demonstration.mailcatcher

test: setup-dev browser ## Run every test, the browser's too (ARGS="tests/actors -n0" for some)
	@$(PY) -m pytest $(ARGS)

lint: setup-dev ## Check style, templates, types, migrations, settings and translations
	@echo "1/7  Python: ruff"
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet . || { echo "     mend with: make format"; exit 1; }
	@echo "2/7  Templates: djade"
	@find templates demonstration -name '*.html' -exec $(VENV)/bin/djade --target-version 6.1 --check {} + \
	    || { echo "     mend with: make format"; exit 1; }
	@echo "3/7  Types: mypy"
	@SECRET_KEY=lint PUBLIC_URL=http://localhost DATABASE_URL=postgresql:///lint $(PY) -m mypy
	@echo "4/7  Migrations"
	@$(PY) manage.py makemigrations --check --dry-run
	@echo "5/7  Settings, as on a public server"
	@PUBLIC_URL=https://portal.example.org $(PY) manage.py check --deploy --fail-level WARNING
	@echo "6/7  Translations"
	@$(PY) -m ssoe_portal.common.messages --check
	@echo "7/7  Shell: syntax of .ci/run"
	@bash -n .ci/run
	@echo "Everything is in order."

format: setup-dev ## Let ruff and djade write code and templates as `make lint` wants them
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format .
	@find templates demonstration -name '*.html' -exec $(VENV)/bin/djade --target-version 6.1 {} + || true

bench: setup-dev ## Measure speed and weight of the pages, against a baseline
	@$(PY) -m benchmarks $(ARGS)
	@$(PY) -m benchmarks.directory
	@$(PY) -m benchmarks.importing
	@$(PY) -m benchmarks.surveys
	@$(PY) -m benchmarks.events
	@$(PY) -m benchmarks.registrations
	@$(PY) -m benchmarks.expressions
	@$(PY) -m benchmarks.xlsforms

relevance: setup-dev ## Measure how well the search answers judged questions
	@$(PY) -m benchmarks.relevance

setup: $(INSTALLED) $(NODE) ## Install what `make run` needs

setup-dev: $(INSTALLED_DEV) $(NODE)

# An environment that does not work, because its Python is gone or it was cut off, is made anew.
WORKS := test -x $(VENV)/bin/pip && $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 12))'
ifneq ($(shell { $(WORKS); } >/dev/null 2>&1 && echo yes),yes)
.PHONY: $(MADE)
endif

# A Python that is there but too old, or a shim that leads nowhere, must not be taken.
$(MADE):
	@if { $(WORKS); } >/dev/null 2>&1; then touch $@; exit 0; fi; \
	for python in $(PYTHON) $(if $(PYTHON),,python3.13 python3.14 python3.12 python3 python); do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then \
	        found=$$(command -v "$$python"); break; \
	    fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "No Python 3.12 or newer was found$(if $(PYTHON), at $(PYTHON)). Install one, or name it: make PYTHON=/path/to/python ..." >&2; \
	    exit 1; \
	fi; \
	echo "Setting up: virtual environment with $$("$$found" --version)"; \
	rm -rf $(VENV); \
	if "$$found" -m venv $(VENV) >/dev/null 2>&1; then touch $@; exit 0; fi; \
	rm -rf $(VENV); \
	package=python$$("$$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Setting up: $$package, which Debian keeps apart"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$$package"; } >/dev/null; \
	fi; \
	if "$$found" -m venv $(VENV); then touch $@; exit 0; fi; \
	rm -rf $(VENV); \
	echo "This Python makes no virtual environments. On Debian or Ubuntu: apt install $$package" >&2; \
	exit 1

# $(call install,FILE): pip with a count, because a minute of silence looks like an error.
define install
total=$$(grep '==' $(1) | grep -vc "sys_platform == 'win32'"); \
echo "Setting up: $$total Python packages of $(1)"; \
{ $(PY) -m pip install --disable-pip-version-check --no-input --progress-bar off \
      --require-hashes -r $(1) 2>&1 || echo "pip-has-failed"; } \
| awk -v total="$$total" ' \
    /^(Collecting|Requirement already satisfied)/ \
        { if (++count % 10 == 0) { printf "            %d of %d\n", count, total; fflush() } } \
    /^Installing/ { print "            installing"; fflush() } \
    /^pip-has-failed/ { failed = 1; next } \
    { last[NR % 20] = $$0 } \
    END { if (failed) for (line = NR - 20; line < NR; line++) if (line > 0) print last[line % 20]; exit failed }'
endef

$(INSTALLED): requirements.lock $(MADE)
	@$(call install,requirements.lock)
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock $(MADE)
	@$(call install,requirements-dev.lock)
	@touch $@ $(INSTALLED)

# The machine's own npm, if it works and is no fossil; else Node.js as a Python package.
$(NODE): package.json package-lock.json $(MADE)
	@echo "Setting up: front-end packages"
	@major=$$(npm --version 2>/dev/null | cut -d. -f1); \
	if [ "$${major:-0}" -ge 8 ] 2>/dev/null; then npm=npm; else \
	    $(call install,requirements-node.lock) || exit 1; \
	    npm=$(VENV)/bin/npm; PATH="$$PWD/$(VENV)/bin:$$PATH"; export PATH; \
	fi; \
	"$$npm" ci --no-audit --no-fund --loglevel=error
	@touch $@

# What is missing without this is told by the tests: skipped, or with CI=true a failure.
browser:
	@for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do \
	    if command -v $$name >/dev/null; then exit 0; fi; \
	done; \
	if [ -n "$$CHROMIUM" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Setting up: Chromium for the browser tests"; \
	    { apt-get update -qq && for name in chromium-headless-shell chromium; do \
	          DEBIAN_FRONTEND=noninteractive \
	          apt-get install -y -qq --no-install-recommends $$name && break; \
	      done; } >/dev/null || true; \
	fi

lock: setup-dev ## Choose the newest versions allowed and write the lock files
	@$(PY) -m pip install --quiet --disable-pip-version-check uv
	@set -e; compile="$(PY) -m uv pip compile --quiet --upgrade --universal --python-version 3.12 \
	    --generate-hashes --no-emit-index-url --no-header pyproject.toml"; \
	$$compile -o requirements.lock; \
	$$compile --group dev -c requirements.lock -o requirements-dev.lock; \
	$(PY) -m uv pip compile --quiet --upgrade --universal --python-version 3.12 \
	    --generate-hashes --no-emit-index-url --no-header --group node -o requirements-node.lock
	@npm update --package-lock-only

clean: ## Remove what was set up here; the database in var/ stays
	@rm -rf $(VENV) node_modules var/static var/static.fingerprint
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find locale -name '*.mo' -delete
	@rm -rf .pytest_cache .ruff_cache .mypy_cache .hypothesis
