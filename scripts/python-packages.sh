#!/usr/bin/env bash
# Makes .venv and installs exactly what requirements/dev.txt locks, checking every hash.
set -euo pipefail

find_python() {
  local name
  for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "Tenet needs Python 3.11 or newer. Install it, or name it: make setup PYTHON=/path/to/python3.11" >&2
  return 1
}

if ! .venv/bin/python -c '' 2>/dev/null; then
  python=$(find_python)
  echo "Making .venv with $("$python" --version)"
  rm -rf .venv
  "$python" -m venv .venv
fi
if [ ! -x .venv/bin/uv ]; then
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/uv.txt
fi

echo "Installing Python packages"
# Compiled now, because the sandbox that runs models cannot write and would compile them at every start.
export UV_COMPILE_BYTECODE=1 UV_HTTP_TIMEOUT=180
unset VIRTUAL_ENV
.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements/dev.txt
