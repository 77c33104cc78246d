"""Pairs from best to worst on a screen: a table, or a few lines for each where it is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from msgspec import Struct
from rich import box
from rich.cells import cell_len
from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from losscli.batching.report import Leaderboard, Place
from losscli.render.leaderboard_columns import headings, short_headings
from losscli.render.numbers import NOTHING, aligned, number
from losscli.render.screen import Screen
from losscli.render.terminal.layout import columns, hanging, indented
from losscli.render.terminal.printing import text_of
from losscli.render.visible import visible

_GAP = 2

# So many errors are shown.
_FAILED_SHOWN = 20


def render_leaderboard(board: Leaderboard, screen: Screen) -> str:
    """How many pairs there are, those with losses in their order, and those without."""
    titles = [visible(heading) for heading in headings(board)]
    short = [visible(heading) for heading in short_headings(board)]
    ranked = [place for place in board.places if place.row.failure is None]
    failed = [place for place in board.places if place.row.failure is not None]
    parts: list[RenderableType] = [_head(board, titles)]
    if ranked:
        parts.append(_ranked_block(ranked, titles, short, board.sort, screen.width))
        if more := board.pairs - board.failed - len(ranked):
            parts.append(Text(f"and {more:,} more with losses (--top N)", style="dim"))
    if failed:
        parts.append(_failed_block(failed[:_FAILED_SHOWN]))
        if (more := len(failed) - _FAILED_SHOWN) > 0:
            parts.append(Text(f"and {more:,} more without losses", style="dim"))
    return text_of(parts, screen)


def _head(board: Leaderboard, titles: Sequence[str]) -> Text:
    text = Text(f"{board.pairs:,} {'pair' if board.pairs == 1 else 'pairs'}", style="bold")
    if board.failed:
        text.append(f", {board.failed:,} without losses", style="red")
    if titles:
        column = board.columns[board.sort]
        which = "lowest" if column.lower_is_better else "highest"
        text.append(f"\n{which} {titles[board.sort]} first", style="not bold")
    return text


def _ranked_block(
    places: Sequence[Place],
    titles: Sequence[str],
    short: Sequence[str],
    sort: int,
    width: int | None,
) -> RenderableType:
    """The losses under their titles or, where these are too wide, their ids.

    The losses that do not fit are named beneath; where not one does, each pair has a card.
    """
    names = _shortened([place.row.name for place in places])
    first = [
        _Column("", ["" if place.rank is None else f"{place.rank:,}" for place in places]),
        _Column("pair", names, "left"),
    ]
    values = [
        aligned([NOTHING if value is None else number(value) for value in column])
        for column in zip(*(place.values for place in places), strict=True)
    ]
    # The loss that the pairs are ranked by stays to the last.
    order = sorted(range(len(values)), key=lambda place: place != sort)
    for many in range(len(values), 0, -1):
        kept = sorted(order[:many])
        for heads in [titles, short] if many == len(values) else [short]:
            shown = [*first, *(_Column(heads[place], values[place]) for place in kept)]
            if width is None or _width(shown) <= width:
                left = ", ".join(short[place] for place in sorted(order[many:]))
                more = [Text(f"also {left}: --format csv", style="dim")] if left else []
                return Group(_table(shown), *more)
    return _stacked(first[0].cells, names, short, values)


class _Column(Struct, frozen=True):
    head: str
    cells: Sequence[str]
    justify: JustifyMethod = "right"


def _width(shown: Sequence[_Column]) -> int:
    widths = [max(map(cell_len, (column.head, *column.cells))) for column in shown]
    return sum(widths) + _GAP * (len(widths) - 1)


def _table(shown: Sequence[_Column]) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
        show_edge=False,
        border_style="dim",
    )
    for column in shown:
        table.add_column(Text(column.head), justify=column.justify, no_wrap=True)
    for row in zip(*(column.cells for column in shown), strict=True):
        table.add_row(*map(Text, row))
    return table


def _stacked(
    ranks: Sequence[str],
    names: Sequence[str],
    titles: Sequence[str],
    values: Sequence[Sequence[str]],
) -> RenderableType:
    blocks: list[RenderableType] = []
    for place, (rank, name) in enumerate(zip(ranks, names, strict=True)):
        blocks.append(hanging(rank or " ", Text(name, style="bold", overflow="fold")))
        grid = columns(2)
        for title, cells in zip(titles, values, strict=True):
            grid.add_row(Text(title, "dim"), Text(cells[place]))
        blocks.append(indented(grid))
    return Group(*blocks)


def _failed_block(places: Sequence[Place]) -> RenderableType:
    blocks: list[RenderableType] = [Text("without losses", style="bold")]
    for place in places:
        assert place.row.failure is not None
        name, message = visible(place.row.name), visible(place.row.failure.said)
        # Most messages begin with the file, which is the pair's name unless a manifest gives one.
        rest = message[len(name) :] if message.startswith(name) else f": {message}"
        blocks.append(hanging("✗", Text.assemble((name, "red"), rest, overflow="fold")))
    return Group(*blocks)


def _shortened(names: Sequence[str]) -> list[str]:
    """Paths without the folders that all begin with and the parts that all end in."""
    paths = [name.split("/") for name in names]
    shortest = min(map(len, paths)) - 1
    start = min(_shared(paths), shortest)
    end = min(_shared([path[::-1] for path in paths]), shortest - start)
    return [visible("/".join(path[start : len(path) - end])) for path in paths]


def _shared(paths: Sequence[Sequence[str]]) -> int:
    """How many parts all paths begin with."""
    first = zip(*paths, strict=False)
    return sum(1 for _ in takewhile(lambda parts: len(set(parts)) == 1, first))
