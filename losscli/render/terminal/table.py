"""A report for a person at a terminal, wide or narrow."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.text import Span, Text

from losscli.evaluating.counts import counts
from losscli.evaluating.report import Input, Report
from losscli.inputs.findings import Findings
from losscli.render.leading import leading
from losscli.render.numbers import titles
from losscli.render.screen import Screen
from losscli.render.terminal.advice import advice_block, advice_line, signature_block
from losscli.render.terminal.decomposition import decomposition_block
from losscli.render.terminal.groups_of_rows import slices_block
from losscli.render.terminal.headline import headline_block
from losscli.render.terminal.layout import LABEL, labelled, listed
from losscli.render.terminal.results import results_block
from losscli.render.terminal.unreduced import unreduced_block
from losscli.render.visible import visible
from losscli.task.advice import Recommendation
from losscli.vocabulary import Task

if TYPE_CHECKING:
    from losscli.comparing.report import ComparisonReport

# Where lines may have any length, nothing is ever wrapped.
_BOUNDLESS = 100_000
# Blanks at the end of a line, also those within its colour.
_BLANKS = re.compile(r"[ \t]+((?:\x1b\[0m)?)[ \t]*$", re.MULTILINE)


def render(report: Report, screen: Screen) -> str:
    """The number first, then the other losses, the advice, and what has to be known."""
    width = screen.width or _BOUNDLESS
    place = leading(report)
    parts: list[RenderableType] = []
    parts.append(head(report) if place is None else headline_block(report, place, width))
    if (losses := results_block(report, width, without=place)) is not None:
        parts.append(losses)
    for title, result in zip(titles(report), report.results, strict=True):
        if result.values is not None:
            parts.append(unreduced_block(visible(title), result, report))
    if (made_of := decomposition_block(report, screen.width)) is not None:
        parts.append(made_of)
    if (groups := slices_block(report, screen.width)) is not None:
        parts.append(groups)
    parts += _last(report, screen)
    return text_of(parts, screen)


def _last(report: Report, screen: Screen) -> Iterator[RenderableType]:
    """The advice, the notes where they stand on the screen, and what was asked for of the rest."""
    width = screen.width or _BOUNDLESS
    advice = report.recommendation
    # Whoever names a loss is not told of another one.
    apt = advice is not None and any(result.recommended for result in report.results)
    # Scores that are there already leave nothing to choose.
    apt = apt and report.task != Task.SCORES
    lines = []
    if advice is not None and apt and not screen.why:
        lines.append(("advice", advice_line(advice, width - LABEL)))
    if screen.notes:
        lines += noted(report)
    if lines:
        yield labelled(lines)
    if advice is not None and screen.why:
        yield advice_block(advice, width, report.evidence)
    if screen.signatures:
        yield signature_block(report, width)


def noted(report: Report) -> Iterator[tuple[str, Text]]:
    """What was read, clipped and left out, each with its heading."""
    counted = list(counts(report.results))
    found = Findings(report.read, report.unused)
    said = {count.note for count in counted} | set(found.notes())
    if read := found.summary():
        yield "read", Text(visible(read), overflow="fold")
    for note in report.notes:
        if note not in said:
            yield "note", Text(visible(note), overflow="fold")
    for count in counted:
        words = f"{count.number:,} in {', '.join(count.losses)}"
        of = count.convention if len({item.convention for item in counted}) > 1 else ""
        yield count.what, Text(visible(" · ".join(filter(None, (words, of, count.way_out)))))


def render_recommendation(
    advice: Recommendation, screen: Screen, notes: Sequence[tuple[str, str]] = ()
) -> str:
    """The advice with its evidence; beneath it the `notes`, each with its heading."""
    parts: list[RenderableType] = [advice_block(advice, screen.width or _BOUNDLESS)]
    if notes:
        lines = [(head, Text(visible(note), overflow="fold")) for head, note in notes]
        parts.append(labelled(lines))
    return text_of(parts, screen)


def render_comparison(report: ComparisonReport, screen: Screen) -> str:
    """What was compared, the verdict, and what each loss says of every model."""
    from losscli.render.terminal.comparison import comparison_blocks

    width = screen.width or _BOUNDLESS
    blocks = comparison_blocks(report, screen, width)
    return text_of([_compared_head(report, width), *blocks], screen)


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
    return _BLANKS.sub(r"\1", buffer.getvalue()).strip("\n") + "\n"


def head(report: Report) -> Text:
    """The files, and how they were read."""
    rows = max((item.rows for item in report.inputs), default=0)
    conventions = dict.fromkeys(result.convention for result in report.results)
    facts = [f"{rows:,} rows", report.task, report.kind.replace("_", " ")]
    if conventions:
        facts.append(f"{', '.join(conventions)} convention")
    return _titled(report.inputs, facts)


def _compared_head(report: ComparisonReport, width: int) -> Text:
    first, *others = map(visible, report.models)
    conventions = dict.fromkeys(item.convention for item in report.comparisons)
    facts = [f"{report.rows:,} rows", report.task]
    if list(conventions) != ["standard"] and conventions:
        facts.append(f"{', '.join(conventions)} convention")
    pair = f"{', '.join(others)} against {first}"
    shown = listed([pair, *map(visible, facts)], width)
    return Text(shown, "dim", overflow="fold", spans=[Span(0, len(pair), "bold not dim")])


def _titled(inputs: Sequence[Input], facts: Sequence[str]) -> Text:
    """The files, and beneath them what holds for all of them."""
    files = dict.fromkeys(visible(item.file) for item in inputs)
    text = Text(", ".join(files), style="bold", overflow="fold")
    return text.append(f"\n{visible(' · '.join(facts))}", style="not bold")
