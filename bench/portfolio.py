"""A portfolio as a large organisation has it: 200 projects, 20,000 block revisions, 5,000 snapshots, 300 ideas."""

import itertools
from datetime import timedelta
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from canvas.answers import clean
from canvas.blocks import BLOCKS
from canvas.models import BlockRevision, Kpi, Membership, Opportunity, Process, Project
from canvas.roles import Role
from data.models import DataSchema, Dataset, DataSource, FeatureDefinition
from samples.server import ROOT

PROJECTS, REVISIONS, SNAPSHOTS, IDEAS = 200, 20_000, 5_000, 300
NAMES = 25
THINGS = ("returns", "buses", "invoices", "masses", "loans", "orders", "tickets", "pumps", "leaks", "parts")
DOINGS = ("Sort", "Forecast", "Rank", "Check", "Route", "Price", "Match", "Inspect", "Repair", "Count")


@transaction.atomic
def gather() -> tuple[User, Project]:
    """Fill an empty database in a few statements, and name somebody who sees all of it and its fullest project."""
    owner = User.objects.create(username="lea", name="Lea Owner", email="lea@example.org")
    projects = Project.objects.bulk_create(
        Project(
            slug=f"project-{n}",
            name=f"{DOINGS[n % 10]} {THINGS[n // 10 % 10]} {n:03}",
            purpose=f"Decide earlier which {THINGS[n // 10 % 10]} need a second look.",
            task="binary",
            risk_tier=("unknown", "minimal", "limited", "high")[n % 4],
            created_by=owner,
        )
        for n in range(PROJECTS)
    )
    Membership.objects.bulk_create(Membership(project=one, user=owner, role=Role.OWNER) for one in projects)
    _revisions(projects, owner)
    _snapshots(projects, owner)
    _ideas(owner)
    Kpi.objects.bulk_create(
        Kpi(project=one, name=f"Recall {n}", kind="model", definition="x", metric="recall", direction="up",
            target_value=0.9, threshold=0.8, created_by=owner)
        for one in projects for n in range(3)
    )  # fmt: skip
    return owner, projects[0]


def _revisions(projects: list[Project], owner: User) -> None:
    """As many revisions of every block of every project."""
    sample = yaml.safe_load((ROOT / "samples" / "breast_mass" / "canvas.yaml").read_text())
    answers = {block.number: clean(block, sample[block.key]) for block in BLOCKS}
    each = REVISIONS // PROJECTS // len(BLOCKS)
    rows = (
        BlockRevision(
            project=project, block=block, number=number, author=owner, summary="Changed the owner.",
            answers=_changed(answers[block], number), created_at=timezone.now() - timedelta(days=each - number),
        )
        for project in projects
        for block in answers
        for number in range(1, each + 1)
    )  # fmt: skip
    while batch := list(itertools.islice(rows, 500)):
        BlockRevision.objects.bulk_create(batch)


def _changed(answers: dict[str, Any], number: int) -> dict[str, Any]:
    return answers | {"owner": f"Owner {number}", "assumptions": [f"Assumption {n}" for n in range(number)]}


def _snapshots(projects: list[Project], owner: User) -> None:
    """Half of all snapshots in the first project: one that collects daily; the others share the rest."""
    sources = DataSource.objects.bulk_create(
        DataSource(
            project=one, name="Records", kind="database", owner="Data office", origin="The clinic's records.",
            collection_period="2020 on", refresh="daily", licence="Own", personal_data="none", access_status="granted",
            freshness_days=30, created_by=owner,
        )
        for one in projects
    )  # fmt: skip
    schemas = DataSchema.objects.bulk_create(
        DataSchema(project=one, name="rows", number=1, created_by=owner) for one in projects
    )
    schema_of = {schema.project_id: schema for schema in schemas}
    turns = itertools.chain([projects[0]] * (SNAPSHOTS // 2), itertools.cycle(projects))
    numbers: dict[tuple[int, int], int] = {}
    rows = []
    for n, project in zip(range(SNAPSHOTS), turns, strict=False):
        key = (project.pk, n % NAMES)
        numbers[key] = numbers.get(key, 0) + 1
        rows.append(
            Dataset(
                project=project, name=f"Rows {n % NAMES}", number=numbers[key], file_name="rows.csv",
                file_format="csv", sha256=f"{n:064x}", size=10_000, rows=1_000, columns=20, split_role="train",
                label_column="label", schema=schema_of[project.pk], uploaded_by=owner,
            )
        )  # fmt: skip
    made = Dataset.objects.bulk_create(rows, batch_size=1000)
    source_of = {source.project_id: source.pk for source in sources}
    link = Dataset.sources.through
    link.objects.bulk_create(
        (link(dataset_id=one.pk, datasource_id=source_of[one.project_id]) for one in made), batch_size=1000
    )
    FeatureDefinition.objects.bulk_create(
        FeatureDefinition(
            project=project, name=f"feature_{n}", number=1, entity="case", source_fields=["a"], transformation="As it is.",
            data_type="number", order="ratio", availability="available", owner="Ana", is_shared=n < 2, created_by=owner,
        )
        for project in projects
        for n in range(5)
    )  # fmt: skip


def _ideas(owner: User) -> None:
    processes = Process.objects.bulk_create(Process(name=f"Process {n}", created_by=owner) for n in range(20))
    Opportunity.objects.bulk_create(
        Opportunity(
            process=processes[n % 20], task=f"{DOINGS[n % 10]} {THINGS[n // 10 % 10]}, step {n}", value=n % 6,
            idea=f"Predict which {THINGS[n // 10 % 10]} need attention, so that a clerk looks at them first.",
            feasibility=n // 2 % 6, data_readiness=n // 3 % 6, risk=n // 5 % 6, effort=n // 7 % 6, roi_likely=n / 100,
            status="declined" if n % 5 == 0 else "open", created_by=owner,
        )
        for n in range(IDEAS)
    )  # fmt: skip
