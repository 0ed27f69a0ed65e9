"""Gathers a version's lineage: source → snapshot → run → version → evaluation → promotion → stage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.urls import reverse

from data.models import Dataset
from registry import measurements
from registry.models import ModelVersion, PromotionRequest, Run, StageAssignment, VersionDataset

# More than so many in one column are counted, not drawn.
MOST_DRAWN = 6
OUTCOMES = {"pass": "thresholds met", "fail": "threshold missed", "inconclusive": "inconclusive"}
MISSING, MORE = "missing", "more"


@dataclass(frozen=True)
class Node:
    """One record in the lineage, or the gap where one is missing."""

    key: str
    label: str
    detail: str = ""
    url: str = ""
    state: str = ""
    """`missing`, `more`, `good`, `bad`, `warn`, `here`, or nothing in particular."""


@dataclass
class Column:
    """All records of one kind."""

    key: str
    title: str
    nodes: list[Node] = field(default_factory=list)


@dataclass
class Lineage:
    """The columns in order, and which node leads to which."""

    columns: list[Column]
    edges: list[tuple[str, str]]

    @property
    def sentence(self) -> str:
        """The lineage in one sentence, for whoever does not see the picture."""
        counts = []
        for column in self.columns:
            real = [node for node in column.nodes if node.state not in (MISSING, MORE)]
            counts.append(f"{column.title.lower()}: {', '.join(node.label for node in real) or 'none recorded'}")
        return "; ".join(counts).capitalize() + "."

    @property
    def missing(self) -> list[Node]:
        """The gaps."""
        return [node for column in self.columns for node in column.nodes if node.state == MISSING]


def lineage_of(version: ModelVersion) -> Lineage:
    """What a version came from and what became of it; a fixed number of queries."""
    snapshots = _snapshots(version)
    sources, from_source = _sources(snapshots)
    runs = _runs(version)
    evaluations = _evaluations(version)
    promotions = _promotions(version)
    stages = _stages(version)
    here = Node("version", f"v{version.number}", version.algorithm, version.get_absolute_url(), "here")
    columns = [
        Column("source", "Source", sources),
        Column("snapshot", "Snapshot", _snapshot_nodes(snapshots)),
        Column("run", "Run", runs),
        Column("version", "Version", [here]),
        Column("evaluation", "Evaluation", evaluations),
        Column("promotion", "Promotion", [node for node, _ in promotions]),
        Column("stage", "Stage", [node for node, _ in stages]),
    ]
    edges = [
        *from_source,
        *_each(columns[1], columns[2]),
        *_each(columns[2], columns[3]),
        *_each(columns[3], columns[4]),
        *_to_promotions(evaluations, promotions),
        *_to_stages(promotions, stages),
    ]
    return Lineage([_shortened(column, version) for column in columns], list(dict.fromkeys(edges)))


def drawn(lineage: Lineage) -> list[tuple[str, str]]:
    """The edges between nodes that are drawn; those of counted ones lead to the count."""
    stands_for: dict[str, str] = {}
    for column in lineage.columns:
        shown = {node.key for node in column.nodes}
        stands_for |= {key: key for key in shown}
    edges = [
        (stands_for.get(start, f"{start.partition(':')[0]}:more"), stands_for.get(end, f"{end.partition(':')[0]}:more"))
        for start, end in lineage.edges
    ]
    return list(dict.fromkeys(edges))


def _shortened(column: Column, version: ModelVersion) -> Column:
    rest = len(column.nodes) - MOST_DRAWN
    if rest <= 1:
        return column
    promotions = reverse("registry:promotion-list", args=[version.model.project.slug])
    listed = {"source": "#data", "snapshot": "#data", "evaluation": "#evaluations", "promotion": promotions}
    more = Node(f"{column.key}:more", f"and {rest} more", "in the list", listed.get(column.key, "#history"), MORE)
    return Column(column.key, column.title, [*column.nodes[:MOST_DRAWN], more])


def _missing(key: str, label: str, detail: str) -> list[Node]:
    return [Node(f"{key}:missing", label, detail, state=MISSING)]


def _snapshots(version: ModelVersion) -> list[tuple[Dataset, str]]:
    links = version.dataset_links.select_related("dataset__project").prefetch_related("dataset__sources")
    ordered = links.order_by("dataset__name", "dataset__number", "use")
    found: dict[int, tuple[Dataset, list[str]]] = {}
    for link in ordered:
        uses = found.setdefault(link.dataset_id, (link.dataset, []))[1]
        uses.append(VersionDataset.Use(link.use).label.lower())
    return [(dataset, " and ".join(uses)) for dataset, uses in found.values()]


def _snapshot_nodes(snapshots: Sequence[tuple[Dataset, str]]) -> list[Node]:
    return [
        Node(
            f"snapshot:{dataset.pk}",
            dataset.name,
            f"{dataset.number}, {use}, {'declared only' if dataset.is_declared else f'{dataset.rows:,} rows'}",
            dataset.get_absolute_url(),
            "warn" if dataset.is_declared else "",
        )
        for dataset, use in snapshots
    ] or _missing("snapshot", "No snapshot", "What it learned from is not recorded.")


def _sources(snapshots: Sequence[tuple[Dataset, str]]) -> tuple[list[Node], list[tuple[str, str]]]:
    nodes: dict[int, Node] = {}
    edges: list[tuple[str, str]] = []
    for dataset, _ in snapshots:
        for source in dataset.sources.all():
            url = reverse("data:source-detail", args=[dataset.project.slug, source.pk])
            nodes.setdefault(source.pk, Node(f"source:{source.pk}", source.name, source.get_kind_display(), url))
            edges.append((f"source:{source.pk}", f"snapshot:{dataset.pk}"))
    if not nodes:
        end = f"snapshot:{snapshots[0][0].pk}" if snapshots else "snapshot:missing"
        return _missing("source", "No source", "Where the rows come from is not recorded."), [("source:missing", end)]
    return list(nodes.values()), edges


def _runs(version: ModelVersion) -> list[Node]:
    run = version.run
    if run is None:
        return _missing("run", "No run", "No training run is recorded.")
    url = reverse("registry:run-detail", args=[version.model.project.slug, run.run_id])
    failed = run.status in (Run.Status.FAILED, Run.Status.KILLED)
    word = Run.Status(run.status).label.lower()
    return [
        Node(f"run:{run.pk}", run.name or run.run_id, f"{word}, by {version.trained_by}", url, "bad" if failed else "")
    ]


def _evaluations(version: ModelVersion) -> list[Node]:
    tones = {"pass": "good", "fail": "bad", "inconclusive": "warn"}
    words = {"running": "under way", "failed": "could not finish"}
    nodes = [
        Node(
            f"evaluation:{one.id}",
            one.label,
            ", ".join(filter(None, [OUTCOMES.get(one.verdict) or words.get(one.state, ""), f"on {one.on}"])),
            one.url,
            tones.get(one.verdict, "bad" if one.state == "failed" else ""),
        )
        for one in measurements.of_versions([version.pk])[version.pk]
    ]
    return nodes or _missing("evaluation", "Not evaluated", "Nobody has measured it.")


def _promotions(version: ModelVersion) -> list[tuple[Node, PromotionRequest | None]]:
    tones = {"approved": "good", "rejected": "bad", "open": "warn"}
    found = version.promotions.select_related("stage", "project").order_by("-number")
    nodes: list[tuple[Node, PromotionRequest | None]] = [
        (
            Node(
                f"promotion:{one.number}",
                f"#{one.number} to {one.stage.name}",
                one.get_status_display().lower(),
                one.get_absolute_url(),
                tones.get(one.status, ""),
            ),
            one,
        )
        for one in found
    ]
    missing = _missing("promotion", "No promotion", "Nobody has asked for a stage.")
    return nodes or [(missing[0], None)]


def _stages(version: ModelVersion) -> list[tuple[Node, StageAssignment | None]]:
    """The stages it held, each once, the present one first."""
    nodes: dict[str, tuple[Node, StageAssignment | None]] = {}
    for one in version.stage_assignments.select_related("stage", "promotion").order_by("until_at", "-from_at", "-pk"):
        now = one.until_at is None
        detail = f"{'now' if now else 'before'}{'' if one.promotion_id else ', no promotion'}"
        tone = "good" if now and one.promotion_id else ""
        held = nodes.get(one.stage.key)
        if held is None or now:
            nodes[one.stage.key] = (Node(f"stage:{one.stage.key}", one.stage.name, detail, "#history", tone), one)
    ordered = sorted(nodes.values(), key=lambda pair: pair[1] is None or pair[1].until_at is not None)
    return ordered or [(_missing("stage", "No stage", "It holds none and held none.")[0], None)]


def _each(start: Column, end: Column) -> Iterable[tuple[str, str]]:
    """Every node of one column leads to every node of the next; only one of the two ever has many."""
    firsts = start.nodes if len(end.nodes) == 1 or len(start.nodes) == 1 else start.nodes[:1]
    return [(first.key, last.key) for first in firsts for last in end.nodes]


def _to_promotions(
    evaluations: Sequence[Node], promotions: Sequence[tuple[Node, PromotionRequest | None]]
) -> Iterable[tuple[str, str]]:
    """The evaluations that a decision rested on lead to it; while nothing was decided, the one that weighs most."""
    edges = []
    for node, promotion in promotions:
        rested_on = _rested_on(promotion) if promotion else set()
        starts = [one.key for one in evaluations if one.key in rested_on] or [evaluations[0].key]
        edges += [(start, node.key) for start in starts]
    return edges


def _rested_on(promotion: PromotionRequest) -> set[str]:
    checks = (promotion.evidence or {}).get("subject", {}).get("checks", [])
    named = [item for check in checks for item in check.get("evidence", [])]
    return {f"evaluation:{item.get('id')}" for item in named if item.get("type") == "evaluation.evaluationjob"}


def _to_stages(
    promotions: Sequence[tuple[Node, PromotionRequest | None]], stages: Sequence[tuple[Node, StageAssignment | None]]
) -> Iterable[tuple[str, str]]:
    """A decision leads to the stage it gave; a stage that nobody decided comes from nothing drawn but the version."""
    edges = []
    for node, promotion in promotions:
        for stage, held in stages:
            if held is None or promotion is None:
                continue
            if held.promotion_id == promotion.pk or (
                promotion.status == PromotionRequest.Status.APPROVED and promotion.stage_id == held.stage_id
            ):
                edges.append((node.key, stage.key))
    if not edges and promotions[0][1] is None and stages[0][1] is None:
        edges.append((promotions[0][0].key, stages[0][0].key))
    return edges
