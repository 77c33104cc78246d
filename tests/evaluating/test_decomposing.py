"""Proper scores taken apart: the parts against the formulas, written out row by row."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import losscli
from losscli.charts.reliability import reliability
from losscli.engine import run as running
from losscli.evaluating.report import Decomposition, Result

Array = NDArray[np.float64]

RNG = np.random.default_rng(11)
P = np.clip(RNG.beta(0.8, 1.2, 3000), 1e-4, 1 - 1e-4)
Y = (RNG.random(3000) < P**1.3).astype(float)
W = RNG.exponential(1.0, 3000)
SCORES = np.exp(RNG.normal(size=(2000, 4)) * 1.5)
CLASSES = SCORES / SCORES.sum(axis=1, keepdims=True)
CLASS = np.array([RNG.choice(4, p=row) for row in CLASSES])


def explained(*args: Any, **kwargs: Any) -> tuple[Result, Decomposition]:
    [result] = losscli.evaluate(*args, explain=True, **kwargs).results
    assert result.decomposition is not None
    return result, result.decomposition


def log_score(pred: Array, label: Array) -> Array:
    return -(label * np.log(np.where(label > 0.0, pred, 1.0))).sum(axis=1)


def brier_score(pred: Array, label: Array) -> Array:
    return ((pred - label) ** 2).sum(axis=1)


Scoring = Callable[[Array, Array], Array]


def by_hand(
    score: Scoring, pred: Array, label: Array, group: Array, weight: Array
) -> dict[str, float]:
    """The parts from their definitions: a mean prediction and a base rate for each group."""
    base = np.average(label, axis=0, weights=weight)
    means, rates = np.empty_like(pred), np.empty_like(pred)
    for one in np.unique(group):
        here = group == one
        means[here] = np.average(pred[here], axis=0, weights=weight[here])
        rates[here] = np.average(label[here], axis=0, weights=weight[here])
    cost = {
        name: np.average(score(forecast, label), weights=weight)
        for name, forecast in {"of": pred, "mean": means, "rate": rates}.items()
    }
    return {
        "calibration": cost["mean"] - cost["rate"],
        "refinement": cost["rate"],
        "within": cost["of"] - cost["mean"],
        "uncertainty": np.average(score(np.broadcast_to(base, label.shape), label), weights=weight),
    }


def two_sides(share: Array) -> Array:
    return np.stack([share, 1.0 - share], axis=1)


def one_hot(index: NDArray[np.intp], width: int) -> Array:
    return np.eye(width)[index]


def bins(confidence: Array) -> Array:
    return np.floor(confidence * 15.0)


class TestParts:
    @pytest.mark.parametrize("weight", [None, W], ids=["even", "weighted"])
    @pytest.mark.parametrize(
        ("loss", "score", "factor"), [("bce", log_score, 1.0), ("brier", brier_score, 0.5)]
    )
    def test_of_yes_or_no_questions(
        self, loss: str, score: Scoring, factor: float, weight: Array | None
    ) -> None:
        _, found = explained(P, Y, loss, weight=weight)
        even = np.ones_like(P) if weight is None else weight
        expected = by_hand(score, two_sides(P), two_sides(Y), bins(P), even)
        for name, value in expected.items():
            assert getattr(found, name) == pytest.approx(factor * value, abs=1e-12)

    @pytest.mark.parametrize(("loss", "score"), [("ce", log_score), ("brier", brier_score)])
    def test_of_classes(self, loss: str, score: Scoring) -> None:
        _, found = explained(CLASSES, CLASS, loss)
        top = CLASSES.argmax(axis=1)
        group = top * 100 + bins(CLASSES.max(axis=1))
        expected = by_hand(score, CLASSES, one_hot(CLASS, 4), group, np.ones(len(CLASS)))
        for name, value in expected.items():
            assert getattr(found, name) == pytest.approx(value, abs=1e-12)
        assert found.groups == np.unique(group).size

    def test_of_many_classes_the_groups_are_by_confidence_alone(self) -> None:
        scores = np.exp(RNG.normal(size=(500, 30)))
        pred = scores / scores.sum(axis=1, keepdims=True)
        label = RNG.integers(0, 30, 500)
        _, found = explained(pred, label, "ce")
        group = bins(pred.max(axis=1))
        expected = by_hand(log_score, pred, one_hot(label, 30), group, np.ones(500))
        for name, value in expected.items():
            assert getattr(found, name) == pytest.approx(value, abs=1e-12)

    @pytest.mark.parametrize("loss", ["bce", "brier"])
    def test_of_several_questions_each_has_its_own_base_rate(self, loss: str) -> None:
        pred, label = P.reshape(-1, 3), Y.reshape(-1, 3)
        _, found = explained(pred, label, loss, task="multilabel")
        alone = [explained(pred[:, j], label[:, j], loss)[1] for j in range(3)]
        for name in ("calibration", "refinement", "within", "uncertainty", "resolution"):
            mean = sum(getattr(part, name) for part in alone) / 3
            assert getattr(found, name) == pytest.approx(mean, abs=1e-13)

    def test_murphys_of_forecasts_in_tenths(self) -> None:
        # Murphy 1973: forecasts of few values, each its own group.
        pred = np.repeat([0.1, 0.3, 0.8], [40, 30, 30])
        label = np.concatenate([np.arange(40) < 6, np.arange(30) < 9, np.arange(30) < 27])
        result, found = explained(pred, label.astype(float), "brier")
        shares, rates = np.array([0.4, 0.3, 0.3]), np.array([0.15, 0.3, 0.9])
        base = 42 / 100
        assert found.within == 0.0
        assert found.uncertainty == pytest.approx(base * (1 - base))
        assert found.resolution == pytest.approx((shares * (rates - base) ** 2).sum())
        gaps = np.array([0.1, 0.3, 0.8]) - rates
        assert found.calibration == pytest.approx((shares * gaps**2).sum())
        assert result.value == pytest.approx(found.calibration + found.refinement, rel=1e-15)

    def test_a_calibrated_prediction_has_nothing_to_calibrate(self) -> None:
        _, found = explained([0.25] * 8, [1, 1] + [0] * 6, "bce")
        assert (found.calibration, found.within) == (pytest.approx(0.0, abs=1e-16), 0.0)


class TestSums:
    @given(
        pairs=st.lists(
            st.tuples(st.floats(0.0, 1.0), st.booleans(), st.floats(0.01, 100.0)),
            min_size=1,
            max_size=40,
        ),
        loss=st.sampled_from(["bce", "brier"]),
        like=st.sampled_from(["standard", "torch", "keras", "sklearn", "textbook"]),
    )
    def test_the_parts_add_up_to_the_value(
        self, pairs: list[tuple[float, bool, float]], loss: str, like: str
    ) -> None:
        pred, label, weight = (np.array(column, float) for column in zip(*pairs, strict=True))
        report = losscli.evaluate(
            pred,
            label,
            loss,
            like=like,
            weight=weight,
            kind="probability",
            task="binary",
            explain=True,
        )
        [result] = report.results
        found = result.decomposition
        if found is None:
            # What was held impossible by a mean prediction of 0 or 1.
            assert like in ("torch", "textbook", "keras")
            return
        assert result.value is not None
        parts = (found.calibration, found.refinement, found.within)
        size = max(abs(part) for part in (*parts, result.value))
        assert math.fsum(parts) == pytest.approx(result.value, rel=1e-15, abs=1e-15 * size)
        assert found.uncertainty - found.resolution == pytest.approx(
            found.refinement, abs=1e-15 + 1e-15 * found.uncertainty
        )
        assert min(found.calibration, found.refinement, found.resolution) >= 0.0

    @pytest.mark.parametrize("reduction", ["sum", "mean", "batchmean"])
    def test_of_a_sum_they_add_up_to_the_sum(self, reduction: str) -> None:
        result, found = explained(P, Y, "bce", reduction=reduction)
        parts = (found.calibration, found.refinement, found.within)
        assert math.fsum(parts) == pytest.approx(result.value, rel=1e-15)

    def test_blocks_do_not_matter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _, whole = explained(P, Y, "bce", weight=W)
        monkeypatch.setattr(running, "BLOCK_ITEMS", 64)
        _, parts = explained(P, Y, "bce", weight=W)
        for name in ("calibration", "refinement", "within", "uncertainty", "resolution"):
            assert getattr(parts, name) == pytest.approx(getattr(whole, name), abs=1e-15)
        assert [bin.rows for bin in parts.bins] == [bin.rows for bin in whole.bins]

    def test_threads_do_not_change_a_bit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(running, "BLOCK_ITEMS", 64)
        alone, shared = (explained(P, Y, "bce", weight=W, threads=n)[1] for n in (1, 4))
        assert alone == shared


class TestShares:
    def test_of_shares_the_entropy_is_what_no_prediction_saves(self) -> None:
        label = np.array([[0.6, 0.4], [0.1, 0.9], [0.5, 0.5]])
        pred = np.array([[0.7, 0.3], [0.2, 0.8], [0.5, 0.5]])
        result, found = explained(pred, label, "ce")
        assert found.entropy == pytest.approx(-(label * np.log(label)).sum(axis=1).mean())
        divergence = (label * np.log(label / pred)).sum(axis=1).mean()
        assert found.divergence == pytest.approx(divergence)
        assert found.entropy + found.divergence == pytest.approx(result.value, rel=1e-15)
        assert found.divergence == pytest.approx(
            losscli.evaluate(pred, label, "kl")["kl"].value, rel=1e-12
        )

    def test_sure_labels_have_none(self) -> None:
        _, found = explained(P, Y, "bce")
        assert (found.entropy, found.divergence) == (None, None)

    def test_smoothed_labels_are_shares(self) -> None:
        _, found = explained(P, Y, "bce", label_smoothing=0.2)
        assert found.entropy == pytest.approx(-(0.1 * math.log(0.1) + 0.9 * math.log(0.9)))


class TestBins:
    def test_their_gaps_are_the_calibration_error(self) -> None:
        for pred, label, loss in ((P, Y, "bce"), (CLASSES, CLASS, "ce")):
            result, _ = explained(pred, label, loss)
            diagram = reliability(result)
            assert diagram is not None
            ece = losscli.evaluate(pred, label, "ece").results[0].value
            assert diagram.calibration_error == pytest.approx(ece, rel=1e-12)
            assert diagram.rows == len(label)

    def test_a_probability_of_one_has_a_bin_that_ends_there(self) -> None:
        _, found = explained([1.0, 1.0, 0.2], [1, 1, 0], "brier", like="exact")
        assert [(bin.low, bin.high, bin.rows) for bin in found.bins] == [
            (pytest.approx(0.2), pytest.approx(4 / 15), 1),
            (1.0, 1.0, 2),
        ]


class TestWithout:
    @pytest.mark.parametrize(
        ("loss", "options"),
        [("mse", {}), ("focal", {}), ("bce:pos_weight=2", {}), ("bce", {"reduction": "none"})],
    )
    def test_other_losses_are_not_taken_apart(self, loss: str, options: dict[str, str]) -> None:
        report = losscli.evaluate(P, Y, loss, explain=True, **options)
        assert report.results[0].decomposition is None
        assert "decomposition" not in report.to_dict()["results"][0]

    def test_nor_is_any_unless_it_is_asked_for(self) -> None:
        assert losscli.evaluate(P, Y, "bce").results[0].decomposition is None

    def test_nor_is_infinity(self) -> None:
        report = losscli.evaluate([0.0, 0.5], [1, 0], "bce", like="exact", explain=True)
        assert report.results[0].decomposition is None

    def test_rows_that_were_dropped_or_weigh_nothing_do_not_count(self) -> None:
        _, clean = explained(P[2:], Y[2:], "brier")
        pred, weight = P.copy(), np.ones(3000)
        pred[0], weight[1] = math.nan, 0.0
        _, found = explained(pred, Y, "brier", weight=weight, nan="drop")
        assert found.refinement == pytest.approx(clean.refinement, rel=1e-13)
