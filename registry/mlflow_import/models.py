"""Take over registered models and their versions: numbers are kept, and what is protected here is only named."""

import re
from urllib.parse import urlsplit

from django.urls import reverse

from data.storage import Missing
from registry.archives import ArchiveBomb
from registry.formats import FormatMismatch
from registry.mlflow_api.wire import Malformed
from registry.mlflow_import import files, logged_models, readers, runs
from registry.mlflow_import.readers import RemoteModel, RemoteVersion
from registry.mlflow_import.remote import Absent
from registry.mlflow_import.taking import Kind, Taking
from registry.models import Alias, ImportedRecord, ModelVersion, RegisteredModel
from registry.services import aliases, folders, model_tags, models, protection, registrations, sources, versions
from registry.services.registrations import Registration
from registry.services.sources import InvalidSource, Source

PAGE = 100
MOST_NAMES = 100
PROMPT = "mlflow.prompt.is_prompt"
_LOGGED_MODEL = re.compile(r"models:/(m-[0-9a-f]{32})")
_VERSION = re.compile(r"models:/([^/:]+)/(\d{1,10})")
_RUN = re.compile(r"runs:/([0-9a-f]{32})/?(.*)")
_STORED = re.compile(r"(?:^|.*/)([0-9a-f]{32})/artifacts(?:/(.*))?")
_NOT_REGISTERED = (
    InvalidSource,
    FormatMismatch,
    ArchiveBomb,
    Missing,
    folders.ChangedMeanwhile,
    models.InvalidTag,
    models.NoSuchModel,
)


class NoFiles(Exception):
    """A version's files cannot be taken over; the message says why, for people."""


def take(taking: Taking, name: str) -> None:
    """Take over a model with its versions that are new, and say what differs in those that are here."""
    try:
        there = readers.model(taking.remote.get("registered-models/get", name=name).get("registered_model") or {})
    except Absent:
        taking.problem(f"Model {name}", "It is no longer there.")
        return
    if there.tags.get(PROMPT) == "true":
        taking.problem(f"Model {name}", "It is a prompt, which is not taken over.")
        return
    taking.say(f"Model {there.name}")
    record = taking.record_of(Kind.MODEL, there.name)
    if record is None:
        try:
            record = taking.begin(Kind.MODEL, there.name, lambda: str(_make(taking, there).pk))
        except (models.UnusableModelName, models.InvalidTag, models.ModelNameTaken) as reason:
            taking.count(Kind.MODEL, "refused")
            taking.problem(f"Model {there.name}", str(reason))
            return
        taking.complete(record)
    model = RegisteredModel.objects.select_related("project").get(pk=record.local_id)
    taking.count_taken(record)
    if model.removed_at is not None:
        taking.problem(f"Model {there.name}", "It was removed here, so nothing of it is taken over.")
        return
    _tag(taking, model, there)
    _take_versions(taking, model, there)
    _take_aliases(taking, model, there)


def _make(taking: Taking, there: RemoteModel) -> RegisteredModel:
    host = re.sub(r"[^A-Za-z0-9.-]", "-", taking.remote.host)[:80]
    elsewhere = f"{there.name[:150]}-from-{host}"
    for name in (there.name, elsewhere, *(f"{elsewhere}-{number}" for number in range(2, MOST_NAMES))):
        try:
            made = models.register_model(
                taking.project, name=name, by=taking.by, description=there.description, tags=there.tags
            )
        except models.ModelNameTaken:
            continue
        if name != there.name:
            taking.problem(
                f"Model {there.name}", f"It is called “{name}” here, because this project has a model of that name."
            )
        return made
    raise models.ModelNameTaken(f"There are {MOST_NAMES} models called {there.name} here.")


def _tag(taking: Taking, model: RegisteredModel, there: RemoteModel) -> None:
    known = dict(model.tags.values_list("key", "value"))
    if new := {key: value for key, value in there.tags.items() if key not in known}:
        model_tags.tag_model(model, tags=new, by=taking.by)
    if differs := sorted(key for key, value in there.tags.items() if known.get(key, value) != value):
        taking.problem(f"Model {there.name}", f"Other tags there, which were not taken: {', '.join(differs)[:300]}.")


def _take_versions(taking: Taking, model: RegisteredModel, there: RemoteModel) -> None:
    quote = "'" if "'" not in there.name else '"'
    pages = taking.remote.pages(
        "GET", "model-versions/search", "model_versions", filter=f"name={quote}{there.name}{quote}", max_results=PAGE,
        order_by=["version_number ASC"],
    )  # fmt: skip
    for page in pages:
        for sent in page:
            try:
                found = readers.version(sent)
            except Malformed as reason:
                taking.count(Kind.VERSION, "refused")
                taking.problem(f"A version of {there.name}", f"It cannot be read: {reason}")
            else:
                taking.say(f"{there.name} v{found.number}")
                _take_version(taking, model, found)
        taking.keep()


