"""What becomes of a referral at whoever's turn it is, and what the hub gets done."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from simulation.lives import Person
from simulation.places import Office
from simulation.year import Year

_REFERRALS = """
SELECT id, person_id, made_at AS since, status, resumes, from_agency_id, to_agency_id, declined_by,
       proposal_desk_id, contact_attempts, due_at
FROM referral WHERE ended_at IS NULL AND status <> 'needs_lead'
"""


class Letter:
    """One referral on somebody's desk today."""

    def __init__(self, year: Year, person: Person, row: Any, office: Office) -> None:
        self.year, self.person, self.row, self.office = year, person, row, office

    async def act(self, act: str, **body: Any) -> Any:
        """What the office does with it."""
        year, person = self.year, self.person
        path = f"/v1/referrals/{self.row['id']}/{act}"
        return await year.act(self.office, year.staff(self.office, person), path, body)

    def roll(self, what: str) -> float:
        """Today's number for it."""
        return self.year.dice.roll(self.year.day, what, self.person.number, self.row["since"])

    def partner(self) -> Office | None:
        """Another office that could be asked."""
        without = (self.row["from_agency_id"], self.office.id, *self.row["declined_by"])
        return self.year.partner(self.person, *without)


async def draft(letter: Letter) -> None:
    """It comes out of the drawer after all."""
    if letter.roll("draft") < 0.9:
        await letter.act("send")
    else:
        await letter.act("escalate", reason="送り先が決まらない")


async def arrived(letter: Letter) -> None:
    """Taken on, asked about, or declined with a proposal."""
    manner, roll = letter.office.manner, letter.roll("arrived")
    if letter.row["status"] == "sent" and letter.roll("first") < 0.3:
        await letter.act("receive")
    elif roll < manner.asks:
        await letter.act("return-for-info", question="収入の状況を教えてください")
    elif roll < manner.asks + manner.declines:
        partner = letter.partner()
        if partner is None or letter.roll("ask_hub") < 0.2:
            await letter.act("decline", reason="当機関の対象外と考える", ask_hub=True)
        else:
            proposal = {"desk_id": str(partner.desk_id), "contacted": "担当者に電話で確認"}
            await letter.act("decline", reason="当機関の対象外と考える", proposal=proposal)
    else:
        await letter.act("accept")


async def declined(letter: Letter) -> None:
    """On to the desk that was proposed, to the hub, or back."""
    roll = letter.roll("declined")
    if roll < 0.85:
        await letter.act("redirect", to_desk_id=str(letter.row["proposal_desk_id"]))
    elif roll < 0.95:
        await letter.act("escalate", reason="受け手が見つからない")
    else:
        await letter.act("request-withdrawal", reason="本人の希望により")


async def returned(letter: Letter) -> None:
    """The question is answered."""
    await letter.act("answer", answer="年金収入のみ")


async def accepted(letter: Letter) -> None:
    """The first contact, or an attempt at it."""
    if letter.row["contact_attempts"] >= 3 and letter.roll("give_up") < 0.5:
        await letter.act("close", reason="三回訪問したが会えない")
        return
    await letter.act("contact", at=letter.year.now(), reached=letter.roll("reached") < 0.65)


async def contacted(letter: Letter) -> None:
    """Support begins, goes on, or is done."""
    roll = letter.roll("contacted")
    if roll < 0.06:
        await letter.act("work")
    elif roll < 0.09:
        await letter.act("complete", outcome="support_started")
    elif roll < 0.091:
        await letter.act("escalate", reason="支援が行き詰まっている")


async def withdrawing(letter: Letter) -> None:
    """Let go, or kept."""
    if letter.roll("withdrawing") < 0.6:
        await letter.act("confirm-withdrawal")
    else:
        await letter.act("keep", reason="すでに支援を始めている")


async def suspended(letter: Letter) -> None:
    """The person is asked again; without them it is taken back."""
    year, person = letter.year, letter.person
    if letter.roll("resume") < 0.5 and await year.ask_consent(person, letter.office):
        if await letter.act("resume") is None:
            await letter.act("request-withdrawal", reason="同意の範囲が変わった")
    else:
        await letter.act("request-withdrawal", reason="同意が得られない")


#: Whose turn it is in each state, and what they do; and how much of their work it is.
TURNS: dict[str, tuple[str, float, Callable[[Letter], Awaitable[None]]]] = {
    "draft": ("from", 0.5, draft),
    "sent": ("to", 1.0, arrived),
    "received": ("to", 1.0, arrived),
    "returned_for_info": ("from", 0.8, returned),
    "declined": ("from", 0.8, declined),
    "accepted": ("to", 0.8, accepted),
    "first_contact_done": ("to", 1.0, contacted),
    "working": ("to", 1.0, contacted),
    "withdrawal_requested": ("to", 0.7, withdrawing),
    "suspended": ("from", 0.3, suspended),
}


