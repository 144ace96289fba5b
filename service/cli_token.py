"""The command ``tsunagi token``: print a token of a demo issuer."""

from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console

from service.demo.accounts import demo_keys_exist, demo_token
from service.demo.city_staff import STAFF
from service.settings import NotReadyError, Settings

app = typer.Typer()
console = Console()


@app.command()
def token(
    account: Annotated[
        str, typer.Option("--as", help="A demo account, e.g. cc-worker. 'list' lists them.")
    ],
) -> None:
    """Print an access token for a demo account."""
    settings = demo_settings()
    if account == "list":
        for staff in STAFF:
            console.print(f"{staff.account:16} {staff.name} {staff.title}", highlight=False)
        return
    try:
        print(demo_token(settings, account))  # noqa: T201
    except KeyError:
        raise NotReadyError(f"There is no demo account {account!r}; try --as list.") from None


def demo_settings() -> Settings:
    """Settings for the commands that belong to the demonstration; refused where it never ran."""
    settings = replace(Settings.from_environment(), demo=True)
    if not demo_keys_exist(settings):
        raise NotReadyError(
            f"{settings.home} holds no demonstration. Start one with `make run`,"
            " or set TSUNAGI_HOME to where it runs."
        )
    return settings
