"""The mark across every page of a PDF that is handed out: which copy it is, whose, and of when.

The page's own content is left as it is; the mark is drawn over it.
"""

import io

from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from service.adapters.paper.mark import render_mark

_NAME = "/TsunagiMark"


def stamped(content: bytes, words: str) -> bytes:
    """The PDF with the words across each of its pages."""
    writer = PdfWriter(clone_from=io.BytesIO(content))
    mark = _as_form(writer, PdfReader(io.BytesIO(render_mark(words))).pages[0])
    for page in writer.pages:
        _draw(writer, page, mark)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _as_form(writer: PdfWriter, drawn: PageObject) -> IndirectObject:
    """The drawn page as something that pages can show."""
    contents = drawn.get_contents()
    form = DecodedStreamObject()
    form.set_data(contents.get_data() if contents is not None else b"")
    form.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject(FloatObject(v) for v in drawn.mediabox),
            NameObject("/Resources"): drawn["/Resources"].clone(writer),
            # Half transparent things are painted as one.
            NameObject("/Group"): DictionaryObject({NameObject("/S"): NameObject("/Transparency")}),
        }
    )
    return writer._add_object(form.flate_encode())  # noqa: SLF001 - pypdf has no other way in


def _draw(writer: PdfWriter, page: PageObject, mark: IndirectObject) -> None:
    # What a page inherits it has of its own from now on, so that no other page is touched.
    resources = DictionaryObject(page.get("/Resources", DictionaryObject()).get_object())
    shown = DictionaryObject(resources.get("/XObject", DictionaryObject()).get_object())
    shown[NameObject(_NAME)] = mark
    resources[NameObject("/XObject")] = shown
    page[NameObject("/Resources")] = resources
    before = _stream(writer, b"q\n")
    matrix = " ".join(f"{value:.5f}" for value in _matrix(page, mark))
    after = _stream(writer, f"\nQ\nq {matrix} cm {_NAME} Do Q\n".encode())
    page[NameObject("/Contents")] = ArrayObject([before, *_contents(page), after])


def _contents(page: PageObject) -> list[IndirectObject]:
    """The page's own streams, one or several."""
    if "/Contents" not in page:
        return []
    own = page.raw_get("/Contents")
    found = own.get_object()
    if isinstance(found, ArrayObject):
        return list(found)
    return [own] if isinstance(found, StreamObject) else []


def _stream(writer: PdfWriter, commands: bytes) -> IndirectObject:
    stream = DecodedStreamObject()
    stream.set_data(commands)
    return writer._add_object(stream)  # noqa: SLF001 - pypdf has no other way in


def _size(mark: IndirectObject) -> tuple[float, float]:
    form = mark.get_object()
    assert isinstance(form, StreamObject)  # noqa: S101 - it was made here
    shown = form["/BBox"]
    assert isinstance(shown, ArrayObject)  # noqa: S101 - the same
    return float(shown[2]), float(shown[3])


def _matrix(page: PageObject, mark: IndirectObject) -> tuple[float, ...]:
    """Upright for whoever looks at the page, in its middle, as large as fits."""
    width, height = _size(mark)
    box = page.cropbox
    turned = int(page.rotation) % 360
    across, down = float(box.width), float(box.height)
    if turned in (90, 270):
        across, down = down, across
    scale = min(across / width, down / height)
    middle = float(box.left + box.right) / 2, float(box.bottom + box.top) / 2
    placed = (
        Transformation()
        .translate(-width / 2, -height / 2)
        .scale(scale, scale)
        .rotate(turned)
        .translate(*middle)
    )
    return placed.ctm
