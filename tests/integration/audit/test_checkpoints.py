"""Signed statements of how far each chain has come, checked without any of our code."""

import base64
import stat
from io import StringIO
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core.management import call_command

from accounts.models import User
from audit.models import Checkpoint
from audit.tasks import sign_checkpoints
from canvas.models import Project
from tests.integration.audit.writing import write


def test_a_checkpoint_states_the_head_and_its_signature_holds(project: Project, owner: User) -> None:
    last = write(project, by=owner, lines=3)[-1]
    sign_checkpoints()
    made = Checkpoint.objects.get()
    assert made.text.split("\n")[:4] == ["tenet-audit/v1", project.chain, "3", last.hash]
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(made.public_key))
    key.verify(base64.b64decode(made.signature), made.text.encode())
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(made.signature), made.text.replace("\n3\n", "\n2\n").encode())


def test_only_chains_that_grew_are_signed_again(project: Project, owner: User) -> None:
    write(project, by=owner)
    sign_checkpoints()
    sign_checkpoints()
    assert Checkpoint.objects.count() == 1
    write(project, by=owner)
    sign_checkpoints()
    assert list(Checkpoint.objects.values_list("seq", flat=True)) == [1, 2]


def test_the_command_prints_statements_to_keep_elsewhere(project: Project, owner: User) -> None:
    write(project, by=owner)
    out = StringIO()
    call_command("sign_audit", stdout=out)
    made = Checkpoint.objects.get()
    assert out.getvalue() == f"{made.text}{made.signature}\n"


def test_the_key_is_a_file_that_only_its_owner_reads(project: Project, owner: User) -> None:
    write(project, by=owner)
    sign_checkpoints()
    path = Path(settings.KEYS_DIR) / "journal.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
