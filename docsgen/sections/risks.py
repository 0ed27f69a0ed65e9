"""What may go wrong and for whom, who watches over it, and who decided to go ahead."""

from docsgen.content import Cell, Fact, FactList, Item, Paragraph, Quotation, Row, Section, Sentence, Severity, Table
from docsgen.facts import Snapshot
from docsgen.sections.words import DASH, day, gap, moment, quote

NOTHING: Snapshot = {"classification": None, "risks": [], "impact": None, "oversight": None, "decision": None}
BAND_TONES = {"very high": "bad", "high": "warn", "medium": "", "low": "good"}


def risks(snapshot: Snapshot) -> Section:
    """The tier and why, the register, and the impact assessment."""
    held = _held(snapshot)
    items: list[Item] = [*_classification(snapshot, held["classification"])]
    if held["risks"]:
        items.append(_register(held["risks"]))
    else:
        items.append(
            gap(
                snapshot, "Risk register empty.", what="A risk register", page="risk/register/", where="Risk, register",
                blocks=("EU AI Act Art. 9", "EU AI Act Annex IV 5", "SR 26-2 III"), severity=Severity.HIGH,
            )
        )  # fmt: skip
    items += _record(
        snapshot, held["impact"], text="No impact assessment.", what="The impact assessment", page="risk/impact/",
        where="Risk, impact assessment", blocks=("GDPR Art. 35", "EU AI Act Art. 27"),
    )  # fmt: skip
    lead = "Which tier the use falls under, what may go wrong, for whom, and what is done about it."
    return Section("risks", "Risks and ethics", lead, tuple(items))


def oversight(snapshot: Snapshot) -> Section:
    """The oversight plan, in its own words."""
    items = _record(
        snapshot, _held(snapshot)["oversight"], text="No oversight plan.", what="The oversight plan",
        page="risk/oversight/", where="Risk, oversight plan", blocks=("EU AI Act Art. 14", "EU AI Act Art. 26"),
    )  # fmt: skip
    lead = "Who watches over the model in use, with which means, and how they stop it."
    return Section("oversight", "Human oversight", lead, tuple(items))


def go_no_go(snapshot: Snapshot) -> list[Item]:
    """The decision that two people signed; what block 10 says where there is none."""
    decision = _held(snapshot)["decision"]
    if decision is None:
        return [
            *quote(snapshot, 10, "decision"),
            gap(
                snapshot, "No go/no-go decision.", what="A go/no-go decision signed by two people", page="decision/",
                where="Canvas, Decision", blocks=("NIST AI RMF MANAGE 1.1",), severity=Severity.MEDIUM,
            ),
        ]  # fmt: skip
    refs = (decision["ref"],)
    signed = " and ".join(f"{one['name']} as {one['capacity'].lower()}" for one in decision["signatures"])
    said = (
        f"Decision {decision['number']}, {moment(decision['decided_at'])}: {decision['outcome'].lower()}, by {signed}."
    )
    compared = (
        "The records suggested the same."
        if decision["suggestion"] == decision["outcome"]
        else f"The records suggested: {decision['suggestion'].lower()}."
    )
    sentences = [Sentence(said, refs), Sentence(compared, refs)]
    if decision["revisit_on"]:
        sentences.append(Sentence(f"It is looked at again on {day(decision['revisit_on'])}.", refs))
    sentences += [Sentence(f"It rests on an earlier state. {change}", refs) for change in decision["changes"]]
    items: list[Item] = [
        Paragraph(tuple(sentences)),
        Quotation("Reasons of the decision", tuple(_lines(decision["reasons"])), refs),
    ]
    if decision["difference_reason"]:
        items.append(Quotation("Why it differs", tuple(_lines(decision["difference_reason"])), refs))
    if decision["conditions"]:
        items.append(_conditions(decision))
    return items


def _held(snapshot: Snapshot) -> Snapshot:
    # Facts gathered before these records existed have none of them.
    found: Snapshot = snapshot.get("risk") or NOTHING
    return found


def _classification(snapshot: Snapshot, signed: Snapshot | None) -> list[Item]:
    if signed is None:
        return [
            gap(
                snapshot, "Not classified. Nobody knows which duties apply.", what="A signed classification",
                page="risk/classification/answer/", where="Risk, classification",
                blocks=("EU AI Act Art. 6", "SR 26-2 II"), severity=Severity.HIGH,
            )
        ]  # fmt: skip
    refs = (signed["ref"],)
    facts = FactList(
        (
            Fact("Tier", signed["tier"], refs),
            Fact("Model-risk tier", str(signed["materiality"]), refs),
            Fact("Duties that apply", str(signed["obligations"]), refs),
            Fact("Signed by", f"{signed['signed_by']}, {day(signed['signed_at'])}", refs),
            Fact("Rules", signed["rules_version"], refs),
        )
    )
    rows = tuple(Row((Cell(reason["sentence"]), Cell(reason["provision"])), refs) for reason in signed["reasons"])
    return [facts, Table("Why this tier", ("Reason", "Provision"), rows)]


def _register(risks: list[Snapshot]) -> Table:
    rows = tuple(
        Row(
            (
                Cell(risk["title"]),
                Cell(risk["affected"]),
                Cell(f"{risk['band']} ({risk['score']})", tone=BAND_TONES[risk["band"]]),
                Cell(f"{risk['treatment']}: {risk['measures']}" if risk["measures"] else risk["treatment"]),
                Cell(_remaining(risk), tone=BAND_TONES.get(risk["residual_band"], "")),
                Cell(risk["owner"]),
            ),
            (risk["ref"],),
        )
        for risk in risks
    )
    return Table("Risk register", ("Risk", "Affects", "Before", "Treatment", "What remains", "Owner"), rows)


def _remaining(risk: Snapshot) -> str:
    if risk["residual_score"] is None:
        return "not judged"
    accepted = f"accepted by {risk['accepted_by']}" if risk["accepted_by"] else "not accepted"
    return f"{risk['residual_band']} ({risk['residual_score']}), {accepted}"


def _record(
    snapshot: Snapshot, record: Snapshot | None, *, text: str, what: str, page: str, where: str, blocks: tuple[str, ...]
) -> list[Item]:
    if record is None:
        return [gap(snapshot, text, what=what, page=page, where=where, blocks=blocks, severity=Severity.HIGH)]
    refs = (record["ref"],)
    items: list[Item] = [_answer(record["answers"][key], refs) for key in record["order"]]
    if record["missing"]:
        said = f"{what} leaves open: {', '.join(record['missing'])}."
        items.append(gap(snapshot, said, what=what, page=page, where=where, blocks=blocks, severity=Severity.MEDIUM))
    return items


def _answer(answer: Snapshot, refs: tuple[str, ...]) -> Item:
    if answer["rows"]:
        rows = tuple(Row(tuple(Cell(text or DASH) for text in row), refs) for row in answer["rows"])
        return Table(answer["label"], tuple(answer["columns"]), rows)
    return Quotation(answer["label"], tuple(_lines(answer["text"])), refs)


def _conditions(decision: Snapshot) -> Table:
    rows = tuple(
        Row(
            (
                Cell(one["text"]),
                Cell(one["owner"]),
                Cell(day(one["due_on"])),
                Cell(f"met, {day(one['met_at'])}: {one['met_note']}", tone="good") if one["met_at"] else Cell("open"),
            ),
            (decision["ref"],),
        )
        for one in decision["conditions"]
    )
    return Table("Conditions of the decision", ("Condition", "Owner", "By", "State"), rows)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
