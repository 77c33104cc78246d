"""The bare numbers, in full precision, one on a line."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.render import Screen
from losscli.report import Report, Result


def render(report: Report, _screen: Screen) -> str:
    """One number per loss; of unreduced losses one row on a line, its items joined by commas."""
    return "".join(f"{line}\n" for result in report.results for line in _lines(result))


def _lines(result: Result) -> Iterator[str]:
    if result.values is None:
        yield repr(result.value)
        return
    for row in result.values.tolist():
        yield ",".join(map(repr, row)) if isinstance(row, list) else repr(row)
