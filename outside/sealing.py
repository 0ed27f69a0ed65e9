"""Keep what is secret so that a copy of the database alone does not tell it."""

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"tenet.outside.sealing.v1"


class Unreadable(Exception):
    """The secret was sealed with another key; the message says what to do, for people."""


def seal(secret: str) -> bytes:
    """A secret as it may be stored; nothing for no secret."""
    return _cipher(settings.SECRET_KEY).encrypt(secret.encode()) if secret else b""


def unseal(sealed: bytes | memoryview) -> str:
    """The secret that was sealed; raises Unreadable when SECRET_KEY has changed since."""
    if not sealed:
        return ""
    try:
        return _cipher(settings.SECRET_KEY).decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise Unreadable("The stored secret was sealed with another SECRET_KEY. Enter it again.") from error


@cache
def _cipher(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
