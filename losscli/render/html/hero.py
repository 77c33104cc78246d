"""What a page shows first: the number with its interval and skill, or the verdict on models."""

from __future__ import annotations

import math
from pathlib import PurePath

from msgspec import Struct

from losscli.comparing.report import Comparison, ComparisonReport, Verdict
from losscli.evaluating.report import Baseline, Report, Result
from losscli.render.comparison_columns import (
    leading_comparisons,
    losses_of,
    signed,
    tied,
    verdict_sentence,
)
from losscli.render.numbers import between, constant, interval, number, share, titles
from losscli.render.visible import visible

# A bar goes a little past the largest number on it.
_ROOM = 1.06


class Bar(Struct, frozen=True):
    """A bar of 100 %: where its band begins, how wide it is, where its mark stands; and words."""

    start: float
    width: float
    mark: float
    words: str
    baseline: float | None = None


class Hero(Struct, frozen=True):
    """A loss by name, its number in full for the clipboard, its bars, and advice in a sentence."""

    title: str
    value: str
    data: str
    unit: str
    interval: Bar | None
    skill: Bar | None
    worse: bool
    advice: str


def hero_of(report: Report, place: int) -> Hero:
    """The hero of the loss at `place` of the report, whose value is one number."""
    result = report.results[place]
    advice = ""
    if report.recommendation is not None and result.recommended:
        advice = f"The right loss here: {report.recommendation.because}."
    return Hero(
        title=visible(titles(report)[place]),
        value=number(result.value, 4),
        data=repr(result.value),
        unit=visible(result.unit),
        interval=_interval(result),
        skill=_skill(result),
        worse=result.skill is not None and result.skill < 0.0,
        advice=visible(advice),
    )


def _interval(result: Result) -> Bar | None:
    """The 95 % interval from 0 to the baseline or beyond."""
    if result.interval is None or result.value is None:
        return None
    baseline = None if result.baseline is None else result.baseline.value
    low, high = result.interval
    ends = [0.0, low, high, result.value, *([] if baseline is None else [baseline])]
    if not all(map(math.isfinite, ends)):
        return None
    left, right = min(ends), max(ends)
    scale = 100.0 / ((right - left) * _ROOM or 1.0)
    words = f"95 % interval {interval(result)}"
    if result.baseline is not None and baseline is not None:
        words += f"; {_against(result.baseline)}: {number(baseline, 4)}"
    return Bar(
        (low - left) * scale,
        max(0.5, (high - low) * scale),
        (result.value - left) * scale,
        words,
        None if baseline is None else (baseline - left) * scale,
    )


def _against(baseline: Baseline) -> str:
    return f"{constant(baseline)} prediction" if baseline.best else constant(baseline)


def _skill(result: Result) -> Bar | None:
    skill = result.skill
    if skill is None or result.baseline is None or not math.isfinite(skill):
        return None
    way = "better" if skill >= 0.0 else "worse"
    words = f"{share(abs(skill))} {way} than {_against(result.baseline)} (skill)"
    return Bar(0.0, 100.0 * min(1.0, abs(skill)), 0.0, words)


class ForestRow(Struct, frozen=True):
    """A loss of a model in a forest plot, in percent of its width: interval, value, and words."""

    title: str
    start: float
    width: float
    mark: float
    verdict: str
    words: str


class Forest(Struct, frozen=True):
    """Differences of all losses on one scale: relative to the reference's value.

    `zero` is where a difference of none stands.
    """

    zero: float
    low: str
    high: str
    rows: tuple[ForestRow, ...]


def headline(report: ComparisonReport) -> tuple[str, list[str]]:
    """The verdict of the leading loss on each model, and the reason for each."""
    items = leading_comparisons(report)
    if not items:
        return "Nothing was compared", []
    found = [tuple(map(visible, verdict_sentence(item))) for item in items]
    if len(found) == 1:
        [(said, reason)] = found
        named = reason.startswith((visible(items[0].reference), visible(items[0].model)))
        # The name of a model stays as it is written.
        return said.rstrip(":"), [reason if named else f"{reason[:1].upper()}{reason[1:]}"]
    first, *others = map(visible, report.models)
    return f"{', '.join(others)} against {first}", [" ".join(pair) for pair in found]


def forest_of(report: ComparisonReport) -> Forest | None:
    """The differences with their intervals, above 0 where a model is worse; None without any."""
    several = len(report.models) > 2
    found = [
        (f"{title}, {item.model}" if several else title, item, ends)
        for title, items in losses_of(report.comparisons)
        for item in items
        if (ends := _relative(item)) is not None
    ]
    if not found:
        return None
    low = min(0.0, *(ends[0] for _, _, ends in found))
    high = max(0.0, *(ends[2] for _, _, ends in found))
    room = 0.04 * ((high - low) or 1.0)
    low, high = low - room, high + room
    scale = 100.0 / (high - low)
    rows = tuple(
        ForestRow(
            visible(title),
            (ends[0] - low) * scale,
            max(0.5, (ends[2] - ends[0]) * scale),
            (ends[1] - low) * scale,
            _class(item),
            f"{signed(item.difference, 3)} {visible(item.unit)} ({100.0 * ends[1]:+.1f} %), 95 % "
            f"interval {between(item.interval)}",
        )
        for title, item, ends in found
    )
    return Forest(-low * scale, f"{low:+.0%}", f"{high:+.0%}", rows)


def _relative(item: Comparison) -> tuple[float, float, float] | None:
    """The difference and the ends of its interval ÷ the reference's value, worse above 0."""
    size = abs(item.reference_value)
    if item.interval is None or not (math.isfinite(item.difference) and 0.0 < size < math.inf):
        return None
    if not all(map(math.isfinite, item.interval)):
        return None
    sign = 1.0 if item.lower_is_better else -1.0
    low, high = sorted(sign * end / size for end in item.interval)
    return low, sign * item.difference / size, high


def _class(item: Comparison) -> str:
    if tied(item):
        return "open"
    return {Verdict.BETTER: "better", Verdict.WORSE: "worse"}.get(item.verdict, "open")


def base_names(files: list[str]) -> str:
    """Files by their names alone, each once."""
    return ", ".join(dict.fromkeys(visible(PurePath(file).name or file) for file in files))
