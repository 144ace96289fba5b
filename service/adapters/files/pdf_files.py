"""PDF: opened and walked through, object by object; no script, no attachment, no password.

pypdf reads what a viewer would. What it cannot read, a viewer might read otherwise: refused.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from service.domain.errors import Invalid, Refusal
from service.domain.item_paper import MediaType

_MOST_PAGES, _MOST_OBJECTS, _DEEPEST = 2000, 300_000, 200
#: Keys that bring a script, an attachment or a form of its own with them.
_KEYS = frozenset(
    {
        "/JS",
        "/JavaScript",
        "/EmbeddedFiles",
        "/EF",
        "/XFA",
        "/RichMediaContent",
        "/RichMediaSettings",
    }
)
#: What an action or an annotation may not do or be. Links into the document and to pages stay.
_KINDS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/ImportData",
        "/SubmitForm",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/Movie",
        "/RichMedia",
        "/FileAttachment",
        "/Screen",
        "/3D",
        "/EmbeddedFile",
    }
)
_START = re.compile(rb"%PDF-[12]\.\d")
_LAST = re.compile(rb"%%EOF[\s\0]*\Z")


def check_pdf(content: bytes) -> MediaType:
    """Looked through from the first object to the last. Raises Invalid."""
    if not _START.match(content) or not _LAST.search(content[-2048:]):
        raise Invalid("file.unreadable", field="/")
    try:
        reader = PdfReader(io.BytesIO(content))
        _check_open(reader)
        pages = len(reader.pages)
        for found in _objects(reader):
            _check(found, 0)
        # Each page once, as a viewer would lay it out.
        boxes = [page.mediabox for page in reader.pages]
    except Refusal:
        raise
    except Exception:  # noqa: BLE001 - whatever a forged file makes its reader say
        raise Invalid("file.unreadable", field="/") from None
    if not 0 < pages <= _MOST_PAGES or not all(b.width > 0 and b.height > 0 for b in boxes):
        raise Invalid("file.unreadable", field="/")
    return MediaType.PDF


def _check_open(reader: PdfReader) -> None:
    if reader.is_encrypted:
        raise Invalid("file.locked", field="/")


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Every object of the file, whether or not a page refers to it."""
    places = {(number, generation) for generation, t in reader.xref.items() for number in t}
    places |= {(number, 0) for number in reader.xref_objStm}
    if len(places) > _MOST_OBJECTS:
        raise Invalid("file.too_packed", field="/")
    yield reader.trailer
    for number, generation in sorted(places):
        if number:
            yield reader.get_object(IndirectObject(number, generation, reader))


def _check(found: Any, depth: int) -> None:
    """Refuse what runs, in a dictionary and in everything it holds itself."""
    if depth > _DEEPEST:
        raise Invalid("file.unreadable", field="/")
    if isinstance(found, DictionaryObject):
        wrong = _KEYS & set(found)
        kinds = {str(found.raw_get(k)) for k in ("/S", "/Subtype", "/Type") if k in found}
        wrong |= _KINDS & kinds
        if wrong:
            part = min(wrong).removeprefix("/").lower()
            raise Invalid("file.active_content", field="/", facts={"part": part})
        inner = [found.raw_get(key) for key in found]
    elif isinstance(found, ArrayObject):
        inner = list(found)
    else:
        return
    for one in inner:
        if isinstance(one, (DictionaryObject, ArrayObject)):
            _check(one, depth + 1)
