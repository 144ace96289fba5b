"""SC-7: a plan conference with the person present; sent back once, then approved and decided."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

from service.demo.story_people import AGENCY, today
from service.demo.story_review import on_record, report, seen_and_refused
from service.demo.story_sc06 import NEIGHBOUR, Jiro
from service.demo.story_stage import CONCEALED, Refusal, Stage
from service.domain.calendar_jp import JST, jst_date
from service.domain.permission import Purpose

PLAN = "プラン plan"
PACKET = "会議資料 packet"
LINES = ("lines:household_budget", "lines:health", "lines:debt", "lines:neighbours")
#: Those who stay for the item about Jiro; H is asked to leave.
TABLE = {"M": "m-officer", "S": "s-hub", "L": "l-lawyer", "HC": "hc-nurse"}
NO_EXIT = Refusal(422, "plan.line_without_exit", "failed")
CLOSED = Refusal(409, "conference.packet_closed", "failed")
TOO_EARLY = Refusal(409, "plan.illegal_move", "failed")
CITY_ONLY = Refusal(403, "actor.permission_missing", "actor.permission_missing", ("get_position",))


class Sitting(NamedTuple):
    """One conference: its address, the item about Jiro, and everybody's seat."""

    path: str
    item: str
    seats: dict[str, str]


async def play(stage: Stage, jiro: Jiro) -> None:
    """Tell the scenario, which goes on with Jiro."""
    async with stage.chapter(
        "SC-7",
        "本人が同席するプラン会議",
        "A plan conference with the person present",
        ("cc-auditor", "j-auditor", "s-auditor"),
    ):
        plan = await _drafted(stage, jiro)
        first = await _convened(stage, jiro, plan, 1)
        await _papers(stage, plan, first)
        await _sent_back(stage, plan, first)
        await _amended(stage, plan)
        second = await _convened(stage, jiro, plan, 2)
        await _approved(stage, plan, second)
        await _looked_back(stage, jiro)


async def _drafted(stage: Stage, jiro: Jiro) -> str:
    stage.step(
        "J の木村が次郎さんとプラン案をつくる。関わる機関は自分の分だけ読める。",
        "Kimura at J draws up a plan with Jiro. Each agency reads its own part.",
        Purpose.PLANNING,
    )
    links = {"person_id": jiro.person, "case_id": jiro.case}
    links["referral_id"] = jiro.referral.rpartition("/")[2]
    drafted = await stage.do("j-consultant", "/v1/plans", _version(None) | links)
    plan = f"/v1/plans/{drafted['id']}"
    own = await stage.get("j-consultant", plan)
    stage.sees(own, PLAN, "INTERNAL", *LINES, "background", "opinion")
    secret = ["background", "opinion"]
    nurse = await stage.get("hc-nurse", plan)
    stage.masked(nurse, PLAN, "CONSENT", shows=LINES, hides=secret)
    await _lawyer_reads_own_line(stage, plan)
    outside = [await stage.get(a, plan) for a in ("m-officer", "h-supporter", "d-system")]
    stage.refused(PLAN, CONCEALED, *outside)
    await _agreed(stage, plan, 1)
    return plan


async def _lawyer_reads_own_line(stage: Stage, plan: str) -> None:
    lawyer = await stage.get("l-lawyer", plan)
    hides = ["goal_in_own_words", "lines:health", "lines:neighbours", "background", "opinion"]
    stage.masked(lawyer, PLAN, "CONSENT", shows=["lines:debt"], hides=hides)


def _version(cafe_exit: str | None) -> dict[str, Any]:
    def line(theme: str, agency: str, action: str, **more: str | None) -> dict[str, Any]:
        return {
            "theme": theme,
            "issue": action,
            "goal_in_own_words": "静かに暮らしたい。",
            "action": action,
            "responsible_agency_id": AGENCY[agency],
            "starts_on": today(),
            **more,
        }

    return {
        "goal_in_own_words": "借金を片付けて、静かに暮らしたい。",
        "period_from": today(),
        "period_until": today(360),
        "monitoring_on": today(90),
        "employment_support": False,
        "background": f"{NEIGHBOUR}から物音の苦情。",
        "opinion": "就労の話はまだ早い。",
        "lines": [
            line(
                "household_budget",
                "J",
                "家計改善支援",
                service_code="budget_support",
                exit="収支が合う",
            ),
            line("health", "HC", "歯科受診に付き添う", exit="一人で通院できる"),
            line("debt", "L", "債務整理", exit="返済計画がまとまる"),
            line("neighbours", "S", "カフェに通う", frequency="週2回", exit=cafe_exit),
        ],
    }


