"""Bounds and tolerances: what is asked of a loss, and whether a value keeps to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from losscli.errors import UsageError

MAX, MIN, BASELINE, SIGNIFICANT = "max", "min", "baseline", "significant"


@dataclass(frozen=True, slots=True)
class Bound:
    """A number that the value of a loss must not exceed (`max`) or fall below (`min`)."""

    loss: str
    rule: str
    limit: float

    @property
    def upper(self) -> bool:
        """Whether it bounds from above."""
        return self.rule == MAX


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much worse than the baseline a value may be: an amount, or a share of the baseline."""

    amount: float = 0.0
    relative: bool = False

    def limit(self, baseline: float, *, lower_is_better: bool) -> float:
        """The worst value that is still as good as the baseline."""
        room = abs(baseline) * self.amount if self.relative else self.amount
        return baseline + room if lower_is_better else baseline - room

    def __str__(self) -> str:
        return f"{self.amount * 100:g} %" if self.relative else f"{self.amount:g}"


@dataclass(frozen=True, slots=True)
class Tolerances:
    """The tolerance of every loss; those by name go before the one for all."""

    default: Tolerance = Tolerance()
    by_loss: Mapping[str, Tolerance] | None = None

    def of(self, names: Iterable[str]) -> Tolerance:
        """The tolerance of a loss that goes by any of these names."""
        for name in names:
            if self.by_loss and name in self.by_loss:
                return self.by_loss[name]
        return self.default


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
        bounds.append(Bound(loss.strip(), rule, _number(number, f"--{rule} {text}")))
    return tuple(bounds)


def bounds_of(given: Any, rule: str) -> tuple[Bound, ...]:
    """The same of a table in a configuration: `{bce = 0.3}`."""
    if not isinstance(given, Mapping):
        raise UsageError(f"{rule} is no table of losses", hint=f"Write {rule} = {{bce = 0.3}}.")
    for loss, limit in given.items():
        if isinstance(limit, bool) or not isinstance(limit, (int, float)):
            raise UsageError(f"{rule}.{loss} is not a number")
    return tuple(
        Bound(loss, rule, _finite(limit, f"{rule}.{loss}")) for loss, limit in given.items()
    )


def parse_tolerances(texts: Sequence[str]) -> Tolerances:
    """What `--tolerance` says: `2%`, `0.01`, or `bce=2%` for one loss.

    Raises UsageError for what is not written so.
    """
    default, by_loss = Tolerance(), {}
    for text in texts:
        loss, _, amount = text.rpartition("=")
        found = _tolerance(amount, f"--tolerance {text}")
        if loss:
            by_loss[loss.strip()] = found
        else:
            default = found
    return Tolerances(default, by_loss)


def tolerances_of(given: Any) -> Tolerances:
    """The same of a configuration: `"2%"`, `0.01` or `{bce = "2%"}`."""
    if isinstance(given, Mapping):
        return Tolerances(by_loss={loss: _amount(item, loss) for loss, item in given.items()})
    return Tolerances(_amount(given, ""))


def _amount(given: Any, loss: str) -> Tolerance:
    where = f"tolerance.{loss}" if loss else "tolerance"
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        raise UsageError(f"{where} is neither a number nor a share such as '2%'")
    return _tolerance(str(given), where)


def _tolerance(text: str, where: str) -> Tolerance:
    relative = text.strip().endswith("%")
    amount = _number(text.strip().removesuffix("%"), where)
    if amount < 0:
        raise UsageError(f"{where}: a tolerance is not negative")
    return Tolerance(amount / 100 if relative else amount, relative)


def _number(text: str, where: str) -> float:
    try:
        return _finite(float(text), where)
    except ValueError:
        raise UsageError(f"{where}: {text.strip()!r} is not a number") from None


def _finite(number: float, where: str) -> float:
    if not math.isfinite(number):
        raise UsageError(f"{where}: {number} bounds nothing")
    return float(number)
