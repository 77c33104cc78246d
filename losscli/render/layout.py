"""How blocks of text stand on a screen; no word is ever cut, only folded."""

from __future__ import annotations

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


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
