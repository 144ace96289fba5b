"""Steps of progress control: sittings that decide who does what until when, and the next one."""

import io
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from scenario_steps import consent, ok, person
from town import Caller, Town

SUBJECT = "花子さんの生活の立て直し"
DEBTS = "債務の一覧を作る"
VISIT = "週に一度訪ねる"
SURVEY = "働ける場を調べる"
PURPOSES = ("consultation", "planning")


def of(town: Town, account: str) -> Caller:
    return town.caller(account, "planning")


async def somebody(
    town: Town, given: str = "花子", letters: tuple[str, ...] = ("J", "L", "CC")
) -> tuple[str, str]:
    """A person whom J holds, and their consent towards some agencies."""
    j = of(town, "j-consultant")
    form = person("試験", given, "シケン ハナコ", birth="1981-03-09")
    her = (await ok(j.post("/v1/persons", form), 201))["id"]
    to = {"agencies": [str(town.agency[a]) for a in letters]}
    slip = consent(her, to=to, classes="D1 D2 D3 D4", purposes=PURPOSES)
    return her, (await ok(j.post("/v1/consents", slip), 201))["id"]


def about(town: Town, *persons: str, **more: Any) -> dict[str, Any]:
    """An item on somebody; H is invited to the sitting only."""
    return {
        "purpose": "plan_sharing",
        "minutes": 20,
        "subject": SUBJECT,
        "person_ids": list(persons),
        "invited_agency_ids": [str(town.agency[a]) for a in ("L", "CC")],
    } | more


#: An item about nobody.
GAP = {"purpose": "resource_gap", "minutes": 10, "subject": "短時間で働ける場が少ない"}


@dataclass(frozen=True)
class Sitting:
    """A conference and its items, in their order."""

    path: str
    items: list[str]

    @property
    def id(self) -> str:
        return self.path.rpartition("/")[2]


async def called(
    town: Town,
    day: str,
    *items: dict[str, Any],
    who: str = "j-consultant",
    letters: tuple[str, ...] = ("L", "CC", "H"),
    fixed: bool = True,
    residents: tuple[str, ...] = (),
    persons: tuple[str, ...] = (),
    **more: Any,
) -> Sitting:
    """A sitting whose agenda is fixed."""
    convener = of(town, who)
    when = {"starts_at": f"{day}T14:00:00+09:00", "ends_at": f"{day}T16:00:00+09:00"}
    form = {"kind": "support_coordination_conf", "place": "市役所"} | when | more
    path = "/v1/conferences/" + (await ok(convener.post("/v1/conferences", form), 201))["id"]
    invited: dict[str, Any] = {"agency_ids": [str(town.agency[a]) for a in letters]}
    invited |= {"residents": list(residents), "person_ids": list(persons)}
    if letters or residents or persons:
        await ok(convener.post(f"{path}/invite", invited))
    ids = [(await ok(convener.post(f"{path}/items", i), 201))["id"] for i in items]
    if fixed:
        await ok(convener.post(f"{path}/fix"))
    return Sitting(path, ids)


async def held(town: Town, sitting: Sitting, who: str = "j-consultant") -> None:
    """Everybody came."""
    view = await ok(of(town, who).get(sitting.path))
    there = {"present_attendee_ids": [a["id"] for a in view["attendees"]]}
    await ok(of(town, who).post(f"{sitting.path}/hold", there))


def task(town: Town, letter: str, what: str, due_on: str, **more: Any) -> dict[str, Any]:
    return {"agency_id": str(town.agency[letter]), "what": what, "due_on": due_on} | more


async def decided(
    town: Town, sitting: Sitting, item: int, *tasks: dict[str, Any], who: str = "j-consultant"
) -> list[str]:
    """What was decided on an item; the ids of its tasks, by due day."""
    said = {"result": "discussed", "decision": "役割を分けて進める", "tasks": list(tasks)}
    item_id = sitting.items[item]
    await ok(of(town, who).post(f"{sitting.path}/items/{item_id}/result", said))
    rows = await town.owner.fetch(
        "SELECT id FROM task WHERE item_id = $1 ORDER BY due_on, id", item_id
    )
    return [str(r["id"]) for r in rows]


async def printed(caller: Caller, path: str) -> str:
    """What stands on all pages, without spaces and line ends."""
    response = await caller.get(path)
    assert response.status_code == 200, response.text
    pages = PdfReader(io.BytesIO(response.content), strict=True).pages
    return "".join("".join(p.extract_text().split()) for p in pages)


async def follow_up(caller: Caller, sitting: Sitting) -> dict[str, Any]:
    """What stands at the top of somebody's packet."""
    return (await ok(caller.get(f"{sitting.path}/packet")))["follow_up"]


def whats(rows: list[dict[str, Any]]) -> list[str | None]:
    """What is to be done, as far as it is told."""
    return [row.get("what") for row in rows]