async def _agreed(stage: Stage, plan: str, number: int) -> None:
    signed = {"number": number, "agreed_on": today(), "agreed_by": "本人", "evidence": "署名"}
    signed |= {"unsigned_reason": "ほかの担当機関は会議の席で確認する。"}
    await stage.do("j-consultant", f"{plan}/agree", signed)


async def _convened(stage: Stage, jiro: Jiro, plan: str, number: int) -> Sitting:
    stage.step(
        f"J が支援調整会議（{number}回目）に M・S・L・HC・H と次郎さんを招く。H は次の議題から。",
        f"J convenes conference {number} with M, S, L, HC, H and Jiro; H joins for item 2.",
        Purpose.PLANNING,
    )
    start = _soon_today(datetime.now(UTC))
    when = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    where = {"kind": "support_coordination_conf", "place": "市役所 3階 会議室"}
    planned = await stage.do("j-consultant", "/v1/conferences", when | where)
    path = f"/v1/conferences/{planned['id']}"
    guests = {"agency_ids": [AGENCY[x] for x in (*TABLE, "H")], "person_ids": [jiro.person]}
    await stage.do("j-consultant", f"{path}/invite", guests)
    for account in (*TABLE.values(), "h-supporter"):
        await stage.do(account, f"{path}/answer", {"answer": "accepted"})
    item = await stage.do(
        "j-consultant",
        f"{path}/items",
        {
            "purpose": "plan_appropriateness",
            "minutes": 20,
            "subject": "次郎さんの支援プラン",
            "person_ids": [jiro.person],
            "plan": {"plan_id": plan.rpartition("/")[2], "number": number},
            "invited_agency_ids": [AGENCY[x] for x in ("J", *TABLE)],
        },
    )
    common = {"purpose": "report", "minutes": 10, "subject": "年末年始の窓口"}
    await stage.do("j-consultant", f"{path}/items", common)
    early = await stage.get("l-lawyer", f"{path}/packet")
    stage.refused("議題確定前の資料 packet before it is fixed", CLOSED, early)
    await stage.do("j-consultant", f"{path}/fix")
    seats = (await stage.get("j-consultant", path))["attendees"]
    return Sitting(path, item["id"], {s["agency_id"] or "Jiro": s["id"] for s in seats})


def _soon_today(now: datetime) -> datetime:
    """When it begins: not in the past yet, and on the day on which it is going to be held."""
    midnight = datetime.combine(jst_date(now), time.max, tzinfo=JST)
    return min(now + timedelta(minutes=10), midnight)


async def _papers(stage: Stage, plan: str, sitting: Sitting) -> None:
    stage.step(
        "それぞれに自分の資料が届く。H の議題1は場所だけ。本人の写しに情報提供者はない。",
        "Each gets their own papers. H sees item 1 as a place only; Jiro's copy names nobody.",
        Purpose.PLANNING,
    )
    lines = [f"1.{x}" for x in LINES]
    secret = ["1.background", "1.opinion"]
    for account in TABLE.values():
        packet = await stage.get(account, f"{sitting.path}/packet")
        stage.masked(packet, PACKET, "CONSENT", shows=lines, hides=secret)
    outside = await stage.get("h-supporter", f"{sitting.path}/packet")
    stage.masked(
        outside,
        PACKET,
        "masked",
        shows=["1.restricted", "2.subject"],
        hides=["1.subject", "1.persons", *lines],
    )
    stage.refused(PLAN, CONCEALED, await stage.get("h-supporter", plan))
    copy = f"{sitting.path}/attendees/{sitting.seats['Jiro']}/packet"
    printed = await stage.get("j-consultant", copy)
    stage.masked(printed, "本人の写し Jiro's copy", "CONSENT", shows=lines, hides=secret)
    named = [a for a in (outside, printed) if NEIGHBOUR in a.content.decode()]
    stage.fact("写しと H の資料に近所の名前 neighbour named in these", 0, len(named))
    stranger = await stage.get("e-consultant", f"{sitting.path}/packet")
    stage.refused(PACKET, CONCEALED, stranger)


async def _held(stage: Stage, sitting: Sitting) -> None:
    everybody = {"present_attendee_ids": list(sitting.seats.values())}
    await stage.do("j-consultant", f"{sitting.path}/hold", everybody)


