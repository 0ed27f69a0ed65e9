"""Writing a project's plan: its settings, the ten blocks and what it is held to."""

from samples.client import Client, Record

BLOCKS = (
    "value_proposition",
    "data_sources",
    "prediction_task",
    "feature_engineering",
    "offline_evaluation",
    "decisions",
    "collecting_data",
    "building_models",
    "live_evaluation",
    "when_not_to_implement",
)


def fill_in_canvas(client: Client, canvas: Record) -> int:
    """Save every block; returns how many are complete."""
    saved = [
        client.put(f"canvas/{number}/", based_on=0, answers=canvas[key]) for number, key in enumerate(BLOCKS, start=1)
    ]
    return sum(block["is_complete"] for block in saved)


def agree_on_kpis(client: Client, kpis: list[Record]) -> list[Record]:
    """Add every KPI; one that serves another comes after it in the list, and names it as its parent."""
    ids: dict[str, int] = {}
    made = []
    for kpi in kpis:
        made.append(client.post("kpis/", **kpi | {"parent": ids.get(kpi["parent"])}))
        ids[kpi["name"]] = made[-1]["id"]
    return made


def count_the_money(client: Client, money: Record, kpis: list[Record]) -> Record:
    """Add what the project costs and brings, and freeze a first estimate of its return."""
    ids = {kpi["name"]: kpi["id"] for kpi in kpis}
    for cost in money["costs"]:
        client.post("costs/", **cost)
    for block, reason in money["stated_zeros"].items():
        client.put(f"stated-zeros/{block}/", reason=reason)
    for benefit in money["benefits"]:
        client.post("benefits/", **benefit | {"kpi": ids[benefit["kpi"]]})
    for error in money["error_costs"]:
        client.post("error-costs/", **error)
    return client.post("estimates/", **money["estimate"])


def classify(client: Client, said: Record, *, password: str) -> Record:
    """Answer the questions of the classification and sign it; the project's risk tier follows."""
    answers = {key: {"answer": word} for word in ("yes", "no") for key in said[word]} | said["other"]
    return client.post("classifications/", answers=answers, based_on=0, note=said["note"], password=password)


def decide(risk_owner: Client, sponsor: Client, said: Record, *, passwords: tuple[str, str]) -> Record:
    """Have two people sign whether the project goes ahead, on what the records say today."""
    proposed = risk_owner.post("decisions/", **said)
    address = f"decisions/{proposed['number']}/sign/"
    risk_owner.post(address, capacity="risk-owner", password=passwords[0])
    return sponsor.post(address, capacity="sponsor", password=passwords[1])


def link_evidence(client: Client, fields: list[tuple[int, str, str]]) -> int:
    """Link the newest record of a kind to each field, given as block, field and kind; returns how many were linked."""
    for block, field, kind in fields:
        newest = client.listed(f"canvas/evidence/kinds/{kind}/")[0]
        client.post(f"canvas/{block}/evidence/", kind=kind, record=newest["id"], field=field)
    return len(fields)


def agree_on(author: Client, reader: Client, blocks: list[int]) -> None:
    """Have somebody who did not write them accept blocks."""
    for block in blocks:
        number = author.get(f"canvas/{block}/")["number"]
        author.post(f"canvas/{block}/review/", number=number)
        reader.post(f"canvas/{block}/accept/", number=number)
