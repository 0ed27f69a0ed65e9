"""A waiting child spares a job the imports; it serves once, and nobody else's."""

import os
from collections.abc import Iterator

import pytest

from evaluation.sandbox import warm
from evaluation.sandbox.child import wire
from evaluation.sandbox.limits import LEAST_MEMORY, Limits
from evaluation.sandbox.walls import Tier
from evaluation.sandbox.warm import Warm

LIMITS = Limits(memory_bytes=LEAST_MEMORY, cpu_seconds=5, wall_seconds=20)


@pytest.fixture
def pool() -> Iterator[Warm]:
    """A pool of its own for each test."""
    made = Warm()
    yield made
    made.close()


def take(pool: Warm, tier: Tier = Tier.B, limits: Limits = LIMITS) -> object:
    """Take a child, note its process number, and end it."""
    child = pool.take(tier, imports="script", limits=limits)
    child.end()
    return child.process.pid


def test_nothing_waits_until_somebody_expects_a_job(pool):
    assert not pool.is_waiting


def test_a_prepared_child_is_used_once(pool):
    pool.prepare(Tier.B, imports="script", limits=LIMITS)
    expected = pool._child.process.pid

    assert take(pool) == expected
    assert not pool.is_waiting
    assert take(pool) != expected


def test_a_waiting_child_answers(pool):
    pool.prepare(Tier.B, imports="script", limits=LIMITS)
    script = b"result = 6 * 7"
    header = {"action": "script", "model_bytes": len(script), "feature_bytes": 0}

    child = pool.take(Tier.B, imports="script", limits=LIMITS)

    assert child.ask([wire.frame(header), script], most=0, on_wait=lambda: True).header["result"] == 42


def test_preparing_twice_keeps_the_first(pool):
    pool.prepare(Tier.B, imports="script", limits=LIMITS)
    first = pool._child.process.pid
    pool.prepare(Tier.B, imports="script", limits=LIMITS)

    assert pool._child.process.pid == first


@pytest.mark.parametrize(
    ("tier", "limits"), [(Tier.A, LIMITS), (Tier.B, Limits(memory_bytes=LEAST_MEMORY, cpu_seconds=6))]
)
def test_a_child_with_other_walls_or_limits_is_not_used(pool, tier, limits):
    pool.prepare(Tier.B, imports="script", limits=LIMITS)

    assert take(pool, tier, limits) != pool._child.process.pid


def test_a_child_that_has_waited_too_long_is_not_used(pool, monkeypatch):
    pool.prepare(Tier.B, imports="script", limits=LIMITS)
    monkeypatch.setattr(warm, "_KEPT_SECONDS", 0.0)

    assert take(pool) != pool._child.process.pid


def test_a_child_that_died_is_replaced(pool):
    pool.prepare(Tier.B, imports="script", limits=LIMITS)
    dead = pool._child
    dead.end()

    assert take(pool) != dead.process.pid


def test_closing_ends_the_waiting_child(pool):
    pool.prepare(Tier.A, imports="script", limits=LIMITS)
    child = pool._child
    pool.close()

    assert not child.is_alive
    assert not pool.is_waiting


def test_a_forked_worker_leaves_its_parents_child_alone(pool):
    pool.prepare(Tier.B, imports="script", limits=LIMITS)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"1" if pool.is_waiting else b"0")
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reader, 1) == b"0"
    assert pool.is_waiting
    os.close(reader)
    os.close(writer)
