"""A day's work at the desks: who comes in, and what becomes of what already lies there."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from simulation.cases import cases, contacts, urgent_supports
from simulation.lives import Person
from simulation.places import WATCHED, Office
from simulation.referrals import checks, hub, referrals
from simulation.year import Year, by_person

from service.domain.signal import CloseReason
from service.domain.signal_states import WRITTEN_BY_RESIDENTS, CheckItem, SignalKind


async def work(year: Year) -> None:
    """Signals come and are looked into on any day; everything else waits for a working day."""
    for person in year.people:
        if person.arrives == year.day:
            await arrive(year, person)
    for person, office in year.again.pop(year.day, []):
        await raise_signal(year, person, office)
    await revocations(year)
    await signals(year)
    if year.closed:
        return
    for person, office, case_id in year.returns.pop(year.day, []):
        await come_back(year, person, office, case_id)
    await consultations(year)
    await referrals(year)
    await checks(year)
    await cases(year)
    await urgent_supports(year)
    await contacts(year)
    await hub(year)
    await feedbacks(year)
    if year.day.weekday() == 0:
        await read_lists(year)


# Coming in.


async def arrive(year: Year, person: Person) -> None:
    """Somebody is noticed, or comes to whatever desk is near."""
    offices = [o for o in year.places.offices if o.present(year.day)]
    office = year.dice.pick(offices, "first_desk", person.number)
    if person.by_signal:
        await raise_signal(year, person, office)
        if year.dice.roll("second_sheet", person.number) < 0.1:
            day = year.day + timedelta(days=year.dice.days(1, 8, "second_day", person.number))
            year.again.setdefault(day, []).append((person, office))
    else:
        await come_in(year, person, office)


async def come_in(year: Year, person: Person, office: Office) -> None:
    """A consultation, of somebody who says who they are, or not yet."""
    known = year.dice.roll("says_name", person.number) < 0.85
    person_id = await year.register(person, office) if known else None
    heard = {
        "told": "いろいろ困っている",
        "person_id": person_id,
        "area": person.area,
        "channel": "visit",
    }
    post = year.staff(office, person)
    made = await year.act(office, post, "/v1/consultations", heard)
    assert made is not None, "an intake was turned away"
    year.about[UUID(made["id"])] = person


async def raise_signal(year: Year, person: Person, office: Office) -> None:
    """A sheet or a card, mostly about nobody in particular."""
    n, roll = person.number, year.dice.roll
    kind = year.dice.pick(list(SignalKind), "kind", n)
    sheet: dict[str, Any] = {"kind": kind.value, "text": "様子が気になる", "area": person.area}
    if person.id is not None and person.holder is office:
        sheet["person_id"] = str(person.id)
    elif person.id is None and roll("identified", n) < 0.35:
        sheet["person_id"] = await year.register(person, office)
    sheet["urgent"] = roll("urgent", n) < 0.12
    if kind is SignalKind.NEIGHBOUR_CHECK:
        items = {year.dice.pick(list(CheckItem), "item", n, i).value for i in range(3)}
        sheet["check_items"] = sorted(items)
    if kind is SignalKind.ARREARS:
        # Without the person's consent it becomes a number; with it, it goes to whoever answers.
        budget = [o for o in year.places.offices if o.theme == "year_budget"]
        area = f"district_{year.dice.pick(budget, 'arrears', n).number % 5 + 1}"
        sheet |= {"arrears": ["water"], "categories": ["year_budget"], "area": area}
        if sheet.get("person_id") is not None:
            await year.ask_consent(person, office)
    elif kind in WRITTEN_BY_RESIDENTS and "person_id" not in sheet and roll("elsewhere", n) < 0.5:
        offices = year.places.offices
        sheet["to_desk_id"] = str(year.dice.pick(offices, "to_desk", n).desk_id)
    post = year.staff(office, person)
    made = await year.act(office, post, "/v1/signals", sheet)
    if made is not None and "counted_only" in made and not made["counted_only"]:
        year.about[UUID(made["id"])] = person


async def come_back(year: Year, person: Person, office: Office, case_id: UUID) -> None:
    """Somebody whose case has ended needs help again: a new episode."""
    post = year.staff(office, person)
    body = {"told": "また相談したい", "channel": "call"}
    made = await year.act(office, post, f"/v1/cases/{case_id}/reopen", body)
    if made is not None:
        year.about[UUID(made["id"])] = person


# Signals.

_SIGNALS = """
SELECT id, person_id, raised_at AS since, status, agency_id, urgency, due_at
FROM signal WHERE status IN ('new', 'looked_into', 'watched')
"""


async def signals(year: Year) -> None:
    """Whatever is on the list of somebody who looks today."""
    rows = await year.open_records(_SIGNALS)
    others = by_person(rows)
    for person, row in rows:
        office = year.places.by_id.get(row["agency_id"])
        urgent = row["urgency"] == "urgent"
        if office is None or (year.closed and not urgent):
            continue
        rate = min(0.95, office.manner.works * 1.5) if urgent else office.manner.works
        if not year.chance(rate, "signal", person.number, row["since"].date()):
            continue
        post = year.staff(office, person)
        path = f"/v1/signals/{row['id']}"
        if row["status"] == "watched" and row["due_at"] - year.town.clock.now > timedelta(days=1):
            continue
        if row["status"] == "looked_into":
            await _after_the_look(year, person, office, path)
            continue
        roll = year.dice.roll(year.day, "look", person.number)
        twin = next(
            (
                o["id"]
                for o in others[person.number]
                if o["id"] != row["id"]
                and o["agency_id"] == office.id
                and o["since"] < row["since"]
            ),
            None,
        )
        if twin is not None:
            await year.act(office, post, f"{path}/merge", {"into_signal_id": str(twin)})
            others[person.number].remove(row)
        elif roll < 0.1:
            await year.act(office, post, f"{path}/close", {"reason": "mistaken"})
        else:
            look: dict[str, Any] = {"at": year.now(), "found": "訪問して話を聞いた"}
            if person.id is None and roll < 0.8:
                look["person_id"] = await year.register(person, office)
            await year.act(office, post, f"{path}/look-into", look)


async def _after_the_look(year: Year, person: Person, office: Office, path: str) -> None:
    post = year.staff(office, person)
    roll = year.dice.roll(year.day, "after_look", person.number)
    if roll < 0.55:
        made = await year.act(office, post, f"{path}/consult", {})
        if made is not None:
            found = await year.town.owner.fetchval(
                "SELECT consultation_id FROM signal WHERE id = $1", UUID(made["id"])
            )
            year.about[found] = person
    elif roll < 0.75:
        await year.act(
            office, post, f"{path}/watch", {"look_again_on": year.later(7, 35, "w", person.number)}
        )
    else:
        reason = year.dice.pick(list(CloseReason), year.day, "reason", person.number).value
        await year.act(office, post, f"{path}/close", {"reason": reason})


# Consultations.

_CONSULTATIONS = """
SELECT c.id, c.person_id, c.received_at AS since, c.status, c.agency_id, c.next_contact_on,
       c.version, c.told, c.channel, c.area, c.themes, c.informant, c.previous_case_id,
       (SELECT count(*) FROM referral r WHERE r.consultation_id = c.id) AS referrals,
       (SELECT count(*) FROM referral r WHERE r.consultation_id = c.id
        AND r.status NOT IN ('draft', 'withdrawn')) AS sent,
       (SELECT count(*) FROM referral r WHERE r.consultation_id = c.id
        AND r.status NOT IN ('draft', 'withdrawn') AND r.first_contact_at IS NOT NULL) AS contacted,
       (SELECT count(*) FROM referral r WHERE r.consultation_id = c.id
        AND r.ended_at IS NULL) AS under_way,
       (SELECT count(*) FROM support_case s WHERE s.person_id = c.person_id
        AND s.lead_agency_id = c.agency_id AND s.ended_at IS NULL) AS cases
