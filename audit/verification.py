"""Recompute every link of the journal, and say where it first breaks."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.checkpoints import is_ours
from audit.models import GENESIS, AuditEntry, ChainHead, Checkpoint
from audit.services import link, stamp


@dataclass(frozen=True)
class Broken:
    """The first line of a chain that does not hold, and why."""

    chain: str
    seq: int
    reason: str

    def __str__(self) -> str:
        return f"{self.chain} #{self.seq}: {self.reason}"


@dataclass(frozen=True)
class Verified:
    """A chain that holds from its first line to its head."""

    chain: str
    entries: int
    head: str


def chains() -> list[str]:
    """Every chain that has a head, a line or a checkpoint."""
    records = (ChainHead.objects, AuditEntry.objects, Checkpoint.objects)
    return sorted(set().union(*(rows.order_by().values_list("chain", flat=True).distinct() for rows in records)))


def verify_chain(chain: str) -> Verified | Broken:
    """Walk one chain: order, links, derived columns, checkpoints and head."""
    prev, seq = GENESIS, 0
    checkpoints = {c.seq: c for c in Checkpoint.objects.filter(chain=chain)}
    for entry in _lines(chain):
        seq += 1
        if entry.seq != seq:
            return Broken(chain, seq, f"the line is missing; number {entry.seq} follows")
        if reason := _fault(entry, prev, checkpoints.get(seq)):
            return Broken(chain, seq, reason)
        prev = entry.hash
    if beyond := [c for c in checkpoints if c > seq]:
        return Broken(chain, seq + 1, f"lines were cut off: a signed checkpoint speaks of line {max(beyond)}")
    head = ChainHead.objects.filter(chain=chain).first()
    if head is None or head.seq != seq or head.hash != prev:
        return Broken(chain, seq + 1, "lines were cut off: the head of the chain is elsewhere")
    return Verified(chain, seq, prev)


def _lines(chain: str) -> Iterator[AuditEntry]:
    return AuditEntry.objects.filter(chain=chain).order_by("seq").iterator(chunk_size=2000)


def _fault(entry: AuditEntry, prev: str, checkpoint: Checkpoint | None) -> str:
    if entry.prev_hash != prev:
        return "it does not follow the line before it"
    if entry.hash != link(prev, entry.body):
        return "its text does not match its hash"
    if _columns(entry) != _columns_stated_by(json.loads(entry.body)):
        return "its columns do not match its text"
    if checkpoint and checkpoint.hash != entry.hash:
        return "a signed checkpoint speaks of another hash here"
    if checkpoint and not is_ours(checkpoint):
        return "its checkpoint was signed with a key that is not this installation's"
    if checkpoint and not _signature_holds(checkpoint):
        return "the signature of its checkpoint does not hold"
    return ""


def _columns(entry: AuditEntry) -> tuple[Any, ...]:  # Any: text, numbers and nothing
    about = (entry.object_type, entry.object_id, entry.object_label)
    return entry.chain, entry.seq, stamp(entry.at), entry.actor_id, entry.actor_label, entry.action, *about


def _columns_stated_by(body: dict[str, Any]) -> tuple[Any, ...]:  # Any: a JSON object
    about = body["object"]
    who = (body["actor"], body["actor_label"], body["action"])
    return body["chain"], body["seq"], body["ts"], *who, about["type"], about["id"], about["label"]


def _signature_holds(checkpoint: Checkpoint) -> bool:
    stated = f"\n{checkpoint.chain}\n{checkpoint.seq}\n{checkpoint.hash}\n"
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(checkpoint.public_key))
    try:
        key.verify(base64.b64decode(checkpoint.signature), checkpoint.text.encode())
    except InvalidSignature:
        return False
    return stated in checkpoint.text
