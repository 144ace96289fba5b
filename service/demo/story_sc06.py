"""SC-6: everybody declines, and nobody is bounced: the second decline makes the hub decide."""

from typing import NamedTuple

from service.demo.story_people import AGENCY, DESK, consent, family_name, now, person
from service.demo.story_review import on_record, report, seen_and_refused
from service.demo.story_stage import CONCEALED, Refusal, Stage
from service.domain.permission import Purpose

#: Who told about the neighbours. For the receiving agency only.
NEIGHBOUR = "となりの山田さん"
#: "The agencies suited to my request", as the person ticked them.
SUITED = [
    "disability_core_center",
    "elder_support_center",
    "hello_work",
    "legal_aid",
    "municipal_welfare_section",
    "public_health_center",
    "self_reliance_agency",
    "social_welfare_council",
]
NEEDS = ("needs:debt", "needs:health", "needs:neighbours")
LETTER = "つなぎ referral"
RECORD = "本人の記録 person"
DEAD_END = Refusal(422, "referral.decline_needs_proposal", "failed")
HUB_ONLY = Refusal(403, "actor.permission_missing", "actor.permission_missing", ("get_position",))


class Jiro(NamedTuple):
    """The person, and what the agencies have about him."""

    person: str
    referral: str
    case: str


async def play(stage: Stage) -> Jiro | None:
    """Tell the scenario; nothing comes of it if it got stuck."""
    async with stage.chapter(
        "SC-6",
        "たらい回しにしない",
        "Everybody declines",
        ("cc-auditor", "j-auditor", "s-auditor"),
    ):
        jiro = await _received(stage)
        referral = await _referred_to_d(stage, jiro)
        await _d_declines(stage, jiro, referral)
        await _j_declines(stage, referral)
        case = await _hub_decides(stage, referral)
        await _everybody_knows_their_part(stage, jiro, referral, case)
        await _met(stage, referral)
        await _looked_back(stage, jiro)
        return Jiro(jiro, referral, case)
    return None


async def _received(stage: Stage) -> str:
    stage.step(
        "窓口受付システム（CC）が、何に困っているかはっきりしない次郎さんを受け付ける。",
        "The community centre takes in Jiro; what he needs is not clear.",
    )
    known = {
        "area": "district_3",
        "living": "兄と二人暮らし。仕事はしていない。",
        "considerations": "歯の痛みで食事がとりにくい。",
    }
    body = person(family_name(), "次郎", "ジロウ", "昭和56年3月9日", **known)
    jiro = str((await stage.do("cc-system", "/v1/persons", body))["id"])
    heard = {
        "person_id": jiro,
        "told": "どこに相談したらよいか分からない。もう疲れた。",
        "channel": "visit",
        "area": "district_3",
        "informant": NEIGHBOUR,
    }
    taken = await stage.do("cc-system", "/v1/consultations", heard)
    stage.fact("断られずに受付 taken in, with a desk that answers", 1, len([taken["routed_to"]]))
    stage.step(
        "川田（丸ごと相談員）が説明し、次郎さんは「自分に合う機関へ」と同意する。",
        "Kawada explains; Jiro agrees: to the agencies suited to his request.",
    )
    granted = consent(jiro, classes=["D1", "D2", "D3", "D4"], kinds=SUITED)
    await stage.do("cc-worker", "/v1/consents", granted)
    return jiro


