"""What the mutants of the rules of access have survived, and whether it matters.

``make mutants`` changes the rules one by one and runs the tests that decide; then this file
reads what no test noticed. A mutant that changes nothing stands in ``EQUIVALENT`` with its
reason; every other one fails the target.
"""

import subprocess
import sys
from collections import Counter
from pathlib import Path

MUTMUT = Path(sys.executable).with_name("mutmut")

#: What a mutant writes instead, by the function and the line that it changes, and why nothing
#: can notice it.
EQUIVALENT: dict[tuple[str, str], str] = {
    (
        "x__provided",
        'reads = (scope_of(question.permission) or "XXXX").endswith(".read")',
    ): "no scope is no reading, whatever stands for it",
    (
        "xǁConsentǁrevoked",
        "revoke_reason=command.reason, version=self.version + 1",
    ): "taking back a part leaves an active consent active",
}


def mutmut(*arguments: str) -> str:
    """What the tool says."""
    done = subprocess.run([MUTMUT, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def changed(name: str) -> tuple[str, str]:
    """The function of a mutant, and the lines that it writes instead."""
    lines = mutmut("show", name).splitlines()
    written = [line[1:].strip() for line in lines if line.startswith("+") and line[:3] != "+++"]
    return name.rpartition(".")[2].partition("__mutmut")[0], " ".join(written)


def main() -> int:
    """Say what survived; fail if any of it changes a decision."""
    found = [line.split(": ") for line in mutmut("results", "--all", "true").splitlines() if line]
    outcomes = {name.strip(): outcome for name, outcome in found}
    lived = [name for name, outcome in outcomes.items() if outcome != "killed"]
    unknown = [(name, changed(name)) for name in lived if changed(name) not in EQUIVALENT]
    sys.stdout.write(f"{dict(Counter(outcomes.values()))} of {len(outcomes)} mutants\n")
    for name, (function, written) in unknown:
        sys.stdout.write(f"{name} ({outcomes[name]}): {function}\n    {written}\n")
    return 1 if unknown or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
