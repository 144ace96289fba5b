"""Looking back: what the audit log holds about a chapter, and what a person may learn from it."""

from service.demo.story_log import Log, counted, letter_of, read_all
from service.demo.story_stage import Stage
from service.domain.permission import Purpose

#: Status of an answer, and the outcome that must be on record for it.
_REFUSED, _UNTAKEN = (403, 404), (409, 422)


def on_record(stage: Stage, log: Log) -> None:
    """Every request of the chapter is on record, refusals and failures as such."""
    asked = stage.answers
    done = len(asked) - len(log.missing(asked))
    stage.fact(
        "記録された要求 requests on record",
        f"{len(asked)} / {len(asked)}",
        f"{done} / {len(asked)}",
    )
    for what, statuses, outcome in (
        ("拒否 denied", _REFUSED, "denied"),
        ("不成立 failed", _UNTAKEN, "failed"),
    ):
        answers = [a for a in asked if a.status in statuses]
        found = {e["request_id"] for e in log.entries(answers) if e["outcome"] == outcome}
        stage.fact(f"{what}", len(answers), len(found))


def seen_and_refused(
    stage: Stage, log: Log, person_id: str, *, by_consent: str, refused: str
) -> None:
    """Who was shown something about the person by consent, and who was refused; in this chapter."""
    entries = [e for e in log.entries(stage.answers) if e["person_id"] == person_id]
    allowed = [e for e in entries if e["outcome"] == "allowed"]
    consented = {letter_of(e["agency_id"]) for e in allowed if e["basis"] == "CONSENT"}
    denied = {letter_of(e["agency_id"]) for e in entries if e["outcome"] == "denied"}
    bases = counted(e["basis"] for e in allowed)
    stage.fact(
        f"同意によって見た機関 by consent ({bases})", by_consent, " ".join(sorted(consented))
    )
    stage.fact("断られた機関 refused", refused, " ".join(sorted(denied)))


async def report(
    stage: Stage, account: str, person_id: str, *, shown_to: str, refused: str
) -> None:
    """The person's account of who saw what: by agency and basis, never by name of staff."""
    lines = await read_all(
        stage.visitors[account], f"/v1/persons/{person_id}/access-report", Purpose.ACCESS_REQUEST
    )
    shown = [x for x in lines if x["outcome"] == "allowed" and set(x["data_classes"]) - {"D0"}]
    denied = [x for x in lines if x["outcome"] == "denied"]
    named = [x for x in lines if {"sub", "position_id"} & set(x)]
    what = f"本人への報告 access report, {len(lines)} 行 lines"
    stage.fact(f"{what}: 見た機関 seen by", shown_to, _agencies(shown))
    stage.fact("　断られた機関 refused", refused, _agencies(denied))
    stage.fact("　職員の名前 names of staff", 0, len(named))


def _agencies(lines: list[dict[str, object]]) -> str:
    return " ".join(sorted({letter_of(str(x["agency_id"])) for x in lines}))
