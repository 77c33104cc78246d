"""What holds for the interval of every loss of the registry, of few rows too."""

from __future__ import annotations

import math

import numpy as np

from losscli.evaluating.spreads import (
    Spread,
    carried_over,
    cluster_spread,
    has_no_interval,
    row_spread,
    unsampled_spread,
)
from losscli.losses.definition.loss import Loss, Reading
from losscli.stats.bootstrap import Bootstrap
from losscli.stats.estimates import resampled
from losscli.stats.groups import Resampling
from losscli.stats.sample import RowSample
from losscli.stats.units import Units
from losscli.vocabulary import Task
from tests.one_loss import tally
from tests.properties.test_registry import Data, data, every_paired_reading, settled


def spreads(loss: Loss, reading: Reading, task: Task, found: Data) -> list[Spread]:
    """Those over rows and over blocks of two rows, where there are such."""
    evaluation, batch = settled(loss, reading, task), found.batch()
    if has_no_interval(evaluation):
        return []
    whole = tally(evaluation, batch)
    rows, blocks = RowSample([evaluation]), Bootstrap([evaluation], Resampling(), Units((), 2))
    rows.add(batch)
    blocks.add(batch)
    kept, table = rows.rows(0), blocks.table(0)
    one = (
        unsampled_spread(evaluation, whole)
        if kept is None
        else row_spread(evaluation, whole, *kept)
    )
    two = None if table is None else cluster_spread(evaluation, whole, *table)
    return [spread for spread in (one, two) if spread is not None]


@every_paired_reading
def test_it_holds_the_value_within_the_range_of_the_loss_and_has_a_width(
    loss: Loss, reading: Reading, task: Task
) -> None:
    found, evaluation = data(loss, reading, task), settled(loss, reading, task)
    rows = np.arange(len(found.pred))
    few = [rows[start : start + n] for n in (2, 3, 10) for start in (0, n)]
    for some in (found.take(piece) for piece in (rows, *few) if len(piece)):
        with np.errstate(all="ignore"):
            value = tally(evaluation, some.batch()).finished.value
            for spread in spreads(loss, reading, task, some):
                error, (low, high) = carried_over(spread, evaluation, value)
                assert loss.lower <= low <= value <= high <= loss.upper
                assert low < high
                assert error >= 0.0
                assert not math.isnan(error)


@every_paired_reading
def test_every_function_of_sums_that_varies_has_one(
    loss: Loss, reading: Reading, task: Task
) -> None:
    found, evaluation = data(loss, reading, task), settled(loss, reading, task)
    finished = tally(evaluation, found.batch()).finished
    error = finished.standard_error
    # Numbers whose squares are beyond the range of float64 have none.
    varies = error is None or 0.0 < error < 1e150
    if resampled(evaluation) and math.isfinite(finished.value) and varies:
        assert spreads(loss, reading, task, found) or has_no_interval(evaluation)
