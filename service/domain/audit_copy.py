"""Copies that leave the service: what was printed, exported or handed out as a file (brief §2.9).

The same permission often serves a look at the screen and a print. What tells them apart is the
form of the answer, and the entry says so among the fields that were shown: ``copy:pdf``.
"""

from collections.abc import Iterable, Mapping

from service.domain.audit import DecidedEntry, Outcome
from service.domain.permission import Permission

_MARK = "copy:"
#: What is neither of the known forms: a file that an agency had handed in.
FILE = "file"

#: The form by the media type of the answer. JSON is what a screen is made of, and is no copy.
FORMS: Mapping[str, str] = {
    "application/fhir+json": "fhir",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/x-ndjson": "jsonl",
    "image/svg+xml": "svg",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
}
FORM_JA: Mapping[str, str] = {
    "csv": "CSV",
    "fhir": "FHIR",
    "file": "ファイル",
    "html": "印刷用ページ",
    "ics": "予定表",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "pdf": "PDF",
    "svg": "図",
    "xlsx": "表計算ファイル",
}

#: What only ever makes something to take away, in whatever form.
ALWAYS = frozenset({Permission.DISCLOSURE_EXPORT.value})


def form_of(content_type: str | None) -> str | None:
    """The form in which an answer leaves; ``None`` where it is no copy."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return None if kind in ("", "application/json") else FORMS.get(kind, FILE)


def mark(form: str) -> str:
    """What stands among the fields of an entry about a copy."""
    return f"{_MARK}{form}"


def as_copy(entry: DecidedEntry, form: str) -> DecidedEntry:
    """The entry of an access whose answer left as something to keep, if anything of it did."""
    if entry.outcome is not Outcome.ALLOWED:
        return entry
    return entry.but(fields=(*entry.fields, mark(form)))


#: All marks there are, for whoever looks entries up.
MARKS = tuple(mark(form) for form in sorted(FORM_JA))


def form_in(fields: Iterable[str]) -> str | None:
    """The form of the copy that the entry with these fields is about."""
    return next((f.removeprefix(_MARK) for f in fields if f.startswith(_MARK)), None)
