import io
import re
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser

import pytest
from fontTools.ttLib import TTFont
from noto_cjk_sans_jp_regular import FONT_PATH
from openpyxl import load_workbook
from pypdf import PdfReader

from service.adapters.paper import missing_characters, render_html, render_pdf
from service.adapters.paper.workbook import render_xlsx
from service.domain.paper import Grid, Paper, Row, Section, Sheet, inert

LONG = "".join(f"第{place}文では、共有する情報の範囲と目的を説明しました。" for place in range(300))
MM = 72 / 25.4
RARE = "髙﨑𠮷郎㈱①神\ufa19葛\U000e0100城"
HOSTILE = '<script>alert("x")</script>{{7*7}}${7*7}#panic()$x$*b*_i_@ref\\#'


def receipt(**changes):
    paper = Paper(
        title="同意書の控え",
        subtitle="情報の共有について",
        issuer="つなぎ市福祉総務課",
        number="同意-2026-000123",
        made_on=date(2026, 11, 21),
        sections=(
            Section(
                heading="同意した人",
                rows=(
                    Row(label="氏名", value="試験花子"),
                    Row(label="住所", value="つなぎ市中央1-2-3\n第二コーポ203号室"),
                ),
            ),
            Section(
                heading="同意の内容",
                rows=(Row(label="期間", value="令和9年11月20日まで"),),
                paragraphs=("説明を受け、これに同意しました。", "いつでも撤回できます。"),
            ),
        ),
        notes=("この控えは、本人に渡すものです。",),
    )
    return paper.model_copy(update=changes)


def told(value, label="印"):
    return receipt(sections=(Section(heading="内容", rows=(Row(label=label, value=value),)),))


def read(paper):
    return PdfReader(io.BytesIO(render_pdf(paper)), strict=True)


def text_of(page):
    return page.extract_text()


def places(page):
    """Where each piece of text begins, in points from the lower left corner."""
    found = []

    def note(text, matrix, own, _font, _size):
        if text.strip():
            a, b, c, d, e, f = matrix
            found.append((a * own[4] + c * own[5] + e, b * own[4] + d * own[5] + f))

    page.extract_text(visitor_text=note)
    return found


def assert_in_the_frame(reader):
    """What is off the page is found by a search, but no reader sees it."""
    for page in reader.pages:
        for across, up in places(page):
            assert 20 * MM - 1 <= across <= 190 * MM
            assert 10 * MM <= up <= 287 * MM


def joined(reader):
    """All pages' own words, without line ends, heads and feet."""
    kept = []
    for page in reader.pages:
        head, *body, foot = text_of(page).split("\n")
        assert re.fullmatch(r"\d+ / \d+", foot), foot
        assert "同意書の控え" in head
        kept += body
    return "".join(kept)


def lines_of(reader):
    """The lines below the head of the document, page by page."""
    lines = [line for page in reader.pages for line in text_of(page).split("\n")[1:-1]]
    return lines[lines.index("内容") + 1 : -1]


def fonts_of(page):
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def every_text(paper):
    yield from (paper.title, paper.subtitle, paper.issuer, paper.number, *paper.notes)
    for section in paper.sections:
        yield section.heading
        for row in section.rows:
            yield row.label
            yield from row.value.split("\n")
        yield from section.paragraphs


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []
        self.text = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    @classmethod
    def of(cls, page):
        tags = cls()
        tags.feed(page)
        return tags


def test_the_pdf_says_every_word():
    body = joined(read(receipt()))
    for text in every_text(receipt()):
        assert text in body


def test_the_date_stands_in_both_calendars():
    written = "令和8年11月21日（2026年11月21日）"
    assert written in joined(read(receipt()))
    assert written in render_html(receipt())


def test_no_sentence_is_lost_over_many_pages_in_a_cell_or_a_paragraph():
    section = Section(heading="長い", rows=(Row(label="経過", value=LONG),), paragraphs=(LONG,))
    reader = read(receipt(sections=(section,)))
    assert len(reader.pages) > 5
    assert joined(reader).count(LONG) == 2
    assert_in_the_frame(reader)


