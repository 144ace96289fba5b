"""What the server is told at each start; it outranks ``postgresql.conf`` and ``ALTER SYSTEM``."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from service.adapters.postgres.embedded.errors import EmbeddedPostgresError
from service.adapters.postgres.embedded.site import Site
from service.adapters.postgres.embedded.urls import PORT

_OURS = {
    "timezone": "UTC",
    "log_timezone": "UTC",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # What a statement carries must not reach the log (promise 8), nor roles.sql's passwords.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

#: The server is reached, recognised and protected by these; nobody changes them.
_FIXED = frozenset(
    {
        "cluster_name",
        "config_file",
        "data_directory",
        "hba_file",
        "ident_file",
        "listen_addresses",
        "password_encryption",
        "port",
        "unix_socket_directories",
        "unix_socket_group",
        "unix_socket_permissions",
    }
)


def checked_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Copy the caller's settings; raises EmbeddedPostgresError when one is ours to choose."""
    lower = {name.lower(): value for name, value in settings.items()}
    if fixed := sorted(_FIXED & lower.keys()):
        message = f"The embedded PostgreSQL chooses {', '.join(fixed)} itself. Leave that out."
        raise EmbeddedPostgresError(message)
    return lower


def server_options(site: Site, socket_directory: Path, settings: Mapping[str, str]) -> str:
    """Write all settings as options, quoted for the shell that ``pg_ctl`` passes them through."""
    fixed = {
        "cluster_name": site.cluster_name,
        "listen_addresses": "",
        "password_encryption": "scram-sha-256",
        "port": str(PORT),
        "unix_socket_directories": str(socket_directory),
        "unix_socket_permissions": "0700",
    }
    options = _OURS | dict(settings) | fixed
    return " ".join(shlex.join(["-c", f"{name}={value}"]) for name, value in options.items())
