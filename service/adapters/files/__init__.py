"""Files that agencies hand in: what they are, how they are kept, how copies are marked."""

from service.adapters.files.content import recognise
from service.adapters.files.vault import BrokenSealError, Vault
from service.application.file_ports import Sealed
from service.domain.item_paper import MediaType

__all__ = ["BrokenSealError", "FileRoom", "Vault"]


class FileRoom:
    """The file room that the service is wired with."""

    def __init__(self, vault: Vault) -> None:
        """Lock files with the vault's keys."""
        self._vault = vault

    def recognise(self, content: bytes) -> MediaType | None:
        """What the content is; ``None`` if nothing that a paper may be. Raises Invalid."""
        return recognise(content)

    def seal(self, content: bytes, about: bytes) -> Sealed:
        """The content, locked together with what it is about."""
        return self._vault.seal(content, about)

    def unseal(self, sealed: Sealed, about: bytes) -> bytes:
        """The content again. Raises BrokenSealError if it is not what was locked."""
        return self._vault.unseal(sealed, about)

    def stamp(self, content: bytes, words: str) -> bytes:
        """A PDF with the words across every page."""
        from service.adapters.files.stamp import stamped  # noqa: PLC0415 - see service/serving.py

        return stamped(content, words)
