"""Weights, class weights, smoothing, ignored labels and reductions against formulas written out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from losscli.conventions.axes import Denominator
from losscli.engine.evaluation import Evaluation
from losscli.engine.row_losses import measure, weighted
from losscli.task.labels import Misfit
from losscli.vocabulary import Kind, Reduction, Task
from tests.one_loss import batch_of, evaluation_of, finished, measured, totals_of, value

P, Z = Kind.PROBABILITY, Kind.LOGIT
SEED = np.random.default_rng(11)
N, C = 40, 3

BINARY_P = SEED.uniform(0.01, 0.99, N)
BINARY_Y = SEED.integers(0, 2, N)
ITEMS_P = SEED.uniform(0.01, 0.99, (N, C))
ITEMS_Y = SEED.integers(0, 2, (N, C))
CLASS_P = SEED.dirichlet(np.ones(C), N)
CLASS_Y = SEED.integers(0, C, N)
SHARES = SEED.dirichlet(np.ones(C), N)
WEIGHT = SEED.uniform(0.1, 5.0, N)
ITEM_WEIGHT = SEED.uniform(0.1, 5.0, (N, C))
CLASS_WEIGHT = (0.5, 2.0, 7.0)
LIKES = ("standard", "textbook", "exact")
# What textbook adds inside each logarithm.
DELTA = {"standard": 0.0, "exact": 0.0, "textbook": 1e-7}

every_like = pytest.mark.parametrize("like", LIKES)


def bce_items(p: Any, y: Any, like: str, pos_weight: float = 1.0) -> Any:
    d = DELTA[like]
    return -(pos_weight * y * np.log(p + d) + (1 - y) * np.log(1 - p + d))


def ce_rows(p: Any, y: Any, like: str) -> Any:
    logs = np.log(p + DELTA[like])
    return -logs[np.arange(len(p)), y] if y.ndim == 1 else -(y * logs).sum(axis=1)


def close(found: float, expected: float) -> None:
    assert found == pytest.approx(expected, rel=1e-13)


def bce(like: str = "standard", task: Task = Task.BINARY, **more: Any) -> Evaluation:
    return evaluation_of("bce", task, P, like=like, **more)


def ce(like: str = "standard", task: Task = Task.MULTICLASS, **more: Any) -> Evaluation:
    return evaluation_of("ce", task, P, like=like, **more)


class TestReductions:
    """mean, sum, batchmean and none of the same rows."""

    @every_like
    def test_of_one_item_per_row(self, like: str) -> None:
        rows = bce_items(BINARY_P, BINARY_Y, like)
        for reduction, expected in (
            (Reduction.MEAN, rows.mean()),
            (Reduction.SUM, rows.sum()),
            (Reduction.BATCHMEAN, rows.sum() / N),
        ):
            close(value(bce(like, reduction=reduction), BINARY_P, BINARY_Y), expected)

    @pytest.mark.parametrize(
        ("like", "mean_over"), [("standard", N * C), ("exact", N * C), ("textbook", N)]
    )
    def test_of_several_items_per_row(self, like: str, mean_over: int) -> None:
        items = bce_items(ITEMS_P, ITEMS_Y, like)
        for reduction, expected in (
            (Reduction.MEAN, items.sum() / mean_over),
            (Reduction.SUM, items.sum()),
            (Reduction.BATCHMEAN, items.sum() / N),
        ):
            evaluation = bce(like, Task.MULTILABEL, reduction=reduction)
            close(value(evaluation, ITEMS_P, ITEMS_Y), expected)

    @every_like
    def test_of_classes_every_mean_is_over_rows(self, like: str) -> None:
        rows = ce_rows(CLASS_P, CLASS_Y, like)
        for reduction in (Reduction.MEAN, Reduction.BATCHMEAN):
            close(value(ce(like, reduction=reduction), CLASS_P, CLASS_Y), rows.mean())
        close(value(ce(like, reduction=Reduction.SUM), CLASS_P, CLASS_Y), rows.sum())

    def test_none_gives_the_weighted_loss_of_every_row(self) -> None:
        found = weighted(measured(bce(), BINARY_P, BINARY_Y, weight=WEIGHT))
        np.testing.assert_allclose(
            found, WEIGHT * bce_items(BINARY_P, BINARY_Y, "standard"), rtol=1e-14
        )
        items = weighted(measured(bce(task=Task.MULTILABEL), ITEMS_P, ITEMS_Y, weight=WEIGHT))
        np.testing.assert_allclose(
            items, WEIGHT[:, None] * bce_items(ITEMS_P, ITEMS_Y, "standard"), rtol=1e-14
        )

    def test_none_gives_0_for_a_weight_of_0_even_where_the_loss_is_infinite(self) -> None:
        found = weighted(measured(bce("exact"), [0.0, 0.5], [1, 1], weight=[0.0, 2.0]))
        np.testing.assert_allclose(found, [0.0, 2 * math.log(2)], rtol=1e-15)

    def test_a_sum_has_no_standard_error_and_a_mean_has_the_textbooks(self) -> None:
        assert finished(bce(reduction=Reduction.SUM), BINARY_P, BINARY_Y).standard_error is None
        rows = bce_items(BINARY_P, BINARY_Y, "standard")
        found = finished(bce(), BINARY_P, BINARY_Y)
        error = rows.std(ddof=1) / math.sqrt(N)
        assert found.standard_error == pytest.approx(error, rel=1e-12)
        assert found.interval == pytest.approx(
            (found.value - 1.959963984540054 * error, found.value + 1.959963984540054 * error)
        )

    def test_an_interval_does_not_go_below_what_the_loss_can_be(self) -> None:
        found = finished(evaluation_of("zero_one", Task.BINARY, P), [0.9, 0.1, 0.9], [0, 0, 1])
        assert found.interval is not None
        assert found.interval[0] == 0.0

    def test_the_error_of_a_root_goes_through_the_root(self) -> None:
        pred, label = SEED.normal(size=2000), np.zeros(2000)
        mse = finished(evaluation_of("mse", Task.REGRESSION, Kind.VALUE), pred, label)
        rmse = finished(evaluation_of("rmse", Task.REGRESSION, Kind.VALUE), pred, label)
        assert rmse.interval == pytest.approx(tuple(math.sqrt(end) for end in mse.interval))
        # The delta method: d√m = dm / 2√m.
        assert rmse.standard_error == pytest.approx(mse.standard_error / (2 * rmse.value), rel=1e-2)


class TestWeights:
    """Row weights, item weights."""

    @every_like
    def test_a_weighted_mean_divides_by_the_sum_of_the_weights(self, like: str) -> None:
        rows = bce_items(BINARY_P, BINARY_Y, like)
        expected = (WEIGHT * rows).sum() / WEIGHT.sum()
        close(value(bce(like), BINARY_P, BINARY_Y, weight=WEIGHT), expected)

    def test_or_by_the_number_of_rows_where_the_convention_says_so(self) -> None:
        evaluation = bce()
        axes = replace(evaluation.axes, weighted_mean=Denominator.COUNT)
        counting = replace(evaluation, convention=replace(evaluation.convention, axes=axes))
        expected = (WEIGHT * bce_items(BINARY_P, BINARY_Y, "standard")).sum() / N
        close(value(counting, BINARY_P, BINARY_Y, weight=WEIGHT), expected)

    @every_like
    def test_a_weighted_sum_divides_by_nothing(self, like: str) -> None:
        expected = (WEIGHT * bce_items(BINARY_P, BINARY_Y, like)).sum()
        evaluation = bce(like, reduction=Reduction.SUM)
        close(value(evaluation, BINARY_P, BINARY_Y, weight=WEIGHT), expected)

    @pytest.mark.parametrize(("like", "per_row"), [("standard", C), ("exact", C), ("textbook", 1)])
    def test_a_row_weight_holds_for_all_items_of_the_row(self, like: str, per_row: int) -> None:
        items = bce_items(ITEMS_P, ITEMS_Y, like)
        expected = (WEIGHT[:, None] * items).sum() / (per_row * WEIGHT.sum())
        close(value(bce(like, Task.MULTILABEL), ITEMS_P, ITEMS_Y, weight=WEIGHT), expected)

    @pytest.mark.parametrize(("like", "per_row"), [("standard", 1), ("exact", 1), ("textbook", C)])
    def test_item_weights_are_taken_item_by_item(self, like: str, per_row: int) -> None:
        items = bce_items(ITEMS_P, ITEMS_Y, like)
        # Over rows a row counts as much as its items weigh on average.
        expected = (ITEM_WEIGHT * items).sum() / (ITEM_WEIGHT.sum() / per_row)
        close(value(bce(like, Task.MULTILABEL), ITEMS_P, ITEMS_Y, weight=ITEM_WEIGHT), expected)

    def test_item_weights_of_a_regression_with_several_outputs(self) -> None:
        pred, label = SEED.normal(size=(N, C)), SEED.normal(size=(N, C))
        evaluation = evaluation_of("mse", Task.REGRESSION, Kind.VALUE)
        expected = (ITEM_WEIGHT * (pred - label) ** 2).sum() / ITEM_WEIGHT.sum()
        close(value(evaluation, pred, label, weight=ITEM_WEIGHT), expected)

    def test_entropy_takes_row_weights_though_it_has_no_labels(self) -> None:
        rows = -(CLASS_P * np.log(CLASS_P)).sum(axis=1)
        evaluation = evaluation_of("entropy", Task.DISTRIBUTION, P)
        close(value(evaluation, CLASS_P, None, weight=WEIGHT), np.average(rows, weights=WEIGHT))

    def test_the_parts_are_weighted_as_the_loss_is(self) -> None:
        found = finished(evaluation_of("kl", Task.DISTRIBUTION, P), CLASS_P, SHARES, weight=WEIGHT)
        close(found.parts[0], np.average(ce_rows(CLASS_P, SHARES, "standard"), weights=WEIGHT))
        certain = -(SHARES * np.log(SHARES)).sum(axis=1)
        close(found.parts[1], np.average(certain, weights=WEIGHT))


class TestClassWeights:
    """A weight per class."""

    @every_like
    def test_of_indices_the_mean_divides_by_the_weights_of_the_true_classes(
        self, like: str
    ) -> None:
        w = np.array(CLASS_WEIGHT)[CLASS_Y]
        expected = (w * ce_rows(CLASS_P, CLASS_Y, like)).sum() / w.sum()
        close(value(ce(like), CLASS_P, CLASS_Y, class_weight=CLASS_WEIGHT), expected)

    @every_like
    def test_of_shares_each_class_is_weighted_within_the_row(self, like: str) -> None:
        logs = np.log(CLASS_P + DELTA[like])
        w = np.array(CLASS_WEIGHT)
        expected = -(w * SHARES * logs).sum() / (SHARES @ w).sum()
        evaluation = ce(like, Task.DISTRIBUTION)
        close(value(evaluation, CLASS_P, SHARES, class_weight=CLASS_WEIGHT), expected)

    def test_one_hot_rows_and_indices_agree(self) -> None:
        by_index = value(ce(), CLASS_P, CLASS_Y, class_weight=CLASS_WEIGHT)
        one_hot = np.eye(C)[CLASS_Y]
        close(value(ce(), CLASS_P, one_hot, class_weight=CLASS_WEIGHT), by_index)

    def test_with_smoothing_every_class_is_weighted_and_the_true_ones_divide(self) -> None:
        s, w = 0.1, np.array(CLASS_WEIGHT)
        smooth = np.eye(C)[CLASS_Y] * (1 - s) + s / C
        expected = -(w * smooth * np.log(CLASS_P)).sum() / w[CLASS_Y].sum()
        evaluation = ce(label_smoothing=s)
        close(value(evaluation, CLASS_P, CLASS_Y, class_weight=CLASS_WEIGHT), expected)

    def test_of_yes_or_no_labels_the_pair_is_negative_then_positive(self) -> None:
        w = np.where(BINARY_Y == 1, 3.0, 0.5)
        expected = (w * bce_items(BINARY_P, BINARY_Y, "standard")).sum() / w.sum()
        close(value(bce(), BINARY_P, BINARY_Y, class_weight=(0.5, 3.0)), expected)

    def test_of_several_labels_it_is_a_weight_per_item(self) -> None:
        w = np.broadcast_to(CLASS_WEIGHT, (N, C))
        expected = (w * bce_items(ITEMS_P, ITEMS_Y, "standard")).sum() / w.sum()
        evaluation = bce(task=Task.MULTILABEL)
        close(value(evaluation, ITEMS_P, ITEMS_Y, class_weight=CLASS_WEIGHT), expected)

    def test_a_weight_per_item_does_not_touch_a_loss_of_whole_rows(self) -> None:
        evaluation = evaluation_of("zero_one", Task.MULTILABEL, P)
        wrong = ((ITEMS_P > 0.5) != ITEMS_Y).any(axis=1)
        close(value(evaluation, ITEMS_P, ITEMS_Y, class_weight=CLASS_WEIGHT), wrong.mean())

    def test_row_weights_multiply(self) -> None:
        w = np.array(CLASS_WEIGHT)[CLASS_Y] * WEIGHT
        expected = (w * ce_rows(CLASS_P, CLASS_Y, "standard")).sum() / w.sum()
        found = value(ce(), CLASS_P, CLASS_Y, class_weight=CLASS_WEIGHT, weight=WEIGHT)
        close(found, expected)

    def test_row_weights_multiply_within_shares_too(self) -> None:
        w = np.array(CLASS_WEIGHT)
        above = -(WEIGHT[:, None] * w * SHARES * np.log(CLASS_P)).sum()
        found = value(
            ce(task=Task.DISTRIBUTION), CLASS_P, SHARES, class_weight=CLASS_WEIGHT, weight=WEIGHT
        )
        close(found, above / (WEIGHT * (SHARES @ w)).sum())

    def test_equal_class_weights_change_nothing(self) -> None:
        close(
            value(ce(), CLASS_P, CLASS_Y, class_weight=(4.0, 4.0, 4.0)),
            value(ce(), CLASS_P, CLASS_Y),
        )

    def test_a_class_of_weight_0_is_left_out_however_bad_its_rows_are(self) -> None:
        pred = [(1.0, 0.0, 0.0), (0.5, 0.25, 0.25)]
        found = value(ce("exact"), pred, np.array([1, 0]), class_weight=(1.0, 0.0, 1.0))
        close(found, math.log(2))

    def test_a_loss_that_is_not_linear_in_its_label_is_weighted_by_row(self) -> None:
        w = SHARES @ np.array(CLASS_WEIGHT)
        rows = ((CLASS_P - SHARES) ** 2).sum(axis=1)
        evaluation = evaluation_of("brier", Task.DISTRIBUTION, P)
        expected = (w * rows).sum() / w.sum()
        close(value(evaluation, CLASS_P, SHARES, class_weight=CLASS_WEIGHT), expected)


class TestParameters:
    """Parameters that change the labels or their weight."""

    @every_like
    def test_pos_weight_multiplies_the_positive_side_and_divides_nothing(self, like: str) -> None:
        expected = bce_items(BINARY_P, BINARY_Y, like, pos_weight=3.0).mean()
        close(value(bce(like, pos_weight=3.0), BINARY_P, BINARY_Y), expected)

    @every_like
    def test_label_smoothing_of_yes_or_no_goes_halfway_to_a_half(self, like: str) -> None:
        smooth = BINARY_Y * 0.8 + 0.1
        expected = bce_items(BINARY_P, smooth, like).mean()
        close(value(bce(like, label_smoothing=0.2), BINARY_P, BINARY_Y), expected)

    @every_like
    def test_label_smoothing_of_classes_goes_to_the_uniform_distribution(self, like: str) -> None:
        smooth = np.eye(C)[CLASS_Y] * 0.8 + 0.2 / C
        expected = ce_rows(CLASS_P, smooth, like).mean()
        close(value(ce(like, label_smoothing=0.2), CLASS_P, CLASS_Y), expected)

    @every_like
    def test_ignored_rows_leave_the_sum_and_the_count(self, like: str) -> None:
        kept = CLASS_Y != 1
        rows = ce_rows(CLASS_P, CLASS_Y, like)[kept]
        close(value(ce(like, ignore_index=1), CLASS_P, CLASS_Y), rows.mean())
        summed = ce(like, ignore_index=1, reduction=Reduction.SUM)
        close(value(summed, CLASS_P, CLASS_Y), rows.sum())
        totals = totals_of(ce(like, ignore_index=1), CLASS_P, CLASS_Y)
        assert (totals.rows, totals.ignored) == (kept.sum(), N - kept.sum())

    def test_an_ignored_index_need_not_be_a_class(self) -> None:
        label = CLASS_Y.copy()
        label[::4] = -100
        kept = label != -100
        expected = ce_rows(CLASS_P[kept], label[kept], "standard")
        evaluation = ce(ignore_index=-100)
        close(value(evaluation, CLASS_P, label), expected.mean())
        close(
            value(evaluation, CLASS_P, label, weight=WEIGHT),
            np.average(expected, weights=WEIGHT[kept]),
        )

    def test_ignored_rows_are_0_among_unreduced_ones(self) -> None:
        found = weighted(measured(ce(ignore_index=1), CLASS_P, CLASS_Y))
        assert (found[CLASS_Y == 1] == 0.0).all()
        assert (found[CLASS_Y != 1] > 0.0).all()

    def test_where_all_rows_are_ignored_the_mean_is_not_a_number(self) -> None:
        assert math.isnan(value(ce(ignore_index=0), CLASS_P, np.zeros(N, dtype=int)))


class TestClipping:
    """`standard` moves probabilities that are too sure, and counts them."""

    def test_each_moved_item_is_counted_once(self) -> None:
        pred = [0.0, 1e-8, 1e-7, 0.5, 1 - 1e-7, 1 - 1e-8, 1.0]
        assert totals_of(bce(), pred, [0, 0, 0, 0, 1, 1, 1]).clipped == 4

    def test_of_classes_every_item_of_the_row_counts(self) -> None:
        rows = [(1.0, 0.0, 0.0), (0.5, 0.5, 0.0), (0.2, 0.3, 0.5)]
        assert totals_of(ce(), rows, np.array([0, 1, 2])).clipped == 4

    @pytest.mark.parametrize("like", ["exact", "textbook"])
    def test_other_guards_move_nothing(self, like: str) -> None:
        assert totals_of(bce(like), [0.0, 1.0], [0, 1]).clipped == 0

    def test_logits_are_never_clipped(self) -> None:
        evaluation = evaluation_of("bce", Task.BINARY, Z)
        totals = totals_of(evaluation, [800.0, -800.0], [0, 1])
        assert totals.clipped == 0
        assert totals.mean == 800.0

    def test_a_clipped_row_costs_what_the_bound_costs(self) -> None:
        found = measured(bce(), [0.0, 1.0], [1, 0]).losses
        np.testing.assert_allclose(found, [-math.log(1e-7), -math.log1p(-(1 - 1e-7))], rtol=1e-15)

    def test_a_clip_moves_tanh_outputs_as_it_moves_probabilities(self) -> None:
        tanh = totals_of(evaluation_of("bce", Task.BINARY, Kind.TANH), [-1.0, 0.0, 1.0], [1, 1, 0])
        plain = totals_of(bce(), [0.0, 0.5, 1.0], [1, 1, 0])
        assert tanh.clipped == plain.clipped == 2
        assert tanh.mean == pytest.approx(plain.mean, rel=1e-14)


class TestRenormalising:
    """`scipy` divides rows by their sum; everywhere else they must sum to 1."""

    def test_rows_are_divided_by_their_sum(self) -> None:
        evaluation = evaluation_of("kl", Task.DISTRIBUTION, P, like="scipy")
        found = value(evaluation, 3.0 * CLASS_P / 4.0, 5.0 * SHARES)
        kl = evaluation_of("kl", Task.DISTRIBUTION, P, like="exact")
        close(found, value(kl, CLASS_P, SHARES))

    @every_like
    def test_elsewhere_a_row_that_does_not_sum_to_1_is_refused(self, like: str) -> None:
        with pytest.raises(Misfit) as refused:
            value(ce(like), [(0.2, 0.3, 0.5), (0.5, 0.5, 0.5)], np.array([0, 1]))
        assert (refused.value.role, refused.value.row) == ("prediction", 1)
        assert "1.5" in refused.value.problem

    def test_a_label_row_that_does_not_sum_to_1_is_refused(self) -> None:
        with pytest.raises(Misfit) as refused:
            value(ce(task=Task.DISTRIBUTION), CLASS_P[:1], [(0.5, 0.0, 0.0)])
        assert refused.value.role == "label"

    @pytest.mark.parametrize(
        ("kind", "bad"),
        [(P, 1.7), (P, -0.1), (Kind.TANH, 1.1), (Kind.LOG_PROBABILITY, 0.1), (Z, math.inf)],
    )
    def test_an_item_that_its_kind_cannot_hold_is_refused(self, kind: Kind, bad: float) -> None:
        good = {P: 0.5, Kind.TANH: 0.5, Kind.LOG_PROBABILITY: -0.5, Z: 0.5}[kind]
        with pytest.raises(Misfit) as refused:
            value(evaluation_of("bce", Task.BINARY, kind), [good, bad], [0, 1])
        assert (refused.value.row, refused.value.value) == (1, repr(bad))


def test_losses_of_one_batch_share_their_work_and_keep_their_values() -> None:
    batch = batch_of(BINARY_P, BINARY_Y)
    evaluations = [
        bce(),
        bce("textbook"),
        bce(pos_weight=2.0),
        bce(label_smoothing=0.1),
        evaluation_of("focal", Task.BINARY, P),
        evaluation_of("brier", Task.BINARY, P),
        bce(),
    ]
    together = [measure(evaluation, batch).losses for evaluation in evaluations]
    alone = [measured(evaluation, BINARY_P, BINARY_Y).losses for evaluation in evaluations]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(one, other)
    assert together[0] is together[-1]


def test_a_loss_beyond_the_range_is_infinite_without_a_warning() -> None:
    mse = evaluation_of("mse", Task.REGRESSION, Kind.VALUE)
    assert value(mse, [1e200, 0.0], [0.0, 1.0]) == math.inf
    assert value(mse, [(1e154, 1e154)], [(0.0, 0.0)], weight=[8.0]) == math.inf


def test_a_reading_leaves_its_arrays_as_they_were() -> None:
    pred, label = np.array([0.0, 0.4, 1.0]), np.array([1.0, 0.0, 1.0])
    before = pred.copy(), label.copy()
    for name in ("bce", "focal", "brier", "zero_one"):
        value(evaluation_of(name, Task.BINARY, P), pred, label)
    for name in ("mse", "mae", "huber", "log_cosh"):
        value(evaluation_of(name, Task.REGRESSION, Kind.VALUE), pred, label)
    np.testing.assert_array_equal((pred, label), before)
