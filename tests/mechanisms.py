"""Which mechanisms of the mission are shown by a passing test: ``pytest --mechanisms``.

A test says what it shows with ``@pytest.mark.mechanism("1-23", "1-29")``; the numbers are those
of ``mechanisms.toml`` (brief §5). A number that is not in the table fails the collection.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

TABLE = Path(__file__).with_name("mechanisms.toml")
#: Under this name the numbers travel with a test's report, also between xdist's processes.
PROPERTY = "mechanism"


class Mechanism(NamedTuple):
    """One row of the table of the mission."""

    number: str
    priority: str
    name: str


def read_table(path: Path = TABLE) -> dict[str, Mechanism]:
    """All rows by number, in the brief's order."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return {number: Mechanism(number, **row) for number, row in rows.items()}


MECHANISMS = read_table()


class Shown:
    """What the tests of a run have shown, collected where the reports arrive."""

    def __init__(self) -> None:
        self.numbers: dict[str, set[str]] = defaultdict(set)
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        numbers = {str(value) for name, value in report.user_properties if name == PROPERTY}
        for number in numbers:
            self.numbers[number].add(report.nodeid)
        # A test that is expected to fail shows nothing yet.
        if report.failed or hasattr(report, "wasxfail"):
            self.failed.add(report.nodeid)
        elif report.passed and report.when == "call":
            self.passed.add(report.nodeid)

    def outcome(self, number: str) -> str:
        """``passes (n tests)``, ``FAILS``, or a dash when no test has shown anything."""
        tests = self.numbers.get(number, set())
        if tests & self.failed:
            return "FAILS"
        count = len(tests & self.passed)
        if not count:
            return "–"
        return f"passes ({count} test{'s' if count > 1 else ''})"

    def lines(self) -> Iterator[str]:
        """The whole table, then the totals of each priority."""
        rows = [(m, self.outcome(m.number)) for m in MECHANISMS.values()]
        for (number, priority, name), outcome in rows:
            yield f"{number} {priority} {outcome:<17} {name}"
        yield ""
        by_priority = defaultdict(Counter)
        for mechanism, outcome in rows:
            for column in (mechanism.priority, "all"):
                by_priority[column][outcome.split()[0]] += 1
        for priority, counted in sorted(by_priority.items()):
            yield (
                f"{priority:>3}: {counted['passes']} of {counted.total()} pass,"
                f" {counted['FAILS']} fail, {counted['–']} not shown"
            )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("mechanisms")
        for line in self.lines():
            terminalreporter.write_line(line)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--mechanisms",
        action="store_true",
        help="print which mechanisms of the mission are shown by passing tests",
    )


def pytest_configure(config: pytest.Config) -> None:
    on_a_worker = hasattr(config, "workerinput")
    if config.getoption("mechanisms") and not on_a_worker:
        config.pluginmanager.register(Shown(), "mechanisms-shown")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties += [(PROPERTY, number) for number in numbers_of(item)]


def numbers_of(node: pytest.Item | pytest.Collector) -> list[str]:
    """The numbers that the marks of a test, its class and its module name."""
    marks = node.iter_markers("mechanism")
    return list(dict.fromkeys(number for mark in marks for number in mark.args))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """Let the collection fail where a test names a mechanism that is not in the table."""
    report = yield
    wrong = list(_wrong_marks(report.result)) if report.passed else []
    if wrong:
        report.outcome = "failed"
        report.longrepr = "\n".join(wrong)
        report.result = []
    return report


def _wrong_marks(nodes: Iterable[pytest.Item | pytest.Collector]) -> Iterator[str]:
    for node in nodes:
        for mark in node.iter_markers("mechanism"):
            if not mark.args or mark.kwargs:
                yield f"{node.nodeid}: say which mechanisms, as in @pytest.mark.mechanism('1-23')"
            for number in mark.args:
                if number not in MECHANISMS:
                    yield f"{node.nodeid}: there is no mechanism {number!r} in {TABLE.name}"
