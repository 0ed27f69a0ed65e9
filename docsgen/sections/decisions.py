"""Who decided what about the version, and which stages it held."""

from docsgen.content import Cell, Item, Paragraph, Quotation, Row, Section, Sentence, Severity, Table
from docsgen.facts import Snapshot
from docsgen.sections.words import gap, moment

CHECK_TONES = {"passed": "good", "failed": "bad", "unknown": ""}


def approvals(snapshot: Snapshot) -> Section:
    """The checks, the requests, the votes and the stages."""
    version = snapshot["version"]
    items: list[Item] = []
    if snapshot["checks"]:
        items.append(_checks(snapshot))
    for promotion in snapshot["promotions"]:
        items += _promotion(promotion)
    if snapshot["stages"]:
        items.append(_stages(snapshot["stages"]))
    live = next(
        (held for held in snapshot["stages"] if held["stage_key"] == "production" and not held["until_at"]), None
    )
    approved = any(promotion["status"] == "approved" for promotion in snapshot["promotions"])
    if live and live["promotion"] is None:
        items.append(_gap(snapshot, f"Live without approval since {moment(live['from_at'])}."))
    elif not approved:
        items.append(_gap(snapshot, f"No approved promotion. {version['label']} has not been released by anybody."))
    return Section("approvals", "Approvals", "The checks, who asked, who decided, and on which evidence.", tuple(items))


def _checks(snapshot: Snapshot) -> Table:
    ref = (snapshot["version"]["ref"],)
    rows = tuple(
        Row(
            (
                Cell(check["title"]),
                Cell(check["status_label"], tone=CHECK_TONES.get(check["status"], "")),
                Cell(check["reason"]),
            ),
            ref,
        )
        for check in snapshot["checks"]
    )
    return Table("Promotion checks as last reported", ("Check", "State", "Reason"), rows)


def _promotion(promotion: Snapshot) -> list[Item]:
    asked = (
        f"{promotion['requested_by']} asked on {moment(promotion['requested_at'])} for the stage {promotion['stage']} "
        f"(request {promotion['number']}, {promotion['status_label'].lower()})."
    )
    items: list[Item] = [
        Paragraph((Sentence(asked, (promotion["ref"],)),)),
        Quotation("Reason given", tuple(promotion["reason"].splitlines()), (promotion["ref"],)),
    ]
    for vote in promotion["votes"]:
        said = (
            f"{vote['decision']} by {vote['by']}{', ' + vote['title'] if vote['title'] else ''}, {moment(vote['at'])}"
        )
        items.append(Quotation(said, tuple(vote["comment"].splitlines()), (vote["ref"],)))
    if promotion["evidence_sha256"]:
        said = f"The decision rests on the evidence manifest with SHA-256 {promotion['evidence_sha256']}."
        items.append(Paragraph((Sentence(said, (promotion["ref"],)),)))
    return items


def _stages(stages: list[Snapshot]) -> Table:
    rows = tuple(
        Row(
            (
                Cell(held["stage"]),
                Cell(moment(held["from_at"])),
                Cell(moment(held["until_at"]) if held["until_at"] else "still holds it"),
                Cell(f"request {held['promotion']}" if held["promotion"] else "–"),
            ),
            (held["ref"],),
        )
        for held in stages
    )
    return Table("Stages this version held", ("Stage", "From", "Until", "By"), rows)


def _gap(snapshot: Snapshot, text: str) -> Item:
    return gap(
        snapshot, text, what="An approved promotion", page="promotions/", where="Promotions",
        blocks=("SR 26-2 VI.1", "Release to Production"), severity=Severity.MEDIUM,
    )  # fmt: skip
