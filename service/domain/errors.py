"""What the domain refuses, in domain words.

    Refusal
    ├── Malformed          the request cannot be read
    ├── Unauthenticated    nobody knows who is calling
    ├── Denied             known caller, known record, no rule permits it
    ├── Concealed          unknown, or not the caller's to know: the two look alike
    ├── IllegalMove        the record's state does not allow it
    ├── Stale              somebody else changed the record first
    ├── Unconditional      the change must say which version it changes
    ├── Invalid            readable, but it cannot be meant
    ├── TooLarge           more than the service takes in one request
    └── Unavailable        it cannot be done durably now; nothing was done

Every refusal carries a code of the catalogue in ``service/domain/problems.py``, which
gives its English and Japanese sentence. A refusal never carries the submitted value.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """What is wrong with one cell of a file; the row of headings is row 1."""

    row: int
    #: The heading as we write it, or the letter of the column; never what stands in the cell.
    column: str
    code: str
    facts: Mapping[str, int | str] = {}


class Refusal(Exception):  # noqa: N818 - the field's word; "error" would blame the caller
    """A request that is refused, with a stable code and what would make it possible."""

    def __init__(
        self,
        code: str,
        *,
        field: str | None = None,
        rule: str | None = None,
        remedies: Iterable[str] = (),
        facts: dict[str, Any] | None = None,
        faults: Iterable[Fault] = (),
    ) -> None:
        """Name the catalogue entry.

        ``field`` is a JSON pointer into the request, ``rule`` the deciding rule,
        ``remedies`` are codes of what would make it possible, ``facts`` are
        impersonal values (states, dates, counts) that the message may show, and
        ``faults`` are the cells of a file that cannot be meant.
        """
        super().__init__(code)
        self.code = code
        self.field = field
        self.rule = rule
        self.remedies = tuple(remedies)
        self.facts = facts or {}
        self.faults = tuple(faults)


class Malformed(Refusal):
    """The request cannot be read."""


class Unauthenticated(Refusal):
    """Nobody knows who is calling."""


class Denied(Refusal):
    """No rule permits it to this caller, who knows that the record exists."""


class Concealed(Refusal):
    """The record is unknown, or not the caller's to know; from outside the two are one."""


class IllegalMove(Refusal):
    """The state of the record does not allow it."""


class Stale(Refusal):
    """Somebody else changed the record since the caller read it."""


class Unconditional(Refusal):
    """The request must say which version it wants to change (``If-Match``)."""


class Invalid(Refusal):
    """The request can be read, but what it says cannot be meant."""


class TooLarge(Refusal):
    """More than the service takes in one request."""


class Unavailable(Refusal):
    """It cannot be done durably at the moment, and nothing was done."""
