"""Losses of whole arrays: rows are held until the last has come."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from losscli.engine.evaluation import Evaluation
from losscli.engine.held import Held, computed_whole, measured_whole
from losscli.errors import UsageError
from losscli.task.labels import Misfit
from losscli.vocabulary import Kind, Reduction, Task
from tests.one_loss import batch_of, evaluation_of, tally

SEED = np.random.default_rng(37)
LOGITS = SEED.normal(size=(3, 5, 4))
TARGETS = SEED.integers(1, 4, (3, 2))


def regression(name: str, **more: Any) -> Evaluation:
    return evaluation_of(name, Task.REGRESSION, Kind.VALUE, **more)


def ctc(**params: Any) -> Evaluation:
    return evaluation_of("ctc", Task.SEQUENCE, Kind.LOGIT, **params)


def test_pieces_are_put_together_in_their_order() -> None:
    held, evaluation = Held(), regression("max_error")
    held.add(evaluation, batch_of([1.0, 2.0], [1.0, 2.5], weight=[1.0, 2.0]))
    held.add(evaluation, batch_of([5.0], [1.0], weight=[3.0]))
    assert held.rows == 3
    found, _ = computed_whole(evaluation, held)
    assert found.tolist() == [4.0]


def test_what_is_held_is_not_overwritten_by_what_comes_next() -> None:
    held, evaluation = Held(), regression("max_error")
    pred, label = np.array([1.0]), np.array([3.0])
    held.add(evaluation, batch_of(pred, label))
    pred[:], label[:] = 0.0, 0.0
    found, _ = computed_whole(evaluation, held)
    assert found.tolist() == [2.0]


def test_nothing_has_no_value() -> None:
    found = tally(regression("max_error"))
    assert math.isnan(found.finished.value)
    assert found.rows == 0


def test_columns_are_averaged_or_shown() -> None:
    pred, label = SEED.normal(size=(9, 2)), SEED.normal(size=(9, 2))
    medians = np.median(np.abs(pred - label), axis=0)
    batches = batch_of(pred[:4], label[:4]), batch_of(pred[4:], label[4:])
    found = tally(regression("medae"), *batches)
    assert found.finished.value == pytest.approx(medians.mean(), rel=1e-15)
    shown = tally(regression("medae", reduction=Reduction.COLUMNS), *batches)
    assert shown.values is not None
    assert shown.values.tolist() == medians.tolist()


@pytest.mark.parametrize(
    ("weight", "median"),
    [((1, 1, 1, 1), 2.5), ((1, 1, 1, 5), 4.0), ((0, 0, 1, 0), 3.0), ((2, 1, 1, 1), 2.0)],
)
def test_a_weighted_median(weight: tuple[float, ...], median: float) -> None:
    batch = batch_of([1.0, 2.0, 3.0, 4.0], np.zeros(4), weight=weight)
    assert tally(regression("medae"), batch).finished.value == median


class TestMasked:
    """Rows that a kernel masks do not count in a mean."""

    def losses(self) -> Any:
        return np.ma.MaskedArray([1.0, 7.0, 4.0], mask=[False, True, False])

    def test_without_weights(self) -> None:
        measured = measured_whole(self.losses(), Held())
        assert np.asarray(measured.denominator).tolist() == [1.0, 0.0, 1.0]
        assert np.asarray(measured.multiplier).tolist() == [1.0, 0.0, 1.0]

    def test_with_weights(self) -> None:
        measured = measured_whole(self.losses(), Held(weights=[np.array([2.0, 5.0, 3.0])]))
        assert np.asarray(measured.denominator).tolist() == [2.0, 0.0, 3.0]
        assert np.asarray(measured.multiplier).tolist() == [2.0, 0.0, 3.0]

    def test_plain_losses_all_count(self) -> None:
        measured = measured_whole(np.array([1.0, 2.0]), Held())
        assert (measured.multiplier, measured.denominator) == (None, 1.0)


class TestInputs:
    """Named inputs: needed, optional, and held with their rows."""

    def test_one_that_is_missing_is_asked_for(self) -> None:
        evaluation = evaluation_of("margin_ranking", Task.PAIRS, Kind.SCORE)
        with pytest.raises(UsageError, match="x2") as refused:
            tally(evaluation, batch_of([0.5], [1]))
        assert "--input x2=FILE" in refused.value.hint

    def test_optional_ones_may_be_left_out(self) -> None:
        full = {"input_lengths": [5, 5, 5], "target_lengths": [2, 2, 2]}
        plain = tally(ctc(), batch_of(LOGITS, TARGETS)).finished.value
        assert tally(ctc(), batch_of(LOGITS, TARGETS, inputs=full)).finished.value == plain

    def test_they_are_cut_with_their_rows(self) -> None:
        lengths = {"input_lengths": np.array([5, 4, 3]), "target_lengths": np.array([2, 1, 2])}
        whole = tally(ctc(), batch_of(LOGITS, TARGETS, inputs=lengths)).finished.value
        pieces = [
            batch_of(
                LOGITS[[i]],
                TARGETS[[i]],
                inputs={role: array[[i]] for role, array in lengths.items()},
            )
            for i in range(3)
        ]
        assert tally(ctc(), *pieces).finished.value == whole

    def test_paddings_say_the_same_as_lengths(self) -> None:
        lengths = {"input_lengths": [5, 4, 3], "target_lengths": [2, 1, 2]}
        paddings = {
            "logit_paddings": [[0] * 5, [0, 0, 0, 0, 1], [0, 0, 0, 1, 1]],
            "label_paddings": [[0, 0], [0, 1], [0, 0]],
        }
        one, other = (
            tally(ctc(), batch_of(LOGITS, TARGETS, inputs=given)).finished.value
            for given in (lengths, paddings)
        )
        assert one == other

    def test_dimensions_that_do_not_fit_are_named(self) -> None:
        evaluation = evaluation_of("cosine_embedding", Task.PAIRS, Kind.EMBEDDING)
        with pytest.raises(Misfit) as refused:
            tally(evaluation, batch_of(np.ones((2, 3)), [1, 0], inputs={"x2": np.ones((2, 4))}))
        assert refused.value.role == "x2"
        assert "(2, 4)" in refused.value.problem


def test_samples_may_differ_in_length() -> None:
    evaluation = evaluation_of("emd", Task.SAMPLES, Kind.VALUE)
    found = tally(evaluation, batch_of([0.0, 1.0], [2.0, 3.0, 4.0])).finished.value
    assert found == pytest.approx(2.5, rel=1e-15)
