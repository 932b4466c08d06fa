# closedloop: `make` prints this help; everything else sets itself up first.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SAMPLE ?= data/sample-company
LEADS ?= 20000

.DEFAULT_GOAL := help
.PHONY: help setup run ui test lint format docs clean

help: ## Print this help
	@echo "closedloop: every lead from first touch to closed deal, every night."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make run LEADS=200000 SAMPLE=data/big   a larger sample company in a folder of its own"

setup: $(VENV)/.ready ## Make the locked environment in .venv

$(VENV)/.ready: requirements.lock pyproject.toml
	@echo "setting up $(VENV) (about a minute, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

run: $(VENV)/.ready ## Generate the sample company, run a night, publish, print the summary
	@test -f $(SAMPLE)/closedloop.yml || $(BIN)/closedloop init $(SAMPLE) --sample --leads $(LEADS)
	@$(BIN)/closedloop --home $(SAMPLE) run

ui: $(VENV)/.ready ## Show the pipeline in Dagster's web page, on this machine only
	@test -f $(SAMPLE)/closedloop.yml || $(BIN)/closedloop init $(SAMPLE) --sample --leads $(LEADS)
	@$(BIN)/closedloop --home $(SAMPLE) ui

test: $(VENV)/.ready ## Run every test, two at a time
	@$(BIN)/pytest --numprocesses 2 --dist worksteal

lint: $(VENV)/.ready ## Check style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.ready ## Mend style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(VENV)/.ready ## Write docs/marts.md, docs/extracts.md and docs/cli.md anew
	@$(BIN)/python -m docs.generate

clean: ## Remove the sample company and everything built, not the environment
	@rm -rf data dbt_project/target dbt_project/logs .pytest_cache .ruff_cache .hypothesis
