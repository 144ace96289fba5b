"""Files that agencies might hand in, good and bad, made on the spot."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from openpyxl import Workbook
from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A program of Windows, as far as anybody looks.
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\0" * 400


def pdf(pages: int = 1, *, rotated: int = 0, **how: bool) -> bytes:
    """A PDF; ``script``, ``launch``, ``attached``, ``locked`` put something into it, ``link`` a link."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842).rotate(rotated)
    if how.get("link"):
        writer.add_annotation(0, Link(rect=(0, 0, 50, 50), url="https://www.example.jp/"))
    if how.get("script"):
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject("app.alert('x')"),
            }
        )
    if how.get("launch"):
        action = DictionaryObject(
            {
                NameObject("/S"): NameObject("/Launch"),
                NameObject("/F"): TextStringObject("cmd.exe"),
            }
        )
        annotation = DictionaryObject(
            {
                NameObject("/Subtype"): NameObject("/Link"),
                NameObject("/Rect"): ArrayObject(NumberObject(n) for n in (0, 0, 9, 9)),
                NameObject("/A"): action,
            }
        )
        writer.add_annotation(0, annotation)
    if how.get("attached"):
        writer.add_attachment("virus.exe", EXE)
    if how.get("locked"):
        writer.encrypt("himitsu", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive(parts: Mapping[str, bytes], comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        written.comment = comment
        for name, content in parts.items():
            written.writestr(name, content)
    return out.getvalue()


def docx(main: str = f"{DOCX}.main+xml", comment: bytes = b"", **more: bytes) -> bytes:
    """A letter; ``more`` are further parts, by a name with _ for / and __ for a dot."""
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Override PartName="/word/document.xml" ContentType="'
        + main
        + '"/></Types>'
    )
    parts = {
        "[Content_Types].xml": types.encode(),
        "word/document.xml": "<w:document>見立て</w:document>".encode(),
    }
    named = {n.replace("__", ".").replace("_", "/"): c for n, c in more.items()}
    return archive(parts | named, comment)


def relations(kind: str, target: str) -> bytes:
    return (
        '<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
        f'officeDocument/2006/relationships/{kind}" Target="{target}" TargetMode="External"/>'
        "</Relationships>"
    ).encode()


def xlsx() -> bytes:
    book = Workbook()
    book.active.append(["月", "収入"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def png(size: tuple[int, int] = (1, 1), *, before_end: bytes = b"", behind: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + before_end + pixels + chunk(b"IEND", b"") + behind


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg(*segments: bytes, behind: bytes = b"") -> bytes:
    """The frame of a photograph: what a reader sees of it before it looks at the picture."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, 1, 1, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34"
    return b"\xff\xd8" + b"".join(segments) + frame + scan + b"\xff\xd9" + behind


def segment(kind: int, body: bytes) -> bytes:
    return bytes((0xFF, kind)) + struct.pack(">H", len(body) + 2) + body


def exif(*, place: bool) -> bytes:
    """EXIF of a telephone: with the list of the place, or with its orientation only."""
    tag = (0x8825, 4, 1, 26) if place else (0x0112, 3, 1, 1)
    first = struct.pack(">H", 1) + struct.pack(">HHII", *tag) + struct.pack(">I", 0)
    gps = struct.pack(">H", 1) + struct.pack(">HHI", 1, 2, 2) + b"N\0\0\0" + struct.pack(">I", 0)
    return b"MM\0*" + struct.pack(">I", 8) + first + gps


#: JFIF's own segment, with which most pictures begin.
JFIF = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
