"""SC-3: the tax desk hands a person over with her consent, and tells nothing without it."""

import uuid

from service.demo.story_people import AGENCY, consent, family_name, now, person, today
from service.demo.story_review import on_record, report, seen_and_refused
from service.demo.story_stage import CONCEALED, Refusal, Stage
from service.domain.permission import Purpose

#: What she owes. It belongs to the tax desk alone.
AMOUNT = "384,000"
NOT_COVERED = Refusal(
    403,
    "referral.receiver_not_covered",
    "consent.covers_receiver",
    ("ask_consent", "ask_support_conference"),
)
#: An id that nobody has: the same, also in the log of whoever tried it.
UNKNOWN = CONCEALED


async def play(stage: Stage) -> None:
    """Tell the scenario."""
    async with stage.chapter(
        "SC-3", "税の窓口からのつなぎ", "A hand-over from the tax desk", ("t-auditor", "j-auditor")
    ):
        agrees, refuses = family_name(), family_name()
        hanako = await _she_agrees(stage, agrees)
        referral = await _referred(stage, hanako)
        await _assessed(stage, hanako, referral)
        other = await _she_refuses(stage, refuses)
        await _searched(stage, agrees, refuses)
        await _looked_back(stage, hanako, other)


async def _registered(stage: Stage, family: str, birth: str) -> str:
    living = f"フリーランス。子ども2人。国民健康保険税の滞納 {AMOUNT}円。"
    body = person(family, "花子", "ハナコ", birth, living=living)
    return str((await stage.do("t-system", "/v1/persons", body))["id"])


async def _she_agrees(stage: Stage, family: str) -> str:
    stage.step(
        "滞納の相談に来た花子さんを、収納管理システム（T）が登録する。",
        "The tax section's system registers Hanako, who came about arrears.",
    )
    hanako = await _registered(stage, family, "1988-05-04")
    stage.step(
        "納税係の田村が説明し、花子さんは書面で同意する。J へ、氏名と相談内容だけ。",
        "Tamura explains; Hanako agrees in writing: to J, her name and her reason only.",
    )
    granted = consent(hanako, classes=["D1", "D3"], kinds=["self_reliance_agency"])
    await stage.do("t-officer", "/v1/consents", granted)
    return hanako


async def _referred(stage: Stage, hanako: str) -> str:
    stage.step(
        "システムがつなぎを送る。宛先は、名簿が相談の種類から選ぶ。",
        "The system sends the referral; the directory finds the desk for the theme.",
    )
    made = await stage.do("t-system", "/v1/referrals", _letter(hanako))
    path = f"/v1/referrals/{made['id']}"
    sent = await stage.do("t-system", f"{path}/send")
    stage.fact("宛先 receiver", "J", "J" if made["to_agency_id"] == AGENCY["J"] else "?")
    stage.fact("状態 status", "sent 送付済み", f"{sent['status']} {sent['status_ja']}")
    stage.step(
        "J の木村が読む。税額は見えない。福祉事務所（W）には、あることも知らされない。",
        "Kimura at J reads it, without the amount. For W it does not even exist.",
    )
    letter = await stage.get("j-consultant", path)
    record = await stage.get("j-consultant", f"/v1/persons/{hanako}")
    stage.sees(letter, "つなぎ referral", "CONSENT", "reason", "needs:arrears")
    stage.masked(record, "本人の記録 person", "CONSENT", shows=["names"], hides=["living"])
    told = AMOUNT in (letter.content + record.content).decode()
    stage.fact("J に税額が届いたか whether J got the amount", expected=False, got=told)
    refused = [await stage.get("w-worker", p) for p in (path, f"/v1/persons/{hanako}")]
    stage.refused("つなぎ、本人の記録 referral, person", CONCEALED, *refused)
    return path


def _letter(person_id: str) -> dict[str, object]:
    return {
        "person_id": person_id,
        "reason": "納税の相談から、暮らし全体の相談を勧めた。",
        "needs": [{"theme": "arrears", "text": "滞納：あり"}],
        "opinion": "督促は一度止めている。",
        "data_classes": ["D1", "D3"],
    }


