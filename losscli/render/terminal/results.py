"""Losses on a screen: a table as rich as its width allows, or a few lines for each loss."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group, JustifyMethod, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from losscli.evaluating.report import Report
from losscli.render.numbers import NOTHING
from losscli.render.terminal.entries import ALIGNED, COLUMNS, Entry, entries
from losscli.render.terminal.layout import hanging, indented

# Until the table fits: whether titles may go on in a next line, and which columns move to the
# lines beneath a loss.
_LAYOUTS: tuple[tuple[bool, tuple[str, ...]], ...] = (
    (False, ()),
    (False, ("n",)),
    (True, ("n",)),
    (True, ("n", "unit")),
    (True, ("n", "unit", "baseline")),
)
_GAP = 2
_NARROWEST_TITLE = 16
_SCALE = "baseline: the best constant prediction; skill: 1 − loss ÷ baseline"


def results_block(
    report: Report, width: int, *, without: int | None = None
) -> RenderableType | None:
    """Each loss with its value and what the value is to be judged by; None where there is none.

    The loss `without` has been shown before: what it said of the others is not said again.
    """
    losses = entries(report)
    head = "loss"
    if without is not None:
        losses = [*losses[:without], *losses[without + 1 :]]
        head = "also"
        for loss in losses:
            loss.cells.pop("baseline", None)
    if not losses:
        return None
    if all(loss.whole for loss in losses):
        for loss in losses:
            loss.cells.pop("n", None)
    names = [name for name in COLUMNS if any(name in loss.cells for loss in losses)]
    for wrapped, beneath in _LAYOUTS:
        shown = [name for name in names if name not in beneath]
        if _table_width(losses, shown, wrapped=wrapped) <= width:
            block: RenderableType = _table(losses, shown, head)
            break
    else:
        block = _stacked(losses)
    if "skill" not in names or without is not None:
        return block
    return Group(block, Text(f"\n{_SCALE}", style="dim"))


def _table_width(losses: Sequence[Entry], shown: Sequence[str], *, wrapped: bool) -> int:
    """How wide the table is, or has to be where titles may be wrapped between words."""
    title = max((cell_len(e.title) for e in losses), default=0)
    if wrapped:
        words = [cell_len(word) for e in losses for word in e.title.split()]
        remarks = [4 + cell_len(text) for e in losses for text in _beneath(e, shown)]
        title = max([*words, *remarks, min(_NARROWEST_TITLE, title)])
    width = 2 + title
    for name in shown:
        cells = [e.cells.get(name, NOTHING) for e in losses]
        width += _GAP + max(map(cell_len, (_head(name), *cells)))
    return width


def _table(losses: Sequence[Entry], shown: Sequence[str], head: str) -> Table:
    table = Table(
        box=None, pad_edge=False, padding=(0, _GAP, 0, 0), show_edge=False, header_style="dim"
    )
    table.add_column(Text(head), overflow="fold")
    for name in shown:
        if name == "unit":
            table.add_column("", no_wrap=True, style="dim")
        else:
            # Rich takes the blanks from the end of what it sets to the right.
            justify: JustifyMethod = "left" if name in ALIGNED else "right"
            table.add_column(Text(name, justify="right"), justify=justify, no_wrap=True)
    for entry in losses:
        cells = [_cell(entry, name) for name in shown]
        table.add_row(hanging(entry.mark or " ", Text(entry.title, entry.style)), *cells)
        if beneath := _beneath(entry, shown):
            table.add_row(Padding(Text("\n".join(beneath), "dim"), (0, 0, 0, 4)))
    return table


def _head(name: str) -> str:
    return "" if name == "unit" else name


def _cell(entry: Entry, name: str) -> Text:
    if name in entry.cells:
        return Text(entry.cells[name], _color(entry, name))
    return Text("" if name == "unit" else NOTHING, justify="right")


def _color(entry: Entry, name: str) -> str:
    if name == "skill" and entry.cells.get(name, "").startswith("-"):
        return "red"
    return entry.style if name == "value" else ""


def _beneath(entry: Entry, shown: Sequence[str]) -> list[str]:
    """The cells that the table has no column for, and the remarks."""
    words = []
    if "unit" in entry.cells and "unit" not in shown:
        words.append(f"in {entry.cells['unit']}")
    if "baseline" in entry.cells and "baseline" not in shown:
        words.append(f"baseline {entry.cells['baseline'].strip()}")
    if "n" in entry.cells and "n" not in shown and not entry.whole:
        words.append(f"n {entry.cells['n']}")
    return words + entry.remarks


def _stacked(losses: Sequence[Entry]) -> Group:
    blocks: list[RenderableType] = []
    for entry in losses:
        title = Text(entry.title, entry.style or "bold")
        blocks += [Text(), hanging(entry.mark or " ", title), indented(_facts(entry))]
    return Group(*blocks[1:])


def _facts(entry: Entry) -> Text:
    cells = {name: cell.strip() for name, cell in entry.cells.items()}
    cells["value"] = f"{cells['value']} {cells.pop('unit', '')}"
    if entry.whole:
        cells.pop("n", None)
    lines = [
        Text.assemble(
            (f"{name.removesuffix(' interval'):<10}", "dim"), (cell.rstrip(), _color(entry, name))
        )
        for name, cell in cells.items()
    ]
    return Text("\n").join([*lines, *(Text(remark, "dim") for remark in entry.remarks)])
