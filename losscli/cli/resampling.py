"""The options of whatever is drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from losscli.cli.options import option
from losscli.errors import UsageError

CHANCE = "Chance"


@dataclass(frozen=True)
class ResamplingOptions:
    """How often, and from which seed."""

    resamples: str = option(
        "--resamples",
        metavar="B",
        default="2000",
        panel=CHANCE,
        help="How many resamples a bootstrap or a test draws.",
    )
    seed: str = option(
        "--seed", metavar="N", default="0", panel=CHANCE, help="The seed of all that is drawn."
    )

    def drawn(self) -> dict[str, Any]:
        """The keyword arguments of the API that say the same.

        Raises UsageError for what is no whole number.
        """
        return {
            "resamples": _whole(self.resamples, "--resamples"),
            "seed": _whole(self.seed, "--seed"),
        }


def _whole(text: str, flag: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise UsageError(f"{flag} {text}: not a whole number", hint=f"Write {flag} 2000.")
    return int(text)