FROM consultation c
WHERE c.status IN ('consultation', 'screened_handover', 'screened_no_consent', 'conf_listed')
"""


async def consultations(year: Year) -> None:
    """How each goes on, as far as its desk gets to it."""
    for person, row in await year.open_records(_CONSULTATIONS):
        office = year.places.by_id.get(row["agency_id"])
        if office is None or not office.present(year.day):
            continue
        if not year.chance(office.manner.works * 0.6, "consultation", person.number, row["since"]):
            continue
        if row["status"] == "consultation":
            await _settle(year, person, office, row)
        elif row["status"] == "screened_handover":
            await _check_handover(year, person, office, row)
        elif row["next_contact_on"] is None or row["next_contact_on"] <= year.day:
            await _ask_again(year, person, office, row)


async def screen(
    year: Year, person: Person, office: Office, row: Any, act: str, **more: Any
) -> None:
    """One way to go on."""
    path = f"/v1/consultations/{row['id']}/screen"
    await year.act(office, year.staff(office, person), path, {"act": act} | more)


async def _settle(year: Year, person: Person, office: Office, row: Any) -> None:
    n = person.number
    roll = year.dice.roll("way", n, row["since"].date())
    if row["person_id"] is None:
        if roll < 0.3:
            await screen(year, person, office, row, "inform")
        elif person.holder in (None, office):
            await _name(year, person, office, row)
        else:
            await screen(year, person, office, row, "drop")
        return
    if year.dice.roll("urgent_support", n) < 0.1 and row["previous_case_id"] is None:
        await _give(year, person, office, row)
    if roll < 0.14 or row["cases"]:
        await screen(year, person, office, row, "inform")
    elif roll < 0.19:
        await screen(year, person, office, row, "drop")
    elif not await year.ask_consent(person, office):
        day = year.later(14, 45, "contact", n)
        await screen(year, person, office, row, "seek_consent", next_contact_on=day)
    elif roll < 0.62 and row["previous_case_id"] is None:
        await _hand_over(year, person, office, row)
    else:
        await screen(year, person, office, row, "apply")


async def _name(year: Year, person: Person, office: Office, row: Any) -> None:
    """They have said who they are: the record is amended."""
    person_id = await year.register(person, office)
    body = {
        "told": row["told"],
        "channel": row["channel"],
        "area": row["area"],
        "themes": row["themes"],
        "informant": row["informant"],
        "person_id": person_id,
    }
    path, post = f"/v1/consultations/{row['id']}", year.staff(office, person)
    await year.act(office, post, path, body, version=row["version"])


async def _give(year: Year, person: Person, office: Office, row: Any) -> None:
    """Food for the days until something else follows."""
    given = await year.town.owner.fetchval(
        "SELECT EXISTS (SELECT FROM urgent_support WHERE person_id = $1)", person.id
    )
    if not given:
        body = {
            "person_id": str(person.id),
            "kind": "food",
            "what": "食料三日分",
            "given_at": year.now(),
            "consultation_id": str(row["id"]),
        }
        await year.act(office, year.staff(office, person), "/v1/urgent-supports", body)


async def _hand_over(year: Year, person: Person, office: Office, row: Any) -> None:
    """To another agency; it is settled once the letter has been sent."""
    post = year.staff(office, person)
    if row["referrals"] == 0:
        partner = year.partner(person, office.id)
        if partner is None:
            await screen(year, person, office, row, "apply")
            return
        letter = {
            "person_id": str(person.id),
            "to_desk_id": str(partner.desk_id),
            "reason": "相談の内容から、貴機関での支援が適当と考える",
            "consultation_id": str(row["id"]),
            "data_classes": ["D0", "D1", "D2", "D3"],
            "urgency": "urgent" if year.dice.roll("hurry", person.number) < 0.1 else "normal",
        }
        made = await year.act(office, post, "/v1/referrals", letter)
        if made is None or year.chance(0.15, "left_in_the_drawer", person.number):
            return
        sent = await year.act(office, post, f"/v1/referrals/{made['id']}/send", {})
        if sent is None:
            return
    elif not row["sent"]:
        if not row["under_way"]:
            await screen(year, person, office, row, "inform")
        return
    await screen(year, person, office, row, "hand_over")


async def _check_handover(year: Year, person: Person, office: Office, row: Any) -> None:
    if row["sent"] and row["sent"] == row["contacted"]:
        await screen(year, person, office, row, "confirm_handover")
    elif not row["under_way"] and (not row["sent"] or year.chance(0.5, "back", person.number)):
        await screen(year, person, office, row, "come_back")


async def _ask_again(year: Year, person: Person, office: Office, row: Any) -> None:
    roll = year.dice.roll(year.day, "ask_again", person.number)
    day = year.later(14, 45, "contact", person.number)
    if await year.ask_consent(person, office):
        await screen(year, person, office, row, "apply")
    elif roll < 0.4:
        await screen(year, person, office, row, "seek_consent", next_contact_on=day)
    elif roll < 0.7:
        await screen(year, person, office, row, "watch", next_contact_on=day)
    else:
        await screen(year, person, office, row, "drop")


# Consents, commissioners, lists.


async def revocations(year: Year) -> None:
    """Whoever takes it back today."""
    for person in year.people:
        for slip in person.slips:
            if slip.revoked_on == year.day:
                post = year.staff(slip.office, person)
                if post is None:
                    # Nobody is there to take it: they come again tomorrow.
                    tomorrow = slip._replace(revoked_on=year.day + timedelta(days=1))
                    person.slips[person.slips.index(slip)] = tomorrow
                    continue
                await year.act(slip.office, post, f"/v1/consents/{slip.id}/revoke", {})


async def feedbacks(year: Year) -> None:
    """Some are known to the commissioner of their district, with their consent."""
    for person in year.people:
        slip = person.slips[-1] if person.slips else None
        if slip is None or person.number % 5 + 1 not in WATCHED:
            continue
        if year.chance(0.004, "watched_over", person.number):
            post = year.staff(slip.office, person)
            body = {"person_id": str(person.id), "area": person.area, "items": ["name"]}
            await year.act(slip.office, post, "/v1/feedbacks", body)


async def read_lists(year: Year) -> None:
    """On Mondays every desk looks at its list."""
    for office in year.places.offices:
        for post in office.present(year.day)[:1]:
            await year.act(office, post, "/v1/tasks?limit=50", None)
