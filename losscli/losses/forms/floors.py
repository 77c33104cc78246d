"""How the logarithm of a probability is kept finite."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.arrays import Array, Extent


class Guard(StrEnum):
    """How a convention keeps the logarithm of a probability finite."""

    NONE = "none"
    CLIP = "clip"
    CLIP_EPS = "clip_eps"
    ADD = "add"
    CLAMP_LOG = "clamp_log"


class Floor(Struct, frozen=True):
    """A guard and its size.

    CLIP moves p into [size, 1 − size] (or [size, 1] where `one_sided`; only inside logarithms where
    `logs_only`), ADD takes log(p + size), CLAMP_LOG raises the logarithm itself to at least `size`.
    CLIP_EPS is a CLIP whose size is yet to be settled: the spacing of the stored type at 1. Where
    the ends of a clip are `rounded`, they are numbers of that type.
    """

    guard: Guard = Guard.NONE
    size: float = 0.0
    one_sided: bool = False
    logs_only: bool = False
    rounded: str = ""

    def in_type(self, dtype: np.dtype[Any]) -> Floor:
        """The same policy for probabilities stored, and computed, in that type."""
        if self.guard is Guard.CLIP_EPS:
            eps = float(np.finfo(dtype).eps)
            return replace(self, guard=Guard.CLIP, size=eps)
        return replace(self, rounded=dtype.name) if self.rounded else self

    @property
    def inside_logs(self) -> bool:
        """Whether it adds to a logarithm, or holds it, beside clipping what it is taken of."""
        return self.guard in (Guard.ADD, Guard.CLAMP_LOG)

    @property
    def _bottom(self) -> float:
        return float(np.dtype(self.rounded or np.float64).type(self.size))

    @property
    def _top(self) -> float:
        if self.one_sided:
            return 1.0
        return float(np.dtype(self.rounded or np.float64).type(1.0 - self.size))

    @property
    def words(self) -> str:
        """The policy in a few words, for help and docs."""
        upper = "1" if self.one_sided else f"1 − {self.size:g}"
        return {
            Guard.NONE: "probabilities as they are (log 0 = −∞)",
            Guard.CLIP: f"probabilities clipped to [{self.size:g}, {upper}]"
            + (" inside the logs" if self.logs_only else ""),
            Guard.CLIP_EPS: "probabilities clipped by their type's spacing (2.2e-16 in float64)"
            + (" inside the logs" if self.logs_only else ""),
            Guard.ADD: f"{self.size:g} added inside each log",
            Guard.CLAMP_LOG: f"each log clamped at {self.size:g}",
        }[self.guard]

    def moved(self, p: Array, extent: Extent | None = None) -> int:
        """How many of the probabilities `p` (any shape) the clip moves; `extent` is theirs."""
        if self.guard is not Guard.CLIP or p.size == 0:
            return 0
        bottom, top = self._bottom, self._top
        if (Extent.of(p) if extent is None else extent).within(bottom, top):
            return 0
        return int(np.count_nonzero(p < bottom) + np.count_nonzero(p > top))

    def where_needed(self, clipped: int) -> Floor:
        """The same policy; none where it is a clip that moves none of the probabilities."""
        return Floor() if self.guard is Guard.CLIP and not clipped else self

    def apply(self, p: Array) -> Array:
        """The probabilities that enter the formula: clipped under CLIP, else as they are."""
        if self.logs_only or self.guard is not Guard.CLIP:
            return p
        return np.clip(p, self._bottom, self._top)

    def inside_log(self, p: Array) -> Array:
        """The probabilities whose logarithm is taken, of those that `apply` has seen."""
        return np.clip(p, self._bottom, self._top) if self.logs_only else p

    def log(self, p: Array) -> Array:
        """log p under this policy, for probabilities that `apply` has seen."""
        if self.guard is Guard.ADD:
            return np.log(p + self.size)
        with np.errstate(divide="ignore"):
            logs = np.log(self.inside_log(p))
        return np.maximum(logs, self.size) if self.guard is Guard.CLAMP_LOG else logs

    def log_of_rest(self, p: Array) -> Array:
        """log(1 − p) under this policy, to full precision for tiny p."""
        if self.guard is Guard.ADD:
            return np.log((1.0 - p) + self.size)
        with np.errstate(divide="ignore"):
            logs = np.log1p(-self.inside_log(p))
        return np.maximum(logs, self.size) if self.guard is Guard.CLAMP_LOG else logs

    def holds(self, p: Array) -> NDArray[np.bool_] | None:
        """Which of the probabilities `p`, as they were given, `apply` moves; None for none."""
        if self.logs_only or self.moved(p) == 0:
            return None
        return self._outside(p)

    def _outside(self, p: Array) -> NDArray[np.bool_]:
        return np.asarray((p < self._bottom) | (p > self._top))

    def slope_of_log(self, p: Array) -> Array:
        """d log p / dp under this policy: 0 where it holds the logarithm in place."""
        return self._slope(p, p)

    def slope_of_log_of_rest(self, p: Array, q: Array) -> Array:
        """−d log(1 − p) / dp under this policy, for q = 1 − p with all its digits."""
        return self._slope(q, p)

    def _slope(self, x: Array, p: Array) -> Array:
        if self.guard is Guard.ADD:
            return 1.0 / (x + self.size)
        with np.errstate(divide="ignore"):
            slope = 1.0 / x
            if self.guard is Guard.CLAMP_LOG:
                return np.where(np.log(x) < self.size, 0.0, slope)
        return np.where(self._outside(p), 0.0, slope) if self.logs_only else slope
