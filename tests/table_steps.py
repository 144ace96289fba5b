"""A statutory support conference (支援会議) of M's, on somebody who has not been asked yet."""

from dataclasses import dataclass
from typing import Any

from scenario_steps import everybody, ok, person
from town import Caller, Town

SUBJECT = "弟の暮らしと見守りの分担"
OPEN_SUBJECT = "地区で使える見守りの仕組み"
WITHOUT = "玄関先で断られ、同意をお願いできていない"
ACCOUNT = {
    "M": "m-officer",
    "CC": "cc-worker",
    "S": "s-csw",
    "HC": "hc-nurse",
    "T": "t-officer",
    "H": "h-supporter",
}


@dataclass(frozen=True)
class Table:
    """The sitting; item 1 is on her and without H, item 2 about nobody."""

    path: str
    id: str
    person: str
    item: str
    open_item: str


def at(town: Town, account: str) -> Caller:
    """A caller at the table, by account or by the agency's letter."""
    return town.caller(ACCOUNT.get(account, account), "consultation")


async def position(town: Town, account: str) -> str:
    """The position of a demo account."""
    code = ACCOUNT.get(account, account).replace("-", "_")
    return str(await town.owner.fetchval("SELECT id FROM position WHERE code = $1", code))


async def laid(town: Town, *, fixed: bool = True) -> Table:
    """Constituted, planned for this afternoon, everybody invited, two items on the agenda."""
    cc, m = at(town, "CC"), at(town, "M")
    her = (await ok(cc.post("/v1/persons", person("試験", "夏子", "シケン ナツコ")), 201))["id"]
    body = {
        "kind": "support_conf_layered",
        "name": "みほん市支援会議",
        "by_laws": "みほん市支援会議設置要綱（令和6年告示第10号）",
        "valid_from": "2024-04-01",
        "member_agency_ids": everybody(town),
    }
    body_id = (await ok(m.post("/v1/conference-bodies", body), 201))["id"]
    form = {
        "kind": "support_conf_layered",
        "body_id": body_id,
        "place": "市役所",
        "starts_at": "2026-11-20T14:00:00+09:00",
        "ends_at": "2026-11-20T15:00:00+09:00",
    }
    conference_id = (await ok(m.post("/v1/conferences", form), 201))["id"]
    path = f"/v1/conferences/{conference_id}"
    letters = ("CC", "S", "HC", "T", "H")
    await ok(m.post(f"{path}/invite", {"agency_ids": [str(town.agency[a]) for a in letters]}))
    about = {
        "purpose": "information_exchange",
        "minutes": 20,
        "subject": SUBJECT,
        "person_ids": [her],
        "reason_without_consent": WITHOUT,
        "invited_agency_ids": [str(town.agency[a]) for a in ("CC", "S", "HC", "T")],
    }
    item = (await ok(cc.post(f"{path}/items", about), 201))["id"]
    nobody = {"purpose": "resource_gap", "minutes": 10, "subject": OPEN_SUBJECT}
    open_item = (await ok(m.post(f"{path}/items", nobody), 201))["id"]
    if fixed:
        await ok(m.post(f"{path}/fix"))
    return Table(path, conference_id, her, item, open_item)


async def promises(town: Town, table: Table, account: str) -> dict[str, Any]:
    """Whoever is registered reads the notice of secrecy and acknowledges it."""
    caller = at(town, account)
    notice = await ok(caller.get(f"{table.path}/secrecy"))
    said = {"notice_version": notice["notice_version"]}
    return await ok(caller.post(f"{table.path}/secrecy", said))


async def sits(town: Town, table: Table, *accounts: str) -> None:
    """Registered by their own agency, and under secrecy."""
    for account in accounts:
        seat = {"position_id": await position(town, account)}
        await ok(at(town, account).post(f"{table.path}/participants", seat), 201)
        await promises(town, table, account)


async def her_item(town: Town, table: Table, account: str) -> dict[str, Any]:
    """The item on her, as this account is shown it now."""
    return (await ok(at(town, account).get(f"{table.path}/packet")))["items"][0]


async def attendees(town: Town, table: Table) -> dict[str, str]:
    """The attendees by the letter of their agency."""
    letters = {str(agency_id): letter for letter, agency_id in town.agency.items()}
    shown = await ok(at(town, "M").get(table.path))
    return {letters.get(a["agency_id"] or "", "–"): a["id"] for a in shown["attendees"]}