async def _closed(stage: Stage, sitting: Sitting, minutes: str) -> None:
    await stage.do("j-consultant", f"{sitting.path}/minutes", {"text": minutes})
    read = await stage.get("l-lawyer", f"{sitting.path}/minutes")
    stage.sees(read, "会議録 minutes", "CONSENT", "text")
    left = await stage.get("h-supporter", f"{sitting.path}/minutes")
    stage.masked(left, "会議録 minutes", "masked", shows=["restricted"], hides=["text", "results"])
    await stage.do("j-consultant", f"{sitting.path}/minutes/confirm")
    await stage.do("j-consultant", f"{sitting.path}/close")
    after = await stage.get("l-lawyer", f"{sitting.path}/packet")
    stage.refused("会議後の資料 packet after the end", CLOSED, after)


async def _sent_back(stage: Stage, plan: str, sitting: Sitting) -> None:
    stage.step(
        "会議は出口のない案を了承できず、差し戻す。歯科の付き添いは S の役割に決まる。",
        "A line has no exit: it cannot be approved and is sent back. S gets a task.",
        Purpose.PLANNING,
    )
    await _held(stage, sitting)
    result = f"{sitting.path}/items/{sitting.item}/result"
    approve = {"result": "approved", "decision": "了承する。"}
    refused = await stage.post("j-consultant", result, approve)
    stage.refused("出口のない案の了承 approval without an exit", NO_EXIT, refused)
    decision = {"number": 1, "decision_number": "福第1号"}
    early = await stage.post("m-officer", f"{plan}/decide", decision)
    stage.refused("了承前の支援決定 a decision before approval", TOO_EARLY, early)
    task = {"agency_id": AGENCY["S"], "what": "歯科に同行する", "due_on": today(14)}
    back = {"result": "sent_back", "decision": "カフェの出口を決める。", "tasks": [task]}
    await stage.do("j-consultant", result, back)
    tasks = (await stage.get("s-hub", "/v1/tasks"))["items"]
    mine = [t["what"] for t in tasks if t["item_id"] == sitting.item]
    stage.fact("S の役割 task of S", "歯科に同行する", " ".join(mine))
    await _closed(stage, sitting, "出口を決めて、もう一度諮る。")
    read = await stage.get("j-consultant", plan)
    stage.fact("状態 status", "sent_back", read["current"]["status"])
    await _lawyer_reads_own_line(stage, plan)
    stage.refused(PLAN, CONCEALED, await stage.get("m-officer", plan))


async def _amended(stage: Stage, plan: str) -> None:
    stage.step(
        "木村が出口を書き足して第2版にし、次郎さんがその版に同意する。",
        "Kimura adds the exit as version 2, and Jiro agrees to exactly that one.",
        Purpose.PLANNING,
    )
    read = await stage.get("j-consultant", plan)
    better = _version("近所の人とあいさつができる")
    await stage.change("j-consultant", plan, better, read.version)
    await _agreed(stage, plan, 2)
    kept = (await stage.get("j-consultant", f"{plan}/versions"))["items"]
    statuses = " ".join(v["status"] for v in kept)
    stage.fact("版 versions", "superseded person_agreed", statuses)


async def _approved(stage: Stage, plan: str, sitting: Sitting) -> None:
    stage.step(
        "2回目の会議が了承する。支援決定は市（M）が行い、受託機関（J）にはできない。",
        "The conference approves. The city (M) decides; the entrusted agency cannot.",
        Purpose.PLANNING,
    )
    await _held(stage, sitting)
    approve = {"result": "approved", "decision": "了承する。"}
    await stage.do("j-consultant", f"{sitting.path}/items/{sitting.item}/result", approve)
    decision = {"number": 2, "decision_number": "福第2号"}
    refused = await stage.post("j-consultant", f"{plan}/decide", decision)
    stage.refused("支援決定 decide", CITY_ONLY, refused)
    decided = await stage.do("m-officer", f"{plan}/decide", decision)
    status = f"{decided['status']} {decided['status_ja']}"
    stage.fact("状態 status", "decided 支援決定・確認済み", status)
    await _closed(stage, sitting, "プランを了承した。")


async def _looked_back(stage: Stage, jiro: Jiro) -> None:
    stage.step(
        "監査担当と個人情報保護担当が、会議のあいだの記録を確かめる。",
        "Auditors and the privacy officer check what is on record of all this.",
        Purpose.AUDIT,
    )
    log = await stage.read_log()
    on_record(stage, log)
    seen_and_refused(stage, log, jiro.person, by_consent="HC J L M S", refused="D H M")
    await report(
        stage, "cc-privacy", jiro.person, shown_to="CC D HC J L M S", refused="D E H J M W"
    )
