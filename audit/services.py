"""Append to the journal, and prove that nobody touched it."""

import hashlib
import math
import unicodedata
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

import rfc8785
from django.db import connection, models
from django.utils import timezone

import statements
from audit.actions import Action
from audit.models import AuditEntry, ChainHead
from statements import Statement

DOMAIN = b"tenet.audit.v1\0"
SYSTEM_CHAIN = "system"
_LARGEST_EXACT_INTEGER = 2**53

_HEAD = Statement(
    lambda chain: (
        ChainHead.objects.select_for_update().filter(chain=chain).order_by().values_list(*statements.columns(ChainHead))
    ),
    "chain",
)


class Actor(Protocol):
    """Whoever acted: the journal needs an id and a name, not a user model."""

    pk: Any

    def get_username(self) -> str: ...


class OutsideTransaction(RuntimeError):
    """The journal was asked to record a write outside that write's transaction."""


def record(
    action: Action,
    *,
    by: Actor | None,
    on: models.Model,
    chain: str = SYSTEM_CHAIN,
    label: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    comment: str = "",
    request_id: str = "",
) -> AuditEntry:
    """Append one line to a chain, inside the caller's transaction.

    `by` is None when the system acted. `before` and `after` are plain JSON values.
    Raises OutsideTransaction when no transaction is open, so that no write can be recorded without its line or the
    other way round.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction("record() belongs inside the transaction of the write it describes.")
    head = _head(chain)
    now = timezone.now()
    object_label = unicodedata.normalize("NFC", label or str(on))[:300]
    body = {
        "v": 1,
        "chain": chain,
        "seq": head.seq + 1,
        "id": str(uuid.uuid4()),
        "ts": stamp(now),
        "actor": None if by is None else by.pk,
        "actor_label": "Tenet" if by is None else by.get_username(),
        "actor_kind": "system" if by is None else "user",
        "action": str(action),
        "object": {"type": on._meta.label_lower, "id": str(on.pk), "label": object_label},
        "before": before or {},
        "after": after or {},
        "comment": comment,
        "request_id": request_id,
    }
    text = canonical(body)
    entry = AuditEntry(
        chain=chain,
        seq=head.seq + 1,
        body=text,
        prev_hash=head.hash,
        hash=link(head.hash, text),
        at=now,
        actor_id=None if by is None else by.pk,
        actor_label=str(body["actor_label"]),
        action=str(action),
        object_type=on._meta.label_lower,
        object_id=str(on.pk),
        object_label=object_label,
    )
    entry.save(force_insert=True)
    ChainHead.objects.filter(chain=chain).update(seq=entry.seq, hash=entry.hash)
    return entry


def _head(chain: str) -> ChainHead:
    """The last link of a chain, locked until the transaction ends."""
    if found := _HEAD.first(chain):
        return statements.record(ChainHead, found)
    ChainHead.objects.get_or_create(chain=chain)
    return ChainHead.objects.select_for_update().get(chain=chain)


def canonical(body: dict[str, Any]) -> str:
    """The RFC 8785 text of a body, with text in NFC and inexact numbers as strings."""
    return rfc8785.dumps(_plain(body)).decode()


def link(prev_hash: str, body: str) -> str:
    """The hash of one line: SHA-256 over the domain, the previous hash and the stored bytes, in hex."""
    return hashlib.sha256(DOMAIN + bytes.fromhex(prev_hash) + body.encode()).hexdigest()


def _plain(value: Any) -> Any:  # Any: JSON values of unknown depth
    if isinstance(value, dict):
        return {_plain(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return unicodedata.normalize("NFC", str(value))
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < _LARGEST_EXACT_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Decimal):
        return str(value)
    return str(value)


def stamp(moment: datetime) -> str:
    """A moment as bodies state it: UTC, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
