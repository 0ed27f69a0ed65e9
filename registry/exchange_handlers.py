"""How the worker exports and restores models."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from canvas.models import Project
from data import storage
from data.services import quotas
from data.services.quotas import OverQuota
from data.storage import Missing
from jobs.handlers import PermanentFailure, Progress
from jobs.models import Job
from registry import archives, formats
from registry.archives import ArchiveBomb
from registry.environment_files import UnreadableEnvironment
from registry.exchange import records, zips
from registry.exchange.gathering import gather
from registry.exchange.layout import MOST_ARCHIVE, InvalidArchive, file_entry
from registry.exchange.records import Records
from registry.exchange.restoring import Restoring
from registry.exchange.zips import Archive, WrongBytes
from registry.formats import FormatMismatch
from registry.models import ModelArchive, ModelExport
from registry.services import exports, models, restores

STOPPED = "Somebody stopped it before it ended. Ask for it again when it is wanted."
_REFUSALS = (
    InvalidArchive, Missing, storage.TooLarge, FormatMismatch, ArchiveBomb, UnreadableEnvironment,
    restores.CannotRestore, models.UnusableModelName, models.TaskMismatch, models.ModelNameTaken,
)  # fmt: skip


class _Meter:
    """Turns bytes into a share of the whole, and stops when nobody wants the rest."""

    def __init__(self, progress: Progress, phase: str, whole: int, span: tuple[int, int]) -> None:
        self.progress, self.phase, self.whole, self.span = progress, phase, max(1, whole), span
        self.seen, self.told = 0, -1

    def advance(self, count: int) -> None:
        """Count bytes that are done."""
        self.seen += count
        low, high = self.span
        percent = low + (high - low) * min(self.seen, self.whole) // self.whole
        if percent != self.told:
            self.told = percent
            self.progress.report(self.phase, percent)


class ExportHandler:
    """The jobs of kind "model-export"."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Write the archive into the storage, and return what keeps it."""
        export = _export_of(job)
        progress.report("Gathering the records", 2)
        gathered = gather(export.model)
        meter = _Meter(progress, "Writing the files", gathered.size, (5, 90))
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            path = Path(folder) / "archive.zip"
            try:
                with path.open("wb") as target:
                    zips.write(
                        target,
                        documents=gathered.documents,
                        files=gathered.files,
                        open_file=_opened,
                        advance=meter.advance,
                    )
            except (WrongBytes, Missing) as reason:
                raise PermanentFailure(
                    f"A stored file is gone or no longer has its SHA-256 ({reason}), so nothing was exported. Restore it "
                    "from a backup, and export again."
                ) from reason
            progress.report("Keeping the archive", 92)
            try:
                with (
                    path.open("rb") as source,
                    quotas.receive(export.model.project, source, limit=MOST_ARCHIVE) as received,
                ):
                    stored = received.keep()
            except storage.TooLarge as reason:
                raise PermanentFailure(str(reason)) from reason
        held = gathered.documents["records.json"]
        counts = {"versions": len(held["versions"]), "runs": len(held["runs"]), "files": len(gathered.files)}
        progress.log(f"Wrote {counts['versions']} versions, {counts['runs']} runs and {counts['files']} files.")

        def save() -> None:
            try:
                exports.finish(export, stored, counts)
            except OverQuota as reason:
                raise PermanentFailure(str(reason)) from reason

        return save

    def on_failure(self, job: Job, reason: str) -> None:
        """Write down why there is no file."""
        exports.fail(_export_of(job), reason)

    def on_cancel(self, job: Job) -> None:
        """Write down that nobody wants the file any more."""
        exports.fail(_export_of(job), STOPPED)


class RestoreHandler:
    """The jobs of kind "model-restore"."""

    def run(self, job: Job, progress: Progress) -> Callable[[], None]:
        """Check the archive again, bring its files in, and return what makes the records."""
        brought = _archive_of(job)
        try:
            with storage.local_path(brought.sha256) as path, zips.opened(path) as archive:
                progress.report("Checking the archive", 2)
                read = records.read(archive)
                points = {run["key"]: records.metrics(archive, run["key"]) for run in read.values["runs"]}
                found = _bring_in(brought.project, archive, read, progress)
        except _REFUSALS as reason:
            raise PermanentFailure(str(reason)) from reason
        progress.report("Making the records", 95)
        assert brought.restored_by is not None  # noqa: S101  whoever asked for it
        restoring = Restoring(brought.project, brought.restored_by, brought.name, read, points, found)

        def save() -> None:
            try:
                restores.ensure_fits(brought.project, brought.name, read.values["model"]["task"])
                model, origins = restoring.make()
            except _REFUSALS as reason:
                raise PermanentFailure(str(reason)) from reason
            restores.finish(brought, model, origins)

        return save

    def on_failure(self, job: Job, reason: str) -> None:
        """Write down why the model was not restored."""
        restores.fail(_archive_of(job), reason)

    def on_cancel(self, job: Job) -> None:
        """Write down that nobody wants it restored any more."""
        restores.fail(_archive_of(job), STOPPED)


def _bring_in(project: Project, archive: Archive, read: Records, progress: Progress) -> dict[str, str]:
    """Store every file under its digest, and tell what each model file is from its content."""
    files = read.files
    meter = _Meter(progress, "Bringing the files in", sum(files.values()), (5, 90))
    names = {one["artifact_sha256"]: one["artifact_name"] for one in read.values["versions"]}
    found: dict[str, str] = {}
    for sha256 in sorted(files):
        parts = _counted(archive.parts(file_entry(sha256)), meter)
        with quotas.receive(project, parts, limit=MOST_ARCHIVE) as received:
            if sha256 in names:
                found[sha256] = str(formats.ensure_matches(received.path, names[sha256]))
                archives.ensure_unpacks_small(received.path)
            received.keep()
    return found


def _counted(parts: Iterator[bytes], meter: _Meter) -> Iterator[bytes]:
    for part in parts:
        meter.advance(len(part))
        yield part


def _opened(sha256: str) -> BinaryIO:
    return storage.open_file(sha256)


def _export_of(job: Job) -> ModelExport:
    return ModelExport.objects.select_related("model__project", "requested_by").get(job=job)


def _archive_of(job: Job) -> ModelArchive:
    return ModelArchive.objects.select_related("project", "restored_by").get(job=job)
