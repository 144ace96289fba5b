"""What processes have used: processor time and memory, from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def tree(root: int) -> list[int]:
    """A process and all that come from it."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        found = _stat(pid)
        if found is not None:
            parents.setdefault(int(found[1]), []).append(pid)
    whole, at = [root], 0
    while at < len(whole):
        whole += parents.get(whole[at], [])
        at += 1
    return whole


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor seconds of these processes and of their children that have ended."""
    ticks = 0
    for pid in pids:
        found = _stat(pid)
        if found is not None:
            ticks += sum(int(found[n]) for n in (11, 12, 13, 14))
    return ticks / _TICK


def cpu_of_tree(root: int | None) -> float:
    return cpu_seconds(tree(root)) if root is not None else 0.0


def resident(root: int) -> int:
    """Bytes of memory of the largest process of the tree: the worker."""
    sizes = [0]
    for pid in tree(root):
        try:
            sizes.append(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE)
        except OSError:
            continue
    return max(sizes)


def peak(root: int) -> int:
    """Bytes of memory that the largest process of the tree ever had at once."""
    sizes = [0]
    for pid in tree(root):
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        sizes += [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    return max(sizes)


def parent(pid: int) -> int:
    found = _stat(pid)
    if found is None:
        raise ProcessLookupError(pid)
    return int(found[1])