async def _referred_to_d(stage: Stage, jiro: str) -> str:
    stage.step(
        "川田が障害者基幹相談支援センター（D）へつなぐ。D だけが読める。",
        "Kawada refers him to D. D can read it, nobody else.",
    )
    letter = {
        "person_id": jiro,
        "to_desk_id": DESK["D"],
        "prior_contact": "土井さんに電話",
        "reason": "借金、歯の痛み、近所との関係に困っている。",
        "needs": [
            {"theme": "debt", "text": "借入れが数件ある。"},
            {"theme": "health", "text": "歯科を受診したい。"},
            {"theme": "neighbours", "text": "物音で言い合いになった。"},
        ],
        "wishes": "静かに暮らしたい。",
        "informant": NEIGHBOUR,
        "opinion": "まず歯の治療を急ぎたい。",
        "data_classes": ["D1", "D2", "D3", "D4", "D6"],
    }
    made = await stage.do("cc-worker", "/v1/referrals", letter)
    path = f"/v1/referrals/{made['id']}"
    await stage.do("cc-worker", f"{path}/send")
    own = await stage.get("cc-worker", path)
    stage.sees(own, LETTER, "INTERNAL", "reason", *NEEDS, "informant", "opinion")
    read = await stage.get("d-system", path)
    stage.masked(read, LETTER, "CONSENT", shows=["reason", *NEEDS, "informant"], hides=["opinion"])
    record = await stage.get("d-consultant", f"/v1/persons/{jiro}")
    stage.sees(record, RECORD, "CONSENT", "names", "living", "considerations")
    others = [await stage.get(a, path) for a in ("j-consultant", "w-worker")]
    stage.refused(LETTER, CONCEALED, *others)
    _owned_by(stage, "CC", own["owner_agency_id"])
    return path


def _owned_by(stage: Stage, letter: str, agency_id: str) -> None:
    stage.fact("責任を持つ機関 who is responsible", AGENCY[letter], agency_id)


async def _d_declines(stage: Stage, jiro: str, referral: str) -> None:
    stage.step(
        "D は辞退し（手帳がない）、J を提案する。D に残るのは、つなぎがあった事実だけ。",
        "D declines (no certificate) and proposes J. It keeps the bare fact.",
    )
    refused = {
        "reason": "障害者手帳がなく、対象ではない。",
        "proposal": {"desk_id": DESK["J"], "contacted": "木村さんに電話"},
    }
    after = await stage.do("d-system", f"{referral}/decline", refused)
    stage.fact(
        "状態 status", "declined 辞退（提案あり）", f"{after['status']} {after['status_ja']}"
    )
    kept = await stage.get("d-system", referral)
    stage.masked(kept, LETTER, "INTERNAL", hides=["reason", *NEEDS, "informant"])
    gone = await stage.get("d-consultant", f"/v1/persons/{jiro}")
    stage.refused(RECORD, CONCEALED, gone)
    _owned_by(stage, "CC", kept["owner_agency_id"])


async def _j_declines(stage: Stage, referral: str) -> None:
    stage.step(
        "川田は提案どおり J へ。J も辞退したいが、次の提案のない辞退は受け付けられない。",
        "Kawada goes on to J. J declines too, but not without an onward proposal.",
    )
    onward = {"to_desk_id": DESK["J"], "note": "提案のとおり"}
    await stage.do("cc-worker", f"{referral}/redirect", onward)
    read = await stage.get("j-consultant", referral)
    stage.sees(read, LETTER, "CONSENT", "reason", *NEEDS, "informant")
    reason = {"reason": "同居の兄に収入がある。"}
    bare = await stage.post("j-consultant", f"{referral}/decline", reason)
    stage.refused("提案のない辞退 a bare decline", DEAD_END, bare)
    stage.step(
        "J は E（地域包括）を提案して辞退する。二度目の辞退で、ハブ（S）の番になる。",
        "J proposes E (the brother is 66). The second decline makes it the hub's.",
    )
    proposed = reason | {"proposal": {"desk_id": DESK["E"], "contacted": "遠藤さんに電話"}}
    after = await stage.do("j-consultant", f"{referral}/decline", proposed)
    stage.fact(
        "状態 status", "needs_lead 主担当の決定待ち", f"{after['status']} {after['status_ja']}"
    )
    kept = await stage.get("j-consultant", referral)
    stage.masked(kept, LETTER, "INTERNAL", hides=["reason", *NEEDS, "informant"])
    _owned_by(stage, "S", kept["owner_agency_id"])
    stage.refused(LETTER, CONCEALED, await stage.get("e-consultant", referral))