async def _assessed(stage: Stage, hanako: str, referral: str) -> None:
    stage.step(
        "J が引き受けて面談し、見立てをプラン案に書く。",
        "J accepts, meets her, and writes its assessment into a draft plan.",
    )
    await stage.do("j-consultant", f"{referral}/accept", {"note": "お引き受けします。"})
    met = {"at": now(), "reached": True, "note": "収入の波が大きい。家計から始める。"}
    await stage.do("j-consultant", f"{referral}/contact", met)
    drafted = await stage.do("j-consultant", "/v1/plans", _assessment(hanako))
    stage.step(
        "税務課（T）は、つないだ後の J の見立てを読めない。",
        "The tax section cannot read what J found out after the hand-over.",
    )
    mine = await stage.get("t-officer", referral)
    steps = await stage.get("t-officer", f"{referral}/history")
    stage.sees(mine, "自分が送ったつなぎ its own referral", "INTERNAL", "reason", "opinion")
    stage.masked(
        steps,
        "経過 history",
        "INTERNAL",
        shows=["accept.act", "contact.act"],
        hides=["accept.note", "contact.note"],
    )
    theirs = await stage.get("t-officer", f"/v1/plans/{drafted['id']}")
    nothing = await stage.get("t-officer", f"/v1/plans/{uuid.uuid4()}")
    stage.refused("J のプラン案 J's draft plan", CONCEALED, theirs)
    stage.refused("存在しないプラン a plan that does not exist", UNKNOWN, nothing)
    same = theirs.content == nothing.content
    stage.fact("二つの答えは同じバイト列 both answers are the same bytes", expected=True, got=same)


def _assessment(person_id: str) -> dict[str, object]:
    line = {
        "theme": "household_budget",
        "issue": "収入の波が大きい。",
        "goal_in_own_words": "毎月の見通しがほしい。",
        "action": "家計表を一緒につける。",
        "responsible_agency_id": AGENCY["J"],
        "starts_on": today(),
        "exit": "自分で家計表をつけられる。",
    }
    return {
        "person_id": person_id,
        "goal_in_own_words": "仕事を続けながら、少しずつ返したい。",
        "period_from": today(),
        "period_until": today(180),
        "lines": [line],
    }


async def _she_refuses(stage: Stage, family: str) -> str:
    stage.step(
        "もう一人の花子さんは同意しない。断りと次に声をかける日だけを記録する。",
        "Another Hanako does not agree. Only that is recorded, and when to ask again.",
    )
    other = await _registered(stage, family, "1990-11-23")
    refusal = {
        "person_id": other,
        "explained_on": today(),
        "rule_version": "個人情報取扱規程 2026-04",
        "next_contact_on": today(60),
    }
    await stage.do("t-officer", "/v1/consents/refusals", refusal)
    stage.step(
        "それでもつなごうとすると、送付は断られる。田村は下書きを取り下げる。",
        "An attempt to refer her all the same is refused; Tamura withdraws the draft.",
    )
    made = await stage.do("t-officer", "/v1/referrals", _letter(other))
    path = f"/v1/referrals/{made['id']}"
    stage.refused("つなぎの送付 send", NOT_COVERED, await stage.post("t-officer", f"{path}/send"))
    reason = {"reason": "ご本人の希望。"}
    gone = await stage.do("t-officer", f"{path}/request-withdrawal", reason)
    stage.fact("状態 status", "withdrawn 取下げ", f"{gone['status']} {gone['status_ja']}")
    return other


async def _searched(stage: Stage, agrees: str, refuses: str) -> None:
    stage.step(
        "J が二人の名前で探す。同意した花子さんだけが見つかる。",
        "J searches for both by name and finds only the Hanako who agreed.",
    )
    for account, family, found in (
        ("j-consultant", agrees, 1),
        ("j-consultant", refuses, 0),
        ("t-officer", refuses, 1),
    ):
        asked = {"kana": f"シケン{family} ハナコ"}
        answer = await stage.post(account, "/v1/persons/search", asked)
        who = "同意した人 who agreed" if family == agrees else "断った人 who refused"
        stage.fact(
            f"{answer.staff.letter} が探す searches, {who}",
            found,
            len(answer.body.get("items", ())),
        )


async def _looked_back(stage: Stage, hanako: str, other: str) -> None:
    stage.step(
        "税務課の監査担当と個人情報保護担当が、記録を確かめる。",
        "The tax section's auditor and privacy officer check what is on record.",
        Purpose.AUDIT,
    )
    log = await stage.read_log()
    on_record(stage, log)
    seen_and_refused(stage, log, hanako, by_consent="J", refused="T W")
    await report(stage, "t-privacy", hanako, shown_to="J T", refused="T W")
    await report(stage, "t-privacy", other, shown_to="T", refused="T")
