"""A reading is found however it is spelled, and does not stand in the database (checklist V4)."""

from conftest import Urls
from scenario_steps import ok, person
from town import Town

from service.adapters.postgres.blind_index import BlindIndex, write_tokens
from service.domain.people import Person

#: One reading in as many spellings as desks type it.
SPELLINGS = (
    "ダテ コウイチ",
    "だて こういち",
    "ﾀﾞﾃ ｺｳｲﾁ",
    "タ゛テ コウイチ",
    "タ\u3099テ コウイチ",
    "ダテコウイチ",
    "ダテ　コウイチ",
    "ダテ・コウイチ",
    "だて　コウイチ",
    "ダテ コーイチ",
    "ダテ コオイチ",
    "ﾀﾞﾃ　こういち",
)


def test_thirty_spellings_are_one_token_and_two_keys_are_two() -> None:
    index = BlindIndex(b"k" * 32)
    assert len({index.token(s) for s in SPELLINGS}) == 1
    assert index.token("ダテ コウイチ") != index.token("タテ コウイチ")
    assert index.token("ダテ コウイチ") != BlindIndex(b"l" * 32).token("ダテ コウイチ")


async def test_the_reading_is_found_and_is_not_stored(town: Town) -> None:
    cc = town.caller("cc-worker")
    form = person("伊達", "公一", "ダテ コウイチ")
    person_id = (await ok(cc.post("/v1/persons", form), 201))["id"]
    keys = await town.owner.fetchval("SELECT search_keys FROM person WHERE id = $1", person_id)
    assert len(keys) == 3
    assert all(len(k) == 32 and set(k) <= set("0123456789abcdef") for k in keys)
    for spelled in SPELLINGS:
        found = await ok(cc.post("/v1/persons/search", {"kana": spelled}))
        assert [item["id"] for item in found["items"]] == [person_id], spelled


async def test_readings_of_before_become_tokens_once(town: Town, urls: Urls) -> None:
    cc = town.caller("cc-worker")
    form = person("伊達", "公一", "ダテ コウイチ")
    person_id = (await ok(cc.post("/v1/persons", form), 201))["id"]
    plain = ["コーイチ", "ダテ", "ダテコーイチ"]
    await town.owner.execute("UPDATE person SET search_keys = $2 WHERE id = $1", person_id, plain)
    index = BlindIndex(b"k" * 32)
    assert await write_tokens(town.owner, index) == 1
    kept = await town.owner.fetchval("SELECT search_keys FROM person WHERE id = $1", person_id)
    assert kept == index.tokens(Person.model_validate(await _of(town, person_id)))
    assert await write_tokens(town.owner, index) == 0


async def _of(town: Town, person_id: str) -> dict[str, object]:
    shown = await ok(town.caller("cc-worker").get(f"/v1/persons/{person_id}"))
    return {k: v for k, v in shown.items() if k != "withheld"}
