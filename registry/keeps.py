"""The files that this room's records point to, and what it means for versions when one of them is damaged."""

from data import damage, kept
from data.kept import Column, Listing
from registry.models import Check, ModelVersion
from registry.services import checks

FILES = (
    Column("registry.Artifact", "sha256", "run__experiment__project"),
    Column("registry.Artifact", "sha256", "logged_model__experiment__project"),
    Column("registry.ModelVersion", "artifact_sha256", "model__project"),
    Column("registry.ModelExport", "sha256", "model__project"),
    Column("registry.ModelArchive", "sha256", "project"),
    Listing("registry.ModelVersion", "files", "model__project"),
)


def offer() -> None:
    """Have them kept, checked and counted, and hear of damage."""
    kept.offer(*FILES)
    damage.offer(report)


def report(sha256: str, problem: str) -> None:
    """Fail the check on the file of every version concerned, so that none of them is promoted; or let it pass again."""
    for version in _versions_with(sha256):
        status = Check.Status.FAILED if problem else Check.Status.PASSED
        what = "The stored model file" if version.artifact_sha256 == sha256 else "A stored file of the model"
        reason = f"{what} was read again. {problem or 'It has the SHA-256 that was registered.'}"
        checks.report(version, "artifact_verified", status=status, reason=reason)


def _versions_with(sha256: str) -> list[ModelVersion]:
    versions = ModelVersion.objects.live().select_related("model__project")
    own = set(versions.filter(artifact_sha256=sha256).values_list("pk", flat=True))
    listed = {
        pk
        for pk, files in versions.exclude(files=[]).values_list("pk", "files").iterator()
        if any(file["sha256"] == sha256 for file in files)
    }
    return list(versions.filter(pk__in=own | listed))
