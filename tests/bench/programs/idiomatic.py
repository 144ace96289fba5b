"""Reference (c): FastAPI and SQLModel with one ORM session a request, as their manuals have it.

Dependencies for session, token and caller; ORM queries; ORM adds; one ``session.commit()``
before the answer; the answer through a response model.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import uvicorn
from bench.programs.idiomatic_session import (
    INVOLVED,
    Caller,
    PageOfReferrals,
    Session,
    Settled,
    consents_of,
    departments_of,
    policy_of,
    provisions_of,
    row_from,
    value_of,
)
from bench.programs.known import (
    Known,
    Refused,
    answer_hash,
    decided,
    drafted,
    person_facts,
    receipt,
    referral_facts,
    shown,
)
from fastapi import FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select

from service.adapters.postgres.audit import AuditRow
from service.adapters.postgres.cases import CaseRow
from service.adapters.postgres.desks import CapacityRow
from service.adapters.postgres.directories import (
    AgencyRow,
    DeskRow,
    MunicipalityRow,
)
from service.adapters.postgres.idempotency import AnswerRow
from service.adapters.postgres.people import PersonRow
from service.adapters.postgres.referrals import ReferralEventRow, ReferralRow
from service.api.referrals import Receipt, View
from service.domain.capacity import DeskCapacity
from service.domain.case import Case
from service.domain.directory import Agency, Desk
from service.domain.people import Person
from service.domain.permission import Permission
from service.domain.policy import ReferralPolicy, StatusLabels
from service.domain.referral import MakeReferral, Referral


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settled: Settled = app.state.settled
    await settled.read_law()
    yield
    await settled.engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.exception_handler(Refused)
async def refused(_request: Request, error: Refused) -> JSONResponse:
    return JSONResponse({"refused": error.why}, error.status)


@app.get("/v1/referrals/{referral_id}", response_model=View)
async def read_referral(
    referral_id: UUID, session: Session, asked: Caller, response: Response
) -> Any:
    """Read a referral."""
    row = await session.get(ReferralRow, referral_id)
    if row is None:
        raise HTTPException(404)
    referral = value_of(Referral, row)
    person_id = referral.person_id
    consents = await consents_of(session, [person_id])
    provisions = await provisions_of(session, [person_id])
    found = await session.get(CaseRow, referral.case_id) if referral.case_id else None
    departments = await departments_of(session, [person_id], asked.agency_id)
    facts = referral_facts(
        asked,
        referral,
        value_of(Case, found) if found else None,
        consents[person_id],
        provisions[person_id],
        departments.get(person_id),
    )
    permitted = decided(asked, Permission.REFERRAL_READ, facts, Referral)
    if permitted is None:
        raise HTTPException(404)
    permit, entry = permitted
    labels = StatusLabels.model_validate(await policy_of(session, asked, "status_labels"))
    body = shown(asked, referral, permit, labels)
    session.add(row_from(AuditRow, entry))
    await session.commit()
    response.headers["ETag"] = f'"{referral.version}"'
    return body


@app.get("/v1/referrals", response_model=PageOfReferrals)
async def list_referrals(
    request: Request,
    session: Session,
    asked: Caller,
    limit: int = 50,
    cursor: str | None = None,
) -> Any:
    """List the inbox."""
    settled: Settled = request.app.state.settled
    after = settled.cursors.read(cursor, asked)
    joined = select(func.cases_joined()).scalar_subquery()
    query = select(ReferralRow).where(
        or_(
            (ReferralRow.to_agency_id == asked.agency_id) & (ReferralRow.status != "draft"),
            ReferralRow.case_id == func.any(func.array(joined)),
        )
    )
    if after is not None:
        query = query.where(ReferralRow.id < after)
    rows = (await session.exec(query.order_by(ReferralRow.id.desc()).limit(limit + 1))).all()
    found = [value_of(Referral, r) for r in rows[:limit]]
    whom = {r.person_id for r in found}
    consents = await consents_of(session, whom)
    provisions = await provisions_of(session, whom)
    departments = await departments_of(session, whom, asked.agency_id)
    on_case = [r.case_id for r in found if r.case_id]
    cases: dict[UUID, Case] = {}
    if on_case:
        several = await session.exec(select(CaseRow).where(CaseRow.id.in_(on_case)))
        cases = {c.id: value_of(Case, c) for c in several}
    labels = StatusLabels.model_validate(await policy_of(session, asked, "status_labels"))
    items = []
    for referral in found:
        facts = referral_facts(
            asked,
            referral,
            cases.get(referral.case_id) if referral.case_id else None,
            consents[referral.person_id],
            provisions[referral.person_id],
            departments.get(referral.person_id),
        )
        permitted = decided(asked, Permission.REFERRAL_READ, facts, Referral)
        if permitted is not None:
            items.append(shown(asked, referral, permitted[0], labels))
            session.add(row_from(AuditRow, permitted[1]))
    if not items:
        raise HTTPException(404)
    await session.commit()
    last = settled.cursors.write(found[-1].id, asked.actor) if len(rows) > limit else None
    return {"items": items, "next_cursor": last}


@app.post("/v1/referrals", status_code=201, response_model=Receipt)
async def draft_referral(
    request: Request,
    command: MakeReferral,
    session: Session,
    asked: Caller,
    response: Response,
    purpose_of_use: Annotated[str, Header()],
    idempotency_key: Annotated[str, Header()],
) -> Any:
    """Draft a referral."""
    settled: Settled = request.app.state.settled
    caller = f"{asked.actor.iss} {asked.actor.sub} {asked.agency_id}"
    said = answer_hash("/v1/referrals", purpose_of_use, await request.body())
    claimed = await session.exec(
        insert(AnswerRow)
        .values(caller=caller, key=idempotency_key, request_hash=said, at=asked.now)
        .on_conflict_do_nothing()
        .returning(AnswerRow.key)
    )
    if claimed.first() is None:
        raise HTTPException(409)
    person_id = command.person_id
    row = await session.get(PersonRow, person_id)
    if row is None:
        raise HTTPException(404)
    consents = await consents_of(session, [person_id])
    provisions = await provisions_of(session, [person_id])
    involvement = await session.exec(
        INVOLVED, params={"person": str(person_id), "agency": str(asked.agency_id)}
    )
    facts = person_facts(
        asked,
        value_of(Person, row),
        consents[person_id],
        provisions[person_id],
        involvement.scalar_one(),
    )
    permitted = decided(asked, Permission.REFERRAL_DRAFT, facts, None)
    if permitted is None:
        raise HTTPException(404)
    desk = value_of(Desk, await session.get(DeskRow, command.to_desk_id))
    agency = value_of(Agency, await session.get(AgencyRow, desk.agency_id))
    if not (desk.holds_on(asked.today) and agency.holds_on(asked.today)):
        raise HTTPException(422)
    municipality = await session.get(MunicipalityRow, asked.actor.municipality_code)
    policy = await policy_of(session, asked, "referral")
    referral, event = drafted(
        asked,
        command,
        desk,
        hub=municipality.hub_agency_id,  # type: ignore[union-attr]
        policy=ReferralPolicy.model_validate(policy),
        closed=settled.closed,
    )
    session.add(row_from(ReferralRow, referral))
    # Nothing tells the ORM that the one refers to the other.
    await session.flush()
    session.add(row_from(ReferralEventRow, event))
    told = await session.get(CapacityRow, desk.id)
    labels = StatusLabels.model_validate(await policy_of(session, asked, "status_labels"))
    capacity = value_of(DeskCapacity, told) if told else None
    body = receipt(asked, referral, labels, capacity)
    location = f"/v1/referrals/{referral.id}"
    first = await session.get(AnswerRow, (caller, idempotency_key))
    first.status, first.location, first.etag = 201, location, '"1"'  # type: ignore[union-attr]
    first.body = Receipt.model_validate(body).model_dump_json().encode()  # type: ignore[union-attr]
    session.add(row_from(AuditRow, permitted[1]))
    await session.commit()
    response.headers["Location"] = location
    response.headers["ETag"] = '"1"'
    return body


def main() -> None:
    known = Known.from_file()
    app.state.settled = Settled(known)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=known.port,
        log_config=None,
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
