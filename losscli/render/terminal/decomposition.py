"""What proper scores are made of, on a screen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from losscli.evaluating.report import Decomposition, Report
from losscli.render.numbers import aligned, between, number, recalibration_words, titles
from losscli.render.terminal.layout import columns, indented
from losscli.render.visible import visible

# What a part means is said where there is room; a part and its number stand side by side where
# there is that.
_ROOM, _ROOM_FOR_CELLS = 72, 38


def decomposition_block(report: Report, width: int | None) -> Group | None:
    """Each score that was taken apart, part by part; None where none was."""
    found = [
        (visible(title), result)
        for title, result in zip(titles(report), report.results, strict=True)
        if result.decomposition is not None
    ]
    if not found:
        return None
    blocks: list[RenderableType] = []
    for title, result in found:
        assert result.decomposition is not None
        parts = list(_parts(result.decomposition))
        cells = aligned([number(result.value), *(number(value) for _, value, _ in parts)])
        lines = zip([(title, result.value, ""), *parts], cells, strict=True)
        blocks.append(Text())
        if width is not None and width < _ROOM_FOR_CELLS:
            for (name, _, _), cell in lines:
                blocks += [Text(name), indented(Text(cell.strip()))]
            continue
        grid = columns(3 if width is None or width >= _ROOM else 2)
        for (name, _, meaning), cell in lines:
            row = [Text(name, style="" if meaning else "bold"), Text(cell)]
            grid.add_row(*row, *[Text(meaning, style="dim")][: len(grid.columns) - 2])
        blocks.append(indented(grid))
        if words := recalibration_words(result):
            blocks += [Text(), indented(Text(words))]
    return Group(Text("What the values are made of", style="bold"), *blocks)


def _parts(found: Decomposition) -> Iterator[tuple[str, float, str]]:
    yield "= calibration", found.calibration, "stated probabilities against what happened at them"
    chance = found.calibration_by_chance
    if chance is not None:
        ends = between((chance.low, chance.high))
        yield "    by chance", chance.mean, f"{ends} (90 %) of a perfectly calibrated model"
    yield "+ refinement", found.refinement, "what would be left of them if calibrated"
    yield "    = uncertainty", found.uncertainty, "of the base rates alone"
    yield "    − resolution", found.resolution, "gained by telling rows apart"
    yield "+ within groups", found.within, f"what {_groups(found)} are too coarse for"
    if found.entropy is not None and found.divergence is not None:
        yield "= entropy", found.entropy, "of the labels, which are shares: no model could save it"
        yield "+ divergence", found.divergence, "of the predictions from the labels"


def _groups(found: Decomposition) -> str:
    return f"{found.groups} groups of like predictions"
