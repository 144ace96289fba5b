"""SC-9: the council's loan desk looks through its borrowers (特例貸付の把握調査, brief §6)."""

from dataclasses import dataclass
from typing import Any

import pytest
from scenario_steps import (
    LIFE,
    WHO,
    act,
    address,
    consent,
    counted,
    fields,
    heard_by,
    hidden,
    inbox,
    listen,
    nothing_slipped,
    notices,
    ok,
    person,
    refer,
    refusal,
    refused,
    remedies,
    tally,
)
from town import Caller, Town

from service.domain.role import Role

PURPOSE = "特例貸付の借受世帯に対するフォローアップ支援（要綱第5条）"
LOAN = "特例貸付を受け、償還の猶予を申し出ている"
HEALTH = "糖尿病の通院が途切れている"
REASON = "返済の見通しが立たず、家計から一緒に考えてほしい"
OPINION = "清水は債務の全体がまだ見えていないと考える"
CALLED = "電話で様子をうかがった。次は一月に"
HANDED_OVER = "本人は貸付の話を望まず、地域の担当とつながり続けることを希望"

#: Those that were flagged, and what came of calling them.
FLAGGED = {
    "一世": "accepted",
    "二葉": "accepted",
    "花": "accepted",
    "四郎": "refused",
    "五月": "refused",
    "六実": "refused",
    "七海": "unreachable",
    "八重": "unreachable",
}
KANA = dict(
    zip(
        FLAGGED,
        ("カズヨ", "フタバ", "ホア", "シロウ", "サツキ", "ムツミ", "ナナミ", "ヤエ"),
        strict=True,
    )
)
FOREIGN = "花"
#: Who has nothing to do with the loans: other agencies, whatever they are there for.
OTHERS = ("j-consultant", "m-officer", "w-worker", "hc-nurse", "cc-worker", "k-loan")


def loan_desk(town: Town) -> Caller:
    return town.caller("s-loan")


def borrower(given: str, kana: str, number: int) -> dict[str, Any]:
    """A borrower as the loan desk keeps them, to itself."""
    form = person(
        "借受", given, f"カリウケ {kana}", birth="1980-04-01", address=address(f"{number}番地")
    )
    return form | {"living": LOAN, "considerations": HEALTH, "department": "loan"}


def foreign() -> dict[str, Any]:
    """花さん: a resident from Viet Nam, as her residence card has it, and as she is called."""
    form = borrower(FOREIGN, KANA[FOREIGN], 3)
    latin = {"kind": "latin", "family": "NGUYEN", "given": "THI HOA"}
    called = {"kind": "common_name", "single": "花", "single_kana": "ホア"}
    return form | {"names": [latin, called], "language": "vi"}


@dataclass(frozen=True)
class Screening:
    """The list, its borrowers by given name, and what they signed or said."""

    id: str
    flagged: dict[str, str]
    others: list[str]

    def whose(self, outcome: str) -> dict[str, str]:
        return {n: p for n, p in self.flagged.items() if FLAGGED[n] == outcome}


async def thirty_are_listed(town: Town) -> Screening:
    """S has a stated purpose, K's numbers in mind, and thirty borrowers; eight stand out."""
    await town.hire("k-loan", "K", Role.LOAN_OFFICER)
    s = loan_desk(town)
    form = {
        "title": "特例貸付 借受世帯の把握",
        "documented_purpose": PURPOSE,
        "counts_for_agency_ids": [str(town.agency["K"])],
    }
    screening = await ok(s.post("/v1/screenings", form), 201)
    flagged, others = {}, []
    for number, given in enumerate(FLAGGED, 1):
        who = foreign() if given == FOREIGN else borrower(given, KANA[given], number)
        flagged[given] = (await ok(s.post("/v1/persons", who), 201))["id"]
    for number in range(9, 31):
        who = borrower("無事", "ブジ", number)
        others.append((await ok(s.post("/v1/persons", who), 201))["id"])
    entries = [{"person_id": p, "flagged": True} for p in flagged.values()]
    entries += [{"person_id": p} for p in others]
    listed = await ok(s.post(f"/v1/screenings/{screening['id']}/entries", {"entries": entries}))
    assert listed["counts"] == counts(30, 8, pending=8)
    return Screening(screening["id"], flagged, others)


