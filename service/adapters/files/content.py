"""What a file is: by its content, whatever it is called, and from its first byte to its last.

A file that is two things at once (a picture with a program behind it) is neither: each type is
read to its end, and nothing may stand before or behind it.
"""

from collections.abc import Callable, Mapping

import puremagic

from service.adapters.files.office_files import check_office
from service.adapters.files.pictures import check_jpeg, check_png
from service.adapters.files.texts import is_text
from service.domain.errors import Invalid
from service.domain.item_paper import MediaType

_HEAD = 4096
#: Fewer bytes than these at the start of a text say nothing (BM, ID3, MZ …).
_SURE = 0.4
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: How the start of a file of each type is called, and how the rest of it is looked through.
_CHECKS: Mapping[str, Callable[[bytes], MediaType | None]] = {
    MediaType.PNG.value: check_png,
    MediaType.JPEG.value: check_jpeg,
    MediaType.DOCX.value: check_office,
    MediaType.XLSX.value: check_office,
}


def recognise(content: bytes) -> MediaType | None:
    """The type of the content, looked through; ``None`` for what a paper may not be.

    Raises Invalid for a file of a type that a paper may be, but damaged, locked, or with
    something in it that runs.
    """
    if (
        content.startswith(_OLD_OFFICE)
        and b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in content
    ):
        raise Invalid("file.locked", field="/")
    if b"%PDF-" in content[:1024]:
        from service.adapters.files.pdf_files import (  # noqa: PLC0415 - see service/serving.py
            check_pdf,
        )

        # Viewers look for it that far; only at the very start is it nothing else as well.
        return check_pdf(content)
    starts_like = _starts_like(content[:_HEAD])
    for name, check in _CHECKS.items():
        if name in starts_like:
            return check(content)
    sure = {name for name, how in starts_like.items() if how >= _SURE}
    if sure - {MediaType.TEXT.value, MediaType.CSV.value} or not is_text(content):
        return None
    return MediaType.TEXT


def _starts_like(head: bytes) -> dict[str, float]:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return {}
    best: dict[str, float] = {}
    for match in found:
        name = match.mime_type or match.extension
        best[name] = max(match.confidence, best.get(name, 0.0))
    return best
