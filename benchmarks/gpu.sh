#!/bin/sh
# Measures this machine's GPU in nine minutes and writes benchmarks/results/gpu.json (see benchmarks/gpu.py); with
# --slice, runs/proofs/gpu.json. PYTHON names an interpreter that has torch and transformers (import reasongym need not
# work); TRL joins in where it is installed.
set -eu
cd "$(dirname "$0")/.."
able='import sys; from importlib.util import find_spec; sys.exit(not (find_spec("torch") and find_spec("transformers")))'
for python in ${PYTHON:-.venv-bench/bin/python .venv/bin/python python3}; do
  if command -v "$python" >/dev/null && "$python" -c "$able"; then
    PYTHONPATH=".${PYTHONPATH:+:$PYTHONPATH}" exec "$python" -m benchmarks.prove --only gpu --force "$@"
  fi
done
echo "benchmarks/gpu.sh found no Python with torch and transformers; name one: PYTHON=/path/to/python $0" >&2
exit 1
