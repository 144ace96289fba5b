"""DOCX and XLSX: every part unpacked and counted; no macros, nothing embedded, nothing fetched.

``[Content_Types].xml`` says what the parts are; what it does not say is looked for by name.
"""

import io
import re
import zipfile
import zlib

from service.adapters.files.pictures import check_jpeg, check_png
from service.domain.errors import Invalid
from service.domain.item_paper import MEBIBYTE, MediaType

_MOST_PARTS, _MOST_UNPACKED, _CHUNK = 2000, 100 * MEBIBYTE, MEBIBYTE
_FIRST, _ENCRYPTED = b"PK\x03\x04", 0x1
_MAIN = {
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": MediaType.DOCX,
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": MediaType.XLSX,
}
#: Parts that run, that are files of their own, or that are fetched from elsewhere.
_RUNS = re.compile(
    r"vbaproject|vbadata|activex|/macrosheets/|/embeddings/|oleobject|/externallinks/|/customui",
    re.IGNORECASE,
)
_RUNNING_TYPES = (b"macroEnabled", b"vbaProject", b"ms-office.activeX", b"oleObject")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_HYPERLINK = re.compile(rb"""Type\s*=\s*["'][^"']*/hyperlink["']""")
#: A document type is never needed, and lets a small file grow without end.
_DOCTYPE = b"<!DOCTYPE"
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def check_office(content: bytes) -> MediaType | None:
    """Which of the two it is; ``None`` for any other archive. Raises Invalid."""
    if not content.startswith(_FIRST):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _looked_through(archive, content)
    except _BROKEN:
        raise Invalid("file.unreadable", field="/") from None


def _looked_through(archive: zipfile.ZipFile, content: bytes) -> MediaType | None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names:
        return None
    _check_frame(archive, parts, content)
    types = b""
    left = _MOST_UNPACKED
    for part in parts:
        if part.flag_bits & _ENCRYPTED:
            raise Invalid("file.locked", field="/")
        if _RUNS.search(f"/{part.filename}"):
            raise Invalid("file.active_content", field="/", facts={"part": "embedded"})
        unpacked = _unpacked(archive, part, left)
        left -= len(unpacked)
        _check_part(part.filename.lower(), unpacked)
        if part.filename == "[Content_Types].xml":
            types = unpacked
    if any(word in types for word in _RUNNING_TYPES):
        raise Invalid("file.active_content", field="/", facts={"part": "macro"})
    found = {kind for name, kind in _MAIN.items() if name in types}
    return found.pop() if len(found) == 1 else None


def _check_frame(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], content: bytes) -> None:
    """Nothing before the first part or behind the last, and every part once."""
    names = {part.filename.lower() for part in parts}
    if len(parts) > _MOST_PARTS or sum(p.file_size for p in parts) > _MOST_UNPACKED:
        raise Invalid("file.too_packed", field="/")
    outside = any(n.startswith("/") or ".." in n.split("/") or "\\" in n for n in names)
    framed = min(p.header_offset for p in parts) == 0 and content[-22:-18] == b"PK\x05\x06"
    if outside or archive.comment or not framed or len(names) != len(parts):
        raise Invalid("file.unreadable", field="/")


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    """The part, counted while it is unpacked: what it admits to may be a lie."""
    pieces, size = [], 0
    with archive.open(part) as opened:
        while piece := opened.read(_CHUNK):
            size += len(piece)
            if size > most:
                raise Invalid("file.too_packed", field="/")
            pieces.append(piece)
    return b"".join(pieces)


def _check_part(name: str, unpacked: bytes) -> None:
    if name.endswith((".xml", ".rels", ".vml")) and _DOCTYPE in unpacked:
        raise Invalid("file.unreadable", field="/")
    if name.endswith(".rels"):
        for relation in _RELATION.findall(unpacked):
            if b"External" in relation and not _HYPERLINK.search(relation):
                raise Invalid("file.active_content", field="/", facts={"part": "external"})
    if name.endswith((".jpg", ".jpeg")):
        check_jpeg(unpacked)
    elif name.endswith(".png"):
        check_png(unpacked)
