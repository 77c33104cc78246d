"""The bare numbers, in full precision, one on a line."""

from __future__ import annotations

import math
from collections.abc import Iterator

from losscli.evaluating.report import Report, Result
from losscli.render.numbers import rows_of
from losscli.render.screen import Screen


def render(report: Report, _screen: Screen) -> str:
    """One number per loss; of unreduced losses one row on a line, its items joined by commas."""
    return "".join(f"{line}\n" for result in report.results for line in _lines(result))


def _lines(result: Result) -> Iterator[str]:
    if result.values is None:
        yield repr(math.nan if result.value is None else float(result.value))
        return
    for row in rows_of(result.values):
        yield ",".join(map(repr, row))
