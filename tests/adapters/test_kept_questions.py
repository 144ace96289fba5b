"""What many kept questions say alike is kept once, and each of them is read whole."""

import json
from uuid import UUID

from log_steps import checked, keeper
from scenario_steps import ok, person, portal
from town import Town

from service.adapters.postgres.kept_questions import MARK

SEEN = "SELECT question FROM audit_entry WHERE question IS NOT NULL AND action = $1 ORDER BY id"


async def parts(town: Town) -> list[str]:
    return [r["said"] for r in await town.owner.fetch("SELECT said FROM question_part ORDER BY id")]


async def a_person(town: Town) -> str:
    form = person("試験", "花子", "シケン ハナコ", birth="1970-01-01")
    made = await ok(town.caller("cc-worker").post("/v1/persons", form), 201)
    return str(made["id"])


async def test_who_asks_and_the_law_are_kept_once(town: Town):
    whom = await a_person(town)
    cc = town.caller("cc-worker")
    for _ in range(5):
        await ok(cc.get(f"/v1/persons/{whom}"))
    kept = [r["question"] for r in await town.owner.fetch(SEEN, "person.read")]
    assert len(kept) == 5
    assert {k.count(MARK) for k in kept} == {2}
    said = await parts(town)
    assert len(said) == len(set(said))
    assert sum(json.loads(s).get("sub") == "sub-cc-worker" for s in said) == 1
    # Whom it is about stands in none of them.
    assert not any(whom in s for s in said)
    # Whole, each is the question that its entry commits to, and is decided again as it was.
    whole = [json.loads(e["question"]) for e in await town.audit(action="person.read")]
    assert {w["actor"]["sub"] for w in whole} == {"sub-cc-worker"}
    assert all(len(w["law"]) > 5 for w in whole)
    await keeper(town).keep()
    assert (await checked(town)).found == ()
    (entry, *_) = await town.audit(action="person.read")
    auditor = town.caller("cc-auditor", "audit")
    replayed = await ok(auditor.post(f"/v1/audit/events/{entry['id']}/replay"))
    assert replayed["same"] is True


async def test_a_denial_is_kept_whole(town: Town):
    """The database names the record that it was about in it."""
    whom = await a_person(town)
    await town.caller("l-lawyer").get(f"/v1/persons/{whom}")
    (kept,) = [
        r["question"]
        for r in await town.owner.fetch(SEEN, "person.read")
        if "sub-l-lawyer" in r["question"]
    ]
    assert MARK not in kept
    assert json.loads(kept)["facts"]["person_id"] == whom


async def test_nobody_who_must_be_kept_away_from_is_in_a_part(town: Town):
    whom, relative = await a_person(town), await a_person(town)
    cc = town.caller("cc-worker")
    await town.owner.execute(
        "INSERT INTO conflict_of_interest (iss, sub, person_id)"
        " SELECT iss, sub, $1 FROM audit_entry WHERE sub = 'sub-cc-worker' LIMIT 1",
        UUID(relative),
    )
    await ok(cc.get(f"/v1/persons/{whom}"))
    assert (await cc.get(f"/v1/persons/{relative}")).status_code == 404
    _, denied = await town.owner.fetch(SEEN, "person.read")
    assert json.loads(denied["question"])["actor"]["conflicts"] == [relative]
    assert not any(relative in s for s in await parts(town))


async def test_who_asks_about_themself_is_in_no_part(town: Town):
    whom = await a_person(town)
    themself = await portal(town, whom)
    await ok(themself.get(f"/v1/persons/{whom}"))
    assert not any(whom in s or "person-1" in s for s in await parts(town))


async def test_a_part_that_is_gone_is_found(town: Town):
    whom = await a_person(town)
    await ok(town.caller("cc-worker").get(f"/v1/persons/{whom}"))
    await keeper(town).keep()
    await town.owner.execute("DELETE FROM question_part")
    assert {f.code for f in (await checked(town)).found} == {"entry.altered"}
