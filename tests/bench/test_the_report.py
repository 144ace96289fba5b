"""What a run says of itself, and what ``tsunagi bench`` says of the last one."""

import json
from pathlib import Path

from bench.ceiling import FUNCTION, PLAIN
from bench.load import Measured
from bench.report import UNLOGGED, WORKERS, Run
from typer.testing import CliRunner

from service.cli import app


def run() -> Run:
    made = Run({"rounds": 3})
    for program, each in {
        "service": (90, 100, 400),
        UNLOGGED: (125, 100, 500),
        WORKERS: (150, 160, 140),
        "bare": (50, 50, 50),
        "idiomatic": (10, 20, 30),
        PLAIN: (150, 150, 150),
        FUNCTION: (200, 300, 200),
    }.items():
        for per_second in each:
            made.add(
                "R",
                program,
                Measured(answers=1, per_second=per_second, database_us=1e6 / per_second),
            )
    made.commit_ms += [0.1, 0.3, 0.2]
    return made


def test_ratios_are_of_medians_and_the_ceiling_is_the_faster_of_the_two() -> None:
    assert run().ratios("R") == {"bare": 2.0, "idiomatic": 5.0, "ceiling": 0.5}


def test_processor_time_is_compared_the_other_way_round() -> None:
    assert run().ratios_of_cpu("R") == {"bare": 2.0, "idiomatic": 5.0, "ceiling": 0.5}


def test_what_the_log_costs_is_told_beside_the_ratios_and_is_none_of_them() -> None:
    made = run()
    assert made.with_log_over_without("R") == {"requests_a_second": 0.8, "processor_time": 1.25}
    (line,) = [line for line in made.table().splitlines() if "what the log costs" in line]
    assert line.endswith("requests a second 0.80   processor time 1.25")
    del made.rounds["R"][UNLOGGED]
    assert made.with_log_over_without("R") == {}
    assert "what the log costs" not in made.table()


def test_a_worker_a_core_is_held_against_the_ceiling_that_has_all_cores_as_well() -> None:
    made = run()
    assert made.with_all_cores("R") == {"ceiling": 0.75, "service": 1.5}
    (line,) = [line for line in made.table().splitlines() if "a worker a core" in line]
    assert line.endswith("requests a second over ceiling 0.75   service 1.50")
    del made.rounds["R"][WORKERS]
    assert made.with_all_cores("R") == {}
    assert "a worker a core" not in made.table()


def test_an_error_in_any_round_is_said_loudly() -> None:
    made = run()
    assert "ERRORS" not in made.table()
    made.rounds["R"]["bare"][1].errors = {"status 503": 2}
    assert made.errors == {"R bare": {"status 503": 2}}
    assert "!!! ERRORS in R bare: {'status 503': 2}" in made.table()


def test_the_command_tells_the_path_and_the_ratios(tmp_path: Path) -> None:
    home = {"TSUNAGI_HOME": str(tmp_path)}
    nothing = CliRunner().invoke(app, ["bench", "--json"], env=home)
    assert nothing.exit_code == 1
    assert "make bench" in nothing.stderr
    path = tmp_path / "bench" / "last.json"
    run().write(path)
    found = CliRunner().invoke(app, ["bench", "--json"], env=home)
    assert found.exit_code == 0
    told = json.loads(found.stdout)
    assert told["path"] == str(path)
    assert told["ratios"] == {"R": {"bare": 2.0, "idiomatic": 5.0, "ceiling": 0.5}}
    assert told["ratios_of_cpu"] == told["ratios"]
    log = {"requests_a_second": 0.8, "processor_time": 1.25}
    assert told["with_log_over_without"] == {"R": log}
    assert told["with_all_cores"] == {"R": {"ceiling": 0.75, "service": 1.5}}
    spoken = CliRunner().invoke(app, ["bench"], env=home).stdout
    assert "R  with the log / without: requests a second 0.80   processor time 1.25" in spoken
    assert "R  service with a worker a core / ceiling 0.75   service 1.50" in spoken
    path.write_text("{")
    assert CliRunner().invoke(app, ["bench"], env=home).exit_code == 1
