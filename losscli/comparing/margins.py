"""Is a model proven to be no worse than another by more than a margin (non-inferiority)?"""

from __future__ import annotations

import math
from enum import StrEnum

from msgspec import Struct

from losscli.stats.holm import ALPHA
from losscli.stats.paired import PairedResult


class Proof(StrEnum):
    """What the rows prove."""

    PROVEN = "proven"
    WORSE = "worse"
    UNDECIDED = "undecided"


class NotWorse(Struct, frozen=True):
    """Whether a model is worse than the reference by less than `margin`, an amount of the loss.

    `proof` is `proven` where the 95 % interval of the harm lies below the margin (a one-sided test
    at 2.5 %, as is usual of non-inferiority: ICH E9), `worse` where it lies above, else
    `undecided`. `p` is that of the one-sided test, `harm` by how much the model is worse as seen,
    `harm_at_most` the upper end of the interval. `rows_needed` rows would prove it of two equal
    models with 80 % power. The last three are None where too few rows differ for a test.
    """

    margin: float
    proof: Proof
    harm: float
    harm_at_most: float | None
    p: float | None
    rows_needed: int | None


def not_worse(
    result: PairedResult, share: float, room: float, *, lower_is_better: bool
) -> NotWorse:
    """What the rows of two models prove of a margin: a share of the first's loss, or an amount."""
    sign = 1.0 if lower_is_better else -1.0
    margin = max(room, share * abs(result.reference))
    harm = sign * result.difference
    if result.same:
        proof = Proof.PROVEN if margin > 0.0 else Proof.UNDECIDED
        return NotWorse(margin, proof, harm, harm, None, None)
    about = result.against_margin(share, room, sign=sign)
    if about is None or not math.isfinite(margin):
        return NotWorse(margin, Proof.UNDECIDED, harm, None, None, None)
    low, high = about.interval(1.0 - ALPHA)
    proof = Proof.PROVEN if high < 0.0 else Proof.WORSE if low > 0.0 else Proof.UNDECIDED
    needed = result.rows_needed(difference=margin)
    return NotWorse(margin, proof, harm, high + margin, about.p_below(0.0), needed)
