# Every task of the project; `make help` lists them. Each does its own set-up.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: chaos contract figures help setup setup-dev demo up test unit check format lock bench mutants clean

help: ## List the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## Install what is needed to use it
	@$(PYTHON) deploy/set_up.py runtime

setup-dev: ## Install what is needed to test and change it
	@$(PYTHON) deploy/set_up.py dev

demo: setup ## Start everything, feed it, check every figure, show page and report (DEMO_EXIT=1 ends by itself)
	@$(BIN)/motcua demo $(if $(DEMO_EXIT),--exit,)

up: setup ## Start everything and stay until Ctrl-C
	@$(BIN)/motcua up

test: setup-dev ## All tests, on the real Kafka and ClickHouse
	@$(PYTEST)

unit: setup-dev ## Only the tests that start nothing: seconds
	@$(PYTEST) tests/unit tests/properties tests/contract tests/architecture

check: setup-dev ## Lint, types, import rules
	@$(BIN)/pre-commit run --all-files

format: setup-dev ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

contract: setup-dev ## Write the published schemas anew from the events' classes
	@$(BIN)/python -m deploy.generate_contract

figures: setup-dev ## Renew what follows from the declared figures: views, counts, the table of docs/measures.md
	@$(BIN)/python -m services.stats.generate

lock: setup-dev ## Renew the lock files from pyproject.toml
	@$(BIN)/uv pip compile -q pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header -o requirements/dev.lock
	@$(BIN)/uv pip compile -q pyproject.toml -c requirements/dev.lock --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header -o requirements/runtime.lock

chaos: setup-dev ## Kill workers and the broker at random for ten minutes (MOTCUA_CHAOS_SECONDS, MOTCUA_CHAOS_SEED)
	@MOTCUA_CHAOS_SECONDS=$${MOTCUA_CHAOS_SECONDS:-600} MOTCUA_CHAOS_SEED=$${MOTCUA_CHAOS_SEED:-$$(date +%s)} $(PYTEST) -m chaos -s tests/chaos

bench: setup-dev ## All comparisons, one run, a table each
	@$(BIN)/python -m bench

mutants: setup-dev ## Change the rules one place at a time, show what no test notices: half an hour (ONLY="rules.due.terms*": a part)
	@$(BIN)/uv venv -q --allow-existing .cache/mutation
	@$(BIN)/uv pip install -q --python .cache/mutation/bin/python --group mutation
	@.cache/mutation/bin/python tests/mutation/run_mutants.py $(ONLY)

clean: ## Remove what was built (not your data in .motcua)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info
