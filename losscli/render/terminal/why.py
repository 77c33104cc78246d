"""What makes the difference between two numbers, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from losscli.losses.registry import REGISTRY
from losscli.matching.report import Match, Why
from losscli.render.screen import Screen
from losscli.render.terminal.matches import WIDEST, command_block, indented, noted_beneath, wrapped

# Seven digits are printed: what is less than this share of the whole changes none of them.
_SHOWN = 5e-8


def render_why(
    numbers: Sequence[str],
    found: Why,
    commands: Sequence[str],
    screen: Screen,
    notes: Sequence[str] = (),
) -> str:
    """Whose the numbers are, the parts of the difference, and the rows that carry it.

    `notes` say what was read as what, and stand beneath all.
    """
    columns = min(screen.width or WIDEST, WIDEST)
    lines = _lines(numbers, found, commands, columns)
    return "\n".join([*lines, *noted_beneath(notes, columns)]) + "\n"


def _lines(
    numbers: Sequence[str], found: Why, commands: Sequence[str], columns: int
) -> Iterator[str]:
    for number, match, command in zip(numbers, (found.first, found.second), commands, strict=True):
        yield from wrapped(_whose(number, match), columns)
        if match is not None and command:
            if match.base is not None:
                yield from indented(f"made from {match.base!r}, which this prints:", columns)
            yield from command_block(command, columns)
    if found.change is None:
        return
    yield ""
    if not found.change:
        yield "They are the same number."
        return
    yield from wrapped(f"The difference, {found.change:+.7g}, choice by choice", columns)
    for part in found.parts:
        yield from _part(part.change, part.choice, columns)
    if found.rows and found.of_rows is not None:
        yield ""
        said = f"The difference of the losses themselves, {found.of_rows:+.7g}, row by row"
        yield from wrapped(said, columns)
        for row in found.rows:
            words = f"row {row.row:,}: {row.first:.6g} in the first, {row.second:.6g} in the second"
            yield from _part(row.change, words, columns)
        if found.rest is not None and abs(found.rest) > _SHOWN * abs(found.of_rows):
            yield from _part(found.rest, f"the other {found.others:,} rows", columns)


def _whose(number: str, match: Match | None) -> str:
    if match is None:
        return f"{number}: nothing that was tried gives it; `losscli match` lists near misses"
    short = REGISTRY.get(match.loss).short
    unusual = f": {'; '.join(match.unusual)}" if match.unusual else ""
    return f"{number} is {match.title} ({short}), as {match.convention} has it{unusual}"


def _part(change: float, words: str, columns: int) -> list[str]:
    return indented(f"{f'{change:+.7g}':>14}  {words}", columns)
