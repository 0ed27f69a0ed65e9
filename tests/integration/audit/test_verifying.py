"""`manage.py verify_audit`: silent tampering does not exist."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from audit import checkpoints
from audit.checkpoints import sign_checkpoints
from audit.models import AuditEntry, ChainHead
from audit.services import link
from canvas.models import Project
from tests.integration.audit.writing import tamper, write


@pytest.fixture
def entries(project: Project, owner: User) -> list[AuditEntry]:
    return write(project, by=owner, lines=5)


def verify() -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    return out.getvalue()


def first_broken() -> str:
    with pytest.raises(CommandError) as refused:
        verify()
    return str(refused.value)


def rewrite(entry: AuditEntry, body: str, *, prev: str) -> str:
    """Replace a line's text and make its hash fit; returns the new hash."""
    made = link(prev, body)
    columns = "body = %s, prev_hash = %s, hash = %s"
    tamper(f"UPDATE audit_auditentry SET {columns} WHERE id = %s", body, prev, made, entry.pk)
    return made


def test_a_sound_journal_prints_the_head_of_each_chain(
    entries: list[AuditEntry], project: Project, owner: User
) -> None:
    other = Project.objects.create(slug="other", name="Other", created_by=owner)
    last = write(other, by=owner)[0]
    sign_checkpoints()
    assert verify() == f"{entries[-1].hash}  {project.chain}  5 lines\n{last.hash}  {other.chain}  1 lines\n"


def test_a_changed_text_is_found(entries: list[AuditEntry], project: Project) -> None:
    tamper("UPDATE audit_auditentry SET body = replace(body, 'Version 2', 'Version 9') WHERE seq = 3")
    assert first_broken() == f"The journal is broken at {project.chain} #3: its text does not match its hash."


def test_a_changed_text_whose_hash_was_made_to_fit_is_found_on_the_next_line(
    entries: list[AuditEntry], project: Project
) -> None:
    rewrite(entries[2], entries[2].body.replace("Version 2", "Version 9"), prev=entries[1].hash)
    assert f"{project.chain} #4: it does not follow the line before it" in first_broken()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("object_label", "Another project"),
        ("object_id", "999999"),
        ("object_type", "canvas.kpi"),
        ("actor_label", "somebody-else"),
        ("actor_id", 999999),
        ("action", "project.created"),
        ("at", "2001-01-01 00:00:00+00:00"),
    ],
)
def test_a_changed_column_is_found(entries: list[AuditEntry], project: Project, column: str, value: object) -> None:
    tamper(f"UPDATE audit_auditentry SET {column} = %s WHERE seq = 2", value)
    assert f"{project.chain} #2: its columns do not match its text" in first_broken()


def test_a_removed_line_is_found(entries: list[AuditEntry], project: Project) -> None:
    tamper("DELETE FROM audit_auditentry WHERE seq = 3")
    assert f"{project.chain} #3: the line is missing; number 4 follows" in first_broken()


def test_a_removed_first_line_is_found(entries: list[AuditEntry], project: Project) -> None:
    tamper("DELETE FROM audit_auditentry WHERE seq = 1")
    assert f"{project.chain} #1: the line is missing" in first_broken()


def test_swapped_lines_are_found(entries: list[AuditEntry], project: Project) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        tamper("UPDATE audit_auditentry SET seq = %s WHERE seq = %s", new, old)
    assert f"{project.chain} #2: it does not follow the line before it" in first_broken()


def test_a_cut_off_end_is_found_by_the_head(entries: list[AuditEntry], project: Project) -> None:
    tamper("DELETE FROM audit_auditentry WHERE seq > 3")
    assert f"{project.chain} #4: lines were cut off" in first_broken()


def test_a_cut_off_end_with_its_head_moved_back_is_found_by_a_checkpoint(
    entries: list[AuditEntry], project: Project
) -> None:
    sign_checkpoints()
    tamper("DELETE FROM audit_auditentry WHERE seq > 3")
    ChainHead.objects.filter(chain=project.chain).update(seq=3, hash=entries[2].hash)
    assert f"{project.chain} #4: lines were cut off: a signed checkpoint speaks of line 5" in first_broken()


def test_a_chain_that_was_removed_whole_is_found_by_a_checkpoint(entries: list[AuditEntry], project: Project) -> None:
    sign_checkpoints()
    tamper("DELETE FROM audit_auditentry")
    ChainHead.objects.all().delete()
    assert f"{project.chain} #1: lines were cut off" in first_broken()


def test_a_history_rewritten_from_some_line_on_is_found_by_a_checkpoint(
    entries: list[AuditEntry], project: Project
) -> None:
    sign_checkpoints()
    rewrite_from(entries, 3)
    assert f"{project.chain} #5: a signed checkpoint speaks of another hash here" in first_broken()


@pytest.mark.parametrize("sign", [lambda text: b"\0" * 64, lambda text: Ed25519PrivateKey.generate().sign(text)])
def test_a_checkpoint_that_was_made_to_fit_is_found_by_its_signature(
    entries: list[AuditEntry], project: Project, sign: Callable[[bytes], bytes]
) -> None:
    made = sign_checkpoints()[0]
    last = rewrite_from(entries, 3)
    text = made.text.replace(made.hash, last)
    signature = checkpoints.base64.b64encode(sign(text.encode())).decode()
    tamper("UPDATE audit_checkpoint SET hash = %s, text = %s, signature = %s", last, text, signature)
    assert f"{project.chain} #5: the signature of its checkpoint does not hold" in first_broken()


def test_a_checkpoint_signed_with_a_key_of_ones_own_is_found(entries: list[AuditEntry], project: Project) -> None:
    made = sign_checkpoints()[0]
    key = Ed25519PrivateKey.generate()
    encode = checkpoints.base64.b64encode
    tamper(
        "UPDATE audit_checkpoint SET signature = %s, public_key = %s",
        encode(key.sign(made.text.encode())).decode(),
        encode(key.public_key().public_bytes_raw()).decode(),
    )
    assert f"{project.chain} #5: its checkpoint was signed with a key that is not" in first_broken()


def rewrite_from(entries: list[AuditEntry], place: int) -> str:
    """Tell another story from a line on, every hash and the head made to fit; returns the last hash."""
    prev = entries[place - 2].hash
    for entry in entries[place - 1 :]:
        body = json.loads(entry.body) | {"comment": "It was always like this."}
        prev = rewrite(entry, json.dumps(body, sort_keys=True, separators=(",", ":")), prev=prev)
    ChainHead.objects.filter(chain=entries[0].chain).update(hash=prev)
    return prev


def test_without_a_checkpoint_a_rewritten_history_stands_but_ends_in_another_hash(
    entries: list[AuditEntry], project: Project
) -> None:
    last = rewrite_from(entries, 3)
    assert last != entries[-1].hash
    assert verify() == f"{last}  {project.chain}  5 lines\n"
    assert connection.in_atomic_block  # nothing of this leaves the test
