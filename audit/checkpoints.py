"""Sign how far each chain has come, so that a copy kept elsewhere shows when history was cut off or rewritten."""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.models import ChainHead, Checkpoint


def sign_checkpoints() -> list[Checkpoint]:
    """Sign the head of every chain that grew since its last checkpoint."""
    key = signing_key()
    return [made for head in ChainHead.objects.filter(seq__gt=0) if (made := _sign(head, key))]


@transaction.atomic
def _sign(head: ChainHead, key: Ed25519PrivateKey) -> Checkpoint | None:
    head = ChainHead.objects.select_for_update().get(pk=head.pk)
    if Checkpoint.objects.filter(chain=head.chain, seq=head.seq).exists():
        return None
    now = timezone.now()
    text = f"tenet-audit/v1\n{head.chain}\n{head.seq}\n{head.hash}\n{now.isoformat()}\n"
    return Checkpoint.objects.create(
        chain=head.chain,
        seq=head.seq,
        hash=head.hash,
        at=now,
        text=text,
        signature=base64.b64encode(key.sign(text.encode())).decode(),
        public_key=_public_text(key),
    )


def signing_key() -> Ed25519PrivateKey:
    """The installation's signing key, kept outside the database and made on first use."""
    path = _key_path()
    if not path.exists():
        _make_key(path)
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def is_ours(checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint names this installation's key; any does where the key itself is kept elsewhere."""
    return not _key_path().exists() or checkpoint.public_key == _public_text(signing_key())


def _key_path() -> Path:
    return Path(settings.KEYS_DIR) / "journal.key"


def _public_text(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    raw = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    partial = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)
    try:
        os.link(partial, path)  # fails when another process was first: its key holds
    except FileExistsError:
        pass
    finally:
        partial.unlink()
