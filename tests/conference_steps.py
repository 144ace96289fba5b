"""Steps around conferences of M, the municipality: bodies, sittings, items, packets."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from scenario_steps import consent, everybody, ok, person
from town import Caller, Town

ACCOUNTS = {
    "M": "m-officer",
    "E": "e-consultant",
    "S": "s-csw",
    "HC": "hc-nurse",
    "P": "p3-commissioner",
    "H": "h-supporter",
    "J": "j-consultant",
}
BODY = {
    "kind": "support_conf_layered",
    "name": "みほん市支援会議",
    "by_laws": "みほん市支援会議設置要綱（令和6年告示第10号）",
    "valid_from": "2024-04-01",
    "paper_days": 14,
}
STATUTORY, LAYERED = "support_conf_layered", "layered_support_conf"
SUBJECT = "奥の部屋の息子さんへの関わり方。だれが訪ねるか"
WITHOUT = "本人は面会を避けており、同意を確かめる機会がまだない"
#: What the person agrees to, all in all.
BOTH = ("consultation", "planning")


def of(town: Town, letter: str) -> Caller:
    return town.caller(ACCOUNTS[letter])


def ids(town: Town, letters: Iterable[str]) -> list[str]:
    return [str(town.agency[letter]) for letter in letters]


def when(day: str) -> dict[str, str]:
    return {
        "starts_at": f"{day}T13:30:00+09:00",
        "ends_at": f"{day}T15:00:00+09:00",
        "place": "市役所 3階 会議室",
    }


class Item(NamedTuple):
    """An item and its sitting."""

    sitting: str
    id: str

    @property
    def path(self) -> str:
        return f"/v1/conferences/{self.sitting}/items/{self.id}"


async def a_body(town: Town) -> str:
    return (
        await ok(
            of(town, "M").post(
                "/v1/conference-bodies", BODY | {"member_agency_ids": everybody(town)}
            ),
            201,
        )
    )["id"]


async def sitting(
    town: Town, day: str, kind: str = LAYERED, invited: Iterable[str] = (), **more: Any
) -> str:
    """M plans a sitting and invites agencies; its id."""
    m = of(town, "M")
    planned = await ok(m.post("/v1/conferences", {"kind": kind} | when(day) | more), 201)
    if invited:
        asked = {"agency_ids": ids(town, invited)}
        await ok(m.post(f"/v1/conferences/{planned['id']}/invite", asked))
    return planned["id"]


async def e_knows(town: Town, family: str = "見本", given: str = "徹") -> str:
    """Somebody whom E has on file; the id."""
    form = person(family, given, "ミホン トオル", birth="1972-08-30")
    return (await ok(of(town, "E").post("/v1/persons", form), 201))["id"]


async def agrees(
    town: Town, person_id: str, letters: Iterable[str], classes: str = "D1 D3", **more: Any
) -> str:
    """The person's written consent, recorded by E; its id."""
    given = {"purposes": BOTH} | more
    slip = consent(person_id, to={"agencies": ids(town, letters)}, classes=classes, **given)
    return (await ok(of(town, "E").post("/v1/consents", slip), 201))["id"]


def item_on(person_id: str | None, **more: Any) -> dict[str, Any]:
    named = {"person_ids": [person_id]} if person_id else {}
    words = {"purpose": "information_exchange", "minutes": 20, "subject": SUBJECT}
    return words | named | more


async def put(caller: Caller, sitting_id: str, item: dict[str, Any]) -> Item:
    """An item on the agenda."""
    added = await ok(caller.post(f"/v1/conferences/{sitting_id}/items", item), 201)
    return Item(sitting_id, added["id"])


async def e_brings(town: Town, sitting_id: str, person_id: str, *stay: str) -> Item:
    """E brings somebody into M's statutory sitting; only these agencies stay for it."""
    item = item_on(
        person_id,
        kind=STATUTORY,
        reason_without_consent=WITHOUT,
        invited_agency_ids=ids(town, stay),
    )
    return await put(of(town, "E"), sitting_id, item)


async def sits_under_secrecy(town: Town, sitting_id: str, *letters: str) -> None:
    """Registered, and the notice of secrecy acknowledged."""
    for letter in letters:
        caller, account = of(town, letter), ACCOUNTS[letter]
        agency = await ok(caller.get(f"/v1/agencies/{town.agency[letter]}"))
        code = account.replace("-", "_")
        position = next(p["id"] for p in agency["positions"] if p["code"] == code)
        path = f"/v1/conferences/{sitting_id}"
        await ok(caller.post(f"{path}/participants", {"position_id": position}), 201)
        notice = await ok(caller.get(f"{path}/secrecy"))
        said = {"notice_version": notice["notice_version"]}
        await ok(caller.post(f"{path}/secrecy", said))


async def fix(town: Town, sitting_id: str) -> None:
    await ok(of(town, "M").post(f"/v1/conferences/{sitting_id}/fix"))


async def hold(town: Town, sitting_id: str) -> None:
    """Everybody invited was there."""
    m = of(town, "M")
    there = (await ok(m.get(f"/v1/conferences/{sitting_id}")))["attendees"]
    present = {"present_attendee_ids": [a["id"] for a in there]}
    await ok(m.post(f"/v1/conferences/{sitting_id}/hold", present))


async def decide(town: Town, item: Item, decision: str, result: str = "discussed") -> None:
    said = {"result": result, "decision": decision}
    await ok(of(town, "M").post(f"{item.path}/result", said))


async def packet(town: Town, letter: str, sitting_id: str) -> list[dict[str, Any]]:
    """The items of somebody's packet."""
    shown = await ok(of(town, letter).get(f"/v1/conferences/{sitting_id}/packet"))
    return shown["items"]


async def items_in(town: Town, sitting_id: str) -> list[tuple[int, str, str | None]]:
    """Number, subject and result of every item there is, whoever may read it."""
    rows = await town.owner.fetch(
        "SELECT number, subject, result FROM agenda_item WHERE conference_id = $1 ORDER BY number",
        sitting_id,
    )
    return [(r["number"], r["subject"], r["result"]) for r in rows]
