"""How blocks of text stand on a screen; no word is ever cut, only folded."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_GAP = 2
# So wide are the labels of lines, with the gap.
LABEL = 9
# So wide are the names of the facts of one line.
_NAMES = 14
# And no wider where names are.
_WIDEST_NAME = 20


def indented(content: RenderableType) -> Padding:
    """Two columns to the right."""
    return Padding(content, (0, 0, 0, 2))


def columns(count: int, gap: int = 2) -> Table:
    """An empty grid, the gap right of each column."""
    grid = Table.grid(padding=(0, gap, 0, 0))
    for _ in range(count):
        grid.add_column(overflow="fold")
    return grid


def hanging(mark: str, text: Text) -> Table:
    """A text that goes on in line with itself, right of its mark."""
    grid = columns(2, gap=1)
    grid.add_row(Text(mark, text.style), text)
    return grid


def labelled(lines: Sequence[tuple[str, Text]]) -> Table:
    """A line for each label and what it says; the same label is written once."""
    grid = columns(2)
    before = ""
    for label, text in lines:
        grid.add_row(Text("" if label == before else label, "dim"), text)
        before = label
    return grid


def listed(facts: Sequence[str], width: int) -> str:
    """Facts with dots between them, on as few lines as they fit; a dot ends no line."""
    lines: list[str] = []
    for fact in facts:
        if lines and cell_len(f"{lines[-1]} · {fact}") <= width:
            lines[-1] += f" · {fact}"
        else:
            lines.append(fact)
    return "\n".join(lines)


def fits_table(heads: Sequence[str], rows: Sequence[Sequence[Text]], width: int) -> bool:
    """Whether `table_or_lines` makes a table of it."""
    columns = zip(heads, *([cell.plain for cell in row] for row in rows), strict=True)
    widths = [max(map(cell_len, (*head.split("\n"), *cells))) for head, *cells in columns]
    return sum(widths) + _GAP * (len(heads) - 1) <= width


def table_or_lines(
    heads: Sequence[str], rows: Sequence[Sequence[Text]], width: int
) -> Table | Group:
    """A table where it fits, else under each row's first cell its other ones line by line."""
    if not fits_table(heads, rows, width):
        return _lines(heads, rows)
    table = Table(
        box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim", show_edge=False
    )
    for place, head in enumerate(heads):
        table.add_column(Text(head), justify="right" if place else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _lines(heads: Sequence[str], rows: Sequence[Sequence[Text]]) -> Group:
    lines: list[RenderableType] = []
    names = max(_NAMES, *(cell_len(head) + 1 for head in heads if cell_len(head) <= _WIDEST_NAME))
    for first, *facts in rows:
        first.overflow = "fold"
        lines.append(first)
        lines += [
            indented(Text.assemble((f"{head:<{names - 1}} ", "dim"), fact.plain.strip()))
            for head, fact in zip(heads[1:], facts, strict=True)
            if fact.plain
        ]
    return Group(*lines)
