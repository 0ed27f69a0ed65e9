"""Attacks from inside the sandbox, made with the standard library alone: fast, and none may get through."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluation.sandbox import bubblewrap, tiers
from evaluation.sandbox.child import seccomp, wire
from evaluation.sandbox.errors import (
    Cancelled,
    ModelFailed,
    SandboxBroken,
    SandboxOutOfMemory,
    SandboxTimeout,
)
from evaluation.sandbox.limits import LEAST_MEMORY, Limits
from evaluation.sandbox.process import Child, printable
from evaluation.sandbox.replies import Reply
from evaluation.sandbox.walls import Tier
from tests import hostile

SHORT = Limits(memory_bytes=LEAST_MEMORY, cpu_seconds=1, wall_seconds=20)
# Whether an unconfined process may do these depends on the machine and on who runs the tests.
MACHINE_DEPENDENT = {"trace_the_parent", "make_a_namespace", "read_the_first_process"}

walls = pytest.mark.parametrize("tier", [Tier.A, Tier.B])


def run(tier: Tier, script: str, *, limits: Limits = SHORT, on_wait=lambda: True, facts=None) -> Reply:
    """Run a script behind the tier's walls."""
    content = script.encode()
    header = {"action": "script", "facts": facts or {}, "model_bytes": len(content), "feature_bytes": 0}
    child = Child.start(tier, imports="script", limits=limits)
    try:
        return child.ask([wire.frame(header), content], most=1024, on_wait=on_wait)
    finally:
        assert not child.is_alive


def answer_by_hand(header: str, body: str = "b''") -> str:
    """Return a script that finds the descriptor for answers and writes its own answer into it."""
    return (
        "import os, struct\n"
        f"text, body = {header!r}.encode(), {body}\n"
        "for fd in range(3, 20):\n"
        "    try: os.write(fd, struct.pack('>I', len(text)) + text + body)\n"
        "    except OSError: pass\n"
        "os._exit(0)"
    )


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the same user, which an attack may try to reach."""
    process = subprocess.Popen([sys.executable, "-I", "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def bait(tmp_path: Path, bystander) -> Iterator[dict[str, object]]:
    """What the attacks go for."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield {
            "secret": str(secret),
            "target": str(tmp_path / "target"),
            "port": listener.getsockname()[1],
            "parent": bystander.pid,
        }


def test_without_walls_every_attack_does_its_harm(bait):
    script = f"import json\nfacts = {bait!r}\n{hostile.CANARY}\nprint(json.dumps(result))"

    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, check=True)

    result = json.loads(done.stdout)
    assert set(result["attempted"]) - MACHINE_DEPENDENT <= set(result["succeeded"])
    assert Path(str(bait["target"])).read_text() == "here"
    assert Path(str(bait["secret"])).stat().st_mode & 0o777 == 0o777


@walls
def test_behind_the_walls_no_attack_gets_through(tier, bait):
    reply = run(tier, hostile.CANARY, facts=bait)

    assert len(reply.header["result"]["attempted"]) == 15
    assert reply.header["result"]["succeeded"] == []
    assert not Path(str(bait["target"])).exists()
    assert Path(str(bait["secret"])).stat().st_mode & 0o777 == 0o600


@walls
def test_the_probe_finds_no_weakness(tier):
    assert tiers.weakness_of(tier) is None


def test_the_probe_finds_the_weakness_of_bare_limits():
    weakness = tiers.weakness_of(Tier.C)

    assert weakness is not None
    for harm in ("read a secret", "write a file", "connect to the server", "fork"):
        assert harm in weakness


def test_the_probe_prefers_the_strongest_tier_and_says_why():
    assert tiers.probe() is Tier.A
    assert tiers.reason().startswith("Tier A: own namespaces")


def test_without_bubblewrap_the_next_tier_is_chosen(monkeypatch):
    monkeypatch.setattr(bubblewrap, "program", lambda: None)
    tiers._probed.cache_clear()
    try:
        assert tiers.probe() is Tier.B
        assert "bubblewrap is not installed" in tiers.reason()
    finally:
        tiers._probed.cache_clear()


@walls
def test_the_parent_cannot_be_killed(tier, bystander):
    attack = f"import os\ntry:\n    os.kill({bystander.pid}, 9)\n    result = 'killed'\n"
    script = f"{attack}except OSError as refusal:\n    result = refusal.errno"

    assert run(tier, script).header["result"] == 1
    assert bystander.poll() is None
    subprocess.run([sys.executable, "-I", "-c", f"import os; os.kill({bystander.pid}, 9)"], check=True)
    assert bystander.wait(timeout=5) == -signal.SIGKILL


@walls
def test_the_workers_environment_stays_out_of_sight(tier, monkeypatch):
    monkeypatch.setenv("TENET_SECRET", "swordfish")
    script = (
        "import os\nresult = repr(dict(os.environ))\n"
        "for pid in ('self', 1, os.getppid()):\n"
        "    try: result += open(f'/proc/{pid}/environ').read()\n"
        "    except OSError: pass"
    )

    assert "swordfish" not in run(tier, script).header["result"]
    plain = subprocess.run([sys.executable, "-I", "-c", f"{script}\nprint(result)"], capture_output=True, check=True)
    assert b"swordfish" in plain.stdout


