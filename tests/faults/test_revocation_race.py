"""A revocation in one connection while a read or a referral decides in another: 1,000 interleavings.

Whatever is shown was decided before the revocation was committed. The readers are started at
instants spread over the whole of the revocation, so that they overtake it at every step.
"""

import asyncio
from typing import NamedTuple

import pytest
from every_route import CANARY
from scenario_steps import consent, ok, person, refer
from town import Town

#: Rounds × readers of a round = interleavings.
ROUNDS, READERS = 100, 10


class Seen(NamedTuple):
    """One answer to a reader, and when it came, on the clock of the event loop."""

    started: float
    told: bool
    status: int


async def _round(town: Town, number: int) -> tuple[float, list[Seen]]:
    """One revocation and its readers: when it was answered, and what they saw."""
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    form = person(CANARY, "一", "カナリア イチ")
    person_id = (await ok(cc.post("/v1/persons", form), 201))["id"]
    slip = consent(
        person_id,
        to={"agencies": [str(town.agency["J"])]},
        classes="D1 D3",
        purposes=("consultation",),
    )
    consent_id = (await ok(cc.post("/v1/consents", slip), 201))["id"]
    referral_id = await refer(cc, person_id, town.desk["J"], reason=CANARY)
    await ok(cc.post(f"/v1/referrals/{referral_id}/send"))
    loop = asyncio.get_running_loop()
    paths = (f"/v1/persons/{person_id}", f"/v1/referrals/{referral_id}", "/v1/referrals?box=inbox")

    async def read(reader: int) -> Seen:
        # Each starts a little later than the one before; the step varies with the round.
        await asyncio.sleep(reader * (0.0005 + 0.0001 * (number % 7)))
        started = loop.time()
        if reader == READERS - 1:
            answer = await j.post(f"/v1/referrals/{referral_id}/accept")
            return Seen(started, answer.status_code == 200, answer.status_code)
        answer = await j.get(paths[reader % len(paths)])
        return Seen(started, CANARY in answer.text, answer.status_code)

    readers = [asyncio.create_task(read(n)) for n in range(READERS)]
    await asyncio.sleep(0.001 * (number % 5))
    revoked = await cc.post(f"/v1/consents/{consent_id}/revoke")
    done = loop.time()
    assert revoked.status_code == 200, revoked.text
    seen = await asyncio.gather(*readers)
    # And from now on nothing at all, in whatever way it is asked.
    for path in paths:
        assert CANARY not in (await j.get(path)).text
    state = await town.owner.fetchval("SELECT status FROM referral WHERE id = $1", referral_id)
    assert state == "suspended"
    return done, seen


@pytest.mark.mechanism("1-27")
async def test_nothing_is_shown_after_the_revocation_was_committed(town: Town) -> None:
    before = after = 0
    for number in range(ROUNDS):
        done, seen = await _round(town, number)
        assert {s.status for s in seen} <= {200, 403, 404, 409}
        late = [s for s in seen if s.started >= done]
        assert not [s for s in late if s.told]
        before += sum(s.told for s in seen)
        after += sum(not s.told for s in seen)
    # The rounds really are a race: some readers came first, some came second.
    assert before > 0
    assert after > 0
