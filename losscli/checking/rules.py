"""Bounds: what is asked of a loss, and whether a value keeps to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from losscli.comparing.tolerances import number_of
from losscli.errors import UsageError

MAX, MIN, BASELINE, SIGNIFICANT = "max", "min", "baseline", "significant"
NOT_WORSE = "not_worse_by"


class Bound(Struct, frozen=True):
    """A number that the value of a loss must not exceed (`max`) or fall below (`min`).

    A limit that is written with a percent sign is `percent`: 20 for 20 %.
    """

    loss: str
    rule: str
    limit: float
    percent: bool = False

    def limit_in(self, unit: str) -> float:
        """The limit as a number of a loss of that unit."""
        return self.limit / 100.0 if self.percent and unit != "%" else self.limit

    @property
    def upper(self) -> bool:
        """Whether it bounds from above."""
        return self.rule == MAX


def excess(value: float | None, limit: float, *, upper: bool) -> float | None:
    """How far a value is on the wrong side of a limit; None for what is no number.

    Infinite losses exceed every limit from above by as much.
    """
    if value is None or math.isnan(value) or math.isnan(limit):
        return None
    if value == limit:
        return 0.0
    return value - limit if upper else limit - value


def parse_bounds(texts: Iterable[str], rule: str) -> tuple[Bound, ...]:
    """What `--max` and `--min` say: LOSS=NUMBER, the loss perhaps with parameters.

    Raises UsageError for what is not written so.
    """
    bounds = []
    for text in texts:
        loss, equals, number = text.rpartition("=")
        if not equals or not loss:
            raise UsageError(
                f"--{rule} {text}: which bound?", hint=f"Write --{rule} LOSS=NUMBER: bce=0.3."
            )
        bounds.append(_bound(loss.strip(), rule, number, f"--{rule} {text}"))
    return tuple(bounds)


def bounds_of(given: Any, rule: str) -> tuple[Bound, ...]:
    """The same of a table in a configuration: `{bce = 0.3}`."""
    if not isinstance(given, Mapping):
        raise UsageError(f"{rule} is no table of losses", hint=f"Write {rule} = {{bce = 0.3}}.")
    for loss, limit in given.items():
        share = isinstance(limit, str) and limit.strip().endswith("%")
        if isinstance(limit, bool) or not (share or isinstance(limit, (int, float))):
            raise UsageError(f"{rule}.{loss} is {limit!r}, not a number")
    return tuple(_bound(loss, rule, str(limit), f"{rule}.{loss}") for loss, limit in given.items())


def _bound(loss: str, rule: str, text: str, where: str) -> Bound:
    percent = text.strip().endswith("%")
    return Bound(loss, rule, number_of(text.strip().removesuffix("%"), where), percent)


def undecided_passes(word: str) -> bool:
    """Whether a check passes that rows do not decide. Raises UsageError for another word."""
    if word not in ("pass", "fail"):
        raise UsageError(f"undecided={word!r}: say 'pass' or 'fail'")
    return word == "pass"
