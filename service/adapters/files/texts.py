"""Plain text: UTF-8 or Shift_JIS, as Japanese offices save it, and nothing that does not print."""

import re

#: What does not print, and what Python reads single bytes as that are none of Shift_JIS.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\uf8f0-\uf8f3\ufffe\uffff]")


def _decoded(content: bytes) -> str | None:
    for codec in ("utf-8-sig", "cp932"):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def is_text(content: bytes) -> bool:
    """Whether it is text that can be read."""
    text = _decoded(content)
    return text is not None and not _CONTROL.search(text)
