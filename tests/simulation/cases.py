"""Cases between their opening and their end, urgent support, and keeping in touch."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from simulation.lives import Person
from simulation.places import Office
from simulation.year import Year

_CASES = """
SELECT id, person_id, opened_at AS since, stage, stale, holder_gone, lead_agency_id,
       lead_position_id, team = '[]' AND deputy_agency_id IS NULL AS sole
FROM support_case WHERE ended_at IS NULL
"""
#: Which stage follows on the way to the end.
TOWARDS_THE_END = {
    "applied": "assessing",
    "assessing": "plan_drafting",
    "plan_drafting": "interrupted",
}


async def cases(year: Year) -> None:
    """Notes, hand-overs and ends, as far as whoever leads gets to it."""
    for person, row in await year.open_records(_CASES):
        office = year.places.by_id.get(row["lead_agency_id"])
        if office is None or not office.present(year.day):
            continue
        await _case(year, person, office, row)


async def _case(year: Year, person: Person, office: Office, row: Any) -> None:
    n, works = person.number, office.manner.works
    path = f"/v1/cases/{row['id']}"
    question = (n, row["since"])
    post = year.staff(office, person)
    asked = row["stale"] and year.chance(works * 0.4, "stale", *question)
    if asked or year.chance(office.manner.notes, "note", *question):
        note = {
            "happened_on": year.day.isoformat(),
            "kind": "visit",
            "text": "訪問して様子を聞いた",
        }
        await year.act(office, post, f"{path}/notes", note)
    if row["holder_gone"] and year.chance(works * 0.5, "hand_over", *question):
        await _hand_over(year, person, office, row)
        return
    if year.chance(0.0015, "stuck", *question):
        await year.act(office, post, f"{path}/escalate", {"reason": "支援が行き詰まっている"})
    if row["sole"] and year.chance(0.004, "team", *question):
        await _team(year, person, office, row)
    if year.chance(0.001, "elsewhere", *question):
        await _give_on(year, person, office, row)
        return
    until = row["since"] + timedelta(days=year.dice.days(25, 320, "until", *question))
    if year.town.clock.now > until and year.chance(works * 0.3, "towards_end", *question):
        await _towards_the_end(year, person, office, row)


async def _hand_over(year: Year, person: Person, office: Office, row: Any) -> None:
    """To a colleague who stays."""
    day = year.day
    stays = [
        p
        for p in office.present(day)
        if p.id != row["lead_position_id"] and p.holder(day + timedelta(days=20)) is not None
    ]
    present = stays or office.present(day)
    to = year.dice.pick(present, day, "colleague", person.number)
    deputy = year.partner(person, office.id)
    body: dict[str, Any] = {
        "lead_agency_id": str(office.id),
        "lead_position_id": str(to.id),
        "note": "月に一度の訪問を続けている",
    }
    if deputy is not None and year.chance(0.3, "deputy", person.number):
        body["deputy_agency_id"] = str(deputy.id)
    post = year.staff(office, person)
    await year.act(office, post, f"/v1/cases/{row['id']}/hand-over", body)


async def _give_on(year: Year, person: Person, office: Office, row: Any) -> None:
    """To another agency."""
    partner = year.partner(person, office.id)
    if partner is not None:
        body = {"lead_agency_id": str(partner.id), "note": "経過は面談で伝えた"}
        post = year.staff(office, person)
        await year.act(office, post, f"/v1/cases/{row['id']}/hand-over", body)


async def _team(year: Year, person: Person, office: Office, row: Any) -> None:
    """Not alone any longer (丸抱えの解消)."""
    partner = year.partner(person, office.id)
    if partner is not None:
        body = {"members": [{"agency_id": str(partner.id), "themes": [partner.theme]}]}
        post = year.staff(office, person)
        await year.act(office, post, f"/v1/cases/{row['id']}/team", body)


async def _towards_the_end(year: Year, person: Person, office: Office, row: Any) -> None:
    path, n = f"/v1/cases/{row['id']}", person.number
    post = year.staff(office, person)
    if row["stage"] == "interrupted":
        body: dict[str, Any] = {
            "category": "in_sight",
            "exit": "地域の見守り",
            "note": "落ち着いて暮らしている",
            "after_care": "地区の民生委員が月に一度訪ねる",
        }
        if year.dice.roll("after_care", n) < 0.5:
            body["contact_on"] = year.later(20, 80, "after_care", n)
        ended = await year.act(office, post, f"{path}/close", body)
    elif row["stage"] == "applied" and year.dice.roll("withdrawn", n) < 0.12:
        ended = await year.act(office, post, f"{path}/advance", {"stage": "withdrawn"})
    else:
        ended = None
        stage = TOWARDS_THE_END[row["stage"]]
        if not person.covered(office.kind, year.day):
            stage = "interrupted"
        body = {"stage": stage}
        if stage == "interrupted":
            body["recontact_on"] = year.later(10, 40, "recontact", n)
        await year.act(office, post, f"{path}/advance", body)
    if ended is not None and year.dice.roll("returns", n) < 0.3:
        back = year.day + timedelta(days=year.dice.days(10, 90, "back_on", n))
        while year.closed_on(back):
            back += timedelta(days=1)
        year.returns.setdefault(back, []).append((person, office, row["id"]))


# Urgent support.

_URGENT = """
SELECT u.id, u.person_id, u.given_at AS since, u.agency_id, u.consultation_id, u.state,
       (SELECT s.id FROM support_case s WHERE s.person_id = u.person_id
        AND s.lead_agency_id = u.agency_id AND s.ended_at IS NULL ORDER BY opened_at LIMIT 1) AS "case"
