"""Finding a person by the reading of their name without storing the reading (checklist V4).

What is stored and compared are tokens: HMAC-SHA-256 of the folded reading under a key that is
not in the database. Whoever has the database alone can see that two people sound alike, not
what they are called.
"""

import hashlib
import hmac

from asyncpg import Connection
from pydantic_core import from_json

from service.domain.names import search_key
from service.domain.people import Person

#: Half of the digest: 128 bits are enough for no two readings to meet.
TOKEN_LENGTH = 32


class BlindIndex:
    """Tokens under one key."""

    def __init__(self, key: bytes) -> None:
        """Use the key; a database is read with the key it was written with."""
        self._key = key

    def token(self, kana: str) -> str:
        """The token of a reading, however it is spelled."""
        digest = hmac.new(self._key, search_key(kana).encode(), hashlib.sha256)
        return digest.hexdigest()[:TOKEN_LENGTH]

    def tokens(self, person: Person) -> list[str]:
        """The tokens under which a person is found: whole name, family, given."""
        readings: set[str] = set()
        for name in person.names:
            parts = [k for k in (name.family_kana, name.given_kana, name.single_kana) if k]
            readings.update(parts)
            readings.add("".join(parts))
        return sorted({self.token(r) for r in readings if search_key(r)})


async def write_tokens(owner: Connection, index: BlindIndex) -> int:
    """Give every person tokens who has readings instead (written before there was a key).

    Runs as the schema's owner, in one transaction. Returns how many were changed.
    """
    async with owner.transaction():
        rows = await owner.fetch(
            "SELECT id, names FROM person WHERE EXISTS (SELECT FROM unnest(search_keys) k"
            " WHERE k !~ '^[0-9a-f]{32}$') FOR UPDATE"
        )
        for row in rows:
            tokens = {
                index.token(reading)
                for name in from_json(row["names"])
                for reading in _readings(name)
                if search_key(reading)
            }
            await owner.execute(
                "UPDATE person SET search_keys = $2 WHERE id = $1", row["id"], sorted(tokens)
            )
    return len(rows)


def _readings(name: dict[str, str | None]) -> list[str]:
    parts = [k for f in ("family_kana", "given_kana", "single_kana") if (k := name.get(f))]
    return [*parts, "".join(parts)]
