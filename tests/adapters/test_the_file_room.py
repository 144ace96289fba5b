"""What is let into the file room, how it is locked there, and how copies are marked."""

import io
import os
import zlib
from dataclasses import dataclass

import pytest
from paper_files import (
    DOCX,
    EXE,
    JFIF,
    archive,
    chunk,
    docx,
    exif,
    jpeg,
    pdf,
    png,
    relations,
    segment,
    xlsx,
)
from pypdf import PdfReader

from service.adapters.files import BrokenSealError, FileRoom, Vault
from service.adapters.files.vault import key_id
from service.domain.errors import Invalid
from service.domain.item_paper import MediaType as M

ROOM = FileRoom(Vault([os.urandom(32)]))
JAPANESE = "見立て：家計の表が必要\r\n①面談\tあり\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf(), M.PDF),
        (pdf(3, rotated=90, link=True), M.PDF),
        (png(), M.PNG),
        (png(before_end=chunk(b"eXIf", exif(place=False))), M.PNG),
        (jpeg(JFIF), M.JPEG),
        (jpeg(segment(0xE1, b"Exif\0\0" + exif(place=False))), M.JPEG),
        # Telephones put a small picture behind the large one.
        (jpeg(JFIF, behind=jpeg(JFIF)), M.JPEG),
        (docx(), M.DOCX),
        (docx(word__rels_document__xml__rels=relations("hyperlink", "https://a.example/")), M.DOCX),
        (xlsx(), M.XLSX),
        (JAPANESE.encode(), M.TEXT),
        (JAPANESE.encode("utf-8-sig"), M.TEXT),
        (JAPANESE.encode("cp932"), M.TEXT),
        # Too short to be taken for a picture or a program.
        (b"BM,1\r\n", M.TEXT),
        (b"MZ,1\r\n", M.TEXT),
    ],
)
def test_what_a_paper_may_be_is_known_by_its_content(content: bytes, kind: M):
    assert ROOM.recognise(content) is kind


@pytest.mark.parametrize(
    "content",
    [
        EXE,
        b"\x7fELF\x02\x01\x01" + b"\0" * 300,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        archive({"a.txt": b"a"}),
        docx(DOCX.replace("wordprocessingml.document", "presentationml.presentation")),
        b"GIF89a" + b"\x01\0" * 30,
        b"<html><script>alert(1)</script></html>",
        b"{\\rtf1 x}",
        "見立て".encode("utf-16"),
        "見立て".encode("cp932") + b"\x80\xff",
        b"a\0b",
        b"\x1b[31m",
    ],
)
def test_anything_else_is_no_paper(content: bytes):
    assert ROOM.recognise(content) is None


def lying() -> bytes:
    """A part that says it is small, and is not."""
    packed = bytearray(docx(word_media_a__xml=b"\0" * 1_000_000))
    large, small = (1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    return bytes(packed.replace(large, small))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf(locked=True), "file.locked"),
        (pdf(script=True), "file.active_content"),
        (pdf(launch=True), "file.active_content"),
        (pdf(attached=True), "file.active_content"),
        (b"\n" + pdf(), "file.unreadable"),
        (pdf()[:-40], "file.unreadable"),
        # Two things at once.
        (pdf() + archive({"a.txt": b"a"}), "file.unreadable"),
        (png(behind=archive({"a.txt": b"a"})), "file.unreadable"),
        (jpeg(JFIF, behind=pdf()), "file.unreadable"),
        (docx(comment=pdf()), "file.unreadable"),
        (png().replace(b"IHDR\0\0\0\x01", b"IHDR\0\0\0\x02"), "file.unreadable"),
        (png((60_000, 60_000)), "file.too_packed"),
        (png()[:-12], "file.unreadable"),
        (jpeg(JFIF)[:-2], "file.unreadable"),
        (png(before_end=chunk(b"eXIf", exif(place=True))), "file.has_place"),
        (jpeg(segment(0xE1, b"Exif\0\0" + exif(place=True))), "file.has_place"),
        (jpeg(segment(0xE1, b"http://ns\0<x exif:GPSLatitude='35'/>")), "file.has_place"),
        (
            docx(word_media_a__jpg=jpeg(segment(0xE1, b"Exif\0\0" + exif(place=True)))),
            "file.has_place",
        ),
        (docx(word_vbaProject__bin=b"x"), "file.active_content"),
        (docx(word_embeddings_a__bin=EXE), "file.active_content"),
        (
            docx("application/vnd.ms-word.document.macroEnabled.main+xml"),
            "file.active_content",
        ),
        (
            docx(
                word__rels_settings__xml__rels=relations("attachedTemplate", "https://a.example/")
            ),
            "file.active_content",
        ),
        (docx(word_a__xml=b"<!DOCTYPE x>"), "file.unreadable"),
        (docx(word_a__xml=b"\0" * 101 * 1024 * 1024), "file.too_packed"),
        (lying(), "file.unreadable"),
        (archive({"[Content_Types].xml": b"", "../a.xml": b""}), "file.unreadable"),
        (
            archive({"[Content_Types].xml": b""} | {f"{n}.xml": b"" for n in range(2000)}),
            "file.too_packed",
        ),
        (docx()[:60] + b"x" * 20 + docx()[80:], "file.unreadable"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "file.locked",
        ),
    ],
)
def test_what_is_damaged_locked_or_runs_is_refused(content: bytes, code: str):
    with pytest.raises(Invalid) as caught:
        ROOM.recognise(content)
    assert caught.value.code == code


