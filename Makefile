# `make lab` opens the course; `make test` proves it. Each makes .venv and installs what it needs.
.PHONY: lab test check notebooks release figures lint format bench clean help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed

help: ## show these lines
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

lab: $(READY) ## open the course in JupyterLab
	$(BIN)/python -m helpers.lab $(OPTIONS)

test: $(READY) ## run every test
	$(BIN)/python -m tests $(PARTS) $(OPTIONS)

check: $(READY) ## the fast part of the tests, and style: while you work
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tests fast $(OPTIONS)

release: $(READY) ## make the learner editions in notebooks/ from solutions/
	$(BIN)/python -m helpers.grading.release

figures: $(READY) ## redraw the figures in assets/figures
	$(BIN)/python -m helpers.plots.assets

lint: $(READY) ## check style: code and notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY) ## put style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## print how long lessons, checks and imports take
	$(BIN)/python -m tests.bench
