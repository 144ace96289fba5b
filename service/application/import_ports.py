"""What imports ask of the outside world: files of rows, areas, and where imports are kept."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from pydantic import BaseModel

from service.domain.directory import Area
from service.domain.import_people import ImportKind
from service.domain.import_plan import ImportBatch, Kept, Known
from service.domain.import_rows import Sheet
from service.domain.person_import import PersonImport


class TableLimits(NamedTuple):
    """How much of a file is read at most."""

    rows: int
    #: Bytes of a packed file once it is unpacked.
    unpacked: int
    #: The sheet of a workbook that is read, where it may have others; empty: it has only one.
    sheet: str | None = None


class TableFiles(Protocol):
    """Reads a file of rows. The call blocks; the edge runs it beside the event loop."""

    def read(self, content: bytes, limits: TableLimits) -> Sheet:
        """Its headings and rows. Raises Invalid or TooLarge."""


class DirectoryBatches(Protocol):
    """The directory in the hands of its operator, and what was taken into it."""

    async def hold(self) -> None:
        """Nobody else changes the directory until this is done."""

    async def known(self) -> Known:
        """The directory as it is."""

    async def put(self, value: BaseModel) -> None:
        """A row of the directory as it is to be."""

    async def check(self) -> None:
        """What must hold of the whole. Raises Invalid."""

    async def current(self, kept: Kept) -> dict[str, Any] | None:
        """The row of the same key as it is now."""

    async def in_use(self, added: Sequence[Kept]) -> Collection[int]:
        """Of rows that a list added, the places of those that something refers to."""

    async def restore(self, kept: Kept) -> None:
        """A row as it was kept."""

    async def remove(self, kept: Kept) -> bool:
        """Take a row away again; ``False`` when something refers to it."""

    async def add_batch(self, batch: ImportBatch) -> None:
        """One more list was taken in."""

    async def save_batch(self, batch: ImportBatch) -> None:
        """The batch as it is now."""

    async def batch(self, batch_id: UUID) -> ImportBatch | None:
        """One batch, with everything it changed."""

    async def batches(self) -> Sequence[ImportBatch]:
        """All batches, newest first, without what they changed."""

    def kept(self, number: int, like: BaseModel, value: BaseModel | None) -> Kept:
        """How a row is kept in a batch; ``like`` says of which table."""


class Areas(Protocol):
    """The areas (地区) of a municipality."""

    async def areas(self, municipality: str) -> Sequence[Area]:
        """All of them."""


class Imports(Protocol):
    """Imports of lists of persons, and the records that were made of them."""

    async def find(self, import_id: UUID, *, lock: bool = False) -> PersonImport | None:
        """One import."""

    async def of_agency(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[PersonImport]:
        """An agency's imports, newest first."""

    async def same_file(
        self, agency_id: UUID, kind: ImportKind, sha256: str
    ) -> PersonImport | None:
        """The import of the same list, unless it was taken back."""

    async def add(self, imported: PersonImport) -> None:
        """A new import."""

    async def save(self, imported: PersonImport) -> None:
        """The import as it is now."""

    async def built_upon(
        self, person_ids: Collection[UUID], signal_ids: Collection[UUID]
    ) -> Collection[UUID]:
        """Those of the persons of whom there is more by now; their records are locked."""

    async def void(self, person_ids: Collection[UUID], at: datetime) -> None:
        """Close the records of these persons to everybody; their history stays."""