FROM urgent_support u WHERE u.state IN ('given', 'warning')
"""


async def urgent_supports(year: Year) -> None:
    """What follows, if anything does."""
    for person, row in await year.open_records(_URGENT):
        office = year.places.by_id[row["agency_id"]]
        # Some are given food and nothing else.
        forgotten = year.dice.roll("forgotten", person.number) < 0.25
        rate = 0.01 if forgotten else office.manner.works * 0.3
        if not year.chance(rate, "urgent", person.number):
            continue
        post, path = year.staff(office, person), f"/v1/urgent-supports/{row['id']}"
        if row["case"] is not None:
            body = {"next_kind": "case", "next_id": str(row["case"])}
            await year.act(office, post, f"{path}/follow", body)
        elif row["state"] == "given" and year.dice.roll("nothing", person.number) < 0.2:
            await year.act(office, post, f"{path}/close", {"reason": "本人が希望しない"})
        else:
            body = {"next_kind": "consultation", "next_id": str(row["consultation_id"])}
            await year.act(office, post, f"{path}/follow", body)


# Keeping in touch.

_CONTACTS = """
SELECT id, person_id, made_at AS since, agency_id, why FROM contact_schedule
WHERE ended_at IS NULL AND next_on <= $1
"""


async def contacts(year: Year) -> None:
    """Whoever is to be called today, or should have been."""
    for person, row in await year.open_records(_CONTACTS, year.day):
        office = year.places.by_id[row["agency_id"]]
        if not year.chance(office.manner.works, "contact", person.number, row["since"]):
            continue
        roll = year.dice.roll(year.day, "contact_made", person.number, row["since"])
        body: dict[str, Any] = {"at": year.now(), "reached": roll < 0.6, "note": "電話した"}
        if roll < 0.06:
            body["told"] = "また相談したい"
        elif roll < 0.25:
            body["end_reason"] = "落ち着いて暮らしている"
        else:
            body["next_on"] = year.later(14, 50, "next_on", person.number)
        post = year.staff(office, person)
        made = await year.act(office, post, f"/v1/contacts/{row['id']}/record", body)
        if made is not None and made.get("consultation_id"):
            year.about[UUID(made["consultation_id"])] = person