def _take_version(taking: Taking, model: RegisteredModel, there: RemoteVersion) -> None:
    record = taking.record_of(Kind.VERSION, f"{there.name}/{there.number}")
    if record:
        taking.count_taken(record)
        _compare(taking, record, there)
        return
    what = f"{there.name} v{there.number}"
    if there.status != "READY":
        taking.count(Kind.VERSION, "refused")
        taking.problem(what, "It is still being registered there. Sync again later.")
        return
    try:
        source = _source(taking, there)
        version = _registered_before(model, there, source) or registrations.register(
            model,
            Registration(
                source=source, note=there.description, tags=there.tags, run_link=there.run_link,
                origin=ModelVersion.Origin.IMPORT, number=there.number,
            ),
            by=taking.by,
        )  # fmt: skip
    except NoFiles as reason:
        taking.problem(what, f"It was not registered. {reason}")
    except versions.NumberTaken:
        taking.problem(what, f"It was not registered: {model.name} has another version of this number here.")
    except _NOT_REGISTERED as reason:
        taking.problem(what, f"It was not registered. {reason}")
    else:
        record = taking.begin(Kind.VERSION, f"{there.name}/{there.number}", lambda: str(version.pk))
        taking.complete(record, updated_ms=there.updated_ms)
        taking.count_taken(record)
        if there.stage not in ("", "None"):
            taking.problem(
                what, f"It is in {there.stage} there. Here a stage is taken with a promotion.", url=_ask(version)
            )
        return
    taking.count(Kind.VERSION, "refused")


def _registered_before(model: RegisteredModel, there: RemoteVersion, source: Source) -> ModelVersion | None:
    """The version that an earlier attempt registered, if its worker died before it could note that."""
    return model.versions.filter(number=there.number, origin=ModelVersion.Origin.IMPORT, source=source.text).first()


def _source(taking: Taking, there: RemoteVersion) -> Source:
    """The files of a version as they lie here, taken over now where they are not here yet."""
    model_id, run_id, folder = there.model_id, "", ""
    if found := _VERSION.fullmatch(there.source):
        return _copied(taking, found[1], int(found[2]))
    if found := _LOGGED_MODEL.fullmatch(there.source):
        model_id = found[1]
    elif found := _RUN.fullmatch(there.source) or _STORED.fullmatch(urlsplit(there.source).path):
        run_id, folder = found[1], (found[2] or "").strip("/")
    if model_id:
        return _of_logged_model(taking, model_id, there.run_id)
    if run_id:
        return _of_run(taking, run_id, folder)
    scheme = urlsplit(there.source).scheme or "a path"
    raise NoFiles(f"Its files lie outside any run ({scheme}), where nothing is read from. Log the model into a run.")


def _of_logged_model(taking: Taking, model_id: str, run_id: str) -> Source:
    if run_id:
        # With its run come its params and data, of which the version tells.
        runs.find(taking, run_id)
    model = logged_models.find(taking, model_id)
    if model is None:
        raise NoFiles("The logged model that it was registered from is not there any more.")
    if not files.are_whole(taking, model, ""):
        raise NoFiles("Some of its files could not be taken over.")
    return sources.find(taking.project, f"models:/{model.model_id}")


def _of_run(taking: Taking, run_id: str, folder: str) -> Source:
    run = runs.find(taking, run_id)
    if run is None:
        raise NoFiles("The run that it came out of is not there any more.")
    if not files.are_whole(taking, run, folder):
        raise NoFiles("Some of its files could not be taken over.")
    return sources.find(taking.project, f"runs:/{run.run_id}/{folder}")


def _copied(taking: Taking, name: str, number: int) -> Source:
    record = taking.record_of(Kind.VERSION, f"{name}/{number}")
    original = ModelVersion.objects.select_related("model").filter(pk=record.local_id).first() if record else None
    if original is None:
        raise NoFiles(f"It is a copy of {name} v{number}, which is not here. Take over {name} first.")
    return sources.find(taking.project, f"models:/{original.model.name}/{original.number}")


def _compare(taking: Taking, record: ImportedRecord, there: RemoteVersion) -> None:
    """Say what is different there now; a registered version here never changes because of it."""
    version = ModelVersion.objects.get(pk=record.local_id)
    differs = []
    if version.note != there.description:
        differs.append("its description")
    known = dict(version.tags.values_list("key", "value"))
    differs += [f"the tag {key}" for key, value in sorted(there.tags.items()) if known.get(key) != value]
    if differs:
        taking.problem(
            f"{there.name} v{there.number}", f"Other there than here, and left as it is: {', '.join(differs)[:400]}."
        )


def _take_aliases(taking: Taking, model: RegisteredModel, there: RemoteModel) -> None:
    here = dict(Alias.objects.filter(model=model).values_list("name", "version__number"))
    for name, number in sorted(there.aliases.items()):
        if here.get(name) == number:
            continue
        what = f"{there.name}@{name}"
        version = model.versions.live().select_related("model__project").filter(number=number).first()
        if version is None:
            taking.problem(what, f"It points at v{number} there, which is not here.")
        elif name in here and not protection.is_protected_name(name):
            taking.problem(what, f"It points at v{number} there and at v{here[name]} here. It was not moved.")
        else:
            _point(taking, version, name, what)


def _point(taking: Taking, version: ModelVersion, name: str, what: str) -> None:
    try:
        aliases.move(version, name=name, by=taking.by)
    except protection.Protected:
        taking.problem(what, f"It points at v{version.number} there. Here it needs a promotion.", url=_ask(version))
    except aliases.InvalidAlias as reason:
        taking.problem(what, str(reason))


def _ask(version: ModelVersion) -> str:
    """The page where a promotion of a version is asked for."""
    parts = [version.model.project.slug, version.model.name, version.number]
    return reverse("registry:promotion-create", args=parts)
