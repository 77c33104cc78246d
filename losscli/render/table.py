"""Rich tables for a person at a terminal, wide or narrow."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from losscli.render import Screen
from losscli.render.figures import interval, left_out, number, share
from losscli.render.visible import visible
from losscli.report import Recommendation, Report, Result

# Below this the columns of a table would be cut: each loss gets a few lines instead.
_WIDE = 72
# Where lines may have any length, nothing is ever wrapped.
_BOUNDLESS = 100_000
_ROWS_SHOWN = 10


def render(report: Report, screen: Screen) -> str:
    """The results, the recommendation with its evidence, and the signatures."""
    wide = screen.width is None or screen.width >= _WIDE
    parts: list[RenderableType] = [_head(report)]
    parts.append(_results(report) if wide else _stacked(report))
    parts.extend(_unreduced(result) for result in report.results if result.values is not None)
    if report.recommendation is not None:
        parts.append(_advice(report.recommendation, wide=wide))
    parts.append(_signatures(report))
    return _text(Group(*parts), screen)


def render_recommendation(advice: Recommendation, screen: Screen) -> str:
    """The advice with its evidence."""
    wide = screen.width is None or screen.width >= _WIDE
    return _text(_advice(advice, wide=wide), screen)


def _text(content: RenderableType, screen: Screen) -> str:
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=screen.width or _BOUNDLESS,
        force_terminal=screen.color,
        color_system="standard" if screen.color else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
    console.print(content, soft_wrap=False)
    lines = (line.rstrip() for line in buffer.getvalue().splitlines())
    return "\n".join(lines).strip("\n") + "\n"


def _head(report: Report) -> Text:
    files = dict.fromkeys(visible(item.file) for item in report.inputs)
    rows = max((item.rows for item in report.inputs), default=0)
    text = Text(", ".join(files), style="bold")
    text.append(f": {rows:,} rows, {report.task}, {report.kind}\n", style="not bold")
    return text


def _results(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("")
    table.add_column("loss", no_wrap=True)
    for name in ("value", "95 % interval", "baseline", "skill"):
        table.add_column(name, justify="right", no_wrap=True)
    for result in report.results:
        style = "bold green" if result.recommended else ""
        table.add_row(
            "→" if result.recommended else "",
            visible(result.title),
            _value(result),
            interval(result),
            number(result.baseline.value if result.baseline else None, 5),
            share(result.skill),
            style=style,
        )
        for line in _beneath(result):
            table.add_row("", Text(f"  {line}", style="dim"))
    return table


def _value(result: Result) -> str:
    return number(result.value) if result.values is None else f"{len(result.values):,} losses"


def _beneath(result: Result) -> Iterator[str]:
    """What belongs to a value and has no column."""
    for name, part in result.parts.items():
        yield f"{name.replace('_', ' ')} {number(part)}"
    if words := left_out(result):
        yield words


def _stacked(report: Report) -> Group:
    blocks: list[RenderableType] = []
    for result in report.results:
        mark = "→ " if result.recommended else "  "
        style = "bold green" if result.recommended else "bold"
        blocks.append(Text(f"{mark}{visible(result.title)}", style=style))
        facts = {
            "value": _value(result),
            "95 %": interval(result),
            "baseline": number(result.baseline.value if result.baseline else None, 5),
            "skill": share(result.skill),
        }
        lines = [f"{name:<9}{fact}" for name, fact in facts.items() if fact != "—"]
        lines.extend(_beneath(result))
        blocks.append(Padding(Text("\n".join(lines)), (0, 0, 0, 4)))
    return Group(*blocks)


def _unreduced(result: Result) -> Text:
    assert result.values is not None
    first = result.values[:_ROWS_SHOWN].tolist()
    lines = [f"\n{visible(result.title)}, row by row"]
    for place, row in enumerate(first):
        items = row if isinstance(row, list) else [row]
        lines.append(f"  {place:>4}  {'  '.join(map(number, items))}")
    rest = len(result.values) - len(first)
    if rest:
        lines.append(f"  … and {rest:,} more; -q, --format csv and json give all")
    return Text("\n".join(lines))


def _advice(advice: Recommendation, *, wide: bool) -> Group:
    head = Text("\nRecommended: ", style="bold")
    head.append(visible(advice.title), style="bold green")
    head.append(f" (confidence {advice.confidence})", style="not bold")
    parts: list[RenderableType] = [head, _indented(f"because {advice.because}")]
    if wide:
        grid = Table.grid(padding=(0, 2))
        for step in advice.evidence:
            grid.add_row(
                Text(step.step, style="dim"), visible(step.finding), f"→ {visible(step.follows)}"
            )
        parts.append(Padding(grid, (0, 0, 0, 2)))
    else:
        parts += [
            _indented(f"{step.step}: {visible(step.finding)} → {visible(step.follows)}")
            for step in advice.evidence
        ]
    if advice.suggestions:
        parts.append(Text("Worth a look", style="bold"))
        parts += [_indented(visible(suggestion)) for suggestion in advice.suggestions]
    return Group(*parts)


def _indented(text: str) -> Padding:
    return Padding(Text(text), (0, 0, 0, 2))


def _signatures(report: Report) -> Group:
    lines = [
        Padding(Text(visible(result.signature), style="dim", overflow="fold"), (0, 0, 0, 2))
        for result in report.results
    ]
    return Group(Text("\nSignatures", style="bold"), *lines)
