"""What checks found, as Markdown: a pull request's comment, a step's summary."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.check_report import CheckReport
from losscli.render.check_table import tally, title
from losscli.render.figures import NOTHING, number
from losscli.render.markdown import escape


def render_check(report: CheckReport) -> str:
    """A table of the rules, errors beneath it."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: CheckReport) -> Iterator[str]:
    yield f"**{tally(report)}**"
    yield ""
    findings = [(check.name, item) for check in report.checks for item in check.findings]
    if findings:
        yield "| | check | loss | value | |"
        yield "| :-- | :-- | :-- | --: | :-- |"
    for name, item in findings:
        value = NOTHING if item.value is None else number(item.value)
        cells = (escape(name), escape(title(item)), value, escape(item.words))
        yield f"| {'✓' if item.passed else '✗'} | {' | '.join(cells)} |"
    for check in report.checks:
        if check.error is not None:
            yield ""
            yield f"> ✗ {escape(check.name)}: {escape(check.error)}"
