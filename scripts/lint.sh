#!/usr/bin/env bash
# Every check that reads the code without running it, each by its name; all of them run, and one failure fails.
set -uo pipefail

bin=.venv/bin
failed=()
check() {
  local name=$1
  shift
  echo "== $name"
  "$@" || failed+=("$name")
}

check "ruff" $bin/ruff check .
check "ruff format" $bin/ruff format --check .
check "djlint" $bin/djlint --quiet --lint templates
check "mypy" $bin/mypy
check "import-linter" $bin/lint-imports
check "migrations" env DJANGO_SETTINGS_MODULE=config.settings_test $bin/python manage.py makemigrations --check --dry-run
check "deployment" env DJANGO_SETTINGS_MODULE=config.settings_test TENET_HTTPS=1 TENET_ALLOWED_HOSTS=tenet.example.org \
  $bin/python manage.py check --deploy --fail-level WARNING

if [ ${#failed[@]} -gt 0 ]; then
  (IFS=,; echo "Failed: ${failed[*]}" >&2)
  exit 1
fi
echo "All checks passed."
