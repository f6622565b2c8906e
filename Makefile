# The same commands for people and for CI. `make up` is all a newcomer needs.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install up test fuzz check bench bench-peers lock clean

install: .venv/.installed armature/server/playground/index.html  ## Make .venv with the locked dependencies, build the playground

.venv/.installed: requirements/runtime.txt requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/runtime.txt -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

armature/server/playground/index.html: $(wildcard web/.npmrc web/*.* web/src/*) requirements/node.txt | .venv/.installed
	$(BIN)/python web/build.py

up: install  ## Start everything and print where it is
	$(BIN)/armature up

test: install  ## Run the tests
	$(BIN)/pytest -n 2 --dist loadgroup

fuzz: install  ## Thousands of random operations on random models
	ARMATURE_TEST_WORLDS=300 $(BIN)/pytest -n 2 tests/schema_builder/test_any_operation.py tests/schema_builder/test_differential.py

check: install  ## Lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install  ## Measure against a bare route in the same run
	$(BIN)/python -m bench

bench-peers: install  ## Measure beside PostGraphile, Directus and a server written by hand
	$(BIN)/python -m bench peers

lock:  ## Renew requirements/*.txt from pyproject.toml
	sh requirements/lock.sh

clean:  ## Remove what the other targets made
	rm -rf .venv .armature armature/server/playground web/node_modules web/.node web/dist bench/load/npm/node_modules bench/peers/npm/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
