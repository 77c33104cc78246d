"""What proper scores are made of, on a screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from losscli.evaluating.report import Decomposition, Report, Result
from losscli.render.numbers import (
    aligned,
    between,
    number,
    recalibration_words,
    short_titles,
    titles,
)
from losscli.render.terminal.layout import columns, indented
from losscli.render.terminal.printing import BOUNDLESS
from losscli.render.visible import visible

_GAP = 2
# A part: its name, its number, and what it means in a few words.
Part = tuple[str, float, str]


def decomposition_block(report: Report, width: int | None) -> Group | None:
    """The scores that were taken apart, part by part; None where none was.

    They stand side by side where that fits, else one below the other.
    """
    names = zip(titles(report), short_titles(report), report.results, strict=True)
    found = [
        (visible(title), visible(short), result)
        for title, short, result in names
        if result.decomposition is not None
    ]
    if not found:
        return None
    results = [result for _, _, result in found]
    room = (width or BOUNDLESS) - _GAP
    blocks: list[RenderableType] = []
    beside = _table([short for _, short, _ in found], results, room)
    if beside is not None:
        blocks += [Text(), beside]
    else:
        for title, _, result in found:
            blocks += [Text(), _table([title], [result], room) or _lines(title, result)]
    said = list(_said(found))
    if said:
        blocks += [Text(), *(indented(Text(words)) for words in said)]
    return Group(Text("What the values are made of", style="bold"), *blocks)


def _said(found: Sequence[tuple[str, str, Result]]) -> Iterator[str]:
    """What chance alone makes of calibration, and what recalibration would bring."""
    for _, short, result in found:
        of = "" if len(found) == 1 else f" of {short}"
        chance = result.decomposition and result.decomposition.calibration_by_chance
        if chance:
            ends = between((chance.low, chance.high))
            yield f"calibration{of} by chance alone: {ends} (90 %)"
        if words := recalibration_words(result):
            yield f"{short}: {words}" if of else words


def _table(names: Sequence[str], results: Sequence[Result], width: int) -> RenderableType | None:
    """A column of numbers for each score, and what the parts mean where that fits.

    None where the numbers do not fit.
    """
    parts = [_parts(result) for result in results]
    order = list(dict.fromkeys(name for each in parts for name, _, _ in each))
    meanings = {name: meaning for each in reversed(parts) for name, _, meaning in each}
    cells = [_cells(each, order) for each in parts]
    alone = len(names) == 1
    firsts = [names[0] if alone else "value", *order[1:]]
    wide = max(map(cell_len, firsts))
    for head, column in zip(names, cells, strict=True):
        wide += _GAP + max(map(cell_len, (*column, "" if alone else head)))
    if wide > width:
        return None
    said = wide + _GAP + max(map(cell_len, meanings.values())) <= width
    grid = columns(len(names) + 1 + said)
    if not alone:
        grid.add_row(Text(), *(Text(name, "bold") for name in names))
    for place, name in enumerate(order):
        row = [Text(firsts[place], "" if place else "bold")]
        row += [Text(column[place]) for column in cells]
        grid.add_row(*row, *([Text(meanings[name], "dim")] if said else []))
    return indented(grid)


def _lines(title: str, result: Result) -> RenderableType:
    """Each part above its number."""
    parts = _parts(result)
    cells = _cells(parts, [name for name, _, _ in parts])
    names = [title, *(name for name, _, _ in parts[1:])]
    pairs = zip(names, cells, strict=True)
    return Group(
        *(each for name, cell in pairs for each in (Text(name), indented(Text(cell.strip()))))
    )


def _cells(parts: Sequence[Part], order: Sequence[str]) -> list[str]:
    """The numbers of a score by their names, with their points below each other."""
    of = {name: found for name, found, _ in parts}
    return aligned([number(of[name]) if name in of else "" for name in order])


def _parts(result: Result) -> list[Part]:
    found = result.decomposition
    assert found is not None
    assert result.value is not None
    return [("value", result.value, ""), *_of(found)]


def _of(found: Decomposition) -> Iterator[Part]:
    yield "= calibration", found.calibration, "stated vs. happened"
    chance = found.calibration_by_chance
    if chance is not None:
        yield "    by chance", chance.mean, "if well calibrated"
    yield "+ refinement", found.refinement, "left if calibrated"
    yield "    = uncertainty", found.uncertainty, "of base rates alone"
    yield "    − resolution", found.resolution, "telling rows apart"
    yield "+ within groups", found.within, f"{found.groups} groups of rows"
    if found.entropy is not None and found.divergence is not None:
        yield "= entropy", found.entropy, "of the labels"
        yield "+ divergence", found.divergence, "from the labels"
