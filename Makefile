# Everything a person or a CI job does here. Needs Python 3.11 or newer, git and make; `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR :
MAKEFLAGS += --no-builtin-rules

# The first of these that is new enough; `make PYTHON=... run` overrules it.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
# Hashes are checked, so it does not matter which mirror the files come from. Half of the time would go into bytecode.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
WORKERS ?= auto

.PHONY: help run test check docs golden lock bench accuracy evaluate dashboard clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand --tabs=12

run: $(VENV)/.core  ## scan this very repository with its history and print the result
	@.ci/scan-this-repository $(BIN)/plumbrule

test: $(VENV)/.dev  ## install what the tests need, and run all of them; the same as CI
	@$(MAKE) --no-print-directory static
	@.ci/find-compiler $(BIN)/python && $(BIN)/python analyzer/plumbrule/extract/compiled/building.py
	@browser=$$(.ci/find-browser) && PLUMBRULE_BROWSER=$$browser $(BIN)/python -m pytest -n $(WORKERS)

check: $(VENV)/.dev  ## what can be told in a minute: format, lint, types, contracts, generated pages, quick tests
	@$(MAKE) --no-print-directory static
	@$(BIN)/python -m pytest -n $(WORKERS) tests/report tests/packaging/test_house.py

.PHONY: static
static:
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/mypy reports docs/generate.py docs/evaluation
	@PYTHONPATH=analyzer $(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/python docs/generate.py --check

docs: $(VENV)/.dev  ## write the generated pages anew
	@$(BIN)/python docs/generate.py

golden: $(VENV)/.dev  ## write the expected output anew; read the difference before committing it
	@UPDATE_GOLDEN=1 $(BIN)/python -m pytest -n $(WORKERS) tests/report

bench: $(VENV)/.dev  ## make bench [ROWS=cold,gate] [REPOS="path path"]: the table of docs/performance.md; ONLY=go,java|all: ratios of languages
	@if test -n "$(ONLY)"; then $(BIN)/python tests/bench/languages.py --only "$(ONLY)" --pairs "$(or $(PAIRS),3)"; \
	 else $(BIN)/python tests/bench/bench.py --rows "$(ROWS)" --pairs "$(or $(PAIRS),5)" --repos "$(REPOS)" \
	   $(if $(CORPUS),--corpus "$(CORPUS)") $(if $(KEEP),--keep "$(KEEP)") --commits "$(or $(COMMITS),1000)"; fi
	@$(BIN)/python docs/generate.py

accuracy: $(VENV)/.dev  ## make accuracy [ONLY=go,java] [TREE=path]: our graph beside what the languages' own tools say
	@missed=0; \
	 $(BIN)/python tests/accuracy/accuracy.py --only "$(ONLY)" --tree "$(TREE)" || missed=1; \
	 $(BIN)/python tests/accuracy/figures.py --only "$(ONLY)" --tree "$(TREE)" || missed=1; \
	 if test -z "$(TREE)" && [[ ",$(ONLY)," == @(,,|*,ruby,*) ]]; then \
	   $(BIN)/python tests/accuracy/sample.py || missed=1; fi; \
	 exit $$missed

evaluate: $(VENV)/.dev  ## make evaluate HISTORIES=path [ONLY=owner/name,...] [PARENTS=30]: drift written into real histories; see docs/evaluation.md
	@test -n "$(HISTORIES)" || { echo 'say where the clones of tests/evaluation/injection.toml are: HISTORIES=path' >&2; exit 2; }
	@$(BIN)/python tests/evaluation/injection.py --histories "$(HISTORIES)" --only "$(ONLY)" --parents "$(or $(PARENTS),30)" \
	   $(if $(WORK),--work "$(WORK)")
	@$(BIN)/python docs/generate.py

dashboard: $(VENV)/.all  ## scan this repository and open the dashboard
	@.ci/scan-this-repository $(BIN)/plumbrule >/dev/null
	@$(BIN)/plumbrule dashboard

lock:  ## choose the newest versions that pyproject.toml allows, with hashes (needs uv)
	@command -v uv >/dev/null || { echo 'uv is missing: https://docs.astral.sh/uv, or "pip install uv"' >&2; exit 2; }
	@.ci/lock

clean:  ## forget the environment, the store and every cache
	rm -rf $(VENV) .plumbrule build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# One stamp a set of requirements. A bigger set holds the smaller ones in the same versions: nothing is installed twice.
$(VENV)/.core $(VENV)/.all $(VENV)/.dev: $(VENV)/.%: pyproject.toml requirements/%.txt | $(VENV)/bin/python
	@if [ $(VENV)/.dev -nt pyproject.toml ] && [ $(VENV)/.dev -nt requirements/dev.txt ]; then touch $@; exit; fi; \
	echo 'installing what this needs into $(VENV) ...' >&2; \
	$(INSTALL) --require-hashes --requirement requirements/$*.txt; \
	$(INSTALL) --no-deps --no-build-isolation --editable .; \
	touch $@

$(VENV)/bin/python:
	@.ci/make-environment "$(PYTHON)" $(VENV)