def counts(listed: int, flagged: int, **outcomes: int) -> dict[str, int]:
    none = dict.fromkeys(("pending", "accepted", "refused", "unreachable"), 0)
    return {"listed": listed, "flagged": flagged} | none | outcomes


async def eight_are_called(town: Town, screening: Screening) -> None:
    s = loan_desk(town)
    for given, person_id in screening.flagged.items():
        said = {"person_id": person_id, "outcome": FLAGGED[given]}
        done = await ok(s.post(f"/v1/screenings/{screening.id}/outcomes", said))
    assert done["counts"] == counts(30, 8, accepted=3, refused=3, unreachable=2)


async def agrees(town: Town, person_id: str, **how: Any) -> str:
    """One who wants to talk to J signs for it."""
    slip = consent(
        person_id,
        to={"kinds": ["self_reliance_agency"]},
        classes="D1 D2 D3",
        purposes=("consultation",),
        **how,
    )
    return (await ok(loan_desk(town).post("/v1/consents", slip), 201))["id"]


EASILY = {"language": "ja_easy", "explanation_aids": ["interpreter", "easy_japanese"]}


async def is_referred(town: Town, person_id: str) -> str:
    s = loan_desk(town)
    referral_id = await refer(
        s,
        person_id,
        town.desk["J"],
        reason=REASON,
        needs=[{"theme": "household_budget", "text": "家計表から始めたい"}],
        opinion=OPINION,
    )
    await act(s, referral_id, "send")
    return referral_id


@pytest.mark.mechanism("0-01", "0-03")
async def test_thirty_are_looked_through_and_three_go_to_j(town: Town):
    heard = listen(town)
    screening = await thirty_are_listed(town)
    await eight_are_called(town, screening)
    s, j = loan_desk(town), town.caller("j-consultant")

    # ✔ S: its own list, person by person.
    mine = await ok(s.get(f"/v1/screenings/{screening.id}"))
    assert mine["documented_purpose"] == PURPOSE
    assert {e["person_id"]: e["outcome"] for e in mine["entries"] if e["flagged"]} == {
        p: FLAGGED[given] for given, p in screening.flagged.items()
    }
    assert len(mine["entries"]) == 30
    assert {e["outcome"] for e in mine["entries"] if not e["flagged"]} == {"pending"}

    # As long as nobody has agreed, none of the thirty is there for J.
    someone = screening.flagged["一世"]
    await hidden(j, "/v1/persons/{}", someone)
    letter = await refer(s, someone, town.desk["J"])
    problem = await refused(
        s.post(f"/v1/referrals/{letter}/send"), 403, "referral.receiver_not_covered"
    )
    assert remedies(problem) == {"ask_consent", "ask_support_conference"}

    # ✔ J: the three who agreed; not what to take care of, which they did not sign for.
    letters = {}
    for given, person_id in screening.whose("accepted").items():
        await agrees(town, person_id, **(EASILY if given == FOREIGN else {}))
        letters[given] = await is_referred(town, person_id)
        who = await ok(j.get(f"/v1/persons/{person_id}"))
        assert fields(who) == WHO | LIFE
        assert who["living"] == LOAN
        assert who["withheld"] == ["D4", "D5"]
        read = await ok(j.get(f"/v1/referrals/{letters[given]}"))
        assert read["reason"] == REASON
        assert "opinion" not in read
    assert set(await inbox(j)) == set(letters.values())

    # ✖ J: the five others who were called, and the twenty-two who were not.
    rest = [p for p in screening.flagged.values() if p not in screening.whose("accepted").values()]
    for person_id in [*rest, *screening.others]:
        await hidden(j, "/v1/persons/{}", person_id)
    await hidden(j, "/v1/screenings/{}", screening.id)
    found = await ok(j.post("/v1/persons/search", {"kana": "カリウケ"}))
    assert {p["id"] for p in found["items"]} == {
        screening.flagged[given] for given in ("一世", "二葉")
    }

    await log_of_the_screening(town, screening)
    await nothing_slipped(
        town,
        heard,
        {
            LOAN: "j-consultant",
            REASON: "j-consultant",
            HEALTH: "",
            OPINION: "",
        },
    )
    assert heard_by(heard, "五月") == heard_by(heard, "八重") == heard_by(heard, "無事") == set()


