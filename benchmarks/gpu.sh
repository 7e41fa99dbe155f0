#!/bin/sh
# Measures this machine's GPU in nine minutes and writes benchmarks/results/gpu.json (see benchmarks/gpu.py).
# PYTHON names an interpreter that has reasongym[train]'s dependencies (import reasongym need not work); TRL joins in
# where it is installed.
set -eu
cd "$(dirname "$0")/.."
for python in "${PYTHON:-}" .venv-bench/bin/python .venv/bin/python python3; do
  if [ -n "$python" ] && command -v "$python" >/dev/null; then
    PYTHONPATH=".${PYTHONPATH:+:$PYTHONPATH}" exec "$python" -m benchmarks.prove --only gpu --force "$@"
  fi
done
echo "benchmarks/gpu.sh found no Python; name one: PYTHON=/path/to/python benchmarks/gpu.sh" >&2
exit 1
