"""The command ``tsunagi bench``: what the last benchmark of this home found (``make bench``)."""

from typing import Annotated, Any

import typer
from pydantic_core import from_json, to_json
from rich.console import Console

from service.settings import Settings

app = typer.Typer(help="What the last `make bench` found; 性能測定の結果.")
console = Console()
err = Console(stderr=True)

#: What is told to people, in which words.
_SPOKEN = {
    "ratios": "service /",
    "with_all_cores": "service with a worker a core /",
    "with_log_over_without": "with the log / without:",
}


@app.callback(invoke_without_command=True)
def bench(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="The path and the ratios as JSON, for machines.")
    ] = False,
) -> None:
    """Where the figures of the last benchmark are, and how fast the service was beside others."""
    path = Settings.from_environment().home / "bench" / "last.json"
    try:
        found: dict[str, Any] = from_json(path.read_bytes())
        told = {
            "path": str(path),
            "at": found["at"],
            "ratios": {load: told["ratios"] for load, told in found["loads"].items()},
            **{
                kind: {load: told.get(kind, {}) for load, told in found["loads"].items()}
                for kind in ("ratios_of_cpu", "with_all_cores", "with_log_over_without")
            },
            "errors": found["errors"],
        }
    except FileNotFoundError:
        err.print(
            f"There is no result in {path}. Run `make bench` first.",
            highlight=False,
            soft_wrap=True,
        )
        raise typer.Exit(1) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        err.print(
            f"{path} cannot be read. Run `make bench` again.", highlight=False, soft_wrap=True
        )
        raise typer.Exit(1) from None
    if as_json:
        print(to_json(told, indent=2).decode())  # noqa: T201
        return
    console.print(f"{told['at']}  {path}", highlight=False)
    for kind, words in _SPOKEN.items():
        for load, beside in told[kind].items():
            if beside:
                listed = "   ".join(f"{n.replace('_', ' ')} {r:.2f}" for n, r in beside.items())
                console.print(f"{load}  {words} {listed}", highlight=False)
    for where in found["errors"]:
        console.print(f"ERRORS in {where}", highlight=False)
