"""How to connect to the embedded PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

#: The port only names the socket file; nothing listens on a network.
PORT = 5432

SUPERUSER = "postgres"
OWNER = "tsunagi_owner"
APP = "tsunagi_app"


@dataclass(frozen=True)
class DatabaseUrls:
    """The addresses of the database, one for each role; not shown, as they hold passwords."""

    #: ``tsunagi_owner``: owns the schema and runs the migrations.
    owner: str = field(repr=False)
    #: ``tsunagi_app``: the running service; owns nothing.
    app: str = field(repr=False)
    #: ``postgres``, for repair and for tests
    #: (``CREATE DATABASE … TEMPLATE tsunagi OWNER tsunagi_owner``).
    superuser: str = field(repr=False)


def database_urls(socket_directory: Path, passwords: Mapping[str, str]) -> DatabaseUrls:
    """Write the addresses of the server behind ``socket_directory``; ``passwords`` are by role."""

    def url(role: str, database: str) -> str:
        password = quote(passwords[role], safe="")
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(socket_directory))}&port={PORT}"

    return DatabaseUrls(
        owner=url(OWNER, "tsunagi"), app=url(APP, "tsunagi"), superuser=url(SUPERUSER, "postgres")
    )