async def log_of_the_screening(town: Town, screening: Screening) -> None:
    """Thirty came in by S alone; J read three, on their own word, and was denied the rest."""
    everything = await tally(town)
    for row, number in {
        "s-loan screening.open allowed INTERNAL": 1,
        "s-loan person.register allowed INTERNAL": 30,
        "s-loan screening.add allowed INTERNAL": 31,
        "s-loan screening.record allowed INTERNAL": 8,
        "s-loan consent.grant allowed INTERNAL": 3,
        "s-loan referral.send allowed INTERNAL": 3,
        "s-loan referral.send denied -": 1,
        "j-consultant person.read allowed CONSENT": 3,
        "j-consultant screening.read denied -": 2,
        "j-consultant person.search allowed CONSENT": 2,
    }.items():
        assert everything[row] == number, row
    assert not any("LIFE" in row or "CONF" in row for row in everything)
    refused_it = screening.whose("refused").values()
    for person_id in [*refused_it, *screening.others]:
        called = "1 s-loan screening.record allowed INTERNAL" if person_id in refused_it else ""
        assert await tally(town, person_id=person_id) == counted(f"""
            1 s-loan person.register allowed INTERNAL
            1 s-loan screening.add allowed INTERNAL
            1 s-loan screening.read allowed INTERNAL
            1 j-consultant person.read denied -
            {called}
        """)
    (agreed,) = await town.audit(
        person_id=screening.flagged["二葉"], action="person.read", outcome="allowed"
    )
    assert (agreed["basis"], len(agreed["consent_ids"])) == ("CONSENT", 1)
    assert agreed["data_classes"] == ["D0", "D1", "D2"]


async def test_each_person_on_the_list_has_a_line_for_every_reading(town: Town):
    screening = await thirty_are_listed(town)
    await eight_are_called(town, screening)
    await ok(loan_desk(town).get(f"/v1/screenings/{screening.id}"))
    assert await tally(town, person_id=screening.flagged["四郎"]) == counted("""
        1 s-loan person.register allowed INTERNAL
        1 s-loan screening.add allowed INTERNAL
        1 s-loan screening.record allowed INTERNAL
        1 s-loan screening.read allowed INTERNAL
    """)


@pytest.mark.mechanism("0-12", "1-31")
async def test_it_was_explained_in_easy_japanese_with_an_interpreter(town: Town):
    screening = await thirty_are_listed(town)
    s, j = loan_desk(town), town.caller("j-consultant")
    her = screening.flagged[FOREIGN]
    consent_id = await agrees(town, her, **EASILY)
    kept = await ok(s.get(f"/v1/consents/{consent_id}"))
    assert kept["language"] == "ja_easy"
    assert kept["explanation_aids"] == ["easy_japanese", "interpreter"]
    receipt = await s.get(f"/v1/consents/{consent_id}/receipt", params={"format": "html"})
    assert receipt.status_code == 200
    assert "やさしい日本語" in receipt.text
    assert "通訳" in receipt.text
    # J knows in which language to call her.
    await is_referred(town, her)
    who = await ok(j.get(f"/v1/persons/{her}"))
    assert who["language"] == "vi"
    assert [n["given"] or n["single"] for n in who["names"]] == ["THI HOA", "花"]