# Locking.


ABOUT, CONTENT = b'["paper 1", "item 1", "D3"]', "見立ての本文".encode() * 100


@dataclass(frozen=True)
class Locked:
    """A content locked with a key."""

    key: bytes
    vault: Vault


@pytest.fixture
def locked() -> Locked:
    key = os.urandom(32)
    return Locked(key, Vault([key]))


def test_what_is_locked_is_opened_again_and_reads_like_noise(locked: Locked):
    first, second = (locked.vault.seal(CONTENT, ABOUT) for _ in range(2))
    assert locked.vault.unseal(first, ABOUT) == CONTENT
    assert "見立て".encode() not in first.ciphertext
    assert len(zlib.compress(first.ciphertext)) >= len(first.ciphertext)
    # Nothing of two is the same, though the content is.
    assert not {first.ciphertext, first.wrapped_key} & {second.ciphertext, second.wrapped_key}
    assert first.ciphertext[:12] != second.ciphertext[:12]


def test_nothing_about_it_can_be_changed(locked: Locked):
    vault = locked.vault
    one, other = vault.seal(CONTENT, ABOUT), vault.seal(b"other", b"about another")
    broken = [
        (one._replace(ciphertext=other.ciphertext), ABOUT),
        (one._replace(wrapped_key=other.wrapped_key), ABOUT),
        (other, ABOUT),
        (one, ABOUT.replace(b"D3", b"D1")),
        (one._replace(key_id="0" * 16), ABOUT),
        (one._replace(ciphertext=one.ciphertext[:-1]), ABOUT),
        (one._replace(ciphertext=b""), ABOUT),
        (one._replace(ciphertext=bytes([one.ciphertext[0] ^ 1]) + one.ciphertext[1:]), ABOUT),
    ]
    for sealed, about in broken:
        with pytest.raises(BrokenSealError):
            vault.unseal(sealed, about)


def test_a_new_key_locks_and_the_old_one_still_opens(locked: Locked):
    old = locked.vault.seal(CONTENT, ABOUT)
    newer = os.urandom(32)
    rotated = Vault([newer, locked.key])
    new = rotated.seal(CONTENT, ABOUT)
    assert (old.key_id, new.key_id) == (key_id(locked.key), key_id(newer))
    assert rotated.unseal(old, ABOUT) == rotated.unseal(new, ABOUT) == CONTENT
    with pytest.raises(BrokenSealError):
        locked.vault.unseal(new, ABOUT)
    with pytest.raises(BrokenSealError):
        Vault([newer]).unseal(old, ABOUT)


# Marking.


@pytest.mark.parametrize("rotated", [0, 90, 180, 270])
def test_every_page_says_whose_copy_it_is(rotated: int):
    words = "写し 第3号\n試験 相談員\n令和8年11月20日 10時00分"
    marked = ROOM.stamp(pdf(3, rotated=rotated, link=True), words)
    pages = PdfReader(io.BytesIO(marked), strict=True).pages
    assert len(pages) == 3
    for page in pages:
        assert "写し第3号" in "".join(page.extract_text().split())
    assert ROOM.recognise(marked) is M.PDF
