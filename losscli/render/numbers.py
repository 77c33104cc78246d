"""Numbers as a person reads them: seven digits in a table; all of them are in JSON and -q."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from losscli.evaluating.report import Baseline, Report, Result
from losscli.losses.registry import REGISTRY
from losscli.plain import differences

NOTHING = "—"
BEST = "best constant"

# So many significant digits has a number in a table.
_DIGITS = 7

_REDUCTIONS = {
    "sum": "sum over rows",
    "batchmean": "sum ÷ rows",
    "weighted_mean": "mean by weight",
}


def number(value: float | None, digits: int = _DIGITS) -> str:
    """A number to so many significant digits; `—` where there is none.

    Fewer digits mean that the number ends there: 0.5 is 0.5, and 0.08032150 is rounded.
    """
    if value is None:
        return NOTHING
    if not math.isfinite(value):
        return repr(float(value))
    short = f"{value:.{digits}g}"
    return short if float(short) == value else f"{value:#.{digits}g}".rstrip(".")


def share(value: float | None) -> str:
    """A share in percent, which says 100 % of nothing less than all; `—` where there is none."""
    if value is None or math.isnan(value):
        return NOTHING
    if abs(value) >= 1e4:
        return f"{100.0 * value:.3g} %"
    # Adding zero takes the sign from a rounded −0.
    text = f"{round(100.0 * value, 1) + 0.0:.1f} %"
    return "> 99.9 %" if text == "100.0 %" and value < 1.0 else text


def interval(result: Result) -> str:
    """The 95 % interval of a value; `—` where none is."""
    return NOTHING if result.value is None else between(result.interval, result.value)


def between(ends: tuple[float, float] | None, value: float | None = None) -> str:
    """The ends of an interval, as fine as its width gives reason to; `—` where there is none.

    About a `value` that they hold they are no finer than it is shown, and rounded outwards where
    they would not hold it as it is shown.
    """
    if ends is None:
        return NOTHING
    low, high = map(float, ends)
    width = high - low
    if not (math.isfinite(width) and width > 0.0):
        return f"[{number(low, 4)}, {number(high, 4)}]"
    decimals = 2 - math.floor(math.log10(width))
    holds = value is not None and low <= value <= high
    if value and holds:
        decimals = min(decimals, _DIGITS - 1 - math.floor(math.log10(abs(value))))
    largest = max(abs(low), abs(high))
    if largest < 1e7 and decimals <= 9:
        form = f".{max(0, decimals)}f"
    else:
        form = f".{min(16, max(0, decimals + math.floor(math.log10(largest))))}e"
    shown = [f"{end:{form}}" if end else "0" for end in (low, high)]
    if holds:
        said = float(number(value))
        shown = [
            _moved(shown[0], -1, form) if float(shown[0]) > said else shown[0],
            _moved(shown[1], 1, form) if float(shown[1]) < said else shown[1],
        ]
    # An end that rounds to nothing has no sign.
    return f"[{', '.join(text if float(text) else text.lstrip('-') for text in shown)}]"


def _moved(text: str, places: int, form: str) -> str:
    """A number that was written in a form, moved by so many units of its last place."""
    written = Decimal(text)
    exponent = written.as_tuple().exponent
    return f"{float(written + places * Decimal((0, (1,), int(exponent)))):{form}}"


def amount(result: Result) -> str:
    """The value of a result, or how many it has where they are not reduced to one."""
    if result.values is None:
        return number(result.value)
    unit = "columns" if result.reduction == "columns" else "losses"
    return f"{len(result.values):,} {unit}"


def aligned(texts: Sequence[str]) -> list[str]:
    """Texts of one length, with the points of the numbers among them below each other."""
    after = max((len(_from_point(text)) for text in texts), default=0)
    padded = [
        text + " " * (after - len(_from_point(text))) if text[-1:].isdigit() else text
        for text in texts
    ]
    width = max(map(len, padded), default=0)
    return [text.rjust(width) for text in padded]


def remarks(result: Result) -> list[str]:
    """What has to be known of a value and is no usual thing: how it was reduced, what was moved."""
    return unusual(result) + beside(result) + left_out(result)


def beside(result: Result) -> list[str]:
    """Which constant prediction a value is held against, where that is not the best one."""
    against = result.baseline
    if against is None or against.best:
        return []
    return [f"skill beside the {against.constant.partition(' of ')[0]}"]


def constant(against: Baseline) -> str:
    """What the constant prediction is called that a value is held against."""
    return f"the {BEST if against.best else against.constant}"


def unusual(result: Result) -> list[str]:
    """How a value was reduced and which way it is better, where that is not its own way."""
    words = []
    if result.reduction in _REDUCTIONS and not _own_reduction(result):
        words.append(_REDUCTIONS[result.reduction])
    if not result.lower_is_better:
        words.append("higher is better")
    # Where nothing varies, a note says so.
    if result.standard_error and result.interval is None:
        words.append(f"standard error {number(result.standard_error, 4)}")
    return words


def _own_reduction(result: Result) -> bool:
    """Whether the loss is by its definition reduced so: a sum of squares is a sum."""
    known = REGISTRY.knows(result.loss)
    return known and REGISTRY.get(result.loss).reduction.value == result.reduction


def titles(report: Report) -> list[str]:
    """What each result is called, with its convention where the results have several.

    Results of the same loss are told apart by the parameters in which they differ.
    """
    return _told_apart(report, [result.title for result in report.results])


def short_titles(report: Report) -> list[str]:
    """The same by the ids to type, where titles are too wide."""
    return _told_apart(
        report, [REGISTRY.short(result.loss, result.title) for result in report.results]
    )


def _told_apart(report: Report, names: Sequence[str]) -> list[str]:
    several = len({result.convention for result in report.results}) > 1
    told = []
    for name, result, params in zip(
        names, report.results, differences(report.results), strict=True
    ):
        words = [*params, *([result.convention] if several else [])]
        told.append(f"{name} ({', '.join(words)})" if words else name)
    return told


def recalibration_words(result: Result) -> str:
    """What recalibration would bring a value, the conclusion first; empty where not asked."""
    made_of = result.decomposition
    found = None if made_of is None else made_of.recalibration
    if made_of is None or found is None:
        return ""
    ways = {f"a temperature of {found.temperature:.3g}": found.with_temperature}
    if found.isotonic is not None:
        ways["an isotonic curve"] = found.isotonic
    best = min(ways, key=lambda way: ways[way])
    chance = made_of.calibration_by_chance
    words = []
    if chance is not None:
        more = made_of.calibration > chance.high
        words.append(f"calibration is {'beyond' if more else 'no more than'} what chance brings")
    helps = ways[best] < found.before
    words.append(f"{best} would help" if helps else "recalibration would not help")
    brought = [f"{number(value, 4)} with {way}" for way, value in ways.items()]
    of_all = f" of {result.n:,}" if found.rows < result.n else ""
    return (
        f"{'; '.join(words)}: "
        f"{number(found.before, 4)} as it stands, {', '.join(brought)} "
        f"(cross-fitted on {found.rows:,}{of_all} rows)"
    )


def left_out(result: Result) -> list[str]:
    """How much was moved or left out on the way to the value."""
    counts = {
        "clipped": result.clipped,
        "dropped": result.dropped,
        "ignored": result.ignored,
    }
    return [f"{count:,} {word}" for word, count in counts.items() if count]


def rows_of(values: NDArray[np.float64]) -> list[list[float]]:
    """Unreduced losses as rows of numbers."""
    width = math.prod(values.shape[1:])
    rows: list[list[float]] = values.reshape(len(values), width).tolist()
    return rows


def _from_point(text: str) -> str:
    """A number from its point or exponent on; of words, nothing."""
    places = [place for place in (text.find("."), text.find("e")) if place >= 0]
    return text[min(places) :] if places and text[-1:].isdigit() else ""