@pytest.mark.mechanism("0-04", "0-01")
async def test_three_refuse_and_nobody_but_s_can_tell(town: Town):
    heard = listen(town)
    screening = await thirty_are_listed(town)
    await eight_are_called(town, screening)
    s = loan_desk(town)
    for given, person_id in screening.whose("refused").items():
        told = {"told": CALLED, "person_id": person_id, "channel": "call"}
        call = await ok(s.post("/v1/consultations", told), 201)
        said_no = await ok(s.post("/v1/consents/refusals", refusal(person_id, "2027-01-15")), 201)
        (kept,) = (await ok(s.get(f"/v1/persons/{person_id}/consents")))["items"]
        assert (kept["id"], kept["state"]) == (said_no["id"], "refused")
        assert kept["next_contact_on"] == "2027-01-15"

        # ✖ Everybody else: the same as for somebody who never was.
        for account in OTHERS:
            other = town.caller(account)
            await hidden(other, "/v1/persons/{}", person_id)
            await hidden(other, "/v1/persons/{}/consents", person_id)
            await hidden(other, "/v1/consents/{}", said_no["id"])
            await hidden(other, "/v1/consultations/{}", call["id"])
            found = await other.post("/v1/persons/search", {"kana": f"カリウケ {KANA[given]}"})
            nobody = await other.post("/v1/persons/search", {"kana": "ミシラヌ ダレカ"})
            assert found.content == nobody.content
            assert await notices(other) == await inbox(other) == []
        watcher = town.caller("p3-commissioner", "watch_over")
        await hidden(watcher, "/v1/persons/{}", person_id)
        letter = await refer(s, person_id, town.desk["J"])
        await refused(s.post(f"/v1/referrals/{letter}/send"), 403, "referral.receiver_not_covered")

        denials = [
            f"1 {account} {action} denied -"
            for account in OTHERS
            for action in ("consultation.read", "person.read")
        ] + [f"2 {account} consent.read denied -" for account in OTHERS]
        assert await tally(town, person_id=person_id) == counted("""
            1 s-loan person.register allowed INTERNAL
            1 s-loan screening.add allowed INTERNAL
            1 s-loan screening.record allowed INTERNAL
            1 s-loan consultation.receive allowed INTERNAL
            1 s-loan consent.refuse allowed INTERNAL
            2 s-loan consent.read allowed INTERNAL
            1 s-loan referral.draft allowed INTERNAL
            1 s-loan referral.send denied -
            1 p3-commissioner person.read denied -
        """) + counted("\n".join(denials))
    await nothing_slipped(town, heard, {CALLED: "", LOAN: "", HEALTH: ""})


