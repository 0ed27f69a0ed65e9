"""Every write to links between the plan and the records that prove it."""

from django.db import IntegrityError, transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas import evidence
from canvas.blocks import Block, get_block
from canvas.models import EvidenceLink, Project


class NothingToLink(Exception):
    """The field, the kind or the record that a link names does not exist in this project."""


class LinkedAlready(Exception):
    """The field has this link."""


@transaction.atomic
def link(
    project: Project, block: Block, *, kind: str, object_id: str, by: User, field: str = "", note: str = ""
) -> EvidenceLink:
    """Link a record as proof of a field, or of the whole block; raises NothingToLink and LinkedAlready.

    The link remembers what the record holds now, so that a later change of it shows.
    """
    if field and field not in {one.key for one in block.fields}:
        raise NothingToLink(f"Block {block.number} has no field “{field[:60]}”.")
    try:
        offered = evidence.kind(kind)
    except KeyError as error:
        raise NothingToLink(f"Records of the kind “{kind[:40]}” cannot be linked.") from error
    proof = offered.find(project, [object_id]).get(object_id)
    if proof is None:
        raise NothingToLink(f"This project has no {offered.label.lower()} of that number. Choose one from the list.")
    try:
        with transaction.atomic():
            made = EvidenceLink.objects.create(
                project=project,
                block=block.number,
                field=field,
                kind=kind,
                object_id=proof.id,
                label=proof.label[:300],
                fingerprint=proof.fingerprint,
                note=note,
                linked_by=by,
            )
    except IntegrityError as error:
        raise LinkedAlready(f"{proof.label} is linked there already.") from error
    _record(Action.EVIDENCE_LINKED, made, by=by)
    return made


@transaction.atomic
def renew(made: EvidenceLink, *, by: User) -> EvidenceLink:
    """Look at a linked record again: the link holds for what the record holds now. Raises NothingToLink."""
    made = EvidenceLink.objects.select_for_update(of=("self",)).select_related("project").get(pk=made.pk)
    proof = evidence.find_all(made.project, [made]).get(made.pk)
    if proof is None:
        raise NothingToLink(f"{made.label} is no longer there. Take the link away.")
    before = made.fingerprint
    if before != proof.fingerprint:
        made.fingerprint, made.label = proof.fingerprint, proof.label[:300]
        made.save(update_fields=["fingerprint", "label"])
        _record(Action.EVIDENCE_LINKED, made, by=by, before=before)
    return made


@transaction.atomic
def unlink(made: EvidenceLink, *, by: User) -> None:
    """Take a link away; the record itself and the journal's line about the link stay."""
    made = EvidenceLink.objects.select_for_update(of=("self",)).select_related("project").get(pk=made.pk)
    _record(Action.EVIDENCE_UNLINKED, made, by=by)
    made.delete()


def _record(action: Action, made: EvidenceLink, *, by: User, before: str = "") -> None:
    block = get_block(made.block)
    about = f", “{block.field(made.field).label}”" if made.field in {one.key for one in block.fields} else ""
    values = {
        "block": made.block,
        "field": made.field,
        "kind": made.kind,
        "record": made.object_id,
        "fingerprint": made.fingerprint,
        "note": made.note,
    }
    is_gone = action is Action.EVIDENCE_UNLINKED
    record(
        action,
        by=by,
        on=made,
        chain=made.project.chain,
        label=f"{made.label} for block {block.number}{about}",
        before=values if is_gone else {"fingerprint": before},
        after={} if is_gone else values,
    )
