"""What is known of a model's steps: as they were read, and what people wrote beside them."""

from docsgen.facts.ledger import Ledger, Snapshot, stamp
from registry.models import ModelOutline, ModelVersion, OutlineNote
from registry.outlining.diagram import draw
from registry.outlining.steps import Outline


def outline_facts(version: ModelVersion, ledger: Ledger) -> Snapshot | None:
    """The steps of a version's model with the latest note; None where neither is recorded."""
    outline = ModelOutline.objects.filter(version=version).exclude(state=ModelOutline.State.RUNNING).first()
    note = version.outline_notes.select_related("by").first()
    if outline is None and note is None:
        return None
    return {
        "read": _read(outline, ledger) if outline else None,
        "note": _note(note, ledger) if note else None,
    }


def _read(outline: ModelOutline, ledger: Ledger) -> Snapshot:
    drawn = draw(Outline.from_json(outline.steps)) if outline.steps else None
    said = [outline.origin, outline.text, outline.example_input, outline.example_output, outline.artifact_sha256]
    return {
        "ref": ledger.cite(outline, at=outline.read_at, said=said),
        "is_from_model": outline.origin == ModelOutline.Origin.SANDBOX,
        "is_failed": outline.state == ModelOutline.State.FAILED,
        "text": outline.text,
        "svg": drawn.svg if drawn else "",
        "alt": drawn.alt if drawn else "",
        "library": outline.library,
        "tier": outline.tier,
        "reason": outline.reason,
        "read_at": stamp(outline.read_at),
        "example_input": outline.example_input,
        "example_output": outline.example_output,
    }


def _note(note: OutlineNote, ledger: Ledger) -> Snapshot:
    ref = ledger.cite(note, revision=note.number, at=note.at, by=note.by, said=note.text)
    return {"ref": ref, "number": note.number, "text": note.text, "by": str(note.by), "at": stamp(note.at)}