async def _hub_decides(stage: Stage, referral: str) -> str:
    stage.step(
        "ハブの佐々木に知らせが届き、期限が動き始める。決められるのはハブだけ。",
        "Sasaki at the hub is told, with a deadline. Only the hub can decide.",
    )
    told = await stage.get("s-hub", "/v1/notices", unread="true")
    notices = [n for n in told["items"] if n["record_id"] in referral]
    stage.fact("知らせ notices", "referral_at_hub", " ".join(n["kind"] for n in notices))
    queue = (await stage.get("s-hub", "/v1/referrals", box="hub"))["items"]
    waiting = [r for r in queue if r["id"] in referral and r["due_at"]]
    stage.fact("期限つきで待っている waiting with a deadline", 1, len(waiting))
    read = await stage.get("s-hub", referral)
    stage.masked(read, LETTER, "CONSENT", shows=["reason", *NEEDS], hides=["informant"])
    lead = {
        "lead_agency_id": AGENCY["J"],
        "deputy_agency_id": AGENCY["S"],
        "team": [{"agency_id": AGENCY["L"], "themes": ["debt"]}, {"agency_id": AGENCY["HC"]}],
        "reason": "家計の相談から入るのがよい。",
    }
    stage.refused(
        "主担当を決める name a lead",
        HUB_ONLY,
        await stage.post("j-consultant", f"{referral}/name-lead", lead),
    )
    stage.step(
        "佐々木が決める。主担当 J、副担当 S、弁護士 L（借金だけ）、保健所 HC。",
        "Sasaki names J lead, S deputy, the lawyer L for the debt only, and HC.",
    )
    named = await stage.do("s-hub", f"{referral}/name-lead", lead)
    stage.fact("状態 status", "accepted 引受け", f"{named['status']} {named['status_ja']}")
    return str(named["case_id"])


async def _everybody_knows_their_part(stage: Stage, jiro: str, referral: str, case: str) -> None:
    read = {a: await stage.get(a, referral) for a in ("j-consultant", "l-lawyer", "hc-nurse")}
    whole = ["reason", *NEEDS]
    stage.sees(read["j-consultant"], LETTER, "CONSENT", *whole, "informant")
    stage.masked(
        read["l-lawyer"],
        LETTER,
        "CONSENT",
        shows=["needs:debt"],
        hides=["reason", "needs:health", "needs:neighbours", "informant"],
    )
    stage.masked(read["hc-nurse"], LETTER, "CONSENT", shows=whole, hides=["informant"])
    left = await stage.get("d-system", referral)
    stage.masked(left, LETTER, "INTERNAL", hides=[*whole, "informant"])
    outside = [await stage.get(a, referral) for a in ("e-consultant", "w-worker")]
    stage.refused(LETTER, CONCEALED, *outside)
    team = await stage.get("hc-nurse", f"/v1/cases/{case}")
    stage.sees(team, "ケースの体制 case", "CONSENT", "lead_agency_id", "deputy_agency_id", "team")
    record = await stage.get("s-hub", f"/v1/persons/{jiro}")
    stage.sees(record, RECORD, "CONSENT", "names", "living", "considerations")


async def _met(stage: Stage, referral: str) -> None:
    stage.step(
        "J の木村が次郎さんに会う。経過は一つ残らず残っている。",
        "Kimura at J meets Jiro. Every step so far is kept.",
    )
    met = {"at": now(), "reached": True, "note": "自宅で面談"}
    await stage.do("j-consultant", f"{referral}/contact", met)
    steps = (await stage.get("cc-worker", f"{referral}/history"))["items"]
    expected = "draft send decline redirect decline name_lead contact"
    stage.fact("経過 history", expected, " ".join(s["act"] for s in steps))


async def _looked_back(stage: Stage, jiro: str) -> None:
    stage.step(
        "監査担当（CC・J・S）と CC の個人情報保護担当が、記録を確かめる。",
        "Auditors of CC, J and S and the privacy officer of CC check the record.",
        Purpose.AUDIT,
    )
    log = await stage.read_log()
    on_record(stage, log)
    seen_and_refused(stage, log, jiro, by_consent="D HC J L S", refused="D E J W")
    await report(stage, "cc-privacy", jiro, shown_to="CC D HC J L S", refused="D E J W")
