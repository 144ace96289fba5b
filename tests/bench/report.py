"""What a run says: medians over the rounds, ratios of medians, as a table and as JSON."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.asked import NAMES
from bench.ceiling import FUNCTION, PLAIN
from bench.load import Measured

SERVICE, BARE, IDIOMATIC, CEILING = "service", "bare", "idiomatic", "ceiling"
#: The service itself, whose audit log writes nothing.
UNLOGGED = "unlogged"
#: The service with a worker a core; the ceiling has all cores as well, the references have one.
WORKERS = "workers"
_FIGURES = ("per_second", "p50_ms", "p99_ms", "app_us", "database_us", "load_us", "app_mib")


@dataclass
class Run:
    """One run: by load and program, what each round measured."""

    settings: dict[str, Any]
    rounds: dict[str, dict[str, list[Measured]]] = field(default_factory=dict)
    commit_ms: list[float] = field(default_factory=list)

    def add(self, load: str, program: str, measured: Measured) -> None:
        self.rounds.setdefault(load, {}).setdefault(program, []).append(measured)

    @property
    def errors(self) -> dict[str, dict[str, int]]:
        """Everything that was not answered as it must be, by load and program."""
        found: dict[str, dict[str, int]] = {}
        for load, programs in self.rounds.items():
            for program, measured in programs.items():
                for each in measured:
                    for what, count in each.errors.items():
                        told = found.setdefault(f"{load} {program}", {})
                        told[what] = told.get(what, 0) + count
        return found

    def medians(self, load: str) -> dict[str, dict[str, float]]:
        """By program, the median of each figure; the ceiling is the faster of the two."""
        found = {
            program: {f: median(getattr(m, f) for m in measured) for f in _FIGURES}
            for program, measured in self.rounds[load].items()
        }
        ceilings = [found[p] for p in (PLAIN, FUNCTION) if p in found]
        if ceilings:
            found[CEILING] = max(ceilings, key=lambda c: c["per_second"])
        return found

    def ratios(self, load: str) -> dict[str, float]:
        """Throughput of the service over that of the others."""
        return self._over(load, SERVICE, (BARE, IDIOMATIC, CEILING))

    def _over(self, load: str, program: str, others: Sequence[str]) -> dict[str, float]:
        found = self.medians(load)
        if program not in found:
            return {}
        mine = found[program]["per_second"]
        return {
            p: round(mine / found[p]["per_second"], 3)
            for p in others
            if p in found and found[p]["per_second"]
        }

    def ratios_of_cpu(self, load: str) -> dict[str, float]:
        """Processor time a request, of program and database, of the others over the service's.

        On a machine that others use as well this is steadier than throughput.
        """
        found = {p: f["app_us"] + f["database_us"] for p, f in self.medians(load).items()}
        mine = found.get(SERVICE)
        return {
            p: round(found[p] / mine, 3) for p in (BARE, IDIOMATIC, CEILING) if p in found and mine
        }

    def with_log_over_without(self, load: str) -> dict[str, float]:
        """What the audit log costs: the service over the same without it. There is no target."""
        found = self.medians(load)
        if not {SERVICE, UNLOGGED} <= set(found):
            return {}
        logged, without = found[SERVICE], found[UNLOGGED]
        figures = {
            "requests_a_second": (logged["per_second"], without["per_second"]),
            "processor_time": (
                logged["app_us"] + logged["database_us"],
                without["app_us"] + without["database_us"],
            ),
        }
        return {name: round(a / b, 3) for name, (a, b) in figures.items() if b}

    def with_all_cores(self, load: str) -> dict[str, float]:
        """Throughput with a worker a core, over the ceiling's and over that of one worker."""
        return self._over(load, WORKERS, (CEILING, SERVICE))

    def as_json(self) -> dict[str, Any]:
        return {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
            "settings": self.settings,
            "commit_ms": round(median(self.commit_ms), 3) if self.commit_ms else None,
            "errors": self.errors,
            "loads": {
                load: {
                    "what": NAMES[load],
                    "medians": {
                        p: {f: round(v, 3) for f, v in figures.items()}
                        for p, figures in self.medians(load).items()
                    },
                    "ratios": self.ratios(load),
                    "ratios_of_cpu": self.ratios_of_cpu(load),
                    "with_log_over_without": self.with_log_over_without(load),
                    "with_all_cores": self.with_all_cores(load),
                    "rounds": {p: [asdict(m) for m in ms] for p, ms in programs.items()},
                }
                for load, programs in self.rounds.items()
            },
        }

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1))

    def table(self) -> str:
        """For people."""
        out = []
        for load in self.rounds:
            out.append(f"{load}  {NAMES[load]}")
            head = ["", "req/s", "p50 ms", "p99 ms", "app µs", "db µs", "load µs", "MiB"]
            rows = [head]
            for program, found in self.medians(load).items():
                if program == CEILING:
                    continue
                rows.append(
                    [
                        program,
                        f"{found['per_second']:,.0f}",
                        f"{found['p50_ms']:.1f}",
                        f"{found['p99_ms']:.1f}",
                        f"{found['app_us']:,.0f}" if found["app_us"] else "-",
                        f"{found['database_us']:,.0f}",
                        f"{found['load_us']:,.0f}",
                        f"{found['app_mib']:.0f}" if found["app_mib"] else "-",
                    ]
                )
            out += aligned(rows)
            told = self.ratios(load)
            if told:
                out.append(f"  requests a second, service over {_told(told)}")
                out.append(
                    f"  processor time, over the service's: {_told(self.ratios_of_cpu(load))}"
                )
            cores = self.with_all_cores(load)
            if cores:
                out.append(f"  with a worker a core: requests a second over {_told(cores)}")
            log = self.with_log_over_without(load)
            if log:
                out.append(
                    "  what the log costs (with it over without): "
                    + "   ".join(f"{name.replace('_', ' ')} {r:.2f}" for name, r in log.items())
                )
            out.append("")
        if self.commit_ms:
            out.append(f"median commit: {median(self.commit_ms):.2f} ms")
        for where, what in self.errors.items():
            out.append(f"!!! ERRORS in {where}: {what}")
        return "\n".join(out)


def _told(ratios: Mapping[str, float]) -> str:
    return "   ".join(f"{program} {ratio:.2f}" for program, ratio in ratios.items())


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns: names to the left, figures to the right."""
    widths = [max(len(r[n]) for r in rows) for n in range(len(rows[0]))]
    return [
        "  "
        + r[0].ljust(widths[0])
        + "".join(c.rjust(w + 2) for c, w in zip(r[1:], widths[1:], strict=True))
        for r in rows
    ]
