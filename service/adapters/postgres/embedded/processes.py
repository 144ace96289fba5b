"""Which processes belong to a cluster, and what its ``postmaster.pid`` says.

A process number alone proves nothing: after a crash, and above all after a container restarts,
it may be anybody's. A process is a server's only if it runs as the server's user and its command
line names the data directory (the postmaster) or the cluster (the postmaster's children).
"""

import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.adapters.postgres.embedded.site import Site
from service.adapters.postgres.embedded.sockets import socket_file


@dataclass(frozen=True)
class Postmaster:
    """The server as ``postmaster.pid`` describes it."""

    pid: int
    #: When it started, in seconds since 1970.
    started: int
    socket_directory: Path


def read_pid_file(cluster: Path) -> Postmaster | None:
    """Read ``postmaster.pid``; None when there is none or it is not finished."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, _, started, _, socket_directory = lines[:5]
        return Postmaster(int(pid), int(started), Path(socket_directory))
    except (FileNotFoundError, ValueError):
        return None


def server_processes(site: Site) -> list[int]:
    """List the live processes of the server, also those that outlive a killed postmaster."""
    postmaster = f"/postgres -D {site.cluster} "
    child = f"postgres: {site.cluster_name}: "
    return [
        pid
        for pid, uid, command in _processes()
        if uid == site.account.uid and (postmaster in command or command.startswith(child))
    ]


def is_alive(pid: int) -> bool:
    """Tell whether any process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def listener(directory: Path) -> int | None:
    """Return the process that listens on the socket, as the kernel knows it.

    None when nobody does, or on systems that do not tell.
    """
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(str(socket_file(directory)))
        except OSError:
            return None
        credentials = client.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[0])


def _processes() -> Iterator[tuple[int, int, str]]:
    """List process number, user number and command line of every process (zombies have none)."""
    if not Path("/proc/self/cmdline").exists():
        yield from _processes_by_ps()
        return
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                yield int(entry.name), entry.stat().st_uid, os.fsdecode(command)
            except OSError:
                continue  # It ended while we looked.


def _processes_by_ps() -> Iterator[tuple[int, int, str]]:
    listing = subprocess.run(
        ["/bin/ps", "-axww", "-o", "pid=,uid=,command="],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    for line in listing.stdout.splitlines():
        pid, uid, *command = line.split(None, 2)
        yield int(pid), int(uid), "".join(command)
