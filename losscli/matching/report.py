"""What `match` found, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

# What Keras and PyTorch do unless they are told otherwise, and a file of float64 does not show.
IN_SINGLE = "predictions cast to float32"


class Match(Struct, frozen=True):
    """One way to a number that somebody printed.

    `agrees` says that it reads the same to the digits given; `distance` is this value less theirs.
    `flags`, given to `eval`, print `value`: they have been tried. Where no flags do, they are empty
    and `base_flags` print the number `base` that this one is made from, as `unusual` says;
    `swapped` says that prediction and label change places on that command line, `unweighted` that
    row weights are not given there. `shared` are other
    conventions under which the same flags print the same number. `params` are the parameters that
    are not those of `standard`, whether the flags or the convention set them.

    `chance` is how many hits as ordinary as this one a random number of so many digits would have;
    where that is not small, `likely` is False: the agreement says little.
    """

    loss: str
    title: str
    value: float
    agrees: bool
    distance: float
    convention: str
    flags: str
    unusual: tuple[str, ...]
    shared: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    base_flags: str = ""
    base: float | None = None
    swapped: bool = False
    unweighted: bool = False
    chance: float = 0.0
    likely: bool = True

    def __repr__(self) -> str:
        """The number, whose it is and the flags that print it: the other fields by name."""
        what = "hit" if self.agrees else f"near miss by {abs(self.distance):.3g}"
        unusual = "".join(f", {word}" for word in self.unusual)
        flags = self.flags or self.base_flags
        return f"<Match {self.loss} {self.value!r}: {what}, {self.convention}{unusual}: {flags}>"


class Part(Struct, frozen=True):
    """One choice that is changed on the way from the first number to the second."""

    choice: str
    change: float


class RowPart(Struct, frozen=True):
    """One row, counted from 1: its loss under both commands, and its part of the difference."""

    row: int
    first: float
    second: float
    change: float


class Why(Struct, frozen=True):
    """What makes the difference between two numbers.

    `first` and `second` say whose they are, None where nothing that was tried gives one. `change`
    is the second value less the first, and the sum of `parts`. `rows` are those that carry most of
    what the losses of the rows differ by, `rest` is what the `others` carry; they sum up to
    `of_rows`, the part of the change that lies between the two losses before any rescaling.
    """

    first: Match | None
    second: Match | None
    change: float | None = None
    parts: tuple[Part, ...] = ()
    rows: tuple[RowPart, ...] = ()
    rest: float | None = None
    others: int = 0
    of_rows: float | None = None
