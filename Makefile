# Everything a newcomer needs. `make run` and `make test` set up what they need by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := .uv/bin/uv

.DEFAULT_GOAL := help
.PHONY: help setup run test slow check format format-check lint types layers openapi openapi-check diagrams mechanisms mutants year bench bench-growth bench-soak bench-agenda bench-log bench-statistics complete demo clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# uv itself comes from the package index, into a corner of its own; the lock file does the rest.
$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Tsunagi needs Python 3.11 or later; set PYTHON=")'
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

$(BIN)/.synced: $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --frozen --python $$($(PYTHON) -c 'import sys; print(sys.executable)')
	@touch $@

setup: $(BIN)/.synced ## Set everything up

run: setup ## Start the service with its database, the demo city and demo issuers
	@TSUNAGI_DEMO=$${TSUNAGI_DEMO:-1} exec $(BIN)/tsunagi run

demo: setup ## Drive the demo scenarios through a running service
	@$(BIN)/tsunagi demo

test: setup ## Run the tests of every day
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

slow: setup ## Run the tests that take long
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m slow

check: setup format-check lint types layers openapi-check test slow ## Everything that must hold before a commit

format: setup ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only --quiet .

format-check: setup
	@$(BIN)/ruff format --check --quiet . || { echo "Run: make format"; exit 1; }

lint: setup ## Lint
	@$(BIN)/ruff check .

types: setup ## Check types
	@$(BIN)/mypy

layers: setup ## Check which layer imports which
	@$(BIN)/lint-imports

openapi: setup ## Write the contract
	@$(BIN)/tsunagi openapi > openapi/openapi.json.new && mv openapi/openapi.json.new openapi/openapi.json

openapi-check: setup
	@$(BIN)/tsunagi openapi | cmp -s - openapi/openapi.json || { echo "The contract is stale. Run: make openapi"; exit 1; }

diagrams: setup ## Write the state diagrams into the README
	@PYTHONPATH=tests $(BIN)/python tests/tools/diagrams.py

mechanisms: setup ## Print the table of the mission with what passes
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m mechanism --mechanisms

# The tests that decide, and nothing else: each mutant runs them.
DECIDING := $(addprefix tests/domain/test_,access.py access_any_question.py access_mutants.py access_request.py consent.py truth_table.py)

mutants: setup ## Change the rules of access one by one; the tests must notice
	@$(UV) sync --quiet --frozen --inexact --group mutation
	@$(BIN)/python -m pytest -q -p no:cacheprovider --cov --cov-branch --cov-report=term-missing --cov-fail-under=100 $(DECIDING)
	@rm -rf mutants && $(BIN)/mutmut run --max-children 2
	@$(BIN)/python tests/tools/mutants.py

year: setup ## Live through a simulated year of 2,000 people and 40 agencies, and print its figures
	@PYTHONPATH=tests $(BIN)/python -m simulation.whole_year

complete: setup ## Kill the server 40 times in 100,000 requests; every answer must be on record
	@PYTHONPATH=tests $(BIN)/python -m completeness.whole_load

bench: setup ## Measure the service beside programs that do the same (ARGS='--rounds 3 --loads R,W')
	@PYTHONPATH=tests $(BIN)/python -m bench.whole_run $(ARGS)

bench-growth: setup ## The same requests over 10,000 to 1,000,000 referrals (ARGS='--referrals 100000 --log 0 1000000')
	@PYTHONPATH=tests $(BIN)/python -m bench.growth $(ARGS)

bench-soak: setup ## Watch the memory of one worker under load for ten minutes (ARGS='--soak 3600')
	@PYTHONPATH=tests $(BIN)/python -m bench.soak $(ARGS)

bench-agenda: setup ## Measure the fixing of an agenda, by packet and with its growth
	@PYTHONPATH=tests $(BIN)/python -m bench.agenda_fix

bench-log: setup ## Measure the audit log over 10,000 and 100,000 entries (SIZES='1000000 10000000' for more)
	@PYTHONPATH=tests $(BIN)/python -m bench.log_growth $(SIZES)

bench-statistics: setup ## Time the monthly report over 5,000 and 50,000 consultations (SIZES=500000 for more)
	@PYTHONPATH=tests $(BIN)/python tests/bench/monthly_report.py $(SIZES)

clean: ## Remove what can be made again; never the state
	@rm -rf $(VENV) .uv mutants .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
