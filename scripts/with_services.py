"""Run a command with PostgreSQL and Redis to talk to: those that are running, else ones started for the occasion.

Sets TENET_TEST_DATABASE_URL, TENET_TEST_DATABASE_NAME and TENET_TEST_BROKER_URL, says in words what the command runs
on, and exits with the command's own status, or with 75 when a service can neither be reached nor started.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg
import redis
from psycopg import sql

UNAVAILABLE = 75
START_SECONDS = 30


class CannotUse(Exception):
    """A service cannot be used; the message says why."""


def answers(probe: Callable[[], object]) -> bool:
    """Whether something just started answers within its time."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            probe()
        except (psycopg.Error, redis.RedisError, CannotUse):
            time.sleep(0.2)
        else:
            return True
    return False


def run_quietly(*command: str) -> bool:
    """Whether a command could be run and ended well."""
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def postgres_version(url: str) -> str:
    """The version of a server on which we may create a database."""
    with psycopg.connect(url, connect_timeout=3) as connection:
        may_create = connection.execute(
            "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        if not may_create or not may_create[0]:
            raise CannotUse("PostgreSQL answers, but its user may not create a database for the tests")
        return connection.execute("SHOW server_version").fetchone()[0].split()[0]


def reach_postgres() -> tuple[str, str]:
    """The address and version of a PostgreSQL server that runs already."""
    given = os.environ.get("TENET_TEST_DATABASE_URL")
    candidates = [given] if given else ["postgres://postgres@127.0.0.1:5432/postgres", "postgres:///postgres"]
    reason = ""
    for url in candidates:
        try:
            return url, postgres_version(url)
        except psycopg.Error as error:
            reason = reason or str(error).strip().splitlines()[0]
    raise CannotUse(f"PostgreSQL cannot be reached ({reason})")


def start_debian_cluster() -> bool:
    """Start the machine's own stopped cluster, which only root may do."""
    if os.geteuid() != 0 or not shutil.which("pg_lsclusters"):
        return False
    lines = subprocess.run(["pg_lsclusters", "--no-header"], capture_output=True, text=True, check=False).stdout
    stopped = [line.split()[:2] for line in lines.splitlines() if line.split()[3:4] == ["down"]]
    return bool(stopped) and run_quietly("pg_ctlcluster", "--skip-systemctl-redirect", *stopped[0], "start")


def start_postgres(stack: ExitStack) -> tuple[str, str]:
    """The address and version of a PostgreSQL server of our own, in a folder that is thrown away."""
    found = shutil.which("initdb") or next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
    if found is None or (os.geteuid() == 0 and not shutil.which("runuser")):
        raise CannotUse("PostgreSQL is not installed")
    place = stack.enter_context(tempfile.TemporaryDirectory(prefix="tenet-postgres-", ignore_cleanup_errors=True))
    become: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        become = ["runuser", "-u", "postgres", "--"]
        shutil.chown(place, "postgres")
    control = [*become, str(Path(found).with_name("pg_ctl")), "-D", f"{place}/data"]
    settings = f"-c listen_addresses='' -c unix_socket_directories={place} -c fsync=off"
    if not run_quietly(*become, str(found), "-D", f"{place}/data", "-U", "postgres", "--auth=trust"):
        raise CannotUse("PostgreSQL is installed but a new database cluster could not be made")
    if not run_quietly(*control, "-w", "-l", f"{place}/log", "-o", settings, "start"):
        raise CannotUse("PostgreSQL is installed but did not start")
    stack.callback(run_quietly, *control, "-m", "immediate", "stop")
    url = f"postgres://postgres@{place.replace('/', '%2F')}/postgres"
    return url, postgres_version(url)


def find_postgres(stack: ExitStack) -> tuple[str, str]:
    """Reach a PostgreSQL server, or start one."""
    try:
        return reach_postgres()
    except CannotUse:
        if os.environ.get("TENET_TEST_DATABASE_URL"):
            raise
    if start_debian_cluster() and answers(reach_postgres):
        return reach_postgres()
    return start_postgres(stack)


def redis_version(url: str) -> str:
    """The version of a Redis server."""
    with redis.Redis.from_url(url, socket_connect_timeout=3) as client:
        return client.info("server")["redis_version"]


def find_redis(stack: ExitStack) -> tuple[str, str]:
    """A Redis of our own where it is installed, so that nobody's keys are touched; else the one that runs here."""
    given = os.environ.get("TENET_TEST_BROKER_URL")
    program = shutil.which("redis-server")
    url = given or "redis://127.0.0.1:6379/15"
    if program and not given:
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="tenet-redis-"))
        options = ["--port", "0", "--unixsocket", f"{place}/socket", "--save", "", "--appendonly", "no", "--dir", place]
        server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        stack.callback(server.wait)
        stack.callback(server.terminate)
        url = f"redis+socket://{place}/socket"
        client_url = f"unix://{place}/socket"
        if not answers(lambda: redis_version(client_url)):
            raise CannotUse("Redis is installed but did not start")
        return url, redis_version(client_url)
    try:
        return url, redis_version(url)
    except redis.RedisError as error:
        raise CannotUse(f"Redis cannot be reached ({error})") from error


def drop_databases(url: str, name: str) -> None:
    """Remove what a run that was broken off may have left behind."""
    with psycopg.connect(url, autocommit=True) as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name]).fetchall()
        for (database,) in left:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def main(command: list[str]) -> int:
    """Find both services, run the command, clean up."""
    with ExitStack() as stack:
        try:
            database_url, postgres = find_postgres(stack)
            broker_url, redis_number = find_redis(stack)
        except (CannotUse, psycopg.Error) as reason:
            print(f"{reason}.", file=sys.stderr)
            return UNAVAILABLE
        name = f"tenet_test_{os.getpid()}"
        stack.callback(drop_databases, database_url, name)
        print(f"Running on PostgreSQL {postgres} and Redis {redis_number}", flush=True)
        environment = os.environ | {
            "TENET_TEST_DATABASE_URL": database_url,
            "TENET_TEST_DATABASE_NAME": name,
            "TENET_TEST_BROKER_URL": broker_url,
        }
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
