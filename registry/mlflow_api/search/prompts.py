"""Prompts, which MLflow keeps among registered models under a tag: no search shows them that does not ask for them."""

from collections.abc import Sequence

from registry.mlflow_api.search.grammar import Clause
from registry.mlflow_api.search.tokens import Kind

MARK = "mlflow.prompt.is_prompt"
IS_ONE = "true"
ASKS_FOR_PROMPTS = {("=", "true"), ("!=", "false")}


def asks_for_prompts(clauses: Sequence[Clause]) -> bool:
    """Whether a filter wants prompts: the first clause about the mark decides."""
    about = next((clause for clause in clauses if is_about_prompts(clause)), None)
    return about is not None and (about.comparator, about.value.said.lower()) in ASKS_FOR_PROMPTS


def is_about_prompts(clause: Clause) -> bool:
    """Whether a clause compares the mark of prompts, which models lack and so could never fulfil."""
    is_tag = clause.about.entity in ("tag", "tags") and clause.about.key == MARK
    return is_tag and clause.comparator in ("=", "!=") and clause.value.kind is not Kind.NUMBER
