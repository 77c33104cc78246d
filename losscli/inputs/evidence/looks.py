"""What a column looks like in the first rows of its table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from losscli.vocabulary import YES_OR_NO

# So many first rows are looked at.
LOOK = 100

_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?([T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}( .*)?")


class Look(Struct, frozen=True):
    """The first values of a column: numbers, or words where `text`."""

    values: tuple[float | str, ...] = ()
    text: bool = False

    @classmethod
    def of(cls, values: Sequence[float | str | None]) -> Look:
        """The look of values, without those that are missing."""
        given = tuple(value for value in values if value is not None and value == value)
        words = sum(isinstance(value, str) for value in given)
        # One word among many numbers is a slip.
        text = words > 1 or (words == 1 and len(given) < 3)
        return cls(given if text else tuple(v for v in given if not isinstance(v, str)), text)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values of a column of numbers."""
        return () if self.text else tuple(float(value) for value in self.values)

    @property
    def whole(self) -> bool:
        """Whether all are whole numbers, and there are any."""
        return bool(self.numbers) and all(value.is_integer() for value in self.numbers)

    @property
    def fractional(self) -> bool:
        """Whether some number has a fraction."""
        return bool(self.numbers) and not self.whole

    @property
    def zero_one(self) -> bool:
        """Whether all are 0 or 1."""
        return bool(self.numbers) and set(self.numbers) <= {0.0, 1.0}

    @property
    def yes_or_no(self) -> bool:
        """Whether the words are no and yes, or such a pair."""
        found = {str(value).lower() for value in self.values}
        return self.text and any(found == set(pair) for pair in YES_OR_NO)

    @property
    def in_unit(self) -> bool:
        """Whether all lie in [0, 1]."""
        return bool(self.numbers) and all(0.0 <= value <= 1.0 for value in self.numbers)

    @property
    def unique(self) -> bool:
        """Whether there are several values and no two are the same."""
        return len(self.values) > 1 and len(set(self.values)) == len(self.values)

    @property
    def dates(self) -> bool:
        """Whether all are dates."""
        return self.text and all(_DATE.fullmatch(str(value)) for value in self.values)

    @property
    def counting(self) -> bool:
        """Whether they count the rows: 0, 1, 2, … or 1, 2, 3, …."""
        found = self.numbers
        return (
            len(found) > 2
            and found[0] in (0.0, 1.0)
            and all(value == found[0] + place for place, value in enumerate(found))
        )

    @property
    def words(self) -> frozenset[str]:
        """The different values as they would be written."""
        return frozenset(
            value
            if isinstance(value, str)
            else str(int(value))
            if float(value).is_integer()
            else str(value)
            for value in self.values
        )

    def said(self) -> str:
        """What it looks like, in words."""
        if self.dates:
            return "dates"
        if self.text:
            return f"{len(set(self.values)):,} different words"
        if self.zero_one:
            return "0 or 1"
        if not self.numbers:
            return "empty"
        kind = "whole numbers" if self.whole else "numbers"
        return f"{kind} from {min(self.numbers):.6g} to {max(self.numbers):.6g}"

    @property
    def ordered(self) -> bool:
        """Whether the numbers only rise or only fall."""
        pairs = list(pairwise(self.numbers))
        return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def likeness(one: Look, other: Look) -> float:
    """How well two columns go together: the size of their correlation in the first rows."""
    a, b = one.numbers, other.numbers
    count = min(len(a), len(b))
    if count < 2 or len(a) != len(b):
        return 0.0
    mean_a, mean_b = sum(a) / count, sum(b) / count
    covariance = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    spread = sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)
    return abs(covariance) / spread**0.5 if spread > 0 else 0.0
