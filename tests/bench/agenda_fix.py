"""How long the fixing of an agenda takes, by packet, and how that grows with members and items.

``make bench-agenda`` prints it: the same agenda is fixed and reopened over and over, for several
sizes of the table in turn, so that a noisy machine is noisy for all of them. Compare the columns
of one run, never two runs.
"""

import asyncio
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

import structlog
from conftest import Databases
from town import Caller, Town, open_town

from service.adapters.postgres.directory_load import DirectoryLoader
from service.adapters.postgres.embedded import EmbeddedPostgres, remove_cluster
from service.api import examples
from service.demo.accounts import issuer_of
from service.demo.city import AGENCIES, CITY, ISSUERS, SINCE
from service.domain.directory import Agency, DirectoryFile, IssuerTrust, Position, Tenure
from service.domain.role import Role

#: Members and items of the agendas; the figure that is asked for is 25 × 30.
SIZES = ((5, 30), (10, 30), (25, 30), (50, 30), (25, 10))
ASKED = (25, 30)
ROUNDS = 7
#: Who speaks for the members.
ISSUER = "council"
CLASSES = ["D1", "D2", "D3"]


async def members(town: Town, count: int) -> list[str]:
    """So many agencies, each with somebody who can read a packet."""
    agencies, positions, tenures = [], [], []
    for number in range(count):
        agency = Agency(
            id=uuid.uuid4(),
            code=f"bench{number:03}",
            name=f"参加機関{number + 1}",
            kind="npo",
            municipality_code=CITY,
            valid_from=SINCE,
        )
        position = Position(
            id=uuid.uuid4(),
            agency_id=agency.id,
            code=f"bench{number:03}",
            title="担当",
            role=Role.CONSULTANT,
            valid_from=SINCE,
        )
        tenure = Tenure(
            id=uuid.uuid4(),
            position_id=position.id,
            iss=town.issuers[ISSUER].issuer,
            sub=str(number),
            name="担当者",
            valid_from=SINCE,
        )
        agencies.append(agency)
        positions.append(position)
        tenures.append(tenure)
    iss = town.issuers[ISSUER].issuer
    codes = tuple(a.code for a in AGENCIES if issuer_of(a.letter) == ISSUER)
    trust = IssuerTrust(
        iss=iss, name=ISSUERS[ISSUER], agency_codes=codes + tuple(a.code for a in agencies)
    )
    async with town.owner.transaction():
        file = DirectoryFile(
            agencies=agencies, positions=positions, tenures=tenures, issuers=[trust]
        )
        await DirectoryLoader(town.owner).load(file)
    return [str(a.id) for a in agencies]


async def done(call: object, status: int = 200) -> dict[str, str]:
    """What a call answers; a bench that measures refusals measures nothing."""
    response = await call  # type: ignore[misc]
    if response.status_code != status:
        raise SystemExit(f"{response.status_code} {response.text}")
    return response.json()


async def sitting(j: Caller, invited: list[str], items: int) -> str:
    """A conference of J's with a person of its own on each item, who has agreed to everybody."""
    when = {"starts_at": "2026-12-04T09:00:00+09:00", "ends_at": "2026-12-04T18:00:00+09:00"}
    path = f"/v1/conferences/{(await done(j.post('/v1/conferences', examples.CONFERENCE | when), 201))['id']}"
    await done(j.post(f"{path}/invite", {"agency_ids": invited}))
    for number in range(items):
        name = {"kind": "official", "family": "試験", "given": "花子", "family_kana": "しけん"}
        form = {
            "names": [name | {"given_kana": "はなこ"}],
            "birth": f"1981-03-{number % 28 + 1:02}",
        }
        person = (await done(j.post("/v1/persons", form), 201))["id"]
        slip = examples.CONSENT | {
            "person_id": person,
            "receivers": {"kinds": ["npo", "self_reliance_agency"]},
            "purposes": ["planning", "consultation"],
            "data_classes": CLASSES,
        }
        await done(j.post("/v1/consents", slip), 201)
        item = {"purpose": "plan_sharing", "minutes": 10, "subject": "支援の進み具合"}
        await done(j.post(f"{path}/items", item | {"person_ids": [person]}), 201)
    return path


async def measured(town: Town) -> dict[tuple[int, int], list[float]]:
    """Seconds of each fixing, the sizes in turn."""
    j = town.caller("j-consultant", "planning")
    agencies = await members(town, max(size for size, _ in SIZES))
    paths = {s: await sitting(j, agencies[: s[0]], s[1]) for s in SIZES}
    found: dict[tuple[int, int], list[float]] = {s: [] for s in SIZES}
    for _ in range(ROUNDS):
        for size, path in paths.items():
            started = time.perf_counter()
            await done(j.post(f"{path}/fix"))
            found[size].append(time.perf_counter() - started)
            await done(j.post(f"{path}/reopen"))
    kept = await town.owner.fetchval("SELECT count(*) FROM fixed_packet")
    expected = ROUNDS * sum(members + 1 for members, _ in SIZES)
    if kept != expected:
        raise SystemExit(f"{kept} packets kept, {expected} expected")
    empty = await town.owner.fetchval(
        "SELECT count(*) FROM fixed_packet, jsonb_array_elements(pages) page"
        " WHERE jsonb_array_length(page -> 'data_classes') < 4"
    )
    if empty:
        raise SystemExit(f"{empty} pages are not open as agreed")
    return found


async def run(databases: Databases, home: Path) -> None:
    """On a database of its own."""
    _, urls = await databases.copy()
    async with open_town(urls, home) as town:
        found = await measured(town)
    out = ["members  items  fix ms  per packet ms  per page µs"]
    for (count, items), seconds in found.items():
        fix = statistics.median(seconds)
        packets = count + 1
        out.append(
            f"{count:7}  {items:5}  {fix * 1e3:6.0f}  {fix * 1e3 / packets:13.2f}"
            f"  {fix * 1e6 / packets / items:11.0f}"
        )
    asked = statistics.median(found[ASKED]) / (ASKED[0] + 1)
    double = statistics.median(found[(50, 30)]) / 51
    out.append(f"per packet, 50 members against 25: {double / asked:.2f} ×")
    sys.stdout.write("\n".join(out) + "\n")


def main() -> None:
    """Fix and reopen, with the database as a town would run it."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with EmbeddedPostgres(home) as postgres:
            databases = Databases(postgres.start())
            asyncio.run(run(databases, home))
        remove_cluster(home)


if __name__ == "__main__":
    main()
