"""What the registry works out itself about a version: each rule reads records and says whether a requirement holds."""

from collections.abc import Callable

from canvas.models import BlockRevision, Kpi
from canvas.services.blocks import completeness_of
from data import storage
from data.services import documentation_gaps
from registry.environment_files import states_seeds, unpinned
from registry.evidence import Finding, artifact_evidence, block_evidence, dataset_evidence, environment_evidence
from registry.models import Check, ModelVersion, TrainingEnvironment

PASSED, FAILED = Check.Status.PASSED, Check.Status.FAILED
NAMED = 3


def plan_complete(version: ModelVersion) -> Finding:
    """All ten blocks of the project's canvas are complete."""
    project = version.model.project
    plan = completeness_of(project)
    evidence = [
        block_evidence(revision, project.slug)
        for revision in BlockRevision.objects.latest_of(project).order_by("block")
    ]
    if plan.is_complete:
        return Finding(PASSED, "All required fields of the ten blocks are answered.", evidence)
    return Finding(FAILED, f"{_count(len(plan.missing), 'required field')} empty: {_some(plan.missing)}.", evidence)


def data_documented(version: ModelVersion) -> Finding:
    """Every snapshot the version learned from is documented."""
    links = version.dataset_links.select_related("dataset__schema", "dataset__labeling_method", "dataset__project")
    datasets = list({link.dataset_id: link.dataset for link in links}.values())
    if not datasets:
        return Finding(FAILED, "No snapshot is linked to this version, so nobody can tell what it learned from.")
    evidence = [dataset_evidence(dataset) for dataset in datasets]
    gaps = [f"{dataset}: {gap}" for dataset in datasets for gap in documentation_gaps(dataset)]
    if gaps:
        return Finding(FAILED, f"Still missing: {_some([gap.rstrip('.') for gap in gaps], joined='; ')}.", evidence)
    return Finding(
        PASSED, f"Everything is written down about {_some([str(dataset) for dataset in datasets])}.", evidence
    )


def environment_recorded(version: ModelVersion) -> Finding:
    """The training environment names Python, exact packages and seeds."""
    environment = version.environment
    if environment is None:
        return Finding(FAILED, "No training environment was recorded with this version.")
    gaps = environment_gaps(environment)
    evidence = [environment_evidence(environment, version.model.project.slug)]
    if gaps:
        return Finding(FAILED, " ".join(gaps), evidence)
    return Finding(PASSED, f"{environment}, all with exact versions, and the seeds are recorded.", evidence)


def artifact_verified(version: ModelVersion) -> Finding:
    """The stored files still have the digests they were registered with; reads all of them."""
    evidence = [artifact_evidence(version)]
    digests = {version.artifact_sha256: version.artifact_name} | {one["sha256"]: one["path"] for one in version.files}
    broken = [name for sha256, name in sorted(digests.items()) if not storage.matches(sha256)]
    if not broken and len(digests) == 1:
        return Finding(PASSED, "The stored file was read again and has the digest it was registered with.", evidence)
    if not broken:
        every = f"All {len(digests)} stored files were read again and have the digests they were registered with."
        return Finding(PASSED, every, evidence)
    if len(digests) == 1:
        return Finding(FAILED, "The stored file is gone or no longer has the digest it was registered with.", evidence)
    one = f"{_count(len(broken), 'stored file')} of {len(digests)} gone or changed since registration: {_some(broken)}."
    return Finding(FAILED, one, evidence)


def artifact_as_stored(version: ModelVersion) -> Finding:
    """What is known of files at the moment they are stored: their digests were computed from the bytes that arrived."""
    evidence = [artifact_evidence(version)]
    if version.files:
        return Finding(
            PASSED, f"The digests of {len(version.files)} files were computed as they were stored.", evidence
        )
    return Finding(PASSED, "The digest was computed from the file as it was stored.", evidence)


def environment_gaps(environment: TrainingEnvironment) -> list[str]:
    """What is missing to repeat a training in an environment, as sentences."""
    loose = unpinned(environment.packages)
    gaps = {
        "The Python version is not recorded.": not environment.python_version,
        "No package is recorded.": not environment.packages,
        f"{_count(len(loose), 'package')} without an exact version: {_some(loose)}.": bool(loose),
        "No seed is recorded, nor that none was used.": not states_seeds(environment.seeds),
    }
    return [sentence for sentence, is_gap in gaps.items() if is_gap]


def kpis_moved(version: ModelVersion, check: Check) -> Finding | None:
    """That a check on KPIs speaks of thresholds that no longer hold; None while it still does."""
    judged = {(item.get("id"), item.get("sha256")) for item in check.evidence if item.get("type") == "canvas.kpi"}
    model = version.model
    held = {(kpi.pk, kpi.held_to_sha256): kpi for kpi in Kpi.objects.filter(project=model.project).judging(model.task)}
    if held.keys() == judged:
        return None
    moved = [held[key].name for key in held.keys() - judged]
    what = f"{_some(sorted(moved))} changed" if moved else "A threshold was retired"
    return Finding(Check.Status.UNKNOWN, f"{what} after the version was judged. Evaluate it again.", check.evidence)


# The file is read only when somebody asks, because that takes long; the others cost a query each.
QUICK: dict[str, Callable[[ModelVersion], Finding]] = {
    "plan_complete": plan_complete,
    "data_documented": data_documented,
    "environment_recorded": environment_recorded,
}


def _some(items: list[str], joined: str = ", ") -> str:
    rest = len(items) - NAMED
    return joined.join(items[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
