#!/usr/bin/env bash
# Journeys in Debian's Chromium.
set -euo pipefail

scripts/system-packages.sh browser
.venv/bin/python -m pytest -q tests/browser "$@"
