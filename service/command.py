"""The command ``tsunagi``: loads what the words on its line need, and not the whole service.

A witness or a verifier has no use for the service, and whoever asks for help should not wait
for it. What a command does is said where it is; here stands its name and the first sentence of its help.
"""

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup

from service.settings import NotReadyError, SettingsError

#: Every command, with what it says of itself.
COMMANDS = {
    "run": "Start the service (and, without TSUNAGI_DATABASE_URL, its embedded PostgreSQL, made ready).",
    "serve": "Start the service on a database that is ready; nothing of it is changed.",
    "migrate": "Bring the database schema up to date, as its owner.",
    "token": "Print an access token for a demo account.",
    "demo": "Tell SC-6, SC-7 and SC-3 through the running service; fails if anything is not as it should be.",
    "openapi": "Print the contract (OpenAPI 3.1).",
    "directory": "The directory of agencies, desks and positions.",
    "audit": "The audit log, for whoever checks it; 監査記録の検証.",
    "bench": "What the last `make bench` found; 性能測定の結果.",
    "witness": "Be a witness of audit logs, outside them; ログの立会人になる.",
}
#: What needs less than the whole: the words it begins with, and the module that has it.
ALONE = {
    ("bench",): "service.cli_bench",
    ("witness",): "service.cli_witness",
    ("audit", "verify"): "service.cli_audit",
    ("token",): "service.cli_token",
}
err = Console(stderr=True)


def main() -> None:
    """Run the command; what the user can mend is said in one sentence."""
    # Whoever asks us to end gets an orderly end: the database is stopped as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        app()
    except (SettingsError, NotReadyError) as error:
        err.print(f"[bold red]tsunagi:[/] {error}", highlight=False)
        sys.exit(1)


def command_for(words: Sequence[str]) -> Any:
    """The command that these words begin with, from the smallest part that has it."""
    for begin, module in ALONE.items():
        if tuple(words[: len(begin)]) == begin:
            return typer.main.get_command(import_module(module).app)
    whole = typer.main.get_command(import_module("service.cli").app)
    assert isinstance(whole, TyperGroup)  # noqa: S101 - it has many commands
    return whole.commands[words[0]]


class _Lazily(TyperGroup):
    """Commands that are known by name, and loaded when they are run."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """A command as far as help needs it."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command itself, to be run."""
        name, known, rest = super().resolve_command(ctx, args)
        return name, known and command_for(args), rest


app = typer.Typer(
    cls=_Lazily, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def tsunagi() -> None:
    """つなぎ: referrals, conferences and plans across agencies."""
