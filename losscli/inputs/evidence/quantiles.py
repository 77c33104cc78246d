"""What the names of quantile columns state: `q0.9`, `p95`, `10%`, `lo-90`, `0.5`.

A table of forms, each with what a number in that form is: a level, a percentage, or the coverage of
a central interval. Names that other things go by too (`q1` is a quarter, `p_2` a class) state a
level only beside others that leave no doubt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

from msgspec import Struct

_QUANTILE = r"(?:^|[\W_\d])(?:ql?|quantiles?|quant|tau)[\W_]*"
_PERCENTILE = r"(?:^|[\W_])(?:p|pct|perc|percentiles?|prctile)[\W_]*"
_NAMED_PERCENTILE = r"(?:^|[\W_])(?:pct|perc|percentiles?|prctile)[\W_]*"
_FORECAST = r"(?:^|[\W_])(?:y|yhat|preds?|predictions?|predicted|forecasts?|fcst)[\W_]"


class _Form(Struct, frozen=True):
    """How a name is written, the level that its number then is, and whether that is sure."""

    name: str
    level: Callable[[str], float]
    sure: bool = True


def _fraction(text: str) -> float:
    return float(text.replace(",", ".").replace("_", "."))


def _percent(text: str) -> float:
    # Divided as decimal digits, so that 97.5 is the double nearest 0.975.
    return float(f"{text.replace(',', '.')}e-2")


def _digits_after_the_point(text: str) -> float:
    return float(f"0.{text}")


def _lower_end(text: str) -> float:
    return round((1.0 - _percent(text)) / 2.0, 12)


def _upper_end(text: str) -> float:
    return round((1.0 + _percent(text)) / 2.0, 12)


# The first form that a name has counts.
_FORMS = (
    _Form(r"^(0?[.,]\d+)$", _fraction),
    _Form(r"(?:^|[\W_a-z])(\d{1,2}(?:[.,]\d+)?)\s*%$", _percent),
    _Form(rf"{_QUANTILE}(0?[.,]\d+)$", _fraction),
    _Form(rf"{_QUANTILE}(0_\d+)$", _fraction),
    _Form(rf"{_PERCENTILE}(0[.,]\d+)$", _fraction),
    _Form(rf"{_FORECAST}(0[.,]\d+)$", _fraction),
    _Form(rf"{_QUANTILE}([1-9]\d?[.,]\d+)$", _percent),
    _Form(rf"{_PERCENTILE}([1-9]\d?[.,]\d+)$", _percent),
    _Form(rf"{_QUANTILE}([1-9]\d|0[1-9])$", _percent),
    _Form(rf"{_QUANTILE}(0\d\d)$", _digits_after_the_point),
    _Form(rf"{_QUANTILE}([1-9]\d\d)$", _digits_after_the_point, sure=False),
    _Form(rf"{_PERCENTILE}([1-9]\d|0[1-9])$", _percent),
    _Form(rf"{_NAMED_PERCENTILE}([1-9])$", _percent),
    _Form(rf"{_QUANTILE}([1-9])$", _percent, sure=False),
    _Form(rf"{_PERCENTILE}([1-9])$", _percent, sure=False),
    _Form(r"(?:^|[\W_])lo[-_]?(\d{1,2}(?:[.,]\d+)?)$", _lower_end),
    _Form(r"(?:^|[\W_])hi[-_]?(\d{1,2}(?:[.,]\d+)?)$", _upper_end),
    _Form(r"(?:^|[\W_])(median)$", lambda _: 0.5, sure=False),
)
# How the name of every form ends.
_ENDS_AS_ONE = re.compile(r"(?:\d|%|median)$", re.IGNORECASE)
# Read as percent these are 1 to 9 %, as digits after the point 0.1 to 0.9: `q01, q05, q09`.
_EITHER = re.compile(r"(?:^|[^\d.,])0[1-9]$")
_NUMBER = re.compile(r"(\d+)$")


@cache
def _stated(name: str) -> tuple[float, bool] | None:
    """The level that a name states, and whether that is sure by itself."""
    for form in _FORMS if _ENDS_AS_ONE.search(name) else ():
        # Compiled when the first such name comes: most files have none.
        if found := re.search(form.name, name, re.IGNORECASE):
            value = form.level(found[1])
            return (value, form.sure) if 0.0 < value < 1.0 else None
    return None


def level(name: str) -> float | None:
    """The level that the name of a quantile states by itself; None of other names.

    >>> level("q0.9"), level("p97.5"), level("AutoARIMA-lo-90"), level("q1")
    (0.9, 0.975, 0.05, None)
    """
    found = _stated(name)
    return found[0] if found is not None and found[1] else None


def doubtful(name: str) -> float | None:
    """The level that a name may state, or not: `q1` is 1 %, a quarter, or the first of several."""
    found = _stated(name)
    return found[0] if found is not None and not found[1] else None


def levels(names: Sequence[str]) -> tuple[float, ...] | None:
    """The levels that several names state together; None where one states none, or two the same.

    Where all are numbered one after the other (`p_1, p_2, …, p_10`), they are counted, and where
    two readings of all of them are left (`q01, q05, q09`), none is taken.

    >>> levels(["p5", "p50", "p95"])
    (0.05, 0.5, 0.95)
    """
    found = [_stated(name) for name in names]
    values = tuple(each[0] for each in found if each is not None)
    if len(names) < 2 or len(values) < len(names) or len(set(values)) < len(names):
        return None
    if not any(sure for _, sure in filter(None, found)) or _counted(names):
        return None
    return None if all(map(_EITHER.search, names)) else values


def _counted(names: Sequence[str]) -> bool:
    """Whether whole numbers at the ends of names follow each other."""
    numbers = [int(end[1]) for name in names if (end := _NUMBER.search(name))]
    whole = not any(re.search(r"[.,]\d+$|%$", name) for name in names)
    ordered = sorted(numbers)
    return whole and len(numbers) == len(names) and all(b - a == 1 for a, b in pairwise(ordered))


def family(names: Sequence[str]) -> tuple[int, ...]:
    """The places of names that state different levels of one forecast; none where two could be."""
    places = tuple(place for place, name in enumerate(names) if _stated(name) is not None)
    return places if levels([names[place] for place in places]) is not None else ()
