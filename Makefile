# `make demo` and `make test` need nothing but python3 (3.11 or newer) and make: each sets up .venv by itself.

VENV    := .venv
BIN     := $(VENV)/bin
READY   := $(VENV)/.ready
PYTEST  := $(BIN)/python -m pytest
# More for pytest, as in: make test PYTEST_ARGS="-k judge -x"
PYTEST_ARGS ?=
# The full counts. .ci/run asks for a smaller share; each test prints the seed it runs with.
SOAK_ROUNDS ?= 200
SOAK_SEED   ?= 1
MUTANTS     ?= 10000

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-real test-install test-image soak mutation bench docs lint format lock clean

help:
	@echo 'make demo       a working day with simulated vendors, in about a minute'
	@echo 'make test       all tests that need only Python packages'
	@echo 'make test-real  tests against real counterparts, installed with apt-get where that is possible'
	@echo 'make test-install carries docs/installing.md out on each system that it names'
	@echo 'make test-image builds and runs the container image with buildah and podman'
	@echo 'make soak       the full counts: SOAK_ROUNDS=$(SOAK_ROUNDS) SOAK_SEED=$(SOAK_SEED)'
	@echo 'make mutation   takes every rule of judging away once'
	@echo 'make bench      measurements, printed and never judged'
	@echo 'make docs       the documentation as pages, in build/docs'
	@echo 'make lint       ruff, mypy, import-linter'
	@echo 'make format     lets ruff mend what it can'
	@echo 'make lock       renews requirements/*.txt from pyproject.toml'
	@echo 'make clean      removes .venv and all caches'

setup: $(READY)

$(READY): requirements/dev.txt pyproject.toml tools/setup-venv
	@tools/setup-venv $(VENV)
	@touch $@

demo: $(READY)
	@$(BIN)/noshowd demo

# The demo lives through its day alone: it needs both cores of a small machine to keep up with its clock.
test: $(READY)
	$(PYTEST) -n auto --ignore=tests/demo $(PYTEST_ARGS)
	$(PYTEST) tests/demo

# Every rule of judging and of the gate is taken away once; MUTANTS=20 tries a sample.
mutation: $(READY)
	NOSHOWD_SOAK_ROUNDS=$(MUTANTS) NOSHOWD_SOAK_SEED=$(SOAK_SEED) $(PYTEST) -m mutation tests/mutation

test-real: $(READY)
	@tests/real/run real $(BIN)/python $(PYTEST_ARGS)

# Three systems, each made, booted, installed on, upgraded, rolled back and cleaned: minutes.
test-install: $(READY)
	@tests/real/run install $(BIN)/python $(PYTEST_ARGS)

# Without a file system of layers each step of the build copies the whole image: minutes.
test-image: $(READY)
	@tests/real/run image $(BIN)/python $(PYTEST_ARGS)

soak: $(READY)
	NOSHOWD_SOAK_ROUNDS=$(SOAK_ROUNDS) NOSHOWD_SOAK_SEED=$(SOAK_SEED) $(PYTEST) -m soak $(PYTEST_ARGS)

bench: $(READY)
	@set -e; for script in tests/bench/*.py; do \
		case "$$script" in */\*.py) echo 'no benchmark there yet'; continue;; esac; \
		echo "== $$script"; PYTHONPATH=tests $(BIN)/python -P "$$script"; done

docs: $(READY)
	@$(BIN)/python tools/reference
	$(BIN)/python -m sphinx -q -W --keep-going -b html -d build/doctrees docs build/docs

# All of them even if one finds something, so that one run shows everything.
lint: $(READY)
	@failed=0; for check in 'ruff check' 'ruff format --check' mypy 'mypy --config-file tests/mypy.ini tests' \
		'lint-imports --no-logo'; do echo "== $$check"; $(BIN)/$$check || failed=1; done; exit $$failed

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(READY)
	@tools/lock $(BIN)/python

clean:
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find daemon tests -name __pycache__ -type d -prune -exec rm -rf {} +
