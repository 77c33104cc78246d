"""The first loss of a report on a screen: its number, how sure it is, and whether it is good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from losscli.evaluating.report import Report, Result
from losscli.render import numbers as figures
from losscli.render.terminal.entries import parts_of
from losscli.render.terminal.layout import columns, indented, listed
from losscli.render.visible import visible

# Beside the name the facts get at least so many columns, or they stand beneath it.
_ROOM = 44
# An interval is even around its value where its halves differ by no more than this part.
_EVEN = 1e-6


def headline_block(report: Report, place: int, width: int) -> RenderableType:
    """The loss by name, its value with its unit and interval, its skill, and of what it is."""
    result = report.results[place]
    title = visible(figures.titles(report)[place])
    style = "bold green" if result.recommended else "bold"
    beside = cell_len(title) + 2 + _ROOM <= width
    room = width - (cell_len(title) if beside else 0) - 2
    facts = Text("\n", overflow="fold").join(
        [*_value(result, style, room), *map(_dim, parts_of(result)), *_judged(result)]
    )
    if not beside:
        read = indented(_read(report, result, room))
        return Group(Text(title, style, overflow="fold"), indented(facts), read)
    grid = columns(2)
    grid.columns[0].no_wrap = True
    grid.add_row(Text(title, style), facts)
    return Group(grid, _read(report, result, width))


def _value(result: Result, style: str, width: int) -> Iterator[Text]:
    """The number, large in meaning: bold, with its unit and 95 % interval."""
    unit = visible(result.unit) if result.values is None else ""
    text = Text.assemble((figures.amount(result), style), f" {unit}" if unit else "")
    yield text
    if result.value is None or result.interval is None:
        return
    low, high = result.interval
    below, above = result.value - low, high - result.value
    if above > 0.0 and abs(above - below) <= _EVEN * above:
        shown = f"± {figures.number(above, 3)}"
    else:
        shown = figures.interval(result)
    shown += " (95 %)"
    if text.cell_len + 2 + cell_len(shown) <= width:
        text.append(f"  {shown}")
    else:
        yield Text(shown)


def _judged(result: Result) -> Iterator[Text]:
    """What the number is to be judged by, and what has to be known of it."""
    if result.skill is not None and result.baseline is not None:
        constant = figures.number(result.baseline.value, 6)
        name = figures.constant(result.baseline)
        better = result.skill >= 0.0
        words = f"{figures.share(abs(result.skill))} {'better' if better else 'worse'}"
        yield Text.assemble(
            (words, "bold" if better else "bold red"),
            f" than {name} ({constant})",
        )
    elif result.baseline is not None:
        constant = figures.number(result.baseline.value, 6)
        yield Text(f"{figures.constant(result.baseline)}: {constant}")
    if remarks := figures.unusual(result):
        yield Text(" · ".join(remarks))


def _read(report: Report, result: Result, width: int) -> Text:
    """How many rows it is of, as what they were read, and from where."""
    rows = max((item.rows for item in report.inputs), default=result.n)
    counted = f"{rows:,} rows" if result.n == rows else f"{result.n:,} of {rows:,} rows"
    said = filter(None, [counted, *facts(report), file_names(report)])
    return _dim(listed(list(said), width))


def _dim(text: str) -> Text:
    return Text(text, "dim", overflow="fold")


def facts(report: Report) -> Sequence[str]:
    """The task, how predictions are read, what weighs, and a convention that is not the usual."""
    conventions = dict.fromkeys(result.convention for result in report.results)
    words = [report.task, report.kind.replace("_", " ")]
    if list(conventions) != ["standard"] and conventions:
        words.append(f"{', '.join(conventions)} convention")
    words += [
        f"weighted by {', '.join(item.columns) or item.file}"
        for item in report.inputs
        if item.role == "weight"
    ]
    if report.class_weight is not None:
        weights = (figures.number(weight, 4) for weight in report.class_weight)
        words.append(f"class weights {', '.join(weights)}")
    return [visible(word) for word in words]


def file_names(report: Report) -> str:
    """The files of predictions and labels, each once."""
    read = [item.file for item in report.inputs if item.role != "weight"]
    return ", ".join(dict.fromkeys(map(visible, read)))
