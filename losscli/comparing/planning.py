"""How many rows would show a difference of a given size, and what these rows can show."""

from __future__ import annotations

import math
from statistics import NormalDist

from msgspec import Struct

from losscli.stats.paired import PairedResult

# The ends of the 95 % interval of what the spread may be, in standard errors: of heavy tails it
# still holds 80 %.
_EDGE = NormalDist().inv_cdf(0.975)


class Plan(Struct, frozen=True):
    """What it takes to see a true `difference` of two losses with 80 % power, at level `alpha`.

    `power` is how often as many rows as these would show it, `detectable` the smallest difference
    that they would show with 80 % power. `rows` to `rows_most` rows would show it: the range
    that the uncertainty of the spread leaves (the upper end is None where one row or cluster makes
    too much of the spread to tell). `clusters` are the same in clusters or blocks of dependent
    rows, None where rows stand alone. As many rows prove of two equal models that neither is worse
    by that much.
    """

    difference: float
    alpha: float
    power: float | None
    detectable: float | None
    rows: int | None
    rows_most: int | None
    clusters: int | None = None
    clusters_most: int | None = None


def rounded_up(count: int) -> str:
    """A number of rows to two digits, never fewer than it says."""
    unit = 10 ** max(0, len(str(count)) - 2)
    return f"{-(-count // unit) * unit:,}"


def planned(result: PairedResult, share: float, amount: float, alpha: float) -> Plan | None:
    """The plan for a share of the reference's loss or an amount, whichever is more.

    None where nothing is to be seen, and where too few rows differ to tell the spread.
    """
    difference = max(amount, share * abs(result.reference))
    if result.spread is None or not result.tested_by_t or not 0.0 < difference < math.inf:
        return None
    apart = math.exp(_EDGE * result.spread.variance_error)
    units = result.units_needed(difference, alpha)
    fewest, most = units / apart, units * apart
    per_unit = result.rows / result.unit_count
    grouped = result.clustered
    unsure = result.spread.heavy
    return Plan(
        difference,
        alpha,
        result.power(difference, alpha),
        result.detectable(alpha),
        math.ceil(fewest * per_unit),
        None if unsure else math.ceil(most * per_unit),
        math.ceil(fewest) if grouped else None,
        math.ceil(most) if grouped and not unsure else None,
    )
