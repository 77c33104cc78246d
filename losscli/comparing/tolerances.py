"""How far a loss may be from another: amounts and shares, for all losses or by name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from losscli.errors import UsageError
from losscli.losses.registry import REGISTRY


class Tolerance(Struct, frozen=True):
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


class Tolerances(Struct, frozen=True):
    """The tolerance of every loss; those by name go before the one for all."""

    default: Tolerance = Tolerance()
    by_loss: Mapping[str, Tolerance] | None = None

    def of(self, names: Iterable[str]) -> Tolerance:
        """The tolerance of a loss that goes by any of these names."""
        for name in names:
            if self.by_loss and name in self.by_loss:
                return self.by_loss[name]
        return self.default

    @property
    def positive(self) -> bool:
        """Whether any of them is more than nothing."""
        each = (self.default, *(self.by_loss or {}).values())
        return any(item.amount > 0.0 or item.floor > 0.0 for item in each)

    def share_and_amount(self, loss: str) -> tuple[float, float]:
        """Those of a loss, by its id: a share of its value and an amount; the larger counts."""
        known = REGISTRY.knows(loss)
        found = self.of((loss, *(REGISTRY.get(loss).aliases if known else ())))
        return (found.amount, found.floor) if found.relative else (0.0, found.amount)


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


def tolerances_of(given: Any, name: str = "tolerance") -> Tolerances:
    """The same of a configuration: `"2%"`, `0.01`, `["2%", 0.001]` or `{bce = "2%"}`."""
    if isinstance(given, Mapping):
        by_loss = {loss: _amount(item, f"{name}.{loss}") for loss, item in given.items()}
        return Tolerances(by_loss=by_loss)
    return Tolerances(_amount(given, name))


def _amount(given: Any, where: str) -> Tolerance:
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


def _tolerance(text: str, where: str) -> Tolerance:
    relative = text.strip().endswith("%")
    amount = number_of(text.strip().removesuffix("%"), where)
    if amount < 0:
        raise UsageError(f"{where}: a tolerance is not negative")
    return Tolerance(amount / 100 if relative else amount, relative)


def number_of(text: str, where: str) -> float:
    """A finite number as it is written. Raises UsageError, which names `where`, for another."""
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
