# Every task of the project; `make help` lists them. Each does its own set-up.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
FRONT := packages/chdb-front

.DEFAULT_GOAL := help
.PHONY: chaos clients generated help setup setup-dev demo up test full unit properties check format lock bench mutants clean

help: ## List the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: ## Install what is needed to use it
	@$(PYTHON) deploy/set_up.py runtime

setup-dev: ## Install what is needed to test and change it
	@$(PYTHON) deploy/set_up.py dev

demo: setup ## Start everything, feed it, check every figure, show page and report (DEMO_EXIT=1 ends by itself)
	@$(BIN)/motcua demo $(if $(DEMO_EXIT),--exit,)

up: setup ## Start everything and stay until Ctrl-C
	@$(BIN)/motcua up

test: setup-dev ## All tests in three lanes side by side, on the real Kafka and ClickHouse; CPU budgets per layer
	@$(BIN)/python -m tests.lanes

full: setup-dev ## All tests of the embedded Kafka, ClickHouse and process manager; records that they were green
	@$(BIN)/python -m tests.lanes.full_run

unit: setup-dev ## Only the tests that start nothing: about a minute
	@$(PYTEST) tests/unit tests/properties tests/contract tests/architecture $(FRONT)/tests/unit

properties: setup-dev ## The properties with twenty times as many examples
	@MOTCUA_PROPERTIES=large $(PYTEST) -o timeout=3600 tests/properties tests/unit/motcua/test_explain_agrees.py

check: setup-dev ## Lint, types, import rules
	@$(BIN)/pre-commit run --all-files

format: setup-dev ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

generated: setup-dev ## Write anew what follows from events, figures and rules: schemas, views, tables of the documents
	@$(BIN)/python -m deploy.generate_contract
	@$(BIN)/python -m services.stats.generate
	@$(BIN)/python -m tests.architecture.rules_document

lock: setup-dev ## Renew the lock files from pyproject.toml
	@$(BIN)/uv pip compile -q pyproject.toml $(FRONT)/pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header -o requirements/dev.lock
	@$(BIN)/uv pip compile -q pyproject.toml $(FRONT)/pyproject.toml -c requirements/dev.lock --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header -o requirements/runtime.lock

chaos: setup-dev ## Kill at random for ten minutes, then again and again at every moment of the crash matrix (MOTCUA_CHAOS_SECONDS, _SEED, _KILLS)
	@MOTCUA_CHAOS_SECONDS=$${MOTCUA_CHAOS_SECONDS:-600} MOTCUA_CHAOS_SEED=$${MOTCUA_CHAOS_SEED:-$$(date +%s)} \
		MOTCUA_CHAOS_KILLS=$${MOTCUA_CHAOS_KILLS:-5} $(PYTEST) -m chaos -s tests/chaos tests/integration

clients: setup-dev ## The ClickHouse clients of Go, Java, Node, Rust and ibis against the front; what is not installed is skipped
	@$(BIN)/uv venv -q --allow-existing .cache/clients/python
	@$(BIN)/uv pip install -q --python .cache/clients/python/bin/python -r requirements/dev.lock --group clients
	@$(BIN)/uv pip install -q --python .cache/clients/python/bin/python --no-deps -e $(FRONT)
	@.cache/clients/python/bin/python -m pytest -c pyproject.toml --rootdir . -p tests.conftest $(FRONT)/tests/clients -rs

bench: setup-dev ## All comparisons, one run, a table each
	@$(BIN)/python -m bench

mutants: setup-dev ## Change the rules one place at a time, show what no test notices: half an hour (ONLY="rules.due.terms*": a part)
	@$(BIN)/uv venv -q --allow-existing .cache/mutation
	@$(BIN)/uv pip install -q --python .cache/mutation/bin/python --group mutation
	@.cache/mutation/bin/python tests/mutation/run_mutants.py $(ONLY)

clean: ## Remove what was built (not your data in .motcua)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info $(FRONT)/build $(FRONT)/.pytest_cache
