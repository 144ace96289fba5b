"""Loading a whole directory, in the hands of the schema's owner."""

from collections.abc import Sequence
from typing import Any

from asyncpg import Connection
from pydantic_core import to_json

from service.adapters.postgres.desks import NETWORK
from service.adapters.postgres.directories import (
    AGENCY,
    AREA,
    AREA_WORKER,
    BASIS_SWITCH,
    CONTRACT,
    DESK,
    KIND,
    LEGAL_BASIS,
    MUNICIPALITY,
    POSITION,
    TENURE,
)
from service.adapters.postgres.rows import Table
from service.domain.directory import DirectoryFile
from service.domain.errors import Invalid


class DirectoryLoader:
    """Writes the directory; the service's own role may not."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def load(self, file: DirectoryFile) -> None:
        """A whole directory, in an order that keeps every reference."""
        await self._upsert(KIND, file.agency_kinds)
        await self._connection.execute("SET CONSTRAINTS ALL DEFERRED")
        await self._upsert(MUNICIPALITY, file.municipalities)
        await self._upsert(AREA, file.areas)
        await self._upsert(AGENCY, file.agencies)
        await self._upsert(DESK, file.desks)
        await self._upsert(POSITION, file.positions)
        await self._upsert(TENURE, file.tenures)
        await self._upsert(AREA_WORKER, file.area_workers)
        await self._upsert(LEGAL_BASIS, file.legal_bases)
        await self._upsert(BASIS_SWITCH, file.basis_switches)
        await self._upsert(CONTRACT, file.contracts)
        await self._upsert(NETWORK, file.networks)
        await self._load_issuers(file)
        for line in file.policies:
            await self._connection.execute(
                "INSERT INTO policy (municipality_code, name, valid_from, value) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (municipality_code, name, valid_from) DO UPDATE SET value = EXCLUDED.value",
                line.municipality_code,
                line.name,
                line.valid_from,
                to_json(line.value).decode(),
            )
        await self.check_hubs()

    async def check_hubs(self) -> None:
        """Every municipality has a hub with a desk, or a referral could end nowhere."""
        without = await self._connection.fetch(
            "SELECT code FROM municipality m WHERE NOT EXISTS"
            " (SELECT FROM desk d WHERE d.agency_id = m.hub_agency_id)"
        )
        if without:
            raise Invalid(
                "directory.hub_without_desk", facts={"municipalities": [r["code"] for r in without]}
            )

    async def _upsert(self, table: Table[Any], values: Sequence[Any]) -> None:
        if values:
            await self._connection.executemany(
                table.upsert(), [table.parameters(v) for v in values]
            )

    async def _load_issuers(self, file: DirectoryFile) -> None:
        for issuer in file.issuers:
            await self._connection.execute(
                "INSERT INTO issuer (iss, name, jwks_uri, kind, algorithms) VALUES ($1, $2, $3, $4, $5)"
                " ON CONFLICT (iss) DO UPDATE SET name = EXCLUDED.name, jwks_uri = EXCLUDED.jwks_uri,"
                " kind = EXCLUDED.kind, algorithms = EXCLUDED.algorithms",
                issuer.iss,
                issuer.name,
                issuer.jwks_uri,
                issuer.kind,
                list(issuer.algorithms),
            )
            await self._connection.execute("DELETE FROM issuer_agency WHERE iss = $1", issuer.iss)
            await self._connection.execute(
                "INSERT INTO issuer_agency (iss, agency_id) SELECT $1, id FROM agency WHERE code = ANY ($2)",
                issuer.iss,
                list(issuer.agency_codes),
            )
