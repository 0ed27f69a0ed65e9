"""What the API makes of JSON that no record could keep: a sentence, never a failure of ours."""

import json
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver, reverse
from rest_framework.parsers import JSONParser
from rest_framework.views import APIView

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from config.parsing import StrictJSONParser
from tests.conftest import ApiAs

ROOMS = ("canvas", "data", "registry", "evaluation", "docsgen")
KPI = {"name": "Recall", "kind": "model", "definition": "Share found.", "direction": "up", "target_value": 0.9}
BODIES = {
    "NUL": json.dumps(KPI | {"definition": "a\0b"}),
    "half of a character": json.dumps(KPI | {"name": "\ud800"}),
    "NaN": json.dumps(KPI | {"target_value": float("nan")}),
    "infinity": json.dumps(KPI | {"target_value": float("inf")}),
    "a number that reads as infinity": json.dumps(KPI).replace("0.9", "1e400"),
    "a number that reads as infinity for a record": json.dumps(KPI | {"parent": 7}).replace("7", "1e400"),
    "a bottomless list": "[" * 100_000 + "]" * 100_000,
    "many levels": '{"a":' * 80 + "1" + "}" * 80,
    "a body that ends early": '{"name": "Rec',
    "bytes that are no text": b'{"name": "\xff\xfe"}',
    "a list for an object": "[1, 2]",
}


@pytest.mark.parametrize("case", BODIES)
def test_json_that_cannot_be_kept_is_refused_with_a_sentence(
    case: str, project: Project, contributor: User, api_as: ApiAs
) -> None:
    url = reverse("canvas-api:kpi-list", args=[project.slug])
    api = api_as(contributor)
    before = AuditEntry.objects.count()
    answer = api.post(url, BODIES[case], content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer.json()
    assert (project.kpis.count(), AuditEntry.objects.count()) == (0, before)


def test_every_endpoint_that_reads_json_reads_it_strictly() -> None:
    views = [view for view in endpoints(get_resolver().url_patterns) if view.__module__.split(".")[0] in ROOMS]
    assert len(views) > 20
    lax = [
        view.__name__
        for view in views
        if any(issubclass(parser, JSONParser) and parser is not StrictJSONParser for parser in view.parser_classes)
    ]
    assert lax == []


def endpoints(patterns: list[Any]) -> list[type[APIView]]:
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += endpoints(pattern.url_patterns)
        elif isinstance(view := getattr(pattern.callback, "view_class", None), type) and issubclass(view, APIView):
            found.append(view)
    return found


def test_the_same_json_without_the_fault_is_taken(project: Project, contributor: User, api_as: ApiAs) -> None:
    url = reverse("canvas-api:kpi-list", args=[project.slug])
    answer = api_as(contributor).post(url, json.dumps(KPI), content_type="application/json")
    assert answer.status_code == 201