def test_three_hundred_rows_keep_their_order():
    rows = tuple(Row(label=f"項目{place:03}", value=f"内容{place:03}") for place in range(300))
    body = joined(read(receipt(sections=(Section(heading="記録", rows=rows),))))
    assert re.findall(r"項目(\d{3}) 内容\1", body) == [f"{place:03}" for place in range(300)]


def test_every_page_names_the_paper_and_counts_itself():
    reader = read(receipt(notes=(LONG, LONG)))
    pages = len(reader.pages)
    assert pages > 3
    for number, page in enumerate(reader.pages, start=1):
        head, *_, foot = text_of(page).split("\n")
        assert head == "同意書の控え 同意-2026-000123"
        assert foot == f"{number} / {pages}"


def test_pages_are_a4_portrait():
    for page in read(receipt(notes=(LONG,))).pages:
        assert float(page.mediabox.width) == pytest.approx(210 * MM, abs=0.1)
        assert float(page.mediabox.height) == pytest.approx(297 * MM, abs=0.1)


def test_fonts_are_embedded_as_subsets():
    pdf = render_pdf(told(RARE))
    assert len(pdf) < 200_000, "The whole font was embedded."
    for page in PdfReader(io.BytesIO(pdf)).pages:
        assert fonts_of(page)
        for font in fonts_of(page):
            assert "/ToUnicode" in font
            (descendant,) = font["/DescendantFonts"]
            descriptor = descendant.get_object()["/FontDescriptor"].get_object()
            assert re.match(r"/[A-Z]{6}\+NotoSansCJKjp", descriptor["/FontName"])
            assert len(descriptor["/FontFile3"].get_object().get_data()) > 500


def test_the_pdf_says_its_title_its_language_and_its_day():
    reader = read(receipt())
    assert reader.metadata.title == "同意書の控え"
    assert reader.metadata.author == "つなぎ市福祉総務課"
    assert reader.metadata.creation_date.date() == date(2026, 11, 21)
    assert reader.trailer["/Root"]["/Lang"].startswith("ja")


def test_the_pdf_is_made_for_keeping_and_for_every_reader():
    described = read(receipt()).trailer["/Root"]["/Metadata"].get_object().get_data()
    assert b"<pdfaid:part>2</pdfaid:part>" in described
    assert b"<pdfuaid:part>1</pdfuaid:part>" in described


def test_screen_readers_find_headings_and_tables():
    root = read(receipt()).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    kinds = set()

    def walk(element):
        element = element.get_object()
        if isinstance(element, list):
            for child in element:
                walk(child)
        elif isinstance(element, dict):
            kinds.add(element.get("/S"))
            if "/K" in element:
                walk(element["/K"])

    walk(root["/StructTreeRoot"])
    assert {"/Table", "/TR", "/TD", "/H1"} <= kinds


def test_the_same_paper_gives_the_same_bytes_in_any_process():
    program = (
        "import sys; from service.adapters.paper import render_pdf;"
        "from service.domain.paper import Paper;"
        "sys.stdout.buffer.write(render_pdf(Paper.model_validate_json(sys.stdin.read())))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        input=receipt().model_dump_json().encode(),
        capture_output=True,
        check=True,
    ).stdout
    assert render_pdf(receipt()) == elsewhere
    assert render_html(receipt()) == render_html(receipt())


def test_another_day_is_another_pdf():
    assert render_pdf(receipt()) != render_pdf(receipt(made_on=date(2026, 11, 22)))


