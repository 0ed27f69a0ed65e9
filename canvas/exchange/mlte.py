"""MLTE negotiation cards (schema v0.0.1, as written by MLTE 1 and 2) read into the blocks, every value of them.

The card has goals with metrics and baselines, risks, data with labels and fields, the model's resources and interfaces
and scenarios for qualities. What has no field of ours is kept as an open question with its place, or as a note.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from canvas.exchange.document import Document
from canvas.exchange.problems import refused
from canvas.exchange.texts import Sheet, first, pieces

CARD_TYPES = ("card", "negotiation_card")
NUMBER = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?)\s*(%?)")
LESS = re.compile(r"<|≤|at most|less than|no more than|below|under|(?:reduc|lower)\w* to", re.IGNORECASE)
TASKS = {
    "regression": ("supervised", "point_regression", "regression"),
    "clustering": ("unsupervised", "clustering", ""),
    "anomaly_detection": ("unsupervised", "anomaly_detection", ""),
    "recommendation": ("other", "recommendation", ""),
    "forecasting": ("supervised", "", "regression"),
    "trend": ("supervised", "", "regression"),
    "detection": ("supervised", "", ""),
    "classification": ("supervised", "", ""),
}
METRICS = (
    ("accuracy", r"\baccuracy\b"), ("recall", r"\brecall\b|\bsensitivity\b"), ("specificity", r"\bspecificity\b"),
    ("precision", r"\bprecision\b"), ("f1", r"\bf1\b"), ("roc_auc", r"\bauc\b|\broc\b"), ("brier", r"\bbrier\b"),
    ("mae", r"\bmae\b|mean absolute error"), ("rmse", r"\brmse\b|root mean squared"), ("r2", r"\br2\b|r²"),
)  # fmt: skip
RESOURCES = ("cpu", "gpu", "gpu_memory", "main_memory", "storage")
PERSONAL = {"pii": "personal", "phi": "special_category"}
DATA_TYPES = (
    ("boolean", r"bool"), ("integer", r"\bint"), ("decimal", r"float|double|decimal|number|real"),
    ("timestamp", r"date|time"), ("image", r"image|png|jpe?g|picture|signal"), ("vector", r"vector|array|embedding"),
    ("text", r"str|text|char"), ("category", r"categor|enum"),
)  # fmt: skip
QUALITIES = (
    (r"fairness|inclusiv", 5, "fairness"), (r"robust|resilien|domain adapt", 5, "robustness_tests"),
    (r"monitor|analyzab", 9, "drift_tests"), (r"understand|interpret|explain", 6, "explanation_shown"),
    (r"time\s+behaviou?r|performance|resource", 9, "latency_and_throughput"),
    (r"functional|correct|accura", 5, "further_metrics"),
    (r"reproduc|repeat", 8, "reproducibility_needs"),
)  # fmt: skip


def read(card: Any, *, title: str) -> tuple[Document, list[str]]:  # Any: JSON from outside
    """The plan in a negotiation card, with what to know about it; raises InvalidPlan when it is no such card."""
    body = card.get("body", card) if isinstance(card, dict) else None
    if not isinstance(body, dict) or not isinstance(body.get("system"), dict):
        raise refused("$.system", "This is not a negotiation card: it has no system with goals.")
    if body.get("artifact_type", "card") not in CARD_TYPES:
        raise refused("$.artifact_type", f"This is another artifact of MLTE: {str(body['artifact_type'])[:40]}.")
    reader = _Reader()
    reader.take(body)
    if isinstance(card.get("header"), dict):
        reader.sheet.keep("header", _listed(card["header"]))
    for key in card.keys() - {"header", "body"} if "body" in card else ():
        reader.rest(f"$.{key}", card[key])
    system = body["system"]
    task = _string(system.get("task"))
    document = reader.sheet.document(name=title.rsplit(".", 1)[0], purpose=task, task=reader.task)
    return document, reader.warnings()


class _Reader:
    """Walks a card once; whatever it does not know by name is kept."""

    def __init__(self) -> None:
        self.sheet = Sheet()
        self.task = ""
        self.unmapped: list[str] = []
        self.metrics_without_target = 0

    def take(self, body: Mapping[str, Any]) -> None:
        """Everything in the card's body."""
        self.each(body, "$", {
            "artifact_type": lambda _, __: None,
            "system": self.system,
            "data": self.data,
            "model": self.model,
            "system_requirements": self.requirements,
        })  # fmt: skip

    def warnings(self) -> list[str]:
        """What whoever imports the card should know."""
        found = ["Names of owners, costs, monitoring and the reasons against a model are not on such a card."]
        if self.metrics_without_target:
            found.append(
                f"Metrics that name no figure to reach: {self.metrics_without_target}. They stand in block 5 among the "
                "further measures, since a KPI needs a target."
            )
        if self.sheet.kpis:
            found.append("Targets and directions of the KPIs were read out of the metrics' words: check each of them.")
        if self.unmapped:
            found.append(f"No field of ours for: {', '.join(self.unmapped[:20])}. Kept as text beside the plan.")
        return found

    def each(self, said: Any, path: str, known: Mapping[str, Callable[[Any, str], None]]) -> None:
        """Hand each value to the reader of its key; keep what has none."""
        if not isinstance(said, Mapping):
            self.rest(path, said)
            return
        for key, value in said.items():
            if value in (None, "", [], {}):
                continue
            known.get(key, lambda value, place: self.rest(place, value))(value, f"{path}.{key}")

    def rest(self, path: str, value: Any) -> None:
        """Keep a value that no field of ours takes."""
        if value in (None, "", [], {}):
            return
        self.unmapped.append(path)
        self.sheet.keep(path, _flat(value))

    # ---------- the system ----------

    def system(self, said: Any, path: str) -> None:
        self.each(said, path, {
            "goals": self.goals,
            "problem_type": self.problem_type,
            "task": lambda value, _: self.sheet.put_lines(
                3, "assumptions", [f"Task on the card: {_string(value)}"], source="ML task"
            ),
            "usage_context": lambda value, _: self.sheet.put_long(
                1, "intended_purpose", _string(value), source="Usage context"
            ),
            "risks": self.risks,
        })  # fmt: skip

    def goals(self, said: Any, path: str) -> None:
        for place, goal in enumerate(_items(said)):
            here = f"{path}[{place}]"
            if not isinstance(goal, Mapping):
                self.rest(here, goal)
                continue
            about = _string(goal.get("description"))
            self.sheet.put_long(1, "problem_statement", f"Goal: {about}" if about else "", source="Goal")
            self.sheet.put_lines(1, "business_kpi_links", [about] if about else [], source="Goal")
            for number, metric in enumerate(_items(goal.get("metrics"))):
                self.metric(metric, f"{here}.metrics[{number}]", goal=about)
            for key in goal.keys() - {"description", "metrics"}:
                self.rest(f"{here}.{key}", goal[key])

    def metric(self, said: Any, path: str, *, goal: str) -> None:
        """A metric with a figure becomes a KPI; one without becomes a further measure."""
        if not isinstance(said, Mapping):
            self.rest(path, said)
            return
        about, baseline = _string(said.get("description")), _string(said.get("baseline"))
        for key in said.keys() - {"description", "baseline"}:
            self.rest(f"{path}.{key}", said[key])
        if not about and not baseline:
            return
        figure = NUMBER.search(about)
        words = " ".join(part for part in (
            f"Goal: {goal}." if goal else "", about, f"Baseline: {baseline}" if baseline else ""
        ) if part)  # fmt: skip
        if figure is None:
            self.metrics_without_target += 1
            self.sheet.put_lines(5, "further_metrics", [words], source="Metric")
            return
        metric = next((key for key, word in METRICS if re.search(word, about, re.IGNORECASE)), "")
        before = NUMBER.search(baseline)
        self.sheet.kpis.append({
            "id": f"kpi-{len(self.sheet.kpis) + 1}",
            "name": self._free_name(about or goal),
            "kind": "model" if metric else "business",
            "definition": words,
            "metric": metric,
            "formula": "" if metric else first(about),
            "unit": figure[2],
            "direction": "down" if LESS.search(about) else "up",
            "baseline_value": float(before[1]) if before else None,
            "target_value": float(figure[1]),
            "blocks": [1, 5],
        })  # fmt: skip

    def _free_name(self, text: str) -> str:
        name = first(text, 110)
        taken = {kpi["name"] for kpi in self.sheet.kpis}
        return next(one for one in (name, *(f"{name} ({n})" for n in range(2, 9_999))) if one not in taken)

    def problem_type(self, said: Any, path: str) -> None:
        key = re.sub(r"[\s-]+", "_", _string(said).strip().lower())
        family, task, evaluated = TASKS.get(key, ("", "", ""))
        if family:
            self.sheet.answers[3]["family"] = family
        if task:
            self.sheet.answers[3]["task"] = task
        self.task = evaluated
        if not task:
            self.sheet.ask(3, f"the card says “{_string(said)}”; choose the kind of task", source="ML problem type")

    def risks(self, said: Any, path: str) -> None:
        """Newer cards hold a list of texts, older ones the risks of false positives, false negatives and others."""
        if isinstance(said, Mapping):
            for key, error in (("fp", "false_positive"), ("fn", "false_negative")):
                self._error(_string(said.get(key)), error, path)
            for text in _items(said.get("other")):
                self._risk(_string(text))
            for key in said.keys() - {"fp", "fn", "other"}:
                self.rest(f"{path}.{key}", said[key])
            return
        for place, item in enumerate(_items(said)):
            text = _string(item)
            error = next(
                (kind for kind in ("false_positive", "false_negative") if kind.replace("_", " ") in text.lower()), ""
            )
            if error:
                self._error(text, error, f"{path}[{place}]")
            else:
                self._risk(text)

    def _error(self, text: str, error: str, path: str) -> None:
        if text.strip():
            self.sheet.put_rows(5, "error_costs", [{"error": error, "consequence": text[:2_000]}], source="Risk")
            if len(text) > 2_000:
                self.sheet.ask(5, text[2_000:], source="Risk")

    def _risk(self, text: str) -> None:
        if text.strip():
            self.sheet.ask(5, text, source="Risk to score in the register")

    # ---------- the data ----------

    def data(self, said: Any, path: str) -> None:
        for place, one in enumerate(_items(said)):
            self.dataset(one, f"{path}[{place}]", place)

    def dataset(self, said: Any, path: str, place: int) -> None:
        if not isinstance(said, Mapping):
            self.rest(path, said)
            return
        about = _string(said.get("description"))
        name = first(about, 200) or f"Data of the card, {place + 1}"
        kind = _string(said.get("classification"))
        told = {key: _string(said.get(key)) for key in ("purpose", "source", "access", "policies")}
        origin = "\n".join(
            part for part in (
                about if about != name else "", *(f"{key.capitalize()}: {text}" for key, text in told.items() if text),
                f"Classification: {kind}" if kind else "",
            ) if part
        )  # fmt: skip
        row = {"name": name, "origin": origin[:2_000], "licence_or_terms": first(_string(said.get("rights")))}
        if kind.lower() in PERSONAL:
            row["personal_data"] = PERSONAL[kind.lower()]
        self.sheet.put_rows(2, "sources", [{key: cell for key, cell in row.items() if cell}], source="Data")
        for rest in (origin[2_000:], *pieces(_string(said.get("rights")))[1:]):
            if rest:
                self.sheet.ask(2, rest, source=name[:80])
        self.labels(said, path, name)
        self.fields(_items(said.get("fields")), f"{path}.fields", name)
        known = {
            "description", "classification", "purpose", "source", "access", "policies", "rights", "labels",
            "labeling_method", "fields",
        }  # fmt: skip
        for key in said.keys() - known:
            self.rest(f"{path}.{key}", said[key])

    def labels(self, said: Mapping[str, Any], path: str, name: str) -> None:
        method = _string(said.get("labeling_method"))
        lines = [f"{name}: {method}"] if method else []
        names = []
        for place, label in enumerate(_items(said.get("labels"))):
            if not isinstance(label, Mapping):
                self.rest(f"{path}.labels[{place}]", label)
                continue
            called, share = _string(label.get("name")), label.get("percentage")
            about = ", ".join(part for part in (
                _string(label.get("description")), f"{share:g} %" if isinstance(share, int | float) and share else ""
            ) if part)  # fmt: skip
            if called:
                names.append(called)
            if called or about:
                lines.append(f"Label {called}: {about}".rstrip(": "))
            for key in label.keys() - {"name", "description", "percentage"}:
                self.rest(f"{path}.labels[{place}].{key}", label[key])
        self.sheet.put_long(7, "label_source", "\n".join(lines), source="Labels")
        if re.search(r"manual|by hand|expert|annotat", method, re.IGNORECASE):
            self.sheet.answers[7]["labelling_method"] = "manual"
        elif re.search(r"automat", method, re.IGNORECASE):
            self.sheet.answers[7]["labelling_method"] = "automated"
        if names:
            self._classes(names)

    def _classes(self, names: list[str]) -> None:
        output = self.sheet.answers[3].setdefault("output", {})
        text = ", ".join(names)
        if "classes" not in output and len(text) <= 300:
            output["classes"] = text
        else:
            self.sheet.ask(3, text, source="Labels")

    def fields(self, said: Iterable[Any], path: str, name: str) -> None:
        rows = []
        for place, field in enumerate(said):
            if not isinstance(field, Mapping) or not _string(field.get("name")):
                self.rest(f"{path}[{place}]", field)
                continue
            called = _string(field["name"])
            kind = _string(field.get("type"))
            row = {"name": first(called), "source_fields": first(f"{name}: {called}")}
            if found := next((key for key, word in DATA_TYPES if re.search(word, kind, re.IGNORECASE)), ""):
                row["data_type"] = found
            rows.append(row)
            more = {key: _string(value) for key, value in field.items() if key != "name"}
            told = "; ".join(f"{key.replace('_', ' ')}: {text}" for key, text in more.items() if text)
            if told or len(called) > 300:
                self.sheet.put_lines(4, "assumptions", [f"Field {called}: {told}"], source="Field")
        self.sheet.put_rows(4, "features", rows, source="Field")

    # ---------- the model ----------

    def model(self, said: Any, path: str) -> None:
        self.each(said, path, {
            "development_compute_resources": self.development,
            "production_compute_resources": self.production,
            "deployment_platform": self.deployment("Deployment platform"),
            "capability_deployment_mechanism": self.deployment("Deployment mechanism"),
            "model_source": lambda value, _: self.sheet.put_lines(
                8, "assumptions", [f"Source of the model: {_string(value)}"], source="Model source"
            ),
            "input_specification": self.inputs,
            "output_specification": self.outputs,
            # Cards written by MLTE 1 nest the same values once more.
            "development": lambda value, here: self.each(value, here, {"resources": self.development}),
            "production": lambda value, here: self.each(value, here, {
                "resources": self.production,
                "integration": self.deployment("Integration"),
                "environment": lambda inner, place: self.each(inner, place, {
                    "resources": self.production,
                    "integration": self.deployment("Integration"),
                    "input": lambda deep, _: self.inputs(_items(deep), place),
                    "output": lambda deep, _: self.outputs(_items(deep), place),
                }),
                "interface": lambda inner, place: self.each(inner, place, {
                    "input": lambda deep, _: self.inputs(_items(deep), place),
                    "output": lambda deep, _: self.outputs(_items(deep), place),
                }),
            }),
        })  # fmt: skip

    def deployment(self, name: str) -> Callable[[Any, str], None]:
        return lambda value, _: self.sheet.put_long(6, "user_interface", f"{name}: {_flat(value)}", source=name)

    def development(self, said: Any, path: str) -> None:
        self.sheet.put_text(8, "compute_target", _resources(said), source="Development resources")

    def production(self, said: Any, path: str) -> None:
        self.sheet.put_long(9, "latency_and_throughput", _resources(said), source="Production resources")

    def inputs(self, said: Any, path: str) -> None:
        for item in _items(said):
            self.sheet.put_long(3, "input", _listed(item), source="Input")

    def outputs(self, said: Any, path: str) -> None:
        """The first output fills in the block's own parts; all of them are kept in full."""
        for item in _items(said):
            output = self.sheet.answers[3].setdefault("output", {})
            if isinstance(item, Mapping):
                for key, column in (("name", "type"), ("expected_values", "classes")):
                    text = _string(item.get(key))
                    if text and len(text) <= 300 and column not in output:
                        output[column] = " ".join(text.split())
            self.sheet.ask(3, _listed(item), source="Output on the card")

    # ---------- the qualities ----------

    def requirements(self, said: Any, path: str) -> None:
        for place, one in enumerate(_items(said)):
            if not isinstance(one, Mapping):
                self.rest(f"{path}[{place}]", one)
                continue
            quality = _string(one.get("quality"))
            parts = (_string(one.get(key)) for key in ("stimulus", "source", "environment", "response", "measure"))
            named = f"{_string(one.get('identifier'))} {quality}".strip()
            self.requirement(quality, f"{named}: " + " · ".join(part.strip() for part in parts if part.strip()))
            known = {"identifier", "quality", "stimulus", "source", "environment", "response", "measure"}
            for key in one.keys() - known:
                self.rest(f"{path}[{place}].{key}", one[key])

    def requirement(self, quality: str, text: str) -> None:
        """A scenario goes to the field that its quality speaks of."""
        for word, block, key in QUALITIES:
            if not re.search(word, quality, re.IGNORECASE):
                continue
            if key == "fairness":
                self._fairness(text)
            elif key in ("robustness_tests", "drift_tests", "further_metrics"):
                self.sheet.put_lines(block, key, [text], source="Requirement")
            else:
                self.sheet.put_long(block, key, text, source="Requirement")
            return
        self.sheet.ask(5, text, source="Requirement")

    def _fairness(self, text: str) -> None:
        if "fairness" not in self.sheet.answers[5] and len(text) <= 300:
            self.sheet.answers[5]["fairness"] = {"metric": " ".join(text.split())}
        else:
            self.sheet.ask(5, text, source="Fairness")


def _items(value: Any) -> list[Any]:
    if value in (None, "", {}):
        return []
    return value if isinstance(value, list) else [value]


def _string(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else _flat(value)


def _flat(value: Any) -> str:
    """A value of any shape as text that loses nothing."""
    if isinstance(value, Mapping):
        return _listed(value)
    if isinstance(value, list):
        return "\n".join(_flat(item) for item in value)
    return "" if value is None else str(value)


def _listed(value: Any) -> str:
    if not isinstance(value, Mapping):
        return _flat(value)
    return "; ".join(f"{key.replace('_', ' ')}: {_flat(item)}" for key, item in value.items() if item not in (None, ""))


def _resources(value: Any) -> str:
    if not isinstance(value, Mapping):
        return _flat(value)
    ordered = [key for key in RESOURCES if value.get(key)] + [
        key for key in value if key not in RESOURCES and value[key]
    ]
    return "; ".join(f"{key.replace('_', ' ')} {_flat(value[key])}" for key in ordered)
