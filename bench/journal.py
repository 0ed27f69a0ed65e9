"""How fast the journal takes lines, and how fast it is verified."""

import time

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from audit.verification import Broken, verify_chain
from bench.lines import Line

CHAIN = "bench"
LINES = 2_000


def lines() -> list[Line]:
    """Append one transaction at a time, as writes do, then verify all of it."""
    person = User.objects.get(username="nora")
    began = time.perf_counter()
    for number in range(LINES):
        with transaction.atomic():
            record(Action.RUN_RECORDED, by=person, on=person, chain=CHAIN, after={"run": number})
    appended = time.perf_counter()
    found = verify_chain(CHAIN)
    verified = time.perf_counter()
    if isinstance(found, Broken):
        raise RuntimeError(f"The journal is broken at {found}.")
    return [
        Line("journal, appending", LINES / (appended - began), "lines/s", beside="one transaction each, on SQLite"),
        Line("journal, verifying", LINES / (verified - appended), "lines/s", beside=f"a chain of {LINES:,} lines"),
    ]
