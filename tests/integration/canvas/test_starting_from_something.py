"""Projects that begin as a worked example, a canvas of ten boxes or a negotiation card."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from canvas import examples
from canvas.exchange import dorard, mlte
from canvas.exchange.problems import InvalidPlan
from canvas.models import CostItem, Kpi, Project, Risk
from canvas.services import blocks, exchange
from canvas.services.blocks import current_answers
from tests.conftest import ClientAs


@pytest.mark.parametrize("key", examples.KEYS)
def test_a_worked_example_becomes_a_complete_project(key: str, owner: User, client_as: ClientAs) -> None:
    client = client_as(owner)
    preview = client.post(reverse("canvas:project-example", args=[key]))["Location"]
    created = client.post(preview, {"name": "Mine"})

    project = Project.objects.get(name="Mine")
    assert created["Location"] == reverse("canvas:board", args=[project.slug])
    assert blocks.completeness_of(project).percent == 100
    assert {"business", "model"} <= set(Kpi.objects.filter(project=project).values_list("kind", flat=True))
    assert Kpi.objects.filter(project=project, kind="model", parent__kind="business").exclude(parent_sign="").exists()
    assert CostItem.objects.filter(project=project, is_hidden=True).exists()
    assert project.benefitlines.exists()
    assert project.errorcosts.exists()
    assert Risk.objects.filter(project=project).exists()
    assert project.started_from.startswith("Worked example: ")


@pytest.mark.parametrize("key", examples.KEYS)
def test_a_worked_example_pays_for_itself_on_the_terms_that_are_offered(
    key: str, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    client.post(client.post(reverse("canvas:project-example", args=[key]))["Location"], {"name": "Mine"})
    offered = client.get(reverse("canvas:roi-create", args=["mine"])).context["form"]
    sent = {field.html_name: field.value() for field in offered if field.value() is not None}
    saved = client.post(reverse("canvas:roi-create", args=["mine"]), sent | {"save": "1"})
    assert saved.status_code == 302
    results = Project.objects.get(slug="mine").roi_estimates.get().results
    assert results["roi_likely"] > 0.2


def test_a_name_that_is_taken_is_said_beside_the_name(owner: User, project: Project, client_as: ClientAs) -> None:
    plan = exchange.prepare_example("regression", by=owner)
    response = client_as(owner).post(reverse("canvas:project-preview", args=[plan.pk]), {"name": project.name})
    assert response.status_code == 422
    assert "A project called Triage exists" in response.content.decode()
    assert not project.imported_plans.exists()


BOXES = {
    "Value Propositions": "Readers find books they finish.",
    "Data Sources": "- Loans\n- Catalogue",
    "ML Task": "Binary classification: finished or not.",
    "Features": "Pages\nGenre",
    "Offline Evaluation": "Last year's loans.",
    "Decisions": "Three books are proposed.",
    "Making Predictions": "Each night, in a batch, for 8,000 readers.",
    "Collecting Data": "Returns are scanned.",
    "Building Models": "Every quarter\nNew branch opens",
    "Live Evaluation and Monitoring": "Share of proposals that are borrowed",
}


def test_each_box_goes_to_its_stated_field(owner: User) -> None:
    project = exchange.create_project(exchange.prepare_boxes(BOXES, name="Library", by=owner), name="Library", by=owner)
    held = current_answers(project)
    assert held[1]["problem_statement"] == "Readers find books they finish."
    assert [row["name"] for row in held[2]["sources"]] == ["Loans", "Catalogue"]
    assert (held[3]["family"], held[3]["task"]) == ("supervised", "binary_classification")
    assert held[3]["input"] == BOXES["ML Task"]
    assert [row["name"] for row in held[4]["features"]] == ["Pages", "Genre"]
    assert held[5]["test_dataset_rule"] == "Last year's loans."
    assert held[6]["decision"] == "Three books are proposed."
    assert held[6]["serving_mode"] == ["batch"]
    assert held[6]["serving_limits"] == {"time_limit": BOXES["Making Predictions"]}
    assert held[7]["collection_process"] == "Returns are scanned."
    assert held[8]["triggers"] == ["Every quarter", "New branch opens"]
    assert held[9]["live_metrics"] == [{"metric": "Share of proposals that are borrowed"}]
    assert 10 not in held


def words(text: str) -> set[str]:
    return set(text.replace(".", " ").replace(",", " ").split())


def everything_in(document: dict[str, Any]) -> set[str]:
    return words(json.dumps(document, ensure_ascii=False).replace("\\n", " ").replace('"', " ").replace(":", " "))


def test_nothing_in_a_box_is_dropped_however_long_it_is() -> None:
    long = {name: " ".join(f"{key}{n}" for n in range(1_500)) for key, name in enumerate(BOXES)}
    boxes = {name: text.replace(" ", " x") for name, text in long.items()}
    document, _ = dorard.read(boxes, title="Long")
    for text in boxes.values():
        assert words(text) <= everything_in(document)


def test_markdown_headings_are_boxes_and_an_unknown_heading_is_kept(owner: User, client_as: ClientAs) -> None:
    text = (
        "# Our canvas\n\n## 1. Value Proposition\nShorter queues\n\n## Data sources\n- Till\n\n## Budget\nTwo years\n"
    )
    response = client_as(owner).post(
        reverse("canvas:project-start", args=["boxes"]), {"name": "", "file": SimpleUploadedFile("c.md", text.encode())}
    )
    page = client_as(owner).get(response["Location"]).content.decode()
    assert "“Budget” is no box of the canvas" in page
    plan = exchange.ImportedPlan.objects.get()
    first = plan.document["revisions"][0]["answers"]
    assert first["problem_statement"] == "Shorter queues"
    assert "Budget: Two years" in first["open_questions"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"# Shopping\n\nMilk", "No heading of this text is a box"),
        (b'{"a": "b"}', "No key of this object is a box"),
        (b'{"Features": 3}', "$.Features"),
        (b'{"Features": ""}', "All boxes are empty"),
    ],
)
def test_a_canvas_without_boxes_is_refused(content: bytes, sentence: str, owner: User) -> None:
    with pytest.raises(InvalidPlan) as refused:
        exchange.prepare_boxes_file(content, name="x", by=owner)
    assert sentence in str(refused.value)


CARD: dict[str, Any] = {
    "header": {"identifier": "card.default", "type": "card", "timestamp": 1700000000, "creator": "planner"},
    "body": {
        "artifact_type": "card",
        "system": {
            "goals": [
                {
                    "description": "Spot weeds",
                    "metrics": [
                        {"description": "Recall above 0.9", "baseline": "Human scouts reach 0.7"},
                        {"description": "Herbicide reduced by 30%", "baseline": "Last season"},
                        {"description": "Farmers like it", "baseline": ""},
                    ],
                }
            ],
            "problem_type": "classification",
            "task": "Tell weed from crop in a photograph",
            "usage_context": "A sprayer opens a nozzle where weeds stand",
            "risks": ["False positive sprays a crop", "A false negative leaves a weed", "Rain blurs pictures"],
        },
        "data": [
            {
                "description": "Field photographs", "purpose": "Training", "source": "Drones", "classification": "pii",
                "access": "Agronomy share", "labeling_method": "By hand by two experts",
                "labels": [
                    {"name": "weed", "description": "any weed", "percentage": 12.5},
                    {"name": "crop", "description": "maize", "percentage": 87.5},
                ],
                "fields": [
                    {
                        "name": "picture", "description": "path", "type": "image", "expected_values": "PNG",
                        "missing_values": "none", "special_values": "blank",
                    }
                ],
                "rights": "Farm contract", "policies": "Keep two years",
            }
        ],
        "model": {
            "development_compute_resources": {
                "cpu": "8", "gpu": "1", "gpu_memory": "16 GB", "main_memory": "64 GB", "storage": "1 TB",
            },
            "deployment_platform": "Sprayer computer",
            "capability_deployment_mechanism": "Local interface",
            "model_source": "In-house",
            "input_specification": [{"name": "tile", "description": "one tile", "type": "image", "expected_values": "256x256"}],
            "output_specification": [{"name": "score", "description": "chance", "type": "float", "expected_values": "0-1"}],
            "production_compute_resources": {"cpu": "4", "gpu": "0", "gpu_memory": "", "main_memory": "2 GB", "storage": "1 GB"},
        },
        "system_requirements": [
            {
                "identifier": "qas-1", "quality": "Robustness", "stimulus": "a blurry tile", "source": "camera",
                "environment": "rain", "response": "recall holds", "measure": "within 0.05",
            },
            {"identifier": "qas-2", "quality": "Time Behavior", "stimulus": "a tile", "measure": "40 ms"},
            {"identifier": "qas-3", "quality": "Privacy", "stimulus": "a face", "measure": "is blurred"},
        ],
        "novelty": {"score": 3},
    },
}  # fmt: skip


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [str(value)] if value not in (None, "") else []


def test_a_card_fills_the_blocks_and_becomes_kpis(owner: User) -> None:
    plan = exchange.prepare_card(json.dumps(CARD).encode(), name="weeds.json", by=owner)
    project = exchange.create_project(plan, name="Weeds", by=owner)
    held = current_answers(project)
    recall, herbicide = Kpi.objects.filter(project=project).order_by("pk")
    assert (recall.kind, recall.metric, recall.direction, recall.target_value, recall.baseline_value) == (
        "model", "recall", "up", 0.9, 0.7,
    )  # fmt: skip
    assert (herbicide.kind, herbicide.direction, herbicide.target_value, herbicide.unit) == ("business", "up", 30, "%")
    assert held[3]["family"] == "supervised"
    assert [row["error"] for row in held[5]["error_costs"]] == ["false_positive", "false_negative"]
    assert held[1]["intended_purpose"] == "A sprayer opens a nozzle where weeds stand"
    assert held[2]["sources"][0]["personal_data"] == "personal"
    assert held[7]["labelling_method"] == "manual"
    assert held[4]["features"][0]["data_type"] == "image"
    assert "Sprayer computer" in held[6]["user_interface"]
    assert "cpu 8" in held[8]["compute_target"]
    assert "cpu 4" in held[9]["latency_and_throughput"]
    assert any("blurry tile" in test for test in held[5]["robustness_tests"])


def test_every_value_of_a_card_is_somewhere_in_the_plan() -> None:
    document, warnings = mlte.read(CARD, title="weeds.json")
    whole = " ".join(json.dumps(document, ensure_ascii=False).replace("\\n", " ").split())
    for leaf in leaves(CARD["body"]) + leaves(CARD["header"]):
        if leaf not in ("card",):
            assert leaf in whole, leaf
    assert any("$.novelty" in warning for warning in warnings)
    assert {"place": "$.novelty", "text": "score: 3"} in document["notes"]


def test_a_card_written_by_the_first_edition_is_read_too() -> None:
    card = {
        "system": {
            "goals": [{"description": "G", "metrics": [{"description": "AUC 0.8", "baseline": "0.6"}]}],
            "problem_type": "regression", "risks": {"fp": "costs", "fn": "harm", "other": "dust"},
        },
        "data": [],
        "model": {
            "development": {"resources": {"cpu": "2"}},
            "production": {
                "integration": "queue", "interface": {"input": {"description": "row"}, "output": {"description": "n"}},
            },
        },
    }  # fmt: skip
    document, _ = mlte.read(card, title="old")
    by_block = {row["block"]: row["answers"] for row in document["revisions"]}
    assert [row["consequence"] for row in by_block[5]["error_costs"]] == ["costs", "harm"]
    assert by_block[6]["user_interface"] == "Integration: queue"
    assert "row" in by_block[3]["input"]
    assert document["project"]["task"] == "regression"


@pytest.mark.parametrize("content", [b"[]", b'{"system": 3}', b'{"system": {}, "artifact_type": "report"}'])
def test_another_file_is_no_card(content: bytes, owner: User, client_as: ClientAs) -> None:
    response = client_as(owner).post(
        reverse("canvas:project-start", args=["card"]), {"file": SimpleUploadedFile("x.json", content)}
    )
    assert response.status_code == 422
    assert "Nothing was created." in response.content.decode()
