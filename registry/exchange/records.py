"""The shape of an archive's records: every value is checked before anything is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from canvas.models import Project
from data.models import Dataset
from registry import artifact_paths, json_values
from registry.environment_files import UnreadableEnvironment, from_json
from registry.exchange.layout import HISTORY, RECORDS, SHA256, InvalidArchive, file_entry, metrics_entry
from registry.exchange.zips import Archive
from registry.json_values import NotStorable
from registry.models import Run, VersionDataset
from registry.services.metrics import Point

MOST_VERSIONS, MOST_RUNS, MOST_TAGS, MOST_FILES = 10_000, 20_000, 2_000, 20_000
LONGEST_TEXT = 200_000
LARGEST = 2**63 - 1

Values = dict[str, Any]


class _Strict(serializers.Serializer[Any]):
    """Refuses keys that the format does not have: they would be lost silently."""

    def to_internal_value(self, data: Any) -> Any:
        """The values, once no key is unknown."""
        if isinstance(data, Mapping) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            raise serializers.ValidationError(f"has “{unknown[0][:60]}”, which the format does not know")
        return super().to_internal_value(data)


class _Text(serializers.CharField):
    def __init__(self, longest: int = LONGEST_TEXT, *, filled: bool = False) -> None:
        super().__init__(max_length=longest, allow_blank=not filled, trim_whitespace=False)

    def to_internal_value(self, data: Any) -> str:
        """The text itself: a number is not one."""
        if not isinstance(data, str):
            raise serializers.ValidationError("has to be text")
        try:
            return json_values.ensure_text(super().to_internal_value(data), what="it")
        except NotStorable as reason:
            raise serializers.ValidationError(str(reason)) from reason


class _Json(serializers.JSONField):
    def __init__(self, kind: type | None = None) -> None:
        super().__init__(allow_null=kind is None)
        self.kind = kind

    def to_internal_value(self, data: Any) -> Any:
        """A JSON value that every database can keep."""
        if self.kind is not None and not isinstance(data, self.kind):
            raise serializers.ValidationError(f"has to be a JSON {'object' if self.kind is dict else 'list'}")
        try:
            json_values.ensure_storable(data, what="it", longest=2 * 2**20)
        except NotStorable as reason:
            raise serializers.ValidationError(str(reason)) from reason
        return data


class _Texts(serializers.DictField):
    """Texts by key: tags and parameters."""

    child = _Text()

    def to_internal_value(self, data: Any) -> Any:
        """The texts, none of whose keys is empty or too long."""
        if isinstance(data, Mapping) and (len(data) > MOST_TAGS or any(not 0 < len(str(key)) <= 250 for key in data)):
            raise serializers.ValidationError(f"has to have at most {MOST_TAGS:,} keys of 1 to 250 characters")
        return super().to_internal_value(data)


class _File(_Strict):
    path = _Text(500, filled=True)
    sha256 = serializers.RegexField(rf"^{SHA256.pattern}\Z")
    size = serializers.IntegerField(min_value=0, max_value=LARGEST)

    def validate_path(self, path: str) -> str:
        """A path that stays below its root."""
        try:
            return artifact_paths.plain(path)
        except artifact_paths.UnusablePath as reason:
            raise serializers.ValidationError(str(reason)) from reason


class _Model(_Strict):
    name = _Text(256, filled=True)
    description = _Text()
    task = serializers.ChoiceField(Project.Task.choices, allow_blank=True)
    tags = _Texts()


class _Experiment(_Strict):
    key = _Text(40, filled=True)
    name = _Text(500, filled=True)
    tags = _Texts()


class _Dataset(_Strict):
    key = _Text(40, filled=True)
    name = _Text(500, filled=True)
    digest = _Text(200)
    description = _Text()
    rows = serializers.IntegerField(min_value=0, max_value=LARGEST)
    columns = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    split_role = serializers.ChoiceField(Dataset.SplitRole.choices)
    label_column = _Text(200)
    preparation = _Text()
    file_name = _Text(255)
    file_format = serializers.ChoiceField(Dataset.Format.choices)
    schema = _Json(list)


class _Input(_Strict):
    name = _Text(500, filled=True)
    digest = _Text(36)
    source_type = _Text(100)
    source = _Text()  # type: ignore[assignment]  # a field, which the metaclass takes out of the class
    schema = _Text(2**20)
    profile = _Text(2**20)
    context = _Text(500)  # type: ignore[assignment]  # a field, which the metaclass takes out of the class
    tags = _Json(dict)
    dataset = _Text(40, filled=True)


class _Run(_Strict):
    key = _Text(40, filled=True)
    experiment = _Text(40, filled=True)
    parent = _Text(40)  # type: ignore[assignment]  # a field, which the metaclass takes out of the class
    environment = _Text(40)
    name = _Text(500)
    algorithm = _Text(200)
    status = serializers.ChoiceField(Run.Status.choices)
    note = _Text()
    started_by = _Text(250)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    params = _Texts()
    tags = _Texts()
    inputs = _Input(many=True)
    files = _File(many=True)
    recorded = _Json(dict)

    def to_internal_value(self, data: Any) -> Any:
        """The run; moments that nobody recorded are empty texts."""
        if isinstance(data, dict):
            data = data | {key: data.get(key) or None for key in ("started_at", "ended_at")}
        return super().to_internal_value(data)


class _Version(_Strict):
    number = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    run = _Text(40)
    environment = _Text(40)
    datasets = serializers.ListField(child=serializers.ListField(child=_Text(40), min_length=2, max_length=2))
    description = _Text()
    algorithm = _Text(200)
    hyperparameters = _Json(dict)
    selection_note = _Text()
    limits = _Text()
    pseudocode = _Text()
    example_input = _Json()
    example_output = _Json()
    artifact_name = _Text(255, filled=True)
    artifact_sha256 = serializers.RegexField(rf"^{SHA256.pattern}\Z")
    artifact_size = serializers.IntegerField(min_value=1, max_value=LARGEST)
    source_code = _Text(400)
    run_link = _Text(1000)
    files = _File(many=True)
    flavors = _Json(dict)
    signature = _Json()
    search = _Json()
    note = _Text()
    tags = _Texts()
    recorded = _Json(dict)


class _Records(_Strict):
    model = _Model()
    experiments = _Experiment(many=True)
    environments = serializers.ListField(child=_Json(dict), max_length=MOST_VERSIONS)
    datasets = _Dataset(many=True)
    runs = _Run(many=True)
    versions = _Version(many=True)


@dataclass(frozen=True)
class Records:
    """The records of an archive, checked, with what each of them points to."""

    values: Values
    history: Values

    @property
    def versions(self) -> list[Values]:
        """The versions, the lowest number first."""
        return sorted(self.values["versions"], key=lambda one: int(one["number"]))

    @property
    def summary(self) -> Values:
        """What the archive holds, for its page."""
        model, files = self.values["model"], self.files
        return {
            "name": model["name"],
            "description": model["description"],
            "task": model["task"],
            "project": str(self.history.get("project", ""))[:200],
            "runs": len(self.values["runs"]),
            "environments": len(self.values["environments"]),
            "datasets": len(self.values["datasets"]),
            "files": len(files),
            "bytes": sum(files.values()),
            "versions": [
                {
                    "number": one["number"],
                    "algorithm": one["algorithm"],
                    "artifact": one["artifact_name"],
                    "artifact_sha256": one["artifact_sha256"],
                    "recorded": {str(key)[:40]: str(value)[:200] for key, value in list(one["recorded"].items())[:8]},
                }
                for one in self.versions
            ],
        }

    @property
    def files(self) -> dict[str, int]:
        """Every file that a record names, with its size."""
        named = {one["artifact_sha256"]: one["artifact_size"] for one in self.values["versions"]}
        for owner in (*self.values["versions"], *self.values["runs"]):
            named |= {one["sha256"]: one["size"] for one in owner["files"]}
        return named


def read(archive: Archive) -> Records:
    """The records of an archive; raises InvalidArchive for the first thing that does not fit."""
    given = _Records(data=archive.document(RECORDS))
    if not given.is_valid():
        raise InvalidArchive(f"The records cannot be read: {_first(given.errors)}. Nothing was taken over.")
    values: Values = given.validated_data
    history = archive.document(HISTORY)
    if not isinstance(history, dict):
        raise InvalidArchive("The history in the archive is not the JSON that Tenet writes. Export the model again.")
    _ensure_few(values)
    records = Records(_with_environments(values), _storable(history))
    _ensure_tied(values)
    _ensure_files(records, archive)
    return records


def metrics(archive: Archive, run_key: str) -> list[Point]:
    """The history of a run's metrics; raises InvalidArchive."""
    rows = archive.document(metrics_entry(run_key))
    if not isinstance(rows, list):
        raise InvalidArchive(f"The metrics of {run_key} are not a list. Export the model again.")
    return [_point(row, run_key) for row in rows]


