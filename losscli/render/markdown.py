"""Markdown, for a pull request or a report."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.render import Screen
from losscli.render.figures import interval, left_out, number, share
from losscli.render.visible import visible
from losscli.report import Report, Result

_HEADS = ("loss", "value", "95 % interval", "baseline", "skill", "n", "left out or moved")
_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>()#+-!|~$&"})


def escape(text: str) -> str:
    """Text without a meaning in Markdown or HTML."""
    return visible(text).translate(_SPECIAL)


def render(report: Report, _screen: Screen) -> str:
    """A table of the results, the recommendation, and the signatures."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield _row(_HEADS)
    yield _row([":--"] + ["--:"] * (len(_HEADS) - 2) + [":--"])
    for result in report.results:
        yield _row([escape(cell) for cell in _cells(result)])
    advice = report.recommendation
    if advice is not None:
        yield ""
        yield (
            f"**Recommended: {escape(advice.title)}** ({advice.confidence} confidence): "
            + escape(advice.because)
        )
        yield ""
        for step in advice.evidence:
            yield f"- {escape(step.step)}: {escape(step.finding)} → {escape(step.follows)}"
        for suggestion in advice.suggestions:
            yield f"- {escape(suggestion)}"
    for note in report.notes:
        yield f"\n> {escape(note)}"
    yield ""
    yield "```text"
    yield from (visible(result.signature).replace("```", "'''") for result in report.results)
    yield "```"


def _cells(result: Result) -> list[str]:
    value = number(result.value) if result.values is None else f"{len(result.values):,} losses"
    return [
        result.title + (" ★" if result.recommended else ""),
        value,
        interval(result),
        number(result.baseline.value if result.baseline else None, 5),
        share(result.skill),
        f"{result.n:,}",
        left_out(result),
    ]


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
