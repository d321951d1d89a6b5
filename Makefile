# Everything that one does with Deskside. Needs make and Python >= 3.11, nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
NPM := tests/npm
NPM_INSTALLED := $(NPM)/node_modules/.installed
PORT ?= 8080
# More arguments for pytest: make test PYTEST_ARGS="-k vpn"
PYTEST_ARGS ?=
# One more than there are cores: a scenario often waits for the next thread, of a chat, of AWS or of a bot.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1 )))
# Names, versions and hashes for every platform and Python from 3.11 on; no word of where packages come from.
UV := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-13s %s\n", $$1, $$2}'

.PHONY: install
install: $(INSTALLED) ## only make .venv, everything pinned by hash

$(INSTALLED): requirements/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Deskside needs Python 3.11 or newer; name one with: make install PYTHON=/path/to/python3"; exit 1; }
	test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV): a minute or so, this once."
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/dev.lock
	@touch $@

.PHONY: demo
demo: install ## start the sandbox and the bot, and print the page's address (PORT=8080)
	$(BIN)/python -m sandbox --port $(PORT)

.PHONY: test
test: lint npm ## lint, types, and all tests but the browser's and the faults
	@# Types are checked by one core, beside the tests' first minute.
	$(BIN)/mypy & types=$$!; \
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not e2e and not faults" $(PYTEST_ARGS); tests=$$?; \
	wait $$types && exit $$tests

.PHONY: npm
npm: ## Microsoft's renderer of cards, for the tests that ask it (only where npm is)
ifneq ($(shell command -v npm),)
npm: $(NPM_INSTALLED)
else
	@echo "npm is not installed: tests that ask Microsoft's libraries are skipped (with CI=true they fail)."
endif

$(NPM_INSTALLED): $(NPM)/package-lock.json
	cd $(NPM) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: e2e
e2e: install ## drive the page in a real browser
	$(BIN)/python -m pytest -m e2e $(PYTEST_ARGS)

.PHONY: faults
faults: install ## bots killed, handlers that die anywhere, AWS that fails, races, nights; each scenario in its other chat
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m faults $(PYTEST_ARGS)

.PHONY: bench
bench: install ## run every benchmark of bench/, which print ratios
	@set -- bench/bench_*.py; test -e "$$1" || { echo "There is no benchmark yet."; exit 0; }; \
	for file; do name=$${file##*/}; $(BIN)/python -m bench.$${name%.py} || exit; done

.PHONY: lint
lint: install ## ruff, and the imports' directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

.PHONY: types
types: install ## mypy, strict
	$(BIN)/mypy

.PHONY: format
format: install ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: manifest
manifest: install ## write manifest.yml and the README's table again from the commands
	text=$$($(BIN)/python -m bot manifest) && printf '%s\n' "$$text" > manifest.yml
	$(BIN)/python -c 'import pathlib, commands, commands.words as words; readme = pathlib.Path("README.md"); \
		readme.write_text(words.with_table(readme.read_text(), commands.COMMANDS))'

.PHONY: teams-package
teams-package: install ## write the app package for Teams, deskside-teams.zip (APP_ID=… URL=https://…)
	$(BIN)/python -m bot teams-package $(if $(APP_ID),--app-id $(APP_ID)) $(if $(URL),--url $(URL))

.PHONY: lock
lock: install ## resolve requirements/*.lock again from pyproject.toml
	$(UV) pyproject.toml -o requirements/runtime.lock
	$(UV) pyproject.toml --group dev -c requirements/runtime.lock -o requirements/dev.lock

.PHONY: clean
clean: ## remove .venv and every cache
	rm -rf $(VENV) $(NPM)/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
