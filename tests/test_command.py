"""``tsunagi`` loads what its words need; what it says of its commands is what they say themselves."""

import json
import subprocess
import sys

import pytest
import typer
from typer.core import TyperGroup

from service.cli import app as whole
from service.command import COMMANDS, command_for

SAYS = """
import json, sys
from service.command import main
sys.argv = ["tsunagi", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit as left:
    print(json.dumps([left.code, sorted(name for name in sys.modules if name.startswith("service."))]))
"""


def test_the_names_and_what_they_say_are_those_of_the_commands() -> None:
    group = typer.main.get_command(whole)
    assert isinstance(group, TyperGroup)
    said = {name: (c.help or "").split("\n\n")[0] for name, c in group.commands.items()}
    assert said == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_each_is_found_whatever_it_is_loaded_from(name: str) -> None:
    found = command_for([name])
    assert (found.help or "").split("\n\n")[0] == COMMANDS[name]


def run(*words: str) -> tuple[int, set[str], str]:
    done = subprocess.run(
        [sys.executable, "-c", SAYS, json.dumps(words)], capture_output=True, text=True, check=True
    )
    *said, last = done.stdout.splitlines()
    code, modules = json.loads(last)
    return code, set(modules), "\n".join(said) + done.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--help"], 0, "openapi"),
        (["witness", "--help"], 0, "cosign"),
        (["audit", "verify", "--help"], 0, "witnesses-needed"),
        (["token", "--help"], 0, "--as"),
        (["no-such-thing"], 2, "No such command"),
    ],
)
def test_what_needs_no_service_loads_none(words: list[str], code: int, says: str) -> None:
    left, modules, said = run(*words)
    assert left == code
    assert says in said
    assert not {"service.cli", "service.app", "service.api.application"} & modules
    assert not {name for name in modules if name.startswith("service.application")}


def test_the_rest_has_the_whole() -> None:
    left, modules, said = run("audit", "check", "--help")
    assert left == 0
    assert "service.cli" in modules
    assert "owner" in said