def _point(row: object, run_key: str) -> Point:
    match row:
        case [str(key), None | int() | float() as value, int(step), int(at)] if (
            0 < len(key) <= 250 and "\0" not in key and -LARGEST <= step <= LARGEST and 0 <= at <= LARGEST
        ):
            return Point(key, float("nan") if value is None else float(value), step, at)
    raise InvalidArchive(f"The metrics of {run_key} hold a value that is no point of a metric. Export the model again.")


def _ensure_few(values: Values) -> None:
    counted = {"versions": MOST_VERSIONS, "runs": MOST_RUNS, "datasets": MOST_VERSIONS, "experiments": MOST_RUNS}
    for what, most in counted.items():
        if len(values[what]) > most:
            raise InvalidArchive(f"The archive holds {len(values[what]):,} {what}; at most {most:,} are read.")
    if not values["versions"]:
        raise InvalidArchive("The archive holds no version. Export a model that has one.")


def _with_environments(values: Values) -> Values:
    checked = []
    for one in values["environments"]:
        said = {key: value for key, value in one.items() if key not in ("key", "captured_from")}
        try:
            facts = from_json(said, is_recorded=True)
        except UnreadableEnvironment as reason:
            raise InvalidArchive(f"A training environment cannot be read: {reason}") from reason
        checked.append(
            {"key": str(one.get("key"))[:40], "captured_from": str(one.get("captured_from"))[:120], "facts": facts}
        )
    values["environments"] = checked
    return values


