"""Models compared, in words: what the table, Markdown and CSV say of each comparison."""

from __future__ import annotations

import math
from collections.abc import Sequence

from losscli.comparing.report import ComparedSlice, Comparison, ComparisonReport, Verdict
from losscli.plain import differences
from losscli.render.numbers import NOTHING, number

_MARKS = {Verdict.WORSE: "▲", Verdict.BETTER: "✓"}


def losses_of(comparisons: Sequence[Comparison]) -> list[tuple[str, list[Comparison]]]:
    """The losses by what they are called, each with the comparisons by it."""
    several = len({item.convention for item in comparisons}) > 1
    by_title: dict[str, list[Comparison]] = {}
    for params, item in zip(differences(comparisons), comparisons, strict=True):
        words = [*params, *([item.convention] if several else [])]
        title = f"{item.title} ({', '.join(words)})" if words else item.title
        by_title.setdefault(title, []).append(item)
    return list(by_title.items())


def signed(value: float) -> str:
    """A difference to four digits, with its sign."""
    text = number(value, 4)
    return text if text.startswith("-") or not value else f"+{text}"


def chance(p: float | None) -> str:
    """A p-value: three decimals, or its one digit where it is smaller; `—` where there is none."""
    if p is None or math.isnan(p):
        return NOTHING
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1g}"


def verdict(report: ComparisonReport, item: Comparison) -> str:
    """What is proven, naming the model where there are several."""
    named = item.model in item.words or len(report.models) == 2
    return item.words if named else f"{item.model}: {item.words}"


def mark(item: Comparison) -> str:
    """What stands before a group of rows where a model is proven better or worse."""
    return _MARKS.get(item.verdict, " ")


def legend(groups: Sequence[ComparedSlice]) -> str:
    """What the marks of the groups of a column say."""
    tests = groups[0].tests
    adjusted = "" if tests == 1 else f"; p adjusted by Holm for the {tests} tests of these groups"
    return f"▲ worse than the first, ✓ better, by more than chance{adjusted}"


def method(report: ComparisonReport) -> str:
    """How intervals and p-values were found."""
    tests = "1 test" if report.tests == 1 else f"{report.tests} tests, adjusted by Holm"
    ways = {item.interval_method for item in report.comparisons if item.interval_method}
    names = " and ".join(sorted({way.name for way in ways}))
    units = " and ".join(sorted({way.units for way in ways if way.units}))
    intervals = f"95 % intervals by {names}; " if names else ""
    drawn = f"{report.resamples:,} resamples of {units or 'rows'}, seed {report.seed}"
    return f"{intervals}p by sign flips ({tests}); {drawn}"
