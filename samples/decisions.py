"""From a registered version to a decision and its document: evaluate, ask, sign, print."""

import hashlib
from pathlib import Path

from samples.client import Client, Record, Refused
from samples.people import Person

OVER = ("succeeded", "failed", "cancelled")


class NotAsExpected(Exception):
    """A step ended otherwise than the story says; the message says how."""


def evaluate(client: Client, version: Record, *, dataset: Record, **asked: object) -> Record:
    """Have a worker run a version on a snapshot, and wait for the numbers."""
    made = client.post(
        "evaluations/", model=version["model"], version=version["number"], dataset=dataset["id"], **asked
    )
    done = client.wait(f"evaluations/{made['number']}/", until=lambda record: record["state"] in OVER)
    if done["state"] != "succeeded":
        raise NotAsExpected(f"Evaluation {made['number']} {done['state']}: {done['error']}")
    return done


def verdicts(evaluation: Record) -> str:
    """What an evaluation found, in a line: each verdict with its number and interval."""
    return ", ".join(
        f"{one['metric']} {one['value']:.3g} [{one['low']:.3g}, {one['high']:.3g}] {one['verdict']}"
        for one in evaluation["verdicts"]
    )


def check(client: Client, version: Record, key: str) -> Record:
    """One line of a version's gate."""
    found = client.listed(f"models/{version['model']}/versions/{version['number']}/checks/")
    return next(one for one in found if one["key"] == key)


def ask(client: Client, version: Record, *, stage: str, reason: str) -> Record:
    """Ask that a version take a stage."""
    return client.post("promotions/", model=version["model"], version=version["number"], stage=stage, reason=reason)


def sign(client: Client, promotion: Record, *, person: Person, comment: str) -> Record:
    """Approve a promotion after looking at it: the signature covers exactly what was seen."""
    number = promotion["number"]
    seen = client.get(f"promotions/{number}/")["seen"]
    signed = client.post(f"promotions/{number}/approve/", password=person.password, comment=comment, seen=seen)
    if signed["status"] != "approved":
        raise NotAsExpected(f"Promotion {number} is {signed['status']} after its approval.")
    return signed


def refuse(client: Client, promotion: Record, *, person: Person, comment: str) -> str:
    """Try to approve what the gate forbids, then reject it; returns Tenet's reason for the refusal."""
    try:
        sign(client, promotion, person=person, comment=comment)
    except Refused as refused:
        if refused.status != 409:
            raise
        reason = refused.detail
    else:
        raise NotAsExpected(f"Promotion {promotion['number']} was approved although a check is missing.")
    client.post(f"promotions/{promotion['number']}/reject/", password=person.password, comment=comment)
    return reason


def document(client: Client, version: Record, *, to: Path) -> Record:
    """Have a worker write the model document, and keep the PDF."""
    made = client.post("documents/", kind="model-document", model=version["model"], version=version["number"])
    done = client.wait(f"documents/{made['number']}/", until=lambda record: record["status"] != "rendering")
    if done["status"] != "issued":
        raise NotAsExpected(f"Document {done['identifier']} could not be written: {done['error']}")
    client.download(f"documents/{made['number']}/file.pdf", to)
    if hashlib.sha256(to.read_bytes()).hexdigest() != done["pdf_sha256"]:
        raise NotAsExpected(f"{to.name} is not the file whose SHA-256 {done['identifier']} names.")
    return done