def test_rare_characters_of_names_stay_as_they_are():
    assert RARE in joined(read(told(RARE)))
    assert RARE in render_html(told(RARE))


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("前\x00\x07\x1b後", "前〓〓〓後"),
        ("前\u202e後", "前〓後"),
        ("前😀後", "前〓後"),
        ("前\ue000後", "前〓後"),
        ("前\U000f0000後", "前〓後"),
        ("前\uffff後", "前〓後"),
        ("前\u200b\u2060\ufeff後", "前後"),
        ("か\u3099", "が"),
    ],
)
def test_what_the_font_cannot_show_is_marked(written, printed):
    assert f"印 {printed}" in joined(read(told(written)))


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x85\x9b", "\u202e", "\uffff"])
def test_the_page_carries_no_control_characters(character):
    page = render_html(told(f"前{character}後"))
    assert character not in page
    assert "前" in page
    assert "後" in page


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_line_ends_stay_line_ends(end):
    paper = told(f"一行目{end}二行目")
    assert "一行目\n二行目" in "".join(map(text_of, read(paper).pages))
    assert "一行目\n二行目" in render_html(paper)


@pytest.mark.parametrize("place", ["title", "subtitle", "issuer", "number"])
def test_markup_is_only_text_at_the_head(place):
    paper = receipt(**{place: HOSTILE})
    assert HOSTILE in "".join(text_of(read(paper).pages[0]).split("\n"))
    assert HOSTILE in "".join(Tags.of(render_html(paper)).text)


def test_markup_is_only_text_in_the_body():
    section = Section(
        heading=HOSTILE, rows=(Row(label=HOSTILE, value=HOSTILE),), paragraphs=(HOSTILE,)
    )
    paper = receipt(sections=(section,), notes=(HOSTILE,))
    assert joined(read(paper)).count(HOSTILE) == 5
    page = render_html(paper)
    assert page.count("&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;{{7*7}}") == 5
    assert "".join(Tags.of(page).text).count(HOSTILE) == 5


def test_the_page_runs_nothing_and_fetches_nothing():
    page = render_html(told(HOSTILE))
    tags = Tags.of(page)
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in tags.seen}
    for tag, attributes in tags.seen:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not {"src", "href", "style"} & attributes.keys(), tag
    assert "url(" not in page
    assert "@import" not in page


def test_the_page_is_japanese_and_made_for_a4():
    page = render_html(receipt())
    tags = Tags.of(page)
    assert ("html", {"lang": "ja"}) in tags.seen
    assert ("meta", {"charset": "utf-8"}) in tags.seen
    assert "size: A4 portrait" in page
    assert "@media print" in page
    assert [tag for tag, _ in tags.seen if tag in {"h1", "h2"}] == ["h1", "h2", "h2"]


def test_the_page_says_every_word():
    said = "".join(Tags.of(render_html(receipt())).text)
    for text in every_text(receipt()):
        assert text in said


#: So many characters of the size of the text fit on a line of the wide and the narrow column.
WIDE, NARROW = 32, 13


@pytest.mark.parametrize("character", ["題", "Ａ", "っ", "ー", "々", "〓"])
def test_a_line_of_wide_characters_ends_in_its_column(character):
    lines = lines_of(read(told(character * 3000)))
    assert sum(line.count(character) for line in lines) == 3000
    assert max(map(len, lines)) <= WIDE + len("印 ")


@pytest.mark.parametrize("word", ["a", "aW-", "hanako@", "、", "「", "っ!", "あー"])
def test_a_word_of_5000_characters_stays_on_the_paper(word):
    endless = (word * 5000)[:5000]
    reader = read(told(endless))
    assert endless in joined(reader)
    assert_in_the_frame(reader)
    assert max(map(len, lines_of(reader))) <= 2 * WIDE + len("印 ")


@pytest.mark.parametrize(("character", "fitting"), [("題", NARROW), ("Ａ", NARROW), ("W", 16)])
def test_a_label_without_end_stays_in_its_column(character, fitting):
    section = Section(heading="内容", rows=(Row(label=character * 500, value="値"),))
    lines = lines_of(read(receipt(sections=(section,))))
    assert sum(line.count(character) for line in lines) == 500
    assert max(line.count(character) for line in lines) <= fitting


