"""次郎's plan on its way to a support coordination conference, for the tests that follow it (SC-7)."""

from dataclasses import dataclass
from typing import Any

from scenario_steps import Jiro, consent, jiro_has_a_lead, ok
from town import Caller, Town

GOAL = "借金を片付けて静かに暮らしたい"
BACKGROUND = "ごみの苦情を言ってきたのは隣の山田さん"
OPINION = "兄への依存が強いと木村は考える"
SUBJECT = "次郎さんの支援プランの適切性"
SENT_BACK = "出口が決まっていないので書き加えること"
APPROVED = "役割分担どおりに進める"
ACCOMPANY = "歯科に同行する"
DEBTS = "債務の一覧を作る"
MINUTES = "次郎さんは通院から始めたいと話した"

#: Who is at the table for his item; H is invited to the sitting only.
TABLE = ("M", "J", "L", "HC", "S")
ACCOUNTS = {
    "M": "m-officer",
    "J": "j-consultant",
    "L": "l-lawyer",
    "HC": "hc-nurse",
    "S": "s-loan",
    "H": "h-supporter",
    "CC": "cc-worker",
}
#: Hello Work is named as well: what keeps it out is the item, not a missing consent.
PLANNING_WITH = (
    "municipal_welfare_section",
    "self_reliance_agency",
    "social_welfare_council",
    "legal_aid",
    "public_health_center",
    "community_center",
    "hello_work",
)


def of(town: Town, letter: str) -> Caller:
    """Somebody of that agency, who works on the plan."""
    return town.caller(ACCOUNTS[letter], "planning")


def five_lines(town: Town, *, exits: bool) -> dict[str, Any]:
    """Budget, teeth, debt, café, and work later; each with one responsible agency."""
    rows = (
        ("household_budget", "J", "家計表を一緒につける", "月2回", "自分で家計表をつけられる"),
        ("health", "S", "歯科に同行して治療を始める", "月2回", "一人で通院できる"),
        ("debt", "L", "四社の債務を整理する", "月1回", "返済計画がまとまる"),
        ("participation", "CC", "カフェに通う", "週2回", "カフェの当番を持つ"),
        ("work", "J", "働くことは来年あらためて考える", None, "就労準備を始めるか決める"),
    )
    lines = [
        {
            "theme": theme,
            "issue": f"{action}必要がある",
            "goal_in_own_words": GOAL,
            "action": action,
            "responsible_agency_id": str(town.agency[letter]),
            "starts_on": "2026-12-07",
            "frequency": frequency,
            "exit": way_out if exits else None,
        }
        for theme, letter, action, frequency, way_out in rows
    ]
    return {
        "goal_in_own_words": GOAL,
        "employment_support": False,
        "period_from": "2026-12-07",
        "period_until": "2027-11-30",
        "monitoring_on": "2027-03-01",
        "lines": lines,
        "background": BACKGROUND,
        "opinion": OPINION,
    }


@dataclass(frozen=True)
class Support:
    """He, his case, and J's plan for him."""

    jiro: Jiro
    case: str
    plan: str


async def j_drafts(town: Town, *, exits: bool) -> Support:
    """J's plan; he has seen it and agrees."""
    jiro, case_id = await jiro_has_a_lead(town)
    papers = {"person_id": jiro.person, "referral_id": jiro.referral, "case_id": case_id}
    drafted = await ok(of(town, "J").post("/v1/plans", five_lines(town, exits=exits) | papers), 201)
    assert drafted["status"] == "draft"
    await he_agrees(town, drafted["id"], 1)
    return Support(jiro, case_id, drafted["id"])


async def he_agrees(town: Town, plan_id: str, number: int) -> None:
    signed = {"number": number, "agreed_on": "2026-11-20", "agreed_by": "本人"}
    # The others of the table have not been shown it yet, and so cannot have signed it off.
    signed |= {"unsigned_reason": "会議の席で確認する。"}
    agreed = await ok(of(town, "J").post(f"/v1/plans/{plan_id}/agree", signed))
    assert (agreed["number"], agreed["status"]) == (number, "person_agreed")


