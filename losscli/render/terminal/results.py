"""Losses on a screen: a table as rich as its width allows, or a few lines for each loss."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from losscli.evaluating.report import Report
from losscli.render.numbers import NOTHING
from losscli.render.terminal.entries import COLUMNS, Entry, entries
from losscli.render.terminal.layout import hanging, indented, listed

# Until the table fits: whether losses stand there by their short ids, and which columns move to
# the line beneath a loss.
_LAYOUTS: tuple[tuple[bool, tuple[str, ...]], ...] = (
    (False, ()),
    (False, ("n",)),
    (True, ("n",)),
    (True, ("n", "baseline")),
    (True, ("n", "baseline", "95 % interval")),
    (True, ("n", "baseline", "95 % interval", "unit")),
)
_GAP = 2
# Before a title stands its mark, before what is said of a loss a wider margin.
_MARGIN, _DEEPER = 2, 4
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
    # The rows that all values are of are said above them.
    if len({result.n for result in report.results}) == 1 and (
        without is not None or _whole(report)
    ):
        for loss in losses:
            loss.cells.pop("n", None)
    names = [name for name in COLUMNS if any(name in loss.cells for loss in losses)]
    for short, beneath in _LAYOUTS:
        titles = [loss.short if short else loss.title for loss in losses]
        shown = [name for name in names if name not in beneath]
        if _table_width(titles, losses, shown) <= width:
            block: RenderableType = _table(titles, losses, shown, head, width)
            break
    else:
        block = _stacked(losses)
    if "skill" not in names or without is not None:
        return block
    return Group(block, Text(f"\n{_SCALE}", style="dim"))


def _whole(report: Report) -> bool:
    """Whether every row that was read entered the values."""
    return report.results[0].n == max((item.rows for item in report.inputs), default=None)


def _table_width(titles: Sequence[str], losses: Sequence[Entry], shown: Sequence[str]) -> int:
    cells = sum(_GAP + _width(losses, name) for name in shown)
    return _MARGIN + max(map(cell_len, titles)) + cells


def _width(losses: Sequence[Entry], name: str) -> int:
    return max(map(cell_len, (_head(name), *(_words(loss, name) for loss in losses))))


def _table(
    titles: Sequence[str], losses: Sequence[Entry], shown: Sequence[str], head: str, width: int
) -> Group:
    """A line for each loss, and one beneath it for what has no column."""
    first = max(map(cell_len, (*titles, head[_MARGIN:])))
    widths = {name: _width(losses, name) for name in shown}
    heads = [_set(_head(name), name, widths[name]) for name in shown]
    blocks: list[RenderableType] = [_line(Text(head.ljust(_MARGIN + first)), heads, "dim")]
    for title, entry in zip(titles, losses, strict=True):
        name = Text.assemble(f"{entry.mark:<{_MARGIN}}", (_set(title, "title", first), entry.style))
        cells = [
            Text(_set(_words(entry, name), name, widths[name]), _color(entry, name))
            for name in shown
        ]
        blocks.append(_line(name, cells))
        if beneath := _beneath(entry, shown):
            blocks.append(
                Padding(Text(listed(beneath, width - _DEEPER), "dim"), (0, 0, 0, _DEEPER))
            )
    return Group(*blocks)


def _line(first: Text, cells: Sequence[Text | str], style: str = "") -> Text:
    line = Text(" " * _GAP, style).join([first, *map(Text.assemble, cells)])
    line.no_wrap = True
    return line


def _set(text: str, name: str, width: int) -> str:
    """A cell as wide as its column: words to the left, numbers to the right."""
    blanks = " " * (width - cell_len(text))
    return text + blanks if name in ("title", "unit") else blanks + text


def _head(name: str) -> str:
    return "" if name == "unit" else name


def _words(entry: Entry, name: str) -> str:
    return entry.cells.get(name, "" if name == "unit" else NOTHING)


def _color(entry: Entry, name: str) -> str:
    if name == "unit":
        return "dim"
    if name == "skill" and entry.cells.get(name, "").startswith("-"):
        return "red"
    return entry.style if name == "value" else ""


def _beneath(entry: Entry, shown: Sequence[str]) -> list[str]:
    """The cells that the table has no column for, and the remarks."""
    words = {
        "95 % interval": "95 % {}",
        "unit": "in {}",
        "baseline": "baseline {}",
        "n": "n {}",
    }
    moved = [
        said.format(entry.cells[name].strip())
        for name, said in words.items()
        if name in entry.cells and name not in shown
    ]
    return moved + entry.remarks


def _stacked(losses: Sequence[Entry]) -> Group:
    blocks: list[RenderableType] = []
    for entry in losses:
        title = Text(entry.title, entry.style or "bold")
        blocks += [Text(), hanging(entry.mark or " ", title), indented(_facts(entry))]
    return Group(*blocks[1:])


def _facts(entry: Entry) -> Text:
    cells = {name: cell.strip() for name, cell in entry.cells.items()}
    cells["value"] = f"{cells['value']} {cells.pop('unit', '')}"
    lines = [
        Text.assemble(
            (f"{name.removesuffix(' interval'):<10}", "dim"), (cell.rstrip(), _color(entry, name))
        )
        for name, cell in cells.items()
    ]
    return Text("\n").join([*lines, *(Text(remark, "dim") for remark in entry.remarks)])