def _ensure_tied(values: Values) -> None:
    """Every key that a record names is there, and nothing is there twice."""
    keys = {what: [one["key"] for one in values[what]] for what in ("experiments", "environments", "datasets", "runs")}
    numbers = [one["number"] for one in values["versions"]]
    if any(len(set(held)) != len(held) for held in (*keys.values(), numbers)):
        raise InvalidArchive("Two records of the archive have the same key. Export the model again.")
    uses = set(VersionDataset.Use.values)
    seen: set[str] = set()
    for run in values["runs"]:
        # Those a run is nested in come first, so that no run is inside itself.
        _ensure_known(run["parent"], seen, "run")
        seen.add(run["key"])
        _ensure_known(run["experiment"], set(keys["experiments"]), "experiment")
        _ensure_known(run["environment"], set(keys["environments"]), "environment")
        for one in run["inputs"]:
            _ensure_known(one["dataset"], set(keys["datasets"]), "snapshot")
    for version in values["versions"]:
        _ensure_known(version["run"], seen, "run")
        _ensure_known(version["environment"], set(keys["environments"]), "environment")
        for key, use in version["datasets"]:
            _ensure_known(key, set(keys["datasets"]), "snapshot")
            if use not in uses:
                raise InvalidArchive(
                    f"The archive says that a snapshot was used as “{use[:20]}”, which is unknown here."
                )


def _ensure_known(key: str, known: set[str], what: str) -> None:
    if key and key not in known:
        raise InvalidArchive(
            f"A record of the archive names the {what} “{key}”, which is not in it. Export the model again."
        )


def _ensure_files(records: Records, archive: Archive) -> None:
    named = records.files
    held = {
        name.removeprefix("files/"): told["size"] for name, told in archive.entries.items() if name.startswith("files/")
    }
    if named != held:
        odd = next(iter(set(named.items()) ^ set(held.items())))[0]
        raise InvalidArchive(
            f"The records and the files of the archive do not agree, first about {file_entry(odd)[:24]}…. Export it again."
        )
    runs = {metrics_entry(run["key"]) for run in records.values["runs"]}
    if runs != {name for name in archive.entries if name.startswith("metrics/")}:
        raise InvalidArchive("The archive holds the metrics of other runs than its records name. Export it again.")
    for owner in (*records.values["versions"], *records.values["runs"]):
        paths: Sequence[str] = [one["path"] for one in owner["files"]]
        if len(set(paths)) != len(paths) or len(paths) > MOST_FILES:
            raise InvalidArchive("A record of the archive names a path twice, or too many of them. Export it again.")
    for version in records.values["versions"]:
        mine = {one["sha256"] for one in version["files"]}
        if mine and version["artifact_sha256"] not in mine:
            raise InvalidArchive("A version's model file is not among its files. Export the model again.")


def _storable(history: Values) -> Values:
    try:
        json_values.ensure_storable(history, what="the history in the archive", longest=16 * 2**20)
    except NotStorable as reason:
        raise InvalidArchive(str(reason)) from reason
    return history


def _first(errors: Any, where: str = "") -> str:
    """The first refusal in DRF's nested errors, with where it stands."""
    if isinstance(errors, Mapping):
        for key, inner in errors.items():
            if inner:
                return _first(inner, where if key == "non_field_errors" else f"{where}.{key}".strip("."))
    if isinstance(errors, list):
        for place, inner in enumerate(errors):
            if inner:
                return _first(inner, f"{where}[{place}]" if isinstance(inner, Mapping) else where)
    return f"{where}: {str(errors).rstrip('.')}" if where else str(errors).rstrip(".")