async def he_consents_to_planning(town: Town, person_id: str) -> str:
    slip = consent(
        person_id, to={"kinds": PLANNING_WITH}, classes="D1 D2 D3 D4", purposes=("planning",)
    )
    return (await ok(of(town, "J").post("/v1/consents", slip), 201))["id"]


async def convened(town: Town, day: str, person_id: str) -> str:
    """A sitting with everybody of the table, H, and himself."""
    j = of(town, "J")
    when = {"starts_at": f"{day}T13:30:00+09:00", "ends_at": f"{day}T15:00:00+09:00"}
    form = {"kind": "support_coordination_conf", "place": "市役所 3階 会議室"} | when
    conference_id = (await ok(j.post("/v1/conferences", form), 201))["id"]
    agencies = [str(town.agency[letter]) for letter in (*TABLE, "H")]
    invited = {"agency_ids": agencies, "person_ids": [person_id]}
    await ok(j.post(f"/v1/conferences/{conference_id}/invite", invited))
    for letter in (*TABLE[2:], "M", "H"):
        coming = {"answer": "accepted", "representative": f"{letter}の担当"}
        await ok(of(town, letter).post(f"/v1/conferences/{conference_id}/answer", coming))
    return conference_id


def his_item(town: Town, support: Support, number: int) -> dict[str, Any]:
    return {
        "purpose": "plan_appropriateness",
        "minutes": 20,
        "subject": SUBJECT,
        "person_ids": [support.jiro.person],
        "plan": {"plan_id": support.plan, "number": number},
        "case_id": support.case,
        "presenter_agency_id": str(town.agency["J"]),
        "invited_agency_ids": [str(town.agency[letter]) for letter in TABLE],
    }


OPEN_ITEM = {"purpose": "resource_gap", "minutes": 10, "subject": "短時間で働ける場が少ない"}


@dataclass(frozen=True)
class Sitting:
    """A conference whose agenda is fixed: his item first, then one about nobody."""

    id: str
    item: str

    async def attendees(self, town: Town) -> dict[str, str]:
        """Who is invited, by letter; he himself as "person"."""
        letters = {str(agency_id): letter for letter, agency_id in town.agency.items()}
        shown = await ok(of(town, "J").get(f"/v1/conferences/{self.id}"))
        return {letters.get(a["agency_id"], "person"): a["id"] for a in shown["attendees"]}

    async def held(self, town: Town, *present: str) -> None:
        ids = await self.attendees(town)
        there = {"present_attendee_ids": [ids[who] for who in present]}
        await ok(of(town, "J").post(f"/v1/conferences/{self.id}/hold", there))

    def result(self, town: Town, result: str, decision: str, *tasks: dict[str, str]) -> Any:
        body = {"result": result, "decision": decision, "tasks": list(tasks)}
        return of(town, "J").post(f"/v1/conferences/{self.id}/items/{self.item}/result", body)


async def on_the_agenda(town: Town, support: Support, number: int, day: str) -> Sitting:
    """The version is an item of a sitting whose papers can be read."""
    j = of(town, "J")
    conference_id = await convened(town, day, support.jiro.person)
    items = f"/v1/conferences/{conference_id}/items"
    item = await ok(j.post(items, his_item(town, support, number)), 201)
    assert item["basis"] == "CONSENT"
    assert (await ok(j.post(items, OPEN_ITEM), 201))["basis"] == "ANON"
    await ok(j.post(f"/v1/conferences/{conference_id}/fix"))
    return Sitting(conference_id, item["id"])


async def approved_plan(town: Town) -> tuple[Support, Sitting]:
    """Version 1 has been approved; S and L have something to do."""
    support = await j_drafts(town, exits=True)
    await he_consents_to_planning(town, support.jiro.person)
    sitting = await on_the_agenda(town, support, 1, "2026-12-04")
    town.clock.forward(days=14, hours=5)
    await sitting.held(town, *TABLE, "person")
    tasks = (
        {"agency_id": str(town.agency["S"]), "what": ACCOMPANY, "due_on": "2027-01-08"},
        {"agency_id": str(town.agency["L"]), "what": DEBTS, "due_on": "2026-12-25"},
    )
    await ok(sitting.result(town, "approved", APPROVED, *tasks))
    return support, sitting
