"""How to connect to the embedded PostgreSQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

#: The port only names the socket file; nothing listens on a network.
PORT = 5432

SUPERUSER = "postgres"
OWNER = "tsunagi_owner"
APP = "tsunagi_app"


@dataclass(frozen=True, repr=False)
class DatabaseUrls:
    """The addresses of the database, one for each role; their text form hides the passwords."""

    #: ``tsunagi_owner``: owns the schema and runs the migrations.
    owner: str
    #: ``tsunagi_app``: the running service; owns nothing.
    app: str
    #: ``postgres``, for tests (``CREATE DATABASE … TEMPLATE tsunagi OWNER tsunagi_owner``) and repair.
    superuser: str

    def __repr__(self) -> str:
        hidden = (f"{name}={_without_password(url)!r}" for name, url in vars(self).items())
        return f"DatabaseUrls({', '.join(hidden)})"


def database_urls(socket_directory: Path, passwords: Mapping[str, str]) -> DatabaseUrls:
    """Write the addresses of the server behind ``socket_directory``; ``passwords`` are by role."""

    def url(role: str, database: str) -> str:
        password = quote(passwords[role], safe="")
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(socket_directory))}&port={PORT}"

    return DatabaseUrls(
        owner=url(OWNER, "tsunagi"), app=url(APP, "tsunagi"), superuser=url(SUPERUSER, "postgres")
    )


def _without_password(url: str) -> str:
    return re.sub(r"(//[^:@/]*):[^@]*@", r"\1:***@", url)
