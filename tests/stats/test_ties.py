"""What counts as rounding between two models, and what as a difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from losscli.stats.groups import Resampling
from losscli.stats.paired import PairedResult, PairedSums
from losscli.stats.ties import ROUNDING, alike
from losscli.vocabulary import Kind, Task
from tests.one_loss import batch_of, evaluation_of, tally

RANDOM = np.random.default_rng(11)
LABEL = RANDOM.integers(0, 2, 400)
SURE = 1.0 / (1.0 + np.exp(-RANDOM.normal(0.0, 5.0, 400)))


def binary(first: Any, second: Any, label: Any, loss: str = "bce", **how: Any) -> PairedResult:
    return between(first, second, label, loss, Task.BINARY, Kind.PROBABILITY, **how)


def values(first: Any, second: Any, label: Any, loss: str = "mse", **how: Any) -> PairedResult:
    return between(first, second, label, loss, Task.REGRESSION, Kind.VALUE, **how)


def between(
    first: Any,
    second: Any,
    label: Any,
    loss: str,
    task: Task,
    kind: Kind,
    *,
    like: str = "standard",
    weight: Any = None,
) -> PairedResult:
    evaluation = evaluation_of(loss, task, kind, like=like)
    batches = [batch_of(pred, label, weight=weight) for pred in (first, second)]
    sums = PairedSums([evaluation, evaluation], Resampling())
    sums.add(batches)
    one, two = (tally(evaluation, batch).finished.value for batch in batches)
    return sums.against_first(1, two - one, one)


@pytest.mark.parametrize("loss", ["bce", "focal", "brier", "f1", "dice"])
def test_predictions_that_differ_by_an_ulp_are_equal_on_every_row(loss: str) -> None:
    better = np.nextafter(SURE, LABEL)
    found = binary(SURE, better, LABEL, loss)
    assert found.same
    assert (found.p, found.interval()) == (1.0, None)


def test_losses_beside_which_rounding_is_large_are_ties_too() -> None:
    # −log p at p = 1 − 10⁻⁶, and squares of errors a billion times smaller than the label.
    sure = np.full(400, 1.0 - 1e-6)
    assert binary(sure, np.nextafter(sure, 0.0), np.ones(400)).equal == 1.0
    label = RANDOM.normal(1e6, 1.0, 400)
    near = label + RANDOM.normal(0.0, 1e-1, 400)
    assert values(near, np.nextafter(near, label), label).equal == 1.0


def test_errors_of_the_same_size_either_way_are_ties_as_they_are_in_decimals() -> None:
    label = np.round(RANDOM.normal(1000.0, 50.0, 400), 1)
    found = values(np.round(label + 0.1, 1), np.round(label - 0.1, 1), label, "mae")
    assert (found.lower, found.equal) == (0.0, 1.0)


@pytest.mark.parametrize("size", [1e-12, 1e-9, 1e-3])
def test_real_differences_count_however_small(size: float) -> None:
    label = np.zeros(400)
    first = RANDOM.uniform(0.5, 2.0, 400)
    assert values(first, first * (1.0 - size), label).lower == 1.0
    assert values(first, first - size, label, "mae").lower == 1.0


def test_where_rounding_crosses_a_threshold_the_difference_is_real() -> None:
    half = np.full(40, 0.5)
    above = np.nextafter(half, 1.0)
    assert binary(half, above, np.ones(40), "zero_one").lower == 1.0
    assert not binary(half, above, np.ones(40), "f1").same


@pytest.mark.parametrize("weight", [None, 1e-9])
def test_where_a_loss_is_so_steep_that_rounding_shows_the_difference_is_real(
    weight: float | None,
) -> None:
    # −log(1 − p) is 36.0 at p = 1 − 2⁻⁵² and 36.7 one step on.
    first = np.full(40, 1.0 - 2.0**-52)
    weights = None if weight is None else np.full(40, weight)
    second = np.nextafter(first, 1.0)
    found = binary(first, second, np.zeros(40), like="exact", weight=weights)
    assert (found.lower, found.equal) == (0.0, 0.0)


def test_ties_are_the_same_in_pieces() -> None:
    evaluation = evaluation_of("bce", Task.BINARY, Kind.PROBABILITY)
    second = np.where(np.arange(400) % 3, np.nextafter(SURE, 0.0), 0.5)
    whole = PairedSums([evaluation, evaluation], Resampling())
    for part in (slice(300, 400), slice(0, 300)):
        piece = whole.fresh()
        piece.add([batch_of(p[part], LABEL[part], start=part.start) for p in (SURE, second)])
        whole.merge(piece)
    difference = whole.against_first(1, 0.1)
    at_once = binary(SURE, second, LABEL)
    assert (difference.lower, difference.equal) == (at_once.lower, at_once.equal)
    assert (difference.differing, difference.decisive) == (at_once.differing, at_once.decisive)
    assert difference.p == at_once.p


def test_infinite_numbers_are_alike_only_where_they_are_the_same() -> None:
    first, second = np.array([np.inf, np.inf, 1.0]), np.array([np.inf, -np.inf, np.inf])
    assert alike(first, second).tolist() == [True, False, False]
    assert alike(np.array([1.0]), np.array([1.0 + 2.0 * ROUNDING])).tolist() == [False]