def test_what_is_broken_is_copied_whole():
    address = "hanako.shiken@sodan.example.lg.jp"
    identity = "0190f6ac-8b1e-7c32-9d54-5f0123456789"
    assert f"{address} {identity}"[:56] in joined(read(told(f"{address} {identity}")))
    assert address in text_of(read(told(address)).pages[0])


def test_a_paper_of_nothing_but_its_head():
    paper = receipt(subtitle=None, number=None, sections=(), notes=())
    assert text_of(read(paper).pages[0]).split("\n")[-1] == "1 / 1"
    assert "None" not in render_html(paper)
    assert "None" not in text_of(read(paper).pages[0])


def test_empty_texts_are_no_error():
    blank = Section(heading="", rows=(Row(label="", value=""),), paragraphs=("", "\n"))
    paper = receipt(subtitle="", issuer="", number="", sections=(blank,), notes=("",))
    assert len(read(paper).pages) == 1
    assert render_html(paper)


# The papers of a conference.

WATERMARK = "第3号 試験福祉課 相談員\n令和8年11月21日 10時00分"


def conference_paper(**changes):
    grid = Grid(
        columns=("番号", "議題", "時間"), lines=(("1", "支援プラン", "20分"), ("2", "", "10分"))
    )
    section = Section(heading="内容", grid=grid, paragraphs=(LONG,))
    return receipt(
        sections=(section,),
        caution="取扱注意",
        issued=("交付先 試験福祉課 相談員", "交付 令和8年11月21日 10時00分"),
        watermark=WATERMARK,
    ).model_copy(update=changes)


def test_every_page_carries_the_caution_in_red_and_the_watermark():
    reader = read(conference_paper())
    assert len(reader.pages) > 3
    for page in reader.pages:
        said = text_of(page)
        assert "取扱注意" in said
        for line in WATERMARK.split("\n"):
            assert said.replace(" ", "").count(line.replace(" ", "")) >= 3
        assert "0.7019608 0 0.105882354 scn" in page.get_contents().get_data().decode("latin-1")
    assert "0.7019608 0 0.105882354 scn" not in (
        read(receipt()).pages[0].get_contents().get_data().decode("latin-1")
    )


def test_a_table_of_several_columns_says_every_cell():
    said = text_of(read(conference_paper(watermark=None)).pages[0])
    assert "番号 議題 時間" in said
    assert "1 支援プラン 20分" in said
    assert "交付先 試験福祉課 相談員" in said
    page = "".join(Tags.of(render_html(conference_paper())).text)
    assert all(word in page for word in ("支援プラン", "取扱注意", "交付先 試験福祉課 相談員"))


@pytest.mark.parametrize("name", ["﨑", "髙", "𠮷", "葛\U000e0100", "邉", "齋"])
def test_rare_kanji_of_names_are_in_the_font(name):
    assert missing_characters(told(name)) == ()
    assert name in joined(read(told(name)))


def test_what_is_drawn_or_unknown_is_named_and_not_printed():
    gaji, beyond = "\ue000", "\U00030000"
    assert missing_characters(told(f"山{gaji}田{beyond}😀")) == (gaji, beyond)
    assert missing_characters(told("絵文字😀は〓で示す")) == ()


def test_every_character_of_a_paper_is_in_the_embedded_font():
    with TTFont(str(FONT_PATH), lazy=True) as font:
        known = set(map(chr, font.getBestCmap()))
    for page in read(conference_paper(subtitle=RARE)).pages:
        assert set(text_of(page)) - known <= {"\n", "\U000e0100"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r", " =", "＝", "\u3000+"])
def test_no_cell_of_a_workbook_starts_a_formula(start):
    text = f"{start}HYPERLINK(1)"
    assert inert(text).startswith("'")
    sheet = Sheet(title="次第", headings=("議題",), rows=((text,), ("ふつうの文",)))
    page = load_workbook(io.BytesIO(render_xlsx((sheet,))))["次第"]
    assert page["A2"].value.startswith("'")
    assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s"}
    assert page["A3"].value == "ふつうの文"
