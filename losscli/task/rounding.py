"""How far a probability may lie outside [0, 1] by rounding alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import Extent

Array = NDArray[Any]

# A softmax or a complement is off by a few units in the last place of the type it is computed in.
_UNITS = 4
# So many significant digits tell one float32 from the next; a float64 takes up to 17.
_FLOAT32_DIGITS = 9
_OF_FLOAT32 = _UNITS * float(np.finfo(np.float32).eps)


class UnitRounding(Struct, frozen=True):
    """What is rounding outside [0, 1]: up to `near`, and up to `if_float32` of float32 numbers.

    A number in float64 that is exactly one of float32 was computed there: of others one in 2²⁹ is.
    Where numbers are `written` out, so was one of no more digits than a float32 needs.
    """

    near: float = 0.0
    if_float32: float = 0.0
    written: bool = False

    @classmethod
    def of(cls, dtype: np.dtype[Any] | None) -> UnitRounding:
        """That of numbers stored in a type, or written out (None)."""
        if dtype is not None and dtype.kind == "f" and dtype.itemsize < 8:
            return cls(_UNITS * float(np.finfo(dtype).eps))
        return cls(_UNITS * float(np.finfo(np.float64).eps), _OF_FLOAT32, dtype is None)

    @property
    def widest(self) -> float:
        """How far outside [0, 1] any number may lie by rounding."""
        return max(self.near, self.if_float32)

    def beyond(self, items: Array, extent: Extent) -> Array | None:
        """Which of these items lie outside [0, 1] by rounding; None where none does.

        `extent` is theirs.
        """
        if extent.within(0.0, 1.0) or self.widest == 0.0:
            return None
        off = np.maximum(-items, items - 1.0)
        found = (off > 0.0) & (off <= self.near)
        perhaps = (off > self.near) & (off <= self.if_float32)
        if perhaps.any():
            found[perhaps] = [self._of_float32(each) for each in items[perhaps].tolist()]
        return found if found.any() else None

    def _of_float32(self, item: float) -> bool:
        if float(np.float32(item)) == item:
            return True
        return self.written and float(f"{item:.{_FLOAT32_DIGITS}g}") == item

    def count(self, items: Array, extent: Extent) -> int:
        """How many of these items lie outside [0, 1] by rounding."""
        found = self.beyond(items, extent)
        return 0 if found is None else int(np.count_nonzero(found))


# Where nothing is known of how numbers were made.
NO_ROUNDING = UnitRounding()