@pytest.mark.mechanism("0-01")
async def test_k_is_told_how_many_and_never_who(town: Town):
    heard = listen(town)
    screening = await thirty_are_listed(town)
    await eight_are_called(town, screening)
    k = town.caller("k-loan")
    path = f"/v1/screenings/{screening.id}"

    # ✔ K: numbers (ANON), and what they were gathered for.
    told = await ok(k.get(path))
    assert told["counts"]["listed"] == 30
    assert set(told["counts"]) == set(counts(30, 8))
    assert "entries" not in told
    assert told["withheld"] == ["D2"]
    (entry,) = await town.audit(sub="sub-k-loan", action="screening.read")
    assert entry["outcome"] == "allowed"
    assert (entry["person_id"], entry["data_classes"]) == (None, ["D0"])

    # ✖ K: anybody on it; and it puts nobody on S's list.
    for person_id in [*screening.flagged.values(), *screening.others]:
        assert heard_by(heard, person_id) == {"s-loan"}
        await hidden(k, "/v1/persons/{}", person_id)
    own = (await ok(k.post("/v1/persons", person("県", "貸付", "ケン カシツケ")), 201))["id"]
    adding = {"entries": [{"person_id": own}]}
    await refused(k.post(f"{path}/entries", adding), 404, "record.not_found")
    said = {"person_id": screening.flagged["一世"], "outcome": "accepted"}
    await refused(k.post(f"{path}/outcomes", said), 404, "record.not_found")
    # ✔ K: its own record of its own business, which S does not see.
    assert (await ok(k.get(f"/v1/persons/{own}")))["names"][0]["given"] == "貸付"
    await hidden(loan_desk(town), "/v1/persons/{}", own)
    # ✖ Whoever was not named for the numbers.
    for account in ("j-consultant", "m-officer", "w-worker"):
        await hidden(town.caller(account), "/v1/screenings/{}", screening.id)

    about_one = await tally(town, person_id=screening.flagged["七海"])
    assert about_one == counted("""
        1 s-loan person.register allowed INTERNAL
        1 s-loan screening.add allowed INTERNAL
        1 s-loan screening.record allowed INTERNAL
        1 k-loan person.read denied -
    """)
    await nothing_slipped(town, heard, {LOAN: "", HEALTH: ""})


@pytest.mark.mechanism("0-01")
async def test_the_numbers_go_to_k_as_numbers(town: Town):
    screening = await thirty_are_listed(town)
    await ok(town.caller("k-loan").get(f"/v1/screenings/{screening.id}"))
    read = await tally(town, sub="sub-k-loan", action="screening.read")
    assert read == counted("1 k-loan screening.read allowed ANON")


def to_csw(town: Town, person_id: str, **more: Any) -> dict[str, Any]:
    """From the loan desk to the community workers of the same council."""
    return {
        "person_id": person_id,
        "basis": "INTERNAL",
        "to_agency_id": str(town.agency["S"]),
        "to_department": "csw",
        "purposes": ["consultation"],
        "data_classes": ["D1", "D2"],
        "hours": 24 * 30,
        "reason": HANDED_OVER,
    } | more


@pytest.mark.mechanism("0-08")
async def test_the_loan_desk_hands_over_to_the_community_workers(town: Town):
    heard = listen(town)
    screening = await thirty_are_listed(town)
    him, another = screening.flagged["四郎"], screening.flagged["五月"]
    s, csw = loan_desk(town), town.caller("s-csw")

    # ✖ The same council, another department: nobody is there.
    for person_id in (him, another):
        await hidden(csw, "/v1/persons/{}", person_id)
        await hidden(csw, "/v1/persons/{}/consents", person_id)
    asked = {"kana": "カリウケ"}
    assert (await ok(csw.post("/v1/persons/search", asked)))["items"] == []

    # It is named to whom and inside which body.
    bare = to_csw(town, him, to_department=None)
    await refused(s.post("/v1/provisions", bare), 403, "provision.department_missing")
    away = to_csw(town, him, to_agency_id=str(town.agency["J"]), to_department=None)
    problem = await refused(s.post("/v1/provisions", away), 403, "provision.another_body")
    assert "ask_consent" in remedies(problem)
    own = to_csw(town, him)
    await refused(csw.post("/v1/provisions", own), 404, "record.not_found")

    given = await ok(s.post("/v1/provisions", own), 201)
    assert ("provision_received", given["id"]) in await notices(csw)
    who = await ok(csw.get(f"/v1/persons/{him}"))
    assert fields(who) == WHO | LIFE
    assert who["living"] == LOAN
    assert who["withheld"] == ["D4", "D5"]
    assert {d["duty"] for d in who["obligations"]} == {"no_onward", "readable_until"}
    found = await ok(csw.post("/v1/persons/search", asked))
    assert [p["id"] for p in found["items"]] == [him]

    # ✖ The others on the list; other purposes; other agencies; and afterwards.
    await hidden(csw, "/v1/persons/{}", another)
    await hidden(town.caller("s-csw", "service"), "/v1/persons/{}", him)
    for account in ("j-consultant", "k-loan"):
        await hidden(town.caller(account), "/v1/persons/{}", him)
    town.clock.forward(days=30)
    await hidden(csw, "/v1/persons/{}", him)

    assert await tally(town, person_id=him) == counted("""
        1 s-loan person.register allowed INTERNAL
        1 s-loan screening.add allowed INTERNAL
        3 s-csw person.read denied -
        1 s-csw consent.read denied -
        1 s-csw provision.make denied -
        2 s-loan provision.make failed INTERNAL
        1 s-loan provision.make allowed INTERNAL
        1 s-csw person.read allowed INTERNAL
        1 s-csw person.search allowed INTERNAL
        1 j-consultant person.read denied -
        1 k-loan person.read denied -
    """)
    (read,) = await town.audit(sub="sub-s-csw", action="person.read", outcome="allowed")
    assert (read["basis"], read["rules"]) == ("INTERNAL", ["provision.in_force"])
    assert (read["consent_ids"], read["data_classes"]) == ([given["id"]], ["D0", "D1", "D2"])
    assert read["agency_id"] == read["holder_agency_id"] == town.agency["S"]
    await nothing_slipped(town, heard, {LOAN: "s-csw", HEALTH: "", HANDED_OVER: ""})


