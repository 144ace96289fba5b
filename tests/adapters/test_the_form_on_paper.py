"""A form on paper: every option, room for handwriting, nothing lost over pages or beside them."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from service.adapters.paper import missing_characters, render_html, render_pdf
from service.adapters.paper.separated import render_csv
from service.domain.disclosure import EVERY_CLASS
from service.domain.form_book import FormBook
from service.domain.form_filling import Material, PartShown, fill
from service.domain.form_paper import form_paper
from service.domain.form_sheets import form_sheets

TODAY = date(2026, 11, 21)
MM = 72 / 25.4
FORMS = FormBook().in_force(TODAY)
LONG_NAME = "ヴァンデルワールス三四郎左衛門ジョナサン髙﨑𠮷郎" * 3
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 3
LONG_TEXT = "".join(f"第{n}文では、管理会社から退去を求められていると話した。" for n in range(150))


def shown(**values):
    return PartShown(classes=EVERY_CLASS, values=values)


def printed(code, material=None, **how):
    definition = FormBook().find(code, TODAY)
    filled = fill(definition, material or Material())
    options = {"issuer": "みほん市自立相談支援センター", "made_on": TODAY} | how
    return form_paper(definition, filled, **options)


def pages(paper):
    return PdfReader(io.BytesIO(render_pdf(paper)), strict=True).pages


def words(paper):
    return "".join("".join(p.extract_text().split()) for p in pages(paper))


def assert_inside(paper):
    """What runs off the page is found by a search, but no reader sees it."""
    for page in pages(paper):
        found = []

        def note(text, matrix, own, _font, _size, found=found):
            if text.strip():
                a, b, c, d, e, f = matrix
                found.append((a * own[4] + c * own[5] + e, b * own[4] + d * own[5] + f))

        page.extract_text(visitor_text=note)
        assert found
        assert all(20 * MM - 1 <= x <= 190 * MM and 10 * MM <= y <= 287 * MM for x, y in found)
        width, height = page.mediabox.width, page.mediabox.height
        assert (round(width / MM), round(height / MM)) == (210, 297)


@pytest.mark.parametrize("definition", FORMS, ids=lambda d: d.code)
def test_an_empty_form_asks_everything_and_says_nothing(definition):
    paper = printed(definition.code, empty=True)
    said = words(paper)
    labels = [f.label_ja for s in definition.sections if s.lines_of is None for f in s.fields]
    options = [o.label_ja for f in definition.fields if f.code != "worst" for o in f.options]
    for text in (
        *labels,
        *options,
        definition.name_ja,
        *(s.heading_ja for s in definition.sections),
    ):
        if text != "最も困っていること":
            assert "".join(text.split()) in said, text
    assert not any(mark in said for mark in ("■", "◎住", "取扱注意", "〓"))
    assert_inside(paper)
    assert missing_characters(paper) == ()
    assert len(pages(paper)) <= 4


def test_the_chosen_option_is_marked_and_the_worst_worry_has_two_circles():
    intake = shown(worries=["debt", "housing"], worst="housing", route="self_call", wishes="希望")
    material = Material(parts={"intake": intake, "person": shown(sex="male", birth="1975-03")})
    said = words(printed("intake_application", material))
    assert all(w in said for w in ("■1男性", "□2女性", "◎住まいについて", "○債務について"))
    assert all(w in said for w in ("□介護のこと", "昭和50年3月", "希望", "取扱注意", "1/"))
    route = words(printed("intake_assessment", material))
    assert "■2本人自ら連絡（電話・メール）" in route
    assert route.count("■") == 2  # the sex and the way


def test_a_choice_of_before_stands_beside_the_options_of_today():
    odd = Material(parts={"intake": shown(route="newspaper")})
    said = words(printed("intake_assessment", odd))
    assert "newspaper" in said
    assert "■" not in said


def test_what_is_held_back_shows_neither_marks_nor_options():
    closed = Material(
        parts={"intake": PartShown(classes=frozenset(), values={"worries": ["debt"]})}
    )
    said = words(printed("intake_application", closed))
    assert "（非開示）" in said
    assert "債務について" not in said


def test_long_names_and_words_stay_on_the_page():
    material = Material(
        parts={
            "person": shown(name=LONG_NAME, kana="ヴァンデルワールス" * 8, address=LONG_WORD),
            "intake": shown(wishes=LONG_TEXT, work=LONG_WORD, living_with="母"),
        }
    )
    paper = printed("intake_application", material)
    assert_inside(paper)
    said = words(paper)
    assert LONG_NAME in said
    assert "第149文では" in said


def test_forty_entries_run_over_pages_with_their_heading_on_each():
    entries = tuple(
        shown(
            happened_on="2026-04-01",
            agency="みほん市社会福祉協議会",
            kind="visit",
            text=f"{n}回目の訪問。" if n % 9 else LONG_TEXT[:900],
            minutes=30,
        )
        for n in range(1, 41)
    )
    paper = printed("progress", Material(lines={"notes": entries}))
    assert_inside(paper)
    found = pages(paper)
    assert len(found) > 3
    said = ["".join(p.extract_text().split()) for p in found]
    assert all("日付※・対応者" in page for page in said[:-1])
    everything = "".join(said)
    assert all(f"{n}回目の訪問。" in everything for n in range(1, 41) if n % 9)
    assert everything.count("［対応区分］2訪問・同行支援") == 40
    assert f"{len(found)}/{len(found)}" in said[-1]


@pytest.mark.parametrize("code", ["intake_application", "plan_application"])
def test_what_is_signed_stands_on_one_page_with_its_words(code):
    wishes = Material(
        parts={
            "intake": shown(wishes=LONG_TEXT[:1300]),
            "plan": shown(goal_in_own_words=LONG_TEXT[:1300]),
        }
    )
    said = ["".join(p.extract_text().split()) for p in pages(printed(code, wishes))]
    signed = [n for n, page in enumerate(said) if "本人署名" in page]
    worded = [n for n, page in enumerate(said) if "関係機関（者）" in page]
    assert len(signed) == 1
    assert signed == worded


def test_the_same_form_gives_the_same_bytes_and_reads_as_a_page_too():
    paper = printed("intake_application")
    assert render_pdf(paper) == render_pdf(paper)
    page = render_html(paper)
    assert "□ 1 男性" in page
    assert "本人署名" in page


def test_the_csv_opens_in_excel_and_calculates_nothing():
    definition = FormBook().find("intake_application", TODAY)
    material = Material(parts={"intake": shown(wishes="=HYPERLINK(1)", work="改\n行")})
    content = render_csv(form_sheets(definition, fill(definition, material))[:1])
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert "wishes,具体的な内容・希望,'=HYPERLINK(1)" in text
    assert '"改\n行"' in text
