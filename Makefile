# Two commands matter on a fresh machine: `make run` and `make test`. Both prepare what they need.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CHECKS := tests/browser/node_modules/.package-lock.json
W3C := tests/sparql/columns/w3c/data-sparql11/manifest-all.ttl

.DEFAULT_GOAL := help
.PHONY: help run test check format build docs wheel interop bench bench-quick clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml hatch_build.py frontend/packages.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "atlas-ld needs Python 3.11 or later; $(PYTHON) is `$(PYTHON) --version`. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Preparing $(VENV) (once, about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

run: $(READY) ## Build the demonstration data and serve it at http://localhost:8000 (PORT=N picks the port)
	@$(BIN)/atlas-ld build --base-iri http://localhost:$(PORT)/ --releases releases/port-$(PORT)
	@$(BIN)/atlas-ld serve --port $(PORT) --releases releases/port-$(PORT)

$(CHECKS): $(READY) tests/browser/package-lock.json
	@$(BIN)/python frontend/install.py --page-checks >/dev/null && touch $@

$(W3C): $(READY)
	@$(BIN)/python tests/sparql/columns/fetch_w3c.py && touch $@

test: $(READY) $(CHECKS) $(W3C) check ## Run every test
	@$(BIN)/python -m pytest -n 2 --dist loadscope -q

check: $(READY) ## Ruff and mypy
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . && $(BIN)/mypy

format: $(READY) ## Put the code in the house style
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

build: $(READY) ## Build a release of the demonstration data into ./releases
	@$(BIN)/atlas-ld build

docs: $(READY) ## Write the generated pages of docs/ (model, settings, record schema)
	@$(BIN)/python scripts/write_docs.py

wheel: $(READY) ## Build the wheel into ./dist
	@$(BIN)/python -m build --wheel --outdir dist . >/dev/null && ls dist/*.whl

interop: $(READY) ## Run other people's clients and validators, and write docs/interop.md (some minutes at first)
	@$(BIN)/python scripts/interop/run.py

bench: $(READY) ## Measure everything at full size, peers beside, and write docs/benchmarks.md (about an hour)
	@$(BIN)/python -m bench.run --write docs/benchmarks.md

bench-quick: $(READY) ## The same with 1,000 records, to standard output
	@$(BIN)/python -m bench.run --quick

clean: ## Remove what the targets made
	@rm -rf $(VENV) .interop tests/browser/node_modules tests/clients/node_modules tests/sparql/columns/w3c atlas_ld/web/static/vendor dist releases .pytest_cache .mypy_cache .ruff_cache .hypothesis
