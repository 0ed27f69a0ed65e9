"""What resembles an idea: projects one may see, and opportunities, those declined included."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connection
from django.db.models import F, JSONField, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse

from accounts.models import User
from canvas.models import BlockRevision, Opportunity, Project

MOST_WORDS = 40
MOST_CANDIDATES = 60
MOST_FOUND = 5
# An idea resembles another when so much of what was typed is in it, or so much of its name is in what was typed.
SHARE_OF_TEXT, SHARE_OF_NAME = 0.4, 0.6
BLOCK_FIELDS = ("problem_statement", "intended_purpose", "need", "benefit", "product_or_service")
CONFIG = "english"

_WORD = re.compile(r"[^\W_]{3,}")
# Words that say nothing about a problem, and words that every project here uses.
_COMMON = frozenset(
    "a about after all also and any are because been before but can could each for from had has have her his how into its "
    "more most not now off one only other our out over per she should some such than that the their them then there these "
    "they this those through too under was were what when where which while who whom why will with would you your "
    "data model models project prediction predictions predict predicts predicted learning machine system tool use used "
    "using done task today new help helps call calls right good better best make makes need needs people way work".split()
)


@dataclass(frozen=True)
class Similar:
    """A project or an opportunity that resembles what was typed."""

    kind: str
    """`project` or `opportunity`."""
    title: str
    about: str
    url: str
    state: str
    """What became of it, in a word or two."""
    likeness: float
    """From 0 to 1: the larger of the two shares."""
    shared: tuple[str, ...]
    """The words that both have, as they were typed."""


def similar_to(text: str, *, user: User, only: QuerySet[Project] | None = None) -> list[Similar]:
    """At most five projects this person may see, and opportunities, that resemble a text; the nearest first.

    PostgreSQL finds candidates by full text; other databases look at every one. What is near is judged the same way.
    `only` narrows the projects further, as an API token does.
    """
    words = words_of(text)
    if not words:
        return []
    visible = Project.objects.visible_to(user) if only is None else only
    near = [*_projects(visible, words), *_opportunities(words)]
    best = sorted(near, key=lambda one: (-one.likeness, one.title))[:MOST_FOUND]
    # People read the words they wrote, not the stems that were compared.
    written = {_stem(word): word for word in reversed(_WORD.findall(text.casefold()))}
    return [replace(one, shared=tuple(written[stem] for stem in one.shared)) for one in best]


def words_of(text: str) -> list[str]:
    """The distinct words that say something, in order, in small letters and without their endings; at most forty."""
    found = (_stem(word) for word in _WORD.findall(text.casefold()) if word not in _COMMON)
    return list(dict.fromkeys(found))[:MOST_WORDS]


def likeness(words: Sequence[str], *, title: str, body: str) -> tuple[float, tuple[str, ...]]:
    """How near a text is to some words, from 0 to 1, and what they share; 0 for too little."""
    name = words_of(title)
    held = {*name, *words_of_all(body)}
    shared = tuple(word for word in words if word in held)
    of_name = [word for word in name if word in words]
    least = min(2, len(words), len(name) or 2)
    if len(shared) < least:
        return 0.0, ()
    in_text = len(shared) / len(words)
    in_name = len(of_name) / len(name) if name and len(of_name) >= min(2, len(name)) else 0.0
    if in_text < SHARE_OF_TEXT and in_name < SHARE_OF_NAME:
        return 0.0, ()
    return max(in_text, in_name), shared


def words_of_all(text: str) -> set[str]:
    """Every word that says something, as words_of writes it, however many there are."""
    return {_stem(word) for word in _WORD.findall(text.casefold()) if word not in _COMMON}


@lru_cache(maxsize=16_384)
def _stem(word: str) -> str:
    """The word without the endings that English gives it: near enough to tell which words are the same."""
    if word.endswith("ies") and len(word) > 5:
        return f"{word[:-3]}y"
    for ending in ("ings", "ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    if word.endswith(("ses", "xes", "zes", "ches", "shes")) and len(word) > 4:
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def _projects(visible: QuerySet[Project], words: Sequence[str]) -> Iterator[Similar]:
    # Only the revision that holds: a word somebody took out of the plan is no longer part of it.
    block = BlockRevision.objects.filter(project=OuterRef("pk"), block=1).order_by("-number").values("answers")[:1]
    asked = visible.annotate(value=Subquery(block, output_field=JSONField()))
    if connection.vendor == "postgresql":
        plan = Coalesce(Cast(Subquery(block), TextField()), Value(""), output_field=TextField())
        vector = (
            SearchVector("name", weight="A", config=CONFIG)
            + SearchVector("purpose", weight="B", config=CONFIG)
            + SearchVector(plan, weight="C", config=CONFIG)
        )
        asked = _best(asked, vector, words)
    for row in asked.values("name", "purpose", "slug", "value"):
        answers = row["value"] or {}
        texts = [str(answers.get(key, "")) for key in BLOCK_FIELDS] if isinstance(answers, dict) else []
        near, shared = likeness(words, title=row["name"], body=" ".join([row["purpose"], *texts]))
        if shared:
            url = reverse("canvas:project-detail", args=[row["slug"]])
            yield Similar("project", row["name"], row["purpose"], url, "Project", near, shared)


def _opportunities(words: Sequence[str]) -> Iterator[Similar]:
    asked = Opportunity.objects.select_related("process")
    if connection.vendor == "postgresql":
        vector = (
            SearchVector("task", weight="A", config=CONFIG)
            + SearchVector("idea", weight="B", config=CONFIG)
            + SearchVector("process__name", weight="C", config=CONFIG)
            + SearchVector("decided_reason", weight="D", config=CONFIG)
        )
        asked = _best(asked, vector, words)
    for one in asked:
        near, shared = likeness(words, title=one.task, body=f"{one.idea} {one.process} {one.process.description}")
        if shared:
            state = f"Opportunity, {one.get_status_display().lower()}"
            yield Similar("opportunity", one.task, one.idea, one.get_absolute_url(), state, near, shared)


def _best(rows: QuerySet[Any, Any], vector: Any, words: Sequence[str]) -> QuerySet[Any, Any]:  # Any: of any model
    """The rows that hold any of the words, in PostgreSQL's order of relevance."""
    query = SearchQuery(" | ".join(f"{word}:*" for word in words), search_type="raw", config=CONFIG)
    matching = rows.annotate(text=vector).filter(text=query)
    return matching.annotate(rank=SearchRank(F("text"), query)).order_by("-rank", "pk")[:MOST_CANDIDATES]