async def referrals(year: Year) -> None:
    """Each at the office whose turn it is."""
    for person, row in await year.open_records(_REFERRALS):
        side, share, take = TURNS[row["status"]]
        office = year.places.by_id.get(row[f"{side}_agency_id"])
        sender = year.places.by_id.get(row["from_agency_id"])
        if sender is not None and row["status"] in ("sent", "received", "working"):
            letter = Letter(year, person, row, sender)
            if letter.roll("changes_mind") < 0.002:
                await letter.act("request-withdrawal", reason="本人の希望により")
                continue
        if office is None or not office.present(year.day):
            continue
        letter = Letter(year, person, row, office)
        if letter.roll("works") < office.manner.works * share:
            await take(letter)


_CHECKS = """
SELECT r.id, r.person_id, r.made_at AS since, r.from_agency_id, r.declined_by FROM referral r
WHERE EXISTS (SELECT FROM task t
    WHERE t.record_id = r.id AND t.kind = 'handover_check' AND t.state = 'open')
"""


async def checks(year: Year) -> None:
    """Some weeks after the hand-over its sender asks how it went."""
    for person, row in await year.open_records(_CHECKS):
        office = year.places.by_id[row["from_agency_id"]]
        letter = Letter(year, person, row, office)
        if letter.roll("checks") >= office.manner.works * 0.4:
            continue
        if letter.roll("went_well") < 0.8:
            await letter.act("check", well=True, note="支援が続いている")
        else:
            again = year.later(7, 30, "check_again", person.number)
            await letter.act("check", well=False, note="まだ会えていない", again_on=again)


# The hub.

#: Who answers at the hub, at its backup, and in the municipality.
HUB_ACCOUNTS = ("s-hub", "k-hub", "m-officer")


async def hub(year: Year) -> None:
    """Mostly diligent; in some weeks it gets to hardly anything."""
    week = (year.day - year.plan.first).days // 7
    for account in HUB_ACCOUNTS:
        late = year.dice.roll("late_week", account, week) < 0.15
        rate = 0.08 if late else 0.75
        waiting = []
        async for entry in year.hub_queue(account):
            person = await whom(year, entry)
            # A referral is answered by naming a lead, which is the hub's own.
            if person is not None and (account == "s-hub" or entry["record_kind"] != "referral"):
                waiting.append((person, entry))
        for person, entry in sorted(waiting, key=lambda w: (w[0].number, w[1]["raised_at"])):
            if year.chance(rate, account, person.number, entry["raised_at"]):
                await _answer(year, account, person, entry)


async def whom(year: Year, entry: dict[str, Any]) -> Person | None:
    """Whom an entry is about; the hub itself may be told ids only."""
    about = await year.town.owner.fetchval(
        "SELECT person_id FROM hub_entry WHERE id = $1", UUID(entry["id"])
    )
    return year.about.get(about) or year.about.get(UUID(entry["record_id"]))


async def _answer(year: Year, account: str, person: Person, entry: dict[str, Any]) -> None:
    record = entry["record_id"]
    if entry["record_kind"] == "referral":
        await _name_lead(year, account, person, record)
        return
    lead = year.partner(person, prompt=True)
    if entry["record_kind"] == "case" and entry["why"] == "no_lead" and lead is not None:
        active = await year.town.owner.fetchval(
            "SELECT id FROM case_lead WHERE case_id = $1 AND ended_at IS NULL", UUID(record)
        )
        named = {
            "lead_agency_id": str(lead.id),
            "replaces_lead_id": str(active),
            "reason": "担当者が不在のため",
        }
        done = await year.by_account(account, "POST", f"/v1/cases/{record}/lead", named)
        if done is not None:
            return
    advice = {"advice": "まず訪問し、家計の相談から入ってください"}
    await year.by_account(account, "POST", f"/v1/hub/{entry['id']}/answer", advice)


async def _name_lead(year: Year, account: str, person: Person, record: str) -> None:
    roll = year.dice.roll(year.day, "hub", person.number)
    row = await year.town.owner.fetchrow(
        "SELECT status, from_agency_id FROM referral WHERE id = $1", UUID(record)
    )
    if row["status"] != "needs_lead":
        return
    lead = year.partner(person, row["from_agency_id"], prompt=True)
    path = f"/v1/referrals/{record}"
    if roll < 0.05:
        question = {"question": "これまでの経過を教えてください"}
        await year.by_account(account, "POST", f"{path}/return-for-info", question)
    elif lead is not None:
        named = {"lead_agency_id": str(lead.id), "reason": "家計の相談から入るのが適当"}
        await year.by_account(account, "POST", f"{path}/name-lead", named)
    else:
        # Nobody else may know of the person: whoever sent it leads.
        named = {"lead_agency_id": str(row["from_agency_id"]), "reason": "同意の範囲のため"}
        await year.by_account(account, "POST", f"{path}/name-lead", named)
