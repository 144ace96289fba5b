"""How the log writes bytes and objects as text, so that they are read in one way only."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from typing import Any


def encoded(raw: bytes) -> str:
    """Bytes in base64."""
    return b64encode(raw).decode()


def decoded(text: str) -> bytes:
    """The bytes behind base64; none for what is not base64, or not as it is always written."""
    try:
        raw = b64decode(text.encode(), validate=True)
    except (NotBase64, UnicodeEncodeError):
        return b""
    return raw if encoded(raw) == text else b""


def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice: two readers could read two things (ValueError)."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError
    return dict(pairs)
