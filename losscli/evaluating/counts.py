"""What was moved or left out on the way to the values, counted once for all losses alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from losscli.evaluating.report import Result
from losscli.losses.registry import REGISTRY

_NOUNS = {"clipped": ("probability", "probabilities"), "ignored": ("label", "labels")}
# The convention that clips nothing.
_AS_IS = "exact"


class Count(Struct, frozen=True):
    """So many of `what` (clipped, ignored) in `losses`, by the names to type.

    `way_out` says how to have none, where there is a way.
    """

    what: str
    number: int
    convention: str
    losses: tuple[str, ...]
    way_out: str

    @property
    def note(self) -> str:
        """All of it in a sentence."""
        of = "; ".join(filter(None, (self.convention, self.way_out)))
        noun = _NOUNS[self.what][self.number != 1]
        return f"{self.number:,} {noun} {self.what} ({of}): {', '.join(self.losses)}"


def counts(results: Sequence[Result]) -> Iterator[Count]:
    """What was clipped or ignored, losses with the same count together."""
    for what in _NOUNS:
        alike: dict[tuple[int, str], list[str]] = {}
        for result in results:
            found = getattr(result, what), result.convention
            alike.setdefault(found, []).append(_short(result.loss))
        for (number, convention), losses in alike.items():
            if number:
                # Rounding beyond 0 and 1 is moved there under every convention.
                clips = what == "clipped" and convention != _AS_IS
                way_out = f"--like {_AS_IS} does not clip" if clips else ""
                yield Count(what, number, convention, tuple(dict.fromkeys(losses)), way_out)


def _short(loss: str) -> str:
    return REGISTRY.short(loss, loss)
