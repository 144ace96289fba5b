"""The operator's lists: agencies, positions, areas, desks from a clerk's files, and back again."""

import asyncio
import json
import re
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from click.testing import Result
from conftest import Urls
from openpyxl import Workbook
from scenario_steps import ok
from town import Town
from typer.testing import CliRunner

from service.cli import app

EXAMPLES = Path(__file__).parent.parent / "examples"
Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, as the operator gives it."""
    monkeypatch.setenv("TSUNAGI_DATABASE_URL", urls.app)
    monkeypatch.setenv("TSUNAGI_DATABASE_OWNER_URL", urls.owner)
    monkeypatch.setenv("COLUMNS", "300")

    async def given(*arguments: Any) -> Result:
        words = ["directory", *map(str, arguments)]
        return await asyncio.to_thread(CliRunner().invoke, app, words)

    return given


async def done(run: Run, *arguments: Any) -> str:
    result = await run(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


async def not_done(run: Run, *arguments: Any) -> str:
    """What is said when it is refused."""
    result = await run(*arguments)
    assert result.exit_code == 1
    assert type(result.exception).__name__ == "NotReadyError", result.exception
    return result.output + str(result.exception)


def batch_of(said: str) -> str:
    found = re.search(r"undo ([0-9a-f-]{36})", said)
    assert found, said
    return found[1]


async def directory(owner: asyncpg.Connection) -> dict[str, list[Any]]:
    tables = ("agency", "area", "area_worker", "desk", "position", "tenure")
    return {
        t: [
            json.loads(r["row"])
            for r in await owner.fetch(f"SELECT to_jsonb(x)::text AS row FROM {t} x ORDER BY 1")
        ]
        for t in tables
    }


def written(tmp_path: Path, *lines: str, name: str = "名簿[1].csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


KINDS = {
    "agencies": "追加 2件、変更 1件、変更なし 0行",
    "areas": "追加 1件、変更 0件、変更なし 1行",
    "positions": "追加 2件、変更 0件、変更なし 1行",
    "desks": "追加 1件、変更 0件、変更なし 0行",
    "area-workers": "追加 1件、変更 0件、変更なし 1行",
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_list_of_every_kind_is_tried_taken_in_and_taken_back(
    town: Town, run: Run, kind: str
):
    file = EXAMPLES / f"{kind}.csv"
    before = await directory(town.owner)
    tried = await done(run, "import", file, "--kind", kind, "--dry-run")
    assert KINDS[kind] in tried
    assert "何も変更していません" in tried
    assert await directory(town.owner) == before
    assert await town.owner.fetchval("SELECT count(*) FROM import_batch") == 0

    said = await done(run, "import", file, "--kind", kind)
    assert KINDS[kind] in said
    after = await directory(town.owner)
    assert after != before
    batch = batch_of(said)
    listed = await done(run, "imports")
    assert batch in listed
    assert f"{kind}.csv" in listed
    assert str(file.parent) not in listed
    # The same list again changes nothing, and is no batch.
    assert "変更はありません" in await done(run, "import", file, "--kind", kind)
    assert await directory(town.owner) == after
    assert await town.owner.fetchval("SELECT count(*) FROM import_batch") == 1

    assert "取り消しました" in await done(run, "undo", batch)
    assert await directory(town.owner) == before
    assert "取り消されています" in await not_done(run, "undo", batch)


async def test_what_was_taken_in_is_what_the_service_tells(town: Town, run: Run):
    for kind in ("agencies", "areas", "positions", "desks"):
        await done(run, "import", EXAMPLES / f"{kind}.csv", "--kind", kind)
    cc = town.caller("cc-worker")
    found = (await ok(cc.get("/v1/agencies", params={"limit": 100})))["items"]
    by_code = {a["code"]: a for a in found}
    assert by_code["mihon_kakei"]["phone"] == "099-999-0201"
    assert by_code["mihon_kakei"]["valid_from"] == "2026-04-01"
    assert by_code["mihon_npo"]["valid_until"] == "2027-03-31"
    # Ids stay with the codes that were known.
    assert by_code["mihon_jiritsu"]["id"] == str(town.agency["J"])
    assert by_code["mihon_jiritsu"]["email"] == "soudan@jiritsu.example.jp"
    # Somebody new may log in from that day on.
    await town.owner.execute("SELECT 1")
    token = town.token("j-consultant", sub="sub-j-newcomer")
    who = await ok(cc.get("/v1/me", headers={"Authorization": f"Bearer {token}"}))
    assert "consultant" in json.dumps(who)


async def test_a_workbook_with_english_headings(town: Town, run: Run, tmp_path: Path):
    book = Workbook()
    book.active.append(["code", "name", "kind", "municipality_code", "valid_from"])
    book.active.append(["mihon_cafe", "みほんカフェ", "npo", 999997, "2026-04-01"])
    book.save(tmp_path / "list.xlsx")
    assert "追加 1件" in await done(run, "import", tmp_path / "list.xlsx", "--kind", "agencies")


HEAD = "機関コード,機関名,種別,市区町村コード,電話,有効開始日,有効終了日"


async def test_every_fault_is_told_at_once_and_nothing_is_taken_in(
    town: Town, run: Run, tmp_path: Path
):
    before = await directory(town.owner)
    file = written(
        tmp_path,
        HEAD,
        "mihon_a,よい機関,npo,999997,,2026/4/1,",
        "みほん,機関,npo,999997,,2026/4/1,",
        "mihon_b,,npo,999998,12,令和8年,",
        "mihon_c,機関,秘密結社,131016,,2026/4/1,2025/3/31",
        "mihon_a,もう一度,npo,999997,,2026/4/1,",
        "mihon_d,機関,npo,999997,,2026/4/1,2025/3/31",
    )
    said = await not_done(run, "import", file, "--kind", "agencies")
    for row, column in (
        (3, "機関コード"),
        (4, "機関名"),
        (4, "市区町村コード"),
        (4, "電話"),
        (4, "有効開始日"),
        (5, "種別"),
        (5, "市区町村コード"),
        (6, "機関コード"),
        (7, "有効終了日"),
    ):
        assert f"{row}行目 [{column}]" in said, said
    assert "9か所" in said
    assert "秘密結社" not in said
    assert "2行目" not in said
    assert await directory(town.owner) == before


@pytest.mark.parametrize(
    ("lines", "kind", "says"),
    [
        (
            ("機関コード,役職コード,担当地区,有効開始日", "nobody,x,第1地区,2026/4/1"),
            "area-workers",
            "登録されていない機関",
        ),
        (
            ("機関コード,役職コード,担当地区,有効開始日", "mihon_shakyo,x,第1地区,2026/4/1"),
            "area-workers",
            "登録されていない役職",
        ),
        (
            ("機関コード,役職コード,担当地区,有効開始日", "mihon_shakyo,s_csw,月,2026/4/1"),
            "area-workers",
            "登録されていない地区",
        ),
        ((HEAD + ",秘密", "a,b,npo,999997,,2026/4/1,,x"), "agencies", "1行目 [H]"),
        (("機関コード", "a"), "agencies", "1行目 [有効開始日]"),
        (("%PDF-1.4",), "agencies", "CSVでもExcel"),
    ],
)
async def test_a_list_that_does_not_fit(
    run: Run, tmp_path: Path, lines: tuple[str, ...], kind: str, says: str
):
    said = await not_done(run, "import", written(tmp_path, *lines), "--kind", kind)
    assert says in said
    assert "名簿[1].csv" in said.replace("\\", "")


async def test_whoever_follows_in_a_position_ends_the_term_of_whoever_held_it(
    town: Town, run: Run, tmp_path: Path
):
    before = await directory(town.owner)
    file = written(
        tmp_path,
        "機関コード,役職コード,役職名,職種,職員名,ログインID(sub),着任日,有効開始日",
        "mihon_jiritsu,j_consultant,主任相談支援員,chief_consultant,後任,sub-new,2027/4/1,2024/4/1",
    )
    said = await done(run, "import", file, "--kind", "positions")
    assert "追加 1件、変更 1件" in said
    rows = await town.owner.fetch(
        "SELECT t.sub, t.valid_from::text, t.valid_until::text FROM tenure t"
        " JOIN position p ON p.id = t.position_id WHERE p.code = 'j_consultant' ORDER BY 2"
    )
    assert [tuple(r) for r in rows] == [
        ("sub-j-consultant", "2024-04-01", "2027-03-31"),
        ("sub-new", "2027-04-01", None),
    ]
    await done(run, "undo", batch_of(said))
    assert await directory(town.owner) == before


# Taking it back.


async def test_what_somebody_changed_since_is_not_taken_back(town: Town, run: Run, tmp_path: Path):
    first = batch_of(await done(run, "import", EXAMPLES / "agencies.csv", "--kind", "agencies"))
    file = written(tmp_path, HEAD, "mihon_npo,新しい名前,npo,999997,,2026/4/1,")
    second = batch_of(await done(run, "import", file, "--kind", "agencies"))
    before = await directory(town.owner)
    said = await not_done(run, "undo", first)
    assert "後に変更された行" in said
    assert "該当する行: 4" in said
    assert await directory(town.owner) == before
    await done(run, "undo", second)
    await done(run, "undo", first)
    assert "mihon_npo" not in str(await directory(town.owner))


async def test_what_is_in_use_is_closed_and_not_removed(town: Town, run: Run):
    batch = batch_of(await done(run, "import", EXAMPLES / "agencies.csv", "--kind", "agencies"))
    new = await town.owner.fetchval("SELECT id FROM agency WHERE code = 'mihon_npo'")
    # Named on a slip, inside a document: no key would tell.
    cc = town.caller("cc-worker")
    whom = (await ok(cc.post("/v1/persons", {"living": "一人"}), 201))["id"]
    slip = {
        "person_id": whom,
        "method": "written",
        "evidence": "同意書 1",
        "explained_on": "2026-11-20",
        "rule_version": "2026-04",
        "purposes": ["consultation"],
        "data_classes": ["D1"],
        "receivers": {"agencies": [str(new)]},
        "valid_from": "2026-11-20",
    }
    await ok(cc.post("/v1/consents", slip), 201)
    said = await done(run, "undo", batch)
    assert "元に戻した 1件、削除した 1件、参照があるため前日で終了とした 1件" in said
    left = await town.owner.fetch(
        "SELECT code, valid_until FROM agency WHERE code LIKE 'mihon\\_%'"
    )
    codes = {r["code"]: r["valid_until"] for r in left}
    assert "mihon_kakei" not in codes
    assert codes["mihon_npo"] is not None
    assert await town.owner.fetchval("SELECT undone_by FROM import_batch") is not None


async def test_an_area_in_use_keeps_its_list(town: Town, run: Run):
    batch = batch_of(await done(run, "import", EXAMPLES / "areas.csv", "--kind", "areas"))
    cc = town.caller("cc-worker")
    form = {"area": "district_6", "municipality_code": "999997"}
    await ok(cc.post("/v1/persons", form), 201)
    before = await directory(town.owner)
    assert "すでに使われています" in await not_done(run, "undo", batch)
    assert await directory(town.owner) == before


async def test_an_unknown_batch(run: Run):
    assert "その番号の取込みはありません" in await not_done(run, "undo", uuid.uuid4())


async def test_a_file_that_is_not_there(run: Run, tmp_path: Path):
    said = await not_done(run, "import", tmp_path / "x.csv", "--kind", "areas")
    assert "読み込めません" in said
    assert str(tmp_path) not in said


async def test_the_service_itself_may_not(urls: Urls, run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TSUNAGI_DATABASE_OWNER_URL")
    said = await not_done(run, "imports")
    assert "TSUNAGI_DATABASE_OWNER_URL" in said
    connection = await asyncpg.connect(urls.app)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM import_batch")
    finally:
        await connection.close()


async def test_two_thousand_agencies(town: Town, run: Run, tmp_path: Path):
    lines = [f"mihon_x{n},機関{n},npo,999997,,2026/4/1," for n in range(2000)]
    said = await done(run, "import", written(tmp_path, HEAD, *lines), "--kind", "agencies")
    assert "追加 2000件" in said
    assert await town.owner.fetchval("SELECT count(*) FROM agency") > 2000
    await done(run, "undo", batch_of(said))
    assert await town.owner.fetchval("SELECT count(*) FROM agency") < 100