@pytest.mark.mechanism("0-08")
async def test_what_was_handed_over_for_a_time_is_not_taken_for_good(town: Town):
    screening = await thirty_are_listed(town)
    him = screening.flagged["四郎"]
    csw = town.caller("s-csw")
    await ok(loan_desk(town).post("/v1/provisions", to_csw(town, him)), 201)
    # The same record without its department would be the whole council's.
    mine = borrower("四郎", KANA["四郎"], 4) | {"department": None}
    changed = await csw.put(f"/v1/persons/{him}", mine, 1)
    town.clock.forward(days=30)
    await hidden(csw, "/v1/persons/{}", him)
    assert changed.status_code == 404, changed.text


@pytest.mark.mechanism("0-08")
@pytest.mark.parametrize("what", ["screenings", "consents", "referrals", "consultations"])
async def test_what_the_loan_desk_writes_about_a_borrower_stays_there_too(town: Town, what: str):
    screening = await thirty_are_listed(town)
    person_id = screening.flagged["一世"]
    told = {"told": CALLED, "person_id": person_id}
    papers = {
        "screenings": screening.id,
        "consents": await agrees(town, person_id),
        "referrals": await is_referred(town, person_id),
        "consultations": (await ok(loan_desk(town).post("/v1/consultations", told), 201))["id"],
    }
    await hidden(town.caller("s-csw"), f"/v1/{what}/{{}}", papers[what])


@pytest.mark.mechanism("0-08")
async def test_the_outbox_does_not_tell_the_community_workers_of_borrowers(town: Town):
    heard = listen(town)
    screening = await thirty_are_listed(town)
    person_id = screening.flagged["一世"]
    await agrees(town, person_id)
    await is_referred(town, person_id)
    assert await inbox(town.caller("s-csw"), "outbox") == []
    assert heard_by(heard, OPINION) == set()


@pytest.mark.mechanism("0-08", "1-07")
async def test_emergency_access_does_not_tell_the_community_workers_of_borrowers(town: Town):
    screening = await thirty_are_listed(town)
    glass = {
        "person_id": screening.flagged["七海"],
        "reason": "訪問したが応答がなく、室内で倒れているおそれがある",
        "data_classes": ["D1"],
        "minutes": 30,
    }
    csw = town.caller("s-csw")
    await hidden(csw, "/v1/persons/{}", glass["person_id"])
    # Either the glass is broken, or it is as for somebody who never was.
    answer = await csw.post("/v1/access/emergency", glass)
    assert answer.status_code in (201, 404), answer.text
