"""Take in a large file in parts, each at an address that we signed and that works without a token."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import BinaryIO

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from data import parts
from data.parts import Part
from data.services import quotas
from registry import artifact_paths
from registry.models import Artifact
from registry.services import artifacts
from registry.services.artifacts import Owner

SALT = "registry.multipart"
SECONDS_TO_ARRIVE = 24 * 60 * 60
MOST_PARTS = 10_000


class InvalidUpload(Exception):
    """The upload is not known, is over, or is somebody else's; the message says what to do."""


@dataclass(frozen=True)
class Upload:
    """One file that is arriving in parts: all that is known about it is in what was signed."""

    key: str
    root: str
    path: str
    project: str
    by: int
    count: int


def begin(project: Project, owner: Owner, path: str, *, count: int, by: User) -> tuple[str, list[str]]:
    """The id of a new upload and what to sign each part's address with; raises as `artifacts.store` does."""
    if not 1 <= count <= MOST_PARTS:
        raise InvalidUpload(f"A file is sent in 1 to {MOST_PARTS:,} parts, not in {count:,}.")
    artifacts.ensure_free(owner, path)
    upload = Upload(uuid.uuid4().hex, artifacts.root_of(owner), path, project.slug, by.pk, count)
    return _signed(upload), [_signed(upload, number) for number in range(1, count + 1)]


def take_in(signed: str, source: BinaryIO | Iterable[bytes]) -> Part:
    """Keep the part that a signed address stands for, for as long as who began may still add files."""
    upload, number = _read(signed)
    user = User.objects.filter(pk=upload.by, is_active=True).first()
    try:
        if user is None or not number:
            raise PermissionDenied
        project = get_project(user, upload.project, needs=Permission.REGISTER_MODELS)
    except (Http404, PermissionDenied):
        raise InvalidUpload("This address is no longer good. Begin the upload again.") from None
    limit = settings.MAX_ARTIFACT_BYTES
    with quotas.within(project, limit) as left:
        return parts.take_in(upload.key, number, source, limit=left)


def complete(
    project: Project, owner: Owner, path: str, *, signed: str, announced: Iterable[tuple[int, str]], by: User
) -> Artifact:
    """Join the parts to a file under a run or logged model, and let go of them.

    Raises InvalidUpload, NotThere, and what `artifacts.store` raises; then the parts stay, so that one can be sent again.
    """
    upload = _ours(signed, project, owner, path, by)
    announced = list(announced)
    if {number for number, _ in announced} != set(range(1, upload.count + 1)):
        raise InvalidUpload(f"The upload was begun with {upload.count:,} parts. Name each of them once.")
    artifact = artifacts.store(owner, path, parts.joined(upload.key, announced), by=by)
    parts.discard(upload.key)
    return artifact


def abort(project: Project, owner: Owner, path: str, *, signed: str, by: User) -> None:
    """Throw away what arrived of an upload."""
    parts.discard(_ours(signed, project, owner, path, by).key)


def _ours(signed: str, project: Project, owner: Owner, path: str, by: User) -> Upload:
    upload, number = _read(signed)
    if number or upload != Upload(upload.key, artifacts.root_of(owner), path, project.slug, by.pk, upload.count):
        raise InvalidUpload("This upload was begun for another file. Begin it again.")
    return upload


def _signed(upload: Upload, number: int = 0) -> str:
    return signing.dumps(asdict(upload) | {"number": number}, salt=SALT, compress=True)


def _read(signed: str) -> tuple[Upload, int]:
    try:
        fields = signing.loads(signed, salt=SALT, max_age=SECONDS_TO_ARRIVE)
    except signing.BadSignature:
        raise InvalidUpload("There is no such upload, or it began too long ago. Begin it again.") from None
    number = fields.pop("number")
    return Upload(**fields), number


def bare_name(path: str) -> str:
    """The file's own name at the end of a path of the client's machine, whichever system that runs."""
    return artifact_paths.plain(path.replace("\\", "/").rpartition("/")[2])
