"""The told story on a terminal: readable at 80 columns, and without colour."""

from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from service.demo.story_told import Chapter, Expectation, Mark, Step, Told
from service.domain.decision import Basis
from service.domain.problems import REMEDIES

_STYLE = {Mark.SHOWN: "green", Mark.REFUSED: "magenta", Mark.MASKED: "yellow", Mark.FACT: "dim"}
_LEGEND = (
    "✔ 見えた shown (根拠 basis)   ✖ 断られた refused (規則 rule)",
    "◐ 一部だけ見えた partly masked   · そのほか fact   ! 期待と違う not as expected",
)
#: Bases in few columns; the long words are in the contract.
_BASIS_JA = {Basis.CONSENT: "本人同意", Basis.INTERNAL: "同一機関内"}


def render(told: Told, console: Console) -> None:
    """Print everything, and at the end what did not come as expected."""
    console.print(Text(f"みほん市 Mihon City — {told.service}", style="bold"))
    for line in _LEGEND:
        console.print(Text(line, style="dim"))
    for chapter in told.chapters:
        _print_chapter(chapter, console)
    _print_end(told, console)


def _print_chapter(chapter: Chapter, console: Console) -> None:
    console.print()
    title = Text(f"{chapter.code} {chapter.ja} {chapter.en}", style="bold cyan")
    console.print(Rule(title, align="left", style="cyan"))
    for step in chapter.steps:
        _print_step(step, console)
    if not chapter.finished:
        console.print(Text("! ここで中断しました。 The scenario ended here.", style="bold red"))


def _print_step(step: Step, console: Console) -> None:
    sentences = Table.grid(padding=(0, 1))
    sentences.add_column(justify="right", width=2)
    sentences.add_column(overflow="fold")
    sentences.add_row(Text(str(step.number), style="bold"), Text(step.ja, style="bold"))
    sentences.add_row("", Text(step.en, style="italic"))
    console.print()
    console.print(sentences)
    if step.expectations:
        console.print(Padding(_checks(step.expectations), (0, 0, 0, 3)))


def _checks(expectations: list[Expectation]) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=1)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(overflow="fold", justify="right", max_width=25)
    for (mark, ok, said, verdict, remedies), group in groupby(expectations, key=_alike):
        who = " ".join(dict.fromkeys(e.who for e in group if e.who))
        style = _STYLE[mark] if ok else "bold red"
        what = Text(f"{who} {said}".strip(), style="" if ok else "bold red")
        table.add_row(Text(mark if ok else "!", style=style), what, Text(verdict, style=style))
        if remedies and ok:
            table.add_row("", Text(f"→ {_ways(remedies)}", style="dim"))
    return table


def _alike(expectation: Expectation) -> tuple[Mark, bool, str, str, tuple[str, ...]]:
    """Neighbours of whom the same is said share a line."""
    one = expectation
    said = f"{one.what}: {one.got}"
    if not one.ok:
        said = f"{one.what}: {one.got} (期待 expected: {one.expected} {one.verdict or ''})"
    return one.mark, one.ok, said, _verdict(one.on_record), one.remedies


def _verdict(on_record: str | None) -> str:
    if on_record in _BASIS_JA:
        return f"{_BASIS_JA[Basis(on_record)]} {on_record}"
    return on_record or ""


def _ways(remedies: tuple[str, ...]) -> str:
    """What would help, in both languages."""
    japanese = "／".join(REMEDIES[r].ja.rstrip("。") for r in remedies)
    return f"{japanese} ({', '.join(remedies)})"


def _print_end(told: Told, console: Console) -> None:
    total, failures = sum(1 for _ in told.expectations()), told.failures
    console.print()
    console.print(Rule(style="cyan"))
    if told.ok:
        words = f"{total} 件すべて期待どおりです。 All {total} expectations hold."
        console.print(Text(words, style="bold green"))
        return
    words = f"{total} 件のうち {len(failures)} 件が期待と違います。 {len(failures)} of {total} do not hold:"
    console.print(Text(words, style="bold red"))
    for chapter, step, failed in failures:
        console.print(Text(f"! {chapter.code} {step.number}  {failed.name}", style="red"))
        console.print(f"    期待 expected: {failed.expected} {failed.verdict or ''}", markup=False)
        console.print(f"    実際 got:      {failed.got} {failed.on_record or ''}", markup=False)
    for chapter in told.chapters:
        if not chapter.finished:
            console.print(
                Text(f"! {chapter.code} が途中で終わりました (ended early).", style="red")
            )
