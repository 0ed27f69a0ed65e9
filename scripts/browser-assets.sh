#!/usr/bin/env bash
# Fetches the style sheets, scripts and fonts that pages use, as package-lock.json pins them. No script of theirs runs.
set -euo pipefail

npm=npm
if ! command -v npm >/dev/null || ! npm --version >/dev/null 2>&1; then
  echo "No npm here: using the one that comes as a Python package"
  .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements/node.txt
  npm=$PWD/.venv/bin/npm
  export PATH="$PWD/.venv/bin:$PATH"
fi
echo "Installing browser packages"
"$npm" ci --ignore-scripts --no-audit --no-fund --loglevel=error
