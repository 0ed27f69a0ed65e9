"""Croissant 1.0: a snapshot as JSON-LD that loaders understand, and the description of somebody else's. Nothing is fetched."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.column_facts import BOOLEAN, DATE, DATETIME, INTEGER, NUMBER, STRING
from data.contracts.drafts import Problems, draft, tidy, typed
from data.contracts.reading import BadDocument, Plain
from data.inference import FieldDraft
from data.tables import BadTable, check_columns

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
# The standard's own context, whole: loaders warn about any key that is missing.
CONTEXT: dict[str, Plain] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {
    STRING: "sc:Text",
    INTEGER: "sc:Integer",
    NUMBER: "sc:Float",
    BOOLEAN: "sc:Boolean",
    DATE: "sc:Date",
    DATETIME: "sc:DateTime",
}
_OURS = {"Text": STRING, "URL": STRING, "Integer": INTEGER, "Float": NUMBER, "Number": NUMBER, "Boolean": BOOLEAN,
         "Date": DATE, "DateTime": DATETIME}  # fmt: skip
_SIZED = re.compile(r"^(?:U?Int(?:8|16|32|64)|(Float(?:16|32|64)))$")
_DIGEST = {"sha256": re.compile(r"[0-9a-f]{64}"), "md5": re.compile(r"[0-9a-f]{32}")}
# The terms of the responsible-AI vocabulary that our records answer.
RAI = (
    "dataCollection", "dataCollectionType", "dataCollectionTimeframe", "dataCollectionMissingData",
    "dataPreprocessingProtocol", "dataAnnotationProtocol", "dataAnnotationAnalysis", "annotationsPerItem",
    "annotatorDemographics", "machineAnnotationTools", "dataUseCases", "dataLimitations",
    "personalSensitiveInformation", "dataReleaseMaintenancePlan",
)  # fmt: skip


@dataclass(frozen=True)
class Described:
    """A snapshot in the words that Croissant has for it; `rai` holds its terms by their own names."""

    name: str
    description: str
    url: str
    creator: str
    version: str
    published: str
    licences: Sequence[str]
    content_url: str
    file_name: str
    media_type: str
    size: int
    digest: tuple[str, str]
    fields: Sequence[FieldDraft]
    rai: Mapping[str, Plain]


@dataclass(frozen=True)
class Found:
    """What a Croissant file says of a data set, as text, and its columns."""

    name: str
    description: str
    url: str
    licence: str
    creator: str
    content_url: str
    file_name: str
    media_type: str
    digest: str
    fields: list[FieldDraft]
    guessed: list[str]
    rai: dict[str, str] = field(default_factory=dict)


def export(snapshot: Described) -> dict[str, Plain]:
    """The snapshot as a Croissant data set with one file and one record set."""
    kind, digest = snapshot.digest
    file = {
        "@type": "cr:FileObject",
        "@id": snapshot.file_name,
        "name": snapshot.file_name,
        "contentUrl": snapshot.content_url,
        "encodingFormat": snapshot.media_type,
        kind: digest,
    }
    if snapshot.size:
        file["contentSize"] = f"{snapshot.size} B"
    listed = [about for about in snapshot.fields if about.allowed_values]
    names = {about.key: f"values-{number}" for number, about in enumerate(listed, start=1)}
    told: dict[str, Plain] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": snapshot.name,
        "description": snapshot.description,
        "url": snapshot.url,
        "version": snapshot.version,
        "datePublished": snapshot.published,
        "license": list(snapshot.licences),
        "creator": {"@type": "sc:Organization", "name": snapshot.creator},
        "citeAs": f"{snapshot.creator}: {snapshot.name}, {snapshot.version} ({snapshot.published[:4]})",
        "distribution": [file],
        "recordSet": [_record_set(snapshot, names), *(_values(about, names[about.key]) for about in listed)],
    }
    return told | {f"rai:{term}": snapshot.rai[term] for term in RAI if snapshot.rai.get(term)}


def _record_set(snapshot: Described, names: Mapping[str, str]) -> dict[str, Plain]:
    fields = [_field(about, position, snapshot.file_name, names) for position, about in enumerate(snapshot.fields)]
    told: dict[str, Plain] = {"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}
    keys = [{"@id": described["@id"]} for described, about in zip(fields, snapshot.fields, strict=True) if about.is_key]
    if keys:
        told["key"] = keys[0] if len(keys) == 1 else keys
    return told


def _field(about: FieldDraft, position: int, file: str, names: Mapping[str, str]) -> dict[str, Plain]:
    # An id is an address: a column's name may hold anything, so its place stands for it.
    told: dict[str, Plain] = {
        "@type": "cr:Field",
        "@id": f"rows/{position + 1}",
        "name": about.key,
        "description": _words(about),
        "dataType": _TYPES[about.data_type],
        "source": {"fileObject": {"@id": file}, "extract": {"column": about.key}},
    }
    if about.key in names:
        told["references"] = {"field": {"@id": f"{names[about.key]}/value"}}
    return told


def _words(about: FieldDraft) -> str:
    facts = [f"{about.order} scale", f"used as {about.part}"]
    facts += [f"in {about.unit}"] if about.unit else []
    facts += ["may be empty" if about.is_nullable else "never empty"]
    facts += ["sensitive"] if about.is_sensitive else []
    said = ", ".join(facts)
    said = f"{said[0].upper()}{said[1:]}."
    return f"{about.description.rstrip('.')}. {said}" if about.description else said


def _values(about: FieldDraft, name: str) -> dict[str, Plain]:
    value = {"@type": "cr:Field", "@id": f"{name}/value", "name": "value", "dataType": _TYPES[about.data_type]}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"The values that {about.key} may have.",
        "dataType": "sc:Enumeration",
        "key": {"@id": f"{name}/value"},
        "field": [value],
        "data": [{f"{name}/value": item} for item in typed(about.allowed_values, about.data_type)],
    }


def is_croissant(document: Mapping[str, Plain]) -> bool:
    """Whether a document says that it follows Croissant."""
    said = document.get("conformsTo") or document.get("dct:conformsTo") or ""
    return "mlcommons.org/croissant" in _text(said)


def read(document: dict[str, Plain], *, table: str = "") -> Found:
    """What a Croissant file describes; raises BadDocument naming every problem."""
    if not is_croissant(document):
        raise BadDocument(
            ["conformsTo: the file does not say that it follows Croissant (http://mlcommons.org/croissant/1.0)."]
        )
    problems = Problems()
    name = " ".join(_text(document.get("name")).split())
    if not name:
        problems.add("name", "the data set has no name.")
    sets = [(path, held) for path, held in _all(problems, "recordSet", document.get("recordSet"))]
    at, chosen = _chosen(sets, table)
    guessed: list[str] = []
    listed = _enumerations(sets)
    keys = _keys(chosen)
    fields = [
        about
        for path, told in _all(problems, f"{at}.field", chosen.get("field"))
        if (about := _column(problems, path, told, keys=keys, listed=listed, guessed=guessed)) is not None
    ]
    file = _file(problems, document, chosen)
    if not problems.found:
        _check(problems, fields)
    if problems.found:
        raise BadDocument(problems.found)
    return Found(
        name=name[:120],
        description=_text(document.get("description")),
        url=_text(document.get("url")),
        licence=", ".join(_texts(document.get("license"))),
        creator=", ".join(_texts(document.get("creator"))),
        fields=fields,
        guessed=guessed,
        rai={term: said for term in RAI if (said := "\n".join(_texts(document.get(f"rai:{term}"))))},
        **file,
    )


def _check(problems: Problems, fields: Sequence[FieldDraft]) -> None:
    try:
        check_columns([about.key for about in fields])
    except BadTable as reason:
        problems.found.append(str(reason).replace("The file has", "The record set has"))


def _chosen(sets: Sequence[tuple[str, dict[str, Plain]]], table: str) -> tuple[str, dict[str, Plain]]:
    tables = [(path, held) for path, held in sets if "Enumeration" not in _text(held.get("dataType"))]
    if table:
        tables = [(path, held) for path, held in tables if table in (held.get("name"), held.get("@id"))]
    if not tables:
        raise BadDocument([f"recordSet: there is no record set {f'“{table}”' if table else 'with columns'}."])
    if len(tables) > 1:
        names = ", ".join(f"“{_text(held.get('name')) or held.get('@id', path)}”" for path, held in tables[:20])
        raise BadDocument([f"recordSet: there are {len(tables)} record sets. Name the one to import: {names}."])
    return tables[0]


def _column(
    problems: Problems,
    path: str,
    told: dict[str, Plain],
    *,
    keys: set[str],
    listed: Mapping[str, list[Plain]],
    guessed: list[str],
) -> FieldDraft | None:
    source = told.get("source")
    extract = source.get("extract") if isinstance(source, dict) else None
    column = extract.get("column") if isinstance(extract, dict) else None
    identifier = _text(told.get("@id"))
    name = _text(column) or _text(told.get("name")) or identifier.rsplit("/", 1)[-1]
    if not name:
        problems.add(path, "the field has no name.")
        return None
    path = f"{path} “{name[:60]}”"
    kind = _kind(_texts(told.get("dataType")))
    if told.get("subField") or told.get("repeated") is True or kind is None:
        said = "nested or repeated values" if kind else f"“{', '.join(_texts(told.get('dataType')))[:60] or 'no type'}”"
        problems.add(path, f"{said} cannot be held in a table. Types are {', '.join(sorted(_OURS))}.")
        return None
    is_key = bool(keys & {identifier, _text(told.get("name"))})
    values = problems.values(path, listed.get(_referred(told)) or None)
    described = {
        "key": name,
        "data_type": kind,
        "order": "",
        "part": "",
        "is_key": is_key,
        "allowed_values": values,
        "description": " ".join(_text(told.get("description")).split())[:300],
    }
    return draft(described, guessed=guessed)


def _kind(types: Sequence[str]) -> str | None:
    for said in types:
        word = re.split(r"[:/#]", said)[-1]
        if word in _OURS:
            return _OURS[word]
        if match := _SIZED.match(word):
            return NUMBER if match[1] else INTEGER
    return None


def _referred(told: Mapping[str, Plain]) -> str:
    said = told.get("references")
    about = said.get("field", said) if isinstance(said, dict) else None
    return _text(about.get("@id")) if isinstance(about, dict) else ""


def _enumerations(sets: Sequence[tuple[str, dict[str, Plain]]]) -> dict[str, list[Plain]]:
    """The values of each enumeration, under the id of the field that holds them."""
    found: dict[str, list[Plain]] = {}
    for _, held in sets:
        rows = held.get("data")
        if "Enumeration" in _text(held.get("dataType")) and isinstance(rows, list):
            for row in rows:
                for key, value in row.items() if isinstance(row, dict) else ():
                    found.setdefault(key, []).append(value)
    return found


def _keys(chosen: Mapping[str, Plain]) -> set[str]:
    said = chosen.get("key")
    return {_text(item.get("@id") if isinstance(item, dict) else item) for item in _as_list(said)} - {""}


def _file(problems: Problems, document: Mapping[str, Plain], chosen: Mapping[str, Plain]) -> dict[str, str]:
    """Where the rows lie: the file that the columns are taken from, else the first one."""
    files = [held for _, held in _all(problems, "distribution", document.get("distribution"))]
    files = [held for held in files if "FileObject" in _text(held.get("@type"))]
    used = {_source_of(told) for told in _as_list(chosen.get("field")) if isinstance(told, dict)}
    file = next((held for held in files if _text(held.get("@id")) in used), files[0] if files else None)
    if file is None:
        problems.add("distribution", "there is no FileObject, so nobody can tell where the rows lie.")
        return {}
    digest = ""
    for kind, shape in _DIGEST.items():
        said = _text(file.get(kind)).lower()
        if said and not shape.fullmatch(said):
            problems.add(
                f"distribution, {kind}", f"“{said[:70]}” is no {kind.upper().replace('SHA', 'SHA-')} in hexadecimal."
            )
        elif said and not digest:
            digest = f"{kind}:{said}"
    address = _text(file.get("contentUrl"))
    if len(address) > 1000:
        problems.add("distribution, contentUrl", "the address is longer than 1000 characters.")
    return {
        "content_url": address,
        "file_name": (_text(file.get("name")) or address.rsplit("/", 1)[-1] or "data")[:255],
        "media_type": _text(file.get("encodingFormat")),
        "digest": digest,
    }


def _source_of(told: Mapping[str, Plain]) -> str:
    source = told.get("source")
    file = source.get("fileObject") if isinstance(source, dict) else None
    return _text(file.get("@id")) if isinstance(file, dict) else ""


def _all(problems: Problems, path: str, value: Plain) -> Iterator[tuple[str, dict[str, Plain]]]:
    return problems.mappings(path, _as_list(value))


def _as_list(value: Plain) -> list[Any]:  # Any: JSON values
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _texts(value: Plain) -> list[str]:
    return [text for item in _as_list(value) if (text := _text(item))]


def _text(value: Plain) -> str:
    """A JSON-LD value as text: plain, with a language, or the name or address of something."""
    if isinstance(value, dict):
        for key in ("@value", "name", "en", "url", "@id"):
            if text := _text(value.get(key)):
                return text
        return next((text for item in value.values() if (text := _text(item))), "")
    if isinstance(value, list):
        return ", ".join(_texts(value))
    return "" if value is None or isinstance(value, bool) else tidy(str(value))
