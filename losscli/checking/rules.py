"""Bounds and tolerances: what is asked of a loss, and whether a value keeps to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from losscli.errors import UsageError

MAX, MIN, BASELINE, SIGNIFICANT = "max", "min", "baseline", "significant"
NOT_WORSE = "not_worse_by"


@dataclass(frozen=True, slots=True)
class Bound:
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


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much worse than the baseline a value may be.

    An amount, or a share of the baseline where it is `relative`; a share has a `floor`, an amount
    that is always allowed: 2 % of a loss near 0 is less than its noise.
    """

    amount: float = 0.0
    relative: bool = False
    floor: float = 0.0

    def room(self, baseline: float) -> float:
        """How far from the baseline a value may be on its worse side."""
        return max(self.floor, abs(baseline) * self.amount if self.relative else self.amount)

    def limit(self, baseline: float, *, lower_is_better: bool) -> float:
        """The worst value that is still as good as the baseline."""
        room = self.room(baseline)
        return baseline + room if lower_is_better else baseline - room

    def __str__(self) -> str:
        if not self.relative:
            return f"{self.amount:g}"
        share = f"{self.amount * 100:g} %"
        return f"{share} or {self.floor:g}, whichever is more" if self.floor else share


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
    return Bound(loss, rule, _number(text.strip().removesuffix("%"), where), percent)


def parse_tolerances(texts: Sequence[str], flag: str = "--tolerance") -> Tolerances:
    """What `--tolerance` (or another flag) says: `2%`, `0.01`, or `bce=2%` for one loss.

    A share and an amount for the same losses hold together: the larger of the two is allowed.
    Raises UsageError for what is not written so, and for two shares or two amounts.
    """
    given: dict[str, list[Tolerance]] = {}
    for text in texts:
        loss, _, amount = text.rpartition("=")
        given.setdefault(loss.strip(), []).append(_tolerance(amount, f"{flag} {text}"))
    found = {loss: _together(few, flag) for loss, few in given.items()}
    return Tolerances(found.pop("", Tolerance()), found)


def tolerances_of(given: Any) -> Tolerances:
    """The same of a configuration: `"2%"`, `0.01`, `["2%", 0.001]` or `{bce = "2%"}`."""
    if isinstance(given, Mapping):
        return Tolerances(by_loss={loss: _amount(item, loss) for loss, item in given.items()})
    return Tolerances(_amount(given, ""))


def _amount(given: Any, loss: str) -> Tolerance:
    where = f"tolerance.{loss}" if loss else "tolerance"
    items = list(given) if isinstance(given, (list, tuple)) else [given]
    if not items or any(
        isinstance(item, bool) or not isinstance(item, (int, float, str)) for item in items
    ):
        raise UsageError(f"{where} is neither a number nor a share such as '2%'")
    return _together([_tolerance(str(item), where) for item in items], where)


def _together(few: Sequence[Tolerance], where: str) -> Tolerance:
    """A share and an amount as one tolerance."""
    shares = [item for item in few if item.relative]
    amounts = [item for item in few if not item.relative]
    if len(shares) > 1 or len(amounts) > 1:
        raise UsageError(
            f"{where}: two {'shares' if len(shares) > 1 else 'amounts'} for the same loss",
            hint="Give a share and an amount: 2% and 0.001 allow the larger of the two.",
        )
    if shares and amounts:
        return Tolerance(shares[0].amount, relative=True, floor=amounts[0].amount)
    return few[0]


def undecided_passes(word: str) -> bool:
    """Whether a check passes that rows do not decide. Raises UsageError for another word."""
    if word not in ("pass", "fail"):
        raise UsageError(f"undecided={word!r}: say 'pass' or 'fail'")
    return word == "pass"


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
    try:
        number = float(number)
    except OverflowError:
        raise UsageError(f"{where} is beyond the range of numbers") from None
    if not math.isfinite(number):
        raise UsageError(f"{where}: {number} bounds nothing")
    return number
