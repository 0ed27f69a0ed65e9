"""The table of runs: chosen columns, questions, order, the tree, renewal while runs go, and the file."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from canvas.models import Project
from registry.models import Experiment, LatestMetric, Run, RunParam, RunTag
from tests.conftest import ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.registry import ExperimentFactory, ModelVersionFactory, RegisteredModelFactory, RunFactory

pytestmark = pytest.mark.django_db
NASTY = '<img src=x onerror="alert(1)">'

Declare = Callable[..., Run]


@pytest.fixture
def url(project: Project) -> str:
    return reverse("registry:run-list", args=[project.slug])


@pytest.fixture
def declare(project: Project) -> Declare:
    """A run with parameters, metrics and tags."""

    def make(name: str, *, params: dict[str, str] | None = None, tags: dict[str, str] | None = None, **kw: Any) -> Run:
        metrics = kw.pop("metrics", {})
        run: Run = RunFactory(experiment__project=project, name=name, **kw)
        RunParam.objects.bulk_create(RunParam(run=run, key=k, value=v) for k, v in (params or {}).items())
        RunTag.objects.bulk_create(RunTag(run=run, key=k, value=v) for k, v in (tags or {}).items())
        LatestMetric.objects.bulk_create(
            LatestMetric(run=run, key=k, value=v or 0, is_nan=v is None) for k, v in metrics.items()
        )
        return run

    return make


def names(client: Client, url: str, **query: Any) -> list[str]:
    return [row.name for row in client.get(url, query).context["table"].rows]


def test_a_person_chooses_columns_and_finds_them_again(
    url: str, viewer: User, owner: User, declare: Declare, client_as: ClientAs
) -> None:
    declare("forest", params={"depth": "7", "trees": "300"}, metrics={"auc": 0.91}, tags={"team": "north"})
    browser = client_as(viewer)
    asked = {"columns": "1", "column": ["tags.team", "metrics.auc"], "another": "params.trees, nonsense"}
    page = browser.get(url, asked)
    assert [column.name for column in page.context["table"].columns] == ["tags.team", "metrics.auc", "params.trees"]
    again = browser.get(url)
    assert [head.label for head in again.context["table"].heads] == ["Run", "team", "auc", "trees"]
    assert "north" in again.content.decode()
    # Somebody else opens the shared address, and keeps their own columns elsewhere.
    other = client_as(owner)
    assert "metrics.depth" not in [column.name for column in other.get(url).context["table"].columns]
    shared = other.get(url + again.context["shared"]).context["table"].columns
    assert [column.name for column in shared] == ["tags.team", "metrics.auc", "params.trees"]
    assert [head.label for head in browser.get(url, {"columns": "1"}).context["table"].heads] == ["Run"]


def test_every_column_sorts_numbers_as_numbers_and_what_is_missing_last(
    url: str, viewer: User, declare: Declare, client_as: ClientAs
) -> None:
    declare("a", params={"C": "10"}, metrics={"auc": 0.8})
    declare("b", params={"C": "9"}, metrics={"auc": 0.9})
    declare("c", params={"C": "1e-3"}, metrics={"auc": None})
    declare("d")
    browser = client_as(viewer)
    assert names(browser, url, sort="params.C") == ["c", "b", "a", "d"]
    assert names(browser, url, sort="-params.C") == ["a", "b", "c", "d"]
    assert names(browser, url, sort="metrics.auc") == ["a", "b", "c", "d"]
    assert names(browser, url, sort="-metrics.auc") == ["b", "a", "c", "d"]
    assert names(browser, url, sort="attributes.name") == ["a", "b", "c", "d"]
    assert names(browser, url, sort="metrics.'; DROP TABLE") == ["d", "c", "b", "a"]
    assert names(browser, url, sort="nonsense") == ["d", "c", "b", "a"]


def test_questions_narrow_the_table_and_a_bad_one_is_told(
    url: str, viewer: User, contributor: User, project: Project, declare: Declare, client_as: ClientAs
) -> None:
    long_ago = timezone.now() - timedelta(days=40)
    declare("forest 1", status=Run.Status.RUNNING, started_by="mara")
    declare("forest 2", status=Run.Status.FAILED, created_at=long_ago)
    declare("linear", experiment=ExperimentFactory(project=project, name="others"))
    declare("gone", deleted_at=timezone.now())
    browser, day = client_as(viewer), (long_ago + timedelta(days=1)).date().isoformat()
    assert names(browser, url, name="FOREST") == ["forest 1", "forest 2"]
    assert names(browser, url, status="open") == ["forest 1"]
    assert names(browser, url, status="FAILED") == ["forest 2"]
    assert names(browser, url, by="MARA") == ["forest 1"]
    assert names(browser, url, until=day) == ["forest 2"]
    assert names(browser, url, since=day, name="forest") == ["forest 1"]
    assert names(browser, url, shown="deleted") == ["gone"]
    assert "gone" not in names(browser, url)
    assert "Restore gone" not in browser.get(url, {"shown": "all"}).content.decode()
    assert "Restore gone" in client_as(contributor).get(url, {"shown": "all"}).content.decode()
    assert names(browser, url, experiment=Experiment.objects.get(name="others").pk) == ["linear"]
    foreign = ExperimentFactory(project=ProjectFactory())
    page = browser.get(url, {"experiment": foreign.pk, "since": "2026-02-31"})
    assert page.status_code == 200
    assert "Select a valid choice" in page.content.decode()
    assert "Enter a valid date" in page.content.decode()
    for query in ({"until": "9999-12-31"}, {"since": "0001-01-01"}, {"experiment": "9" * 40}, {"name": "\0"}):
        assert browser.get(url, query).context["form"].errors
    assert "No run answers these questions" in browser.get(url, {"name": "zzz"}).content.decode()


@pytest.mark.parametrize(
    ("query", "is_open"), [("", False), ("?sort=-started", False), ("?name=a", True), ("?filter=metrics.auc+>", True)]
)
def test_the_questions_stand_open_only_while_one_is_asked(
    query: str, is_open: bool, url: str, viewer: User, client_as: ClientAs
) -> None:
    page = client_as(viewer).get(f"{url}{query}").content.decode()
    assert ('id="questions" open' in page) is is_open


@pytest.mark.parametrize(("count", "left"), [(3, ""), (5, "and 2 more")])
def test_a_run_with_many_versions_names_three(
    count: int, left: str, url: str, project: Project, viewer: User, client_as: ClientAs
) -> None:
    run = RunFactory(experiment__project=project)
    model = RegisteredModelFactory(project=project)
    for number in range(1, count + 1):
        ModelVersionFactory(model=model, number=number, run=run)
    page = client_as(viewer).get(url).content.decode()
    assert page.count(f">{model.name} v") == 3
    assert ("more</a>" in page) is bool(left)
    assert left in page


@pytest.mark.parametrize(
    ("status", "days", "is_told"), [("RUNNING", 2, True), ("RUNNING", 0, False), ("FINISHED", 2, False)]
)
def test_the_table_says_since_when_a_run_has_fallen_silent(
    status: str, days: int, is_told: bool, url: str, project: Project, viewer: User, client_as: ClientAs
) -> None:
    heard = timezone.now() - timedelta(days=days)
    RunFactory(experiment__project=project, status=status, created_at=heard, last_heard_at=heard)
    page = client_as(viewer).get(url).content.decode()
    assert ("no news since" in page) is is_told


def test_a_page_of_a_run_folds_its_older_versions(project: Project, viewer: User, client_as: ClientAs) -> None:
    run = RunFactory(experiment__project=project)
    model = RegisteredModelFactory(project=project)
    for number in range(1, 12):
        ModelVersionFactory(model=model, number=number, run=run)
    page = client_as(viewer).get(reverse("registry:run-detail", args=[project.slug, run.run_id])).content.decode()
    shown, folded = page.split('<details class="list-rest"><summary>3 more</summary>')
    assert f">{model.name} v4<" in shown
    assert f">{model.name} v3<" not in shown
    assert f">{model.name} v1<" in folded


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("metrics.auc > 0.85", ["b"]),
        ("params.kind = 'forest' and metrics.auc <= 0.8", ["a"]),
        ("tags.team LIKE 'no%'", ["b", "a"]),
        ("attributes.user_id = 'mara'", ["a"]),
        ("attributes.run_name IN ('a')", None),
        ("metrics.auc >", None),
        ("params.kind = 'x' or 1=1 --", None),
        ("\0", None),
    ],
)
def test_a_line_in_mlflows_words_narrows_the_table_and_a_bad_one_says_why(
    line: str, found: list[str] | None, url: str, viewer: User, declare: Declare, client_as: ClientAs
) -> None:
    declare("a", params={"kind": "forest"}, metrics={"auc": 0.8}, tags={"team": "north"}, started_by="mara")
    declare("b", params={"kind": "forest"}, metrics={"auc": 0.9}, tags={"team": "northern"})
    page = client_as(viewer).get(url, {"filter": line})
    assert page.status_code == 200
    if found is None:
        assert page.context["form"].errors["filter"]
        assert len(page.context["table"].rows) == 2
    else:
        assert [row.name for row in page.context["table"].rows] == found


def test_children_are_folded_under_their_parents(url: str, viewer: User, declare: Declare, client_as: ClientAs) -> None:
    search = declare("search")
    child = declare("child 1", parent=search)
    declare("child 2", parent=search, metrics={"auc": 0.9})
    declare("grandchild", parent=child)
    browser = client_as(viewer)
    assert names(browser, url) == ["search"]
    opened = browser.get(url, {"open": [search.run_id, child.run_id]}).context["table"].rows
    assert [(row.name, row.depth) for row in opened] == [
        ("search", 0), ("child 1", 1), ("grandchild", 2), ("child 2", 1),
    ]  # fmt: skip
    assert names(browser, url, view="list") == ["grandchild", "child 2", "child 1", "search"]
    assert names(browser, url, name="child 2") == ["child 2"]
    assert names(browser, url, parent=search.run_id) == ["child 2", "child 1"]
    Run.objects.filter(pk=search.pk).update(deleted_at=timezone.now())
    assert names(browser, url) == ["child 2", "child 1"]


def test_the_table_renews_itself_only_while_a_run_is_going(
    url: str, viewer: User, declare: Declare, client_as: ClientAs
) -> None:
    run = declare("forest", status=Run.Status.RUNNING)
    browser = client_as(viewer)
    page = browser.get(url).content.decode()
    assert 'hx-trigger="every 4s"' in page
    part = browser.get(url, {"run": run.run_id}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section class="panel" id="runs"')
    assert f'id="tick-{run.run_id}" aria-label="Compare forest" checked' in part
    Run.objects.update(status=Run.Status.FINISHED)
    assert "hx-trigger" not in browser.get(url, headers={"HX-Request": "true"}).content.decode()


def test_whatever_a_script_calls_things_stays_text(
    url: str, project: Project, viewer: User, declare: Declare, client_as: ClientAs
) -> None:
    run = declare(NASTY, params={NASTY: NASTY}, metrics={NASTY: 1.0}, tags={NASTY: NASTY}, started_by=NASTY)
    other = declare("plain")
    columns = [f"{kind}.{NASTY}" for kind in ("params", "metrics", "tags")] + ["attributes.started_by"]
    asked = {"columns": "1", "column": columns, "sort": f"metrics.{NASTY}", "name": NASTY}
    pages = [client_as(viewer).get(url, asked)]
    compared = reverse("registry:run-compare", args=[project.slug])
    pages.append(client_as(viewer).get(compared, {"run": [run.run_id, other.run_id], "turned": NASTY}))
    for page in pages:
        assert page.status_code == 200
        assert "<img" not in page.content.decode()
        assert "&lt;img" in page.content.decode()


def test_the_file_holds_every_run_with_the_chosen_columns_and_no_formula(
    project: Project, viewer: User, declare: Declare, client_as: ClientAs
) -> None:
    run = declare("=1+1", params={"C": "-0.5", "cmd": "@SUM(A1)"}, metrics={"auc": 1 / 3, "f1": None})
    declare("child", parent=run)
    version = ModelVersionFactory(model__project=project, run=run)
    url = reverse("registry:run-export", args=[project.slug])
    asked = {"columns": "1", "column": ["params.C", "params.cmd", "metrics.auc", "metrics.f1", "attributes.versions"]}
    answer = client_as(viewer).get(url, asked | {"sort": "attributes.name"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="triage-runs.csv"'
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[arg-type]
    assert [row["name"] for row in rows] == ["'=1+1", "child"]
    assert (rows[0]["params.C"], rows[0]["params.cmd"]) == ("-0.5", "'@SUM(A1)")
    assert (float(rows[0]["metrics.auc"]), rows[0]["metrics.f1"], rows[0]["versions"]) == (1 / 3, "NaN", str(version))
    assert rows[1]["parent"] == run.run_id


@pytest.fixture
def thousands(project: Project) -> None:
    """2,500 runs in two experiments, half of them children, with metrics, parameters and tags."""
    experiments = [ExperimentFactory(project=project, name=name) for name in ("first", "second")]
    runs = Run.objects.bulk_create(
        Run(experiment=experiments[n % 2], name=f"run {n}", created_by=project.created_by) for n in range(2_500)
    )
    for at, run in enumerate(runs[1_250:]):
        run.parent = runs[at // 50]
    Run.objects.bulk_update(runs, ["parent"], batch_size=500)
    for table in (LatestMetric, RunParam, RunTag):
        table._default_manager.bulk_create(
            [table(run=run, key=f"k{n}", value=(at * 7 + n) % 97) for at, run in enumerate(runs) for n in range(4)],
            batch_size=2_000,
        )


QUERIES: list[dict[str, str]] = [
    {},
    {"page": "25"},  # where ten parents stand open, with 50 children each
    {"view": "list", "page": "30"},
    {"sort": "-metrics.k1", "view": "list"},
    {"sort": "params.k2"},
    {"name": "run 1", "sort": "tags.k0"},
    {"filter": "metrics.k1 > 1 and params.k2 != '7'", "sort": "-metrics.k2"},
]


@pytest.mark.usefixtures("thousands")
def test_thousands_of_runs_cost_as_many_queries_as_ten(
    url: str, viewer: User, client_as: ClientAs, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_as(viewer)
    columns = {"columns": "1", "column": ["metrics.k1", "params.k2", "tags.k0", "attributes.versions"]}
    client.get(url, columns)
    opened = {"open": list(Run.objects.order_by("pk").values_list("run_id", flat=True)[:10])}
    for query in QUERIES:
        with django_assert_max_num_queries(30):
            page = client.get(url, query | opened)
        assert len(page.context["table"].page) == 50
        assert query.get("page") != "25" or len(page.context["table"].rows) == 550
