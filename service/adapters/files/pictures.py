"""Pictures: PNG and JPEG, read part by part to their end; none that says where it was taken.

A photograph of a letter carries the place of the telephone that took it: an address that may
be protected.
"""

import struct
import zlib

from service.domain.errors import Invalid
from service.domain.item_paper import MediaType

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_PIXELS = 200_000_000
#: EXIF's list of where it was taken; what XMP calls it.
_GPS, _XMP_GPS = 0x8825, b"exif:GPSL"
_START, _END, _SCAN, _APP1 = 0xD8, 0xD9, 0xDA, 0xE1
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def check_png(content: bytes) -> MediaType:
    """Every chunk with its checksum, from the header to the end. Raises Invalid."""
    if not content.startswith(_PNG):
        raise Invalid("file.unreadable", field="/")
    place, kinds = len(_PNG), []
    while place < len(content):
        if place + 12 > len(content):
            raise Invalid("file.unreadable", field="/")
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        body = content[place + 8 : place + 8 + length]
        checksum = content[place + 8 + length : place + 12 + length]
        if checksum != struct.pack(">I", zlib.crc32(kind + body)):
            raise Invalid("file.unreadable", field="/")
        kinds.append(kind)
        place += 12 + length
        if kind == b"IHDR" and length == 13:
            _check_pixels(*struct.unpack(">II", body[:8]))
        if kind == b"eXIf" and _tells_place(body):
            raise Invalid("file.has_place", field="/")
        if kind in (b"iTXt", b"zTXt", b"tEXt") and _XMP_GPS in body:
            raise Invalid("file.has_place", field="/")
        if kind == b"IEND":
            break
    ended = bool(kinds) and kinds[0] == b"IHDR" and kinds[-1] == b"IEND" and b"IDAT" in kinds
    if not ended or content[place:].strip(b"\0\r\n"):
        raise Invalid("file.unreadable", field="/")
    return MediaType.PNG


def check_jpeg(content: bytes) -> MediaType:
    """Every segment up to the end; a telephone may add further pictures behind it. Raises Invalid."""
    place = 0
    while True:
        place = _one_jpeg(content, place)
        while content[place : place + 1] == b"\0":
            place += 1
        if place >= len(content):
            return MediaType.JPEG


def _one_jpeg(content: bytes, place: int) -> int:
    """Where the picture ends that begins here."""
    if content[place : place + 2] != bytes((0xFF, _START)):
        raise Invalid("file.unreadable", field="/")
    place += 2
    framed = False
    while True:
        while content[place : place + 2] == b"\xff\xff":
            place += 1
        if framed and content[place : place + 2] == bytes((0xFF, _END)):
            return place + 2
        kind, body = _segment(content, place)
        framed |= kind in _FRAMES
        place += 4 + len(body)
        if kind == _SCAN:
            place = _behind_scan(content, place)


def _segment(content: bytes, place: int) -> tuple[int, bytes]:
    """The kind and the content of the segment that begins here."""
    head = content[place : place + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] in (_START, _END):
        raise Invalid("file.unreadable", field="/")
    (length,) = struct.unpack(">H", head[2:])
    body = content[place + 4 : place + 2 + length]
    if length < 2 or len(body) != length - 2:
        raise Invalid("file.unreadable", field="/")
    if head[1] == _APP1:
        _check_place(body)
    if head[1] in _FRAMES and len(body) >= 5:
        height, width = struct.unpack(">HH", body[1:5])
        _check_pixels(width, height)
    return head[1], body


def _behind_scan(content: bytes, place: int) -> int:
    """The marker behind the picture's own bytes, in which 0xFF is followed by 0 or a restart."""
    while True:
        place = content.find(b"\xff", place)
        if place < 0 or place + 1 >= len(content):
            raise Invalid("file.unreadable", field="/")
        following = content[place + 1]
        if following == 0 or 0xD0 <= following <= 0xD7:
            place += 2
        else:
            return place


def _check_place(body: bytes) -> None:
    exif = body.startswith(b"Exif\0\0") and _tells_place(body[6:])
    if exif or _XMP_GPS in body:
        raise Invalid("file.has_place", field="/")


def _tells_place(tiff: bytes) -> bool:
    """Whether the first list of EXIF refers to a list of the place with anything in it."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return False
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHII", tiff, first + 2 + 12 * number)
            if tag == _GPS:
                (entries,) = struct.unpack_from(f"{order}H", tiff, value)
                return bool(entries)
    except struct.error:
        # What cannot be read cannot be known to say nothing.
        return True
    return False


def _check_pixels(width: int, height: int) -> None:
    if not width or not height or width * height > _MOST_PIXELS:
        raise Invalid("file.too_packed", field="/")
