#!/usr/bin/env bash
# Unit and integration tests on SQLite, then the integration tests again on PostgreSQL and Redis.
set -euo pipefail

python=.venv/bin/python
workers=${TENET_TEST_WORKERS:-2}

echo "== Unit and integration tests on SQLite"
env -u TENET_TEST_DATABASE_URL -u TENET_TEST_BROKER_URL \
  "$python" -m pytest -q -n "$workers" tests/unit tests/integration

echo "== Integration tests on PostgreSQL and Redis (without those marked any_database)"
reason=$(mktemp)
trap 'rm -f "$reason"' EXIT
status=0
"$python" scripts/with_services.py "$python" -m pytest -q -n "$workers" -m "not any_database" tests/integration 2> >(tee "$reason" >&2) || status=$?

if [ "$status" -eq 75 ]; then
  cat <<END

  ############################################################################
  #  Tests passed on SQLite only. NOTHING WAS TESTED ON PostgreSQL AND Redis. #
  ############################################################################
  Why: $(tail -n 1 "$reason")
  What to do: start both on this machine, or set TENET_TEST_DATABASE_URL and TENET_TEST_BROKER_URL.
END
  exit 0
fi
[ "$status" -eq 0 ] || exit "$status"
echo "Tests passed on SQLite, and on PostgreSQL with Redis."
