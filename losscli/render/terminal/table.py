"""A report for a person at a terminal, wide or narrow."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from losscli.comparing.report import ComparisonReport
from losscli.evaluating.report import Input, Report
from losscli.render.numbers import titles
from losscli.render.screen import Screen
from losscli.render.terminal.advice import advice_block, signature_block
from losscli.render.terminal.comparison import comparison_block
from losscli.render.terminal.decomposition import decomposition_block
from losscli.render.terminal.groups_of_rows import slices_block
from losscli.render.terminal.results import results_block
from losscli.render.terminal.unreduced import unreduced_block
from losscli.render.visible import visible
from losscli.task.advice import Recommendation

# Where lines may have any length, nothing is ever wrapped.
_BOUNDLESS = 100_000


def render(report: Report, screen: Screen) -> str:
    """The results, the recommendation with its evidence, and the signatures."""
    width = screen.width or _BOUNDLESS
    parts: list[RenderableType] = [head(report), results_block(report, width)]
    for title, result in zip(titles(report), report.results, strict=True):
        if result.values is not None:
            parts.append(unreduced_block(visible(title), result, report))
    if (made_of := decomposition_block(report, screen.width)) is not None:
        parts.append(made_of)
    if (groups := slices_block(report, screen.width)) is not None:
        parts.append(groups)
    if report.recommendation is not None:
        parts.append(advice_block(report.recommendation, width))
    parts.append(signature_block(report, width))
    return text_of(parts, screen)


def render_recommendation(advice: Recommendation, screen: Screen) -> str:
    """The advice with its evidence."""
    return text_of([advice_block(advice, screen.width or _BOUNDLESS)], screen)


def render_comparison(report: ComparisonReport, screen: Screen) -> str:
    """What was compared, and what each loss says of every model."""
    width = screen.width or _BOUNDLESS
    return text_of([_compared_head(report), comparison_block(report, width)], screen)


def text_of(parts: list[RenderableType], screen: Screen) -> str:
    """The parts as text, a blank line between them and no blanks at the ends of lines."""
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
    spaced = [item for part in parts for item in (Text(), part)]
    console.print(Group(*spaced[1:]))
    lines = (line.rstrip() for line in buffer.getvalue().split("\n"))
    return "\n".join(lines).strip("\n") + "\n"


def head(report: Report) -> Text:
    """The files, and how they were read."""
    rows = max((item.rows for item in report.inputs), default=0)
    conventions = dict.fromkeys(result.convention for result in report.results)
    facts = [f"{rows:,} rows", report.task, report.kind.replace("_", " ")]
    if conventions:
        facts.append(f"{', '.join(conventions)} convention")
    return _titled(report.inputs, facts)


def _compared_head(report: ComparisonReport) -> Text:
    conventions = dict.fromkeys(item.convention for item in report.comparisons)
    facts = [f"{report.rows:,} rows", report.task, f"{', '.join(conventions)} convention"]
    return _titled(report.inputs, facts)


def _titled(inputs: Sequence[Input], facts: Sequence[str]) -> Text:
    """The files, and beneath them what holds for all of them."""
    files = dict.fromkeys(visible(item.file) for item in inputs)
    text = Text(", ".join(files), style="bold", overflow="fold")
    return text.append(f"\n{visible(' · '.join(facts))}", style="not bold")