@walls
def test_threads_work_where_processes_do_not(tier):
    script = (
        "import threading\nresult = []\n"
        "thread = threading.Thread(target=result.append, args=('ran',))\nthread.start()\nthread.join()"
    )

    assert run(tier, script).header["result"] == ["ran"]


@walls
def test_limits_cannot_be_raised(tier):
    script = (
        "import resource\n"
        "try:\n    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))\n    result = 'raised'\n"
        "except (OSError, ValueError):\n    result = resource.getrlimit(resource.RLIMIT_AS)[0]"
    )

    assert run(tier, script).header["result"] == LEAST_MEMORY


@walls
def test_memory_ends_at_the_limit(tier):
    patient = Limits(memory_bytes=LEAST_MEMORY, cpu_seconds=30)

    reply = run(tier, "blocks = []\nwhile True: blocks.append(bytes(64 * 2**20))", limits=patient)

    assert reply.header["code"] == "out_of_memory"


@walls
def test_computing_for_ever_ends_at_the_limit(tier):
    with pytest.raises(SandboxTimeout, match="1 second of computing"):
        run(tier, "while True: pass")


@walls
def test_waiting_for_ever_ends_at_the_wall_clock(tier):
    with pytest.raises(SandboxTimeout, match=r"within 0\.5 seconds"):
        run(
            tier,
            "import time\nwhile True: time.sleep(1)",
            limits=Limits(memory_bytes=LEAST_MEMORY, wall_seconds=0.5),
        )


@walls
def test_a_cancelled_job_ends_its_child(tier):
    with pytest.raises(Cancelled):
        run(tier, "import time\nwhile True: time.sleep(1)", on_wait=lambda: False)


@walls
def test_a_flood_of_output_is_drained_and_the_answer_still_arrives(tier):
    script = "for _ in range(2000): print('x' * 10_000)\nresult = 'done'"

    assert run(tier, script).header["result"] == "done"


@walls
def test_an_answer_larger_than_predictions_can_be_is_refused(tier):
    with pytest.raises(ModelFailed, match="at most 1,024"):
        run(tier, answer_by_hand('{"status": "done", "body": 5000000}'))


@walls
def test_printing_an_answer_is_not_answering(tier):
    script = (
        'import struct, sys, os\ntext = b\'{"status": "done", "body": 0, "accuracy": 1.0}\'\n'
        "os.write(1, struct.pack('>I', len(text)) + text)\nos._exit(0)"
    )

    with pytest.raises(ModelFailed, match="ended without an answer"):
        run(tier, script)


@pytest.mark.parametrize(
    "header",
    ["not json", "[]", "{}", '{"status": "done"}', '{"status": "done", "body": -1}', '{"status": "ready", "body": 0}'],
)
def test_a_forged_answer_that_is_no_answer_is_refused(header):
    with pytest.raises(ModelFailed):
        run(Tier.B, answer_by_hand(header))


@walls
def test_a_crash_is_told_apart_from_an_answer(tier):
    with pytest.raises((ModelFailed, SandboxOutOfMemory), match="crashed"):
        run(tier, "import ctypes\nctypes.string_at(0)")


def test_what_a_model_says_cannot_control_a_terminal():
    assert printable(b"\x1b[31mred\x07\x00\nline\xff") == "[31mred\nline\ufffd"


def test_a_start_that_fails_says_that_the_sandbox_is_to_blame(monkeypatch):
    monkeypatch.setattr(bubblewrap, "program", lambda: None)

    with pytest.raises(SandboxBroken, match="bubblewrap is not installed"):
        Child.start(Tier.A, imports="script", limits=SHORT)


def test_a_setup_that_fails_says_that_the_sandbox_is_to_blame():
    child = Child.start(Tier.B, imports="no such family", limits=SHORT)

    with pytest.raises(SandboxBroken, match="could not be set up"):
        child.ask([], most=0, on_wait=lambda: True)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_checks_the_architecture_before_anything_else(machine):
    program = seccomp.build(machine)

    assert len(program) % 8 == 0
    assert len(program) // 8 < 4096
    load_architecture = bytes([0x20, 0, 0, 0, 4, 0, 0, 0])
    assert program.startswith(load_architecture)


def test_a_machine_without_a_table_gets_no_filter():
    with pytest.raises(seccomp.NoFilter, match="riscv64"):
        seccomp.build("riscv64")


def test_no_process_stays_behind(tmp_path):
    before = set(_children())
    run(Tier.A, "result = 1")
    deadline = time.monotonic() + 5
    while set(_children()) - before and time.monotonic() < deadline:
        os.sched_yield()
    assert set(_children()) - before == set()


def _children() -> list[str]:
    """Return the running children of this process."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
