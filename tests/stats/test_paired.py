"""Paired tests: against scipy, and against what is true."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from losscli.stats.groups import Resampling
from losscli.stats.holm import ALPHA, holm, holm_levels
from losscli.stats.paired import PairedResult, PairedSums
from losscli.stats.studentised import Studentised, studentised
from losscli.vocabulary import Kind, Task
from tests.one_loss import batch_of, evaluation_of, tally

RANDOM = np.random.default_rng(7)
LABEL = RANDOM.normal(size=120)
FIRST = LABEL + RANDOM.normal(size=120)
SECOND = LABEL + 0.85 * RANDOM.normal(size=120)


def paired(
    first: Any, second: Any, label: Any, loss: str = "mse", how: Resampling | None = None
) -> PairedResult:
    evaluation = evaluation_of(loss, Task.REGRESSION, Kind.VALUE)
    sums = PairedSums([evaluation, evaluation], how or Resampling())
    sums.add([batch_of(first, label), batch_of(second, label)])
    return sums.against_first(1, value_of(loss, second, label) - value_of(loss, first, label))


def value_of(loss: str, pred: Any, label: Any) -> float:
    evaluation = evaluation_of(loss, Task.REGRESSION, Kind.VALUE)
    return tally(evaluation, batch_of(pred, label)).finished.value


class TestSignFlip:
    def test_it_is_scipys_permutation_test_of_the_mean_difference(self) -> None:
        one, two = (FIRST - LABEL) ** 2, (SECOND - LABEL) ** 2
        theirs = stats.permutation_test(
            (two, one),
            lambda a, b, axis: (a - b).mean(axis=axis),
            permutation_type="samples",
            vectorized=True,
            n_resamples=20_000,
            random_state=0,
        )
        ours = paired(FIRST, SECOND, LABEL, how=Resampling(20_000))
        assert ours.difference == pytest.approx(theirs.statistic, rel=1e-12)
        assert ours.p_flip == pytest.approx(theirs.pvalue, abs=0.015)

    @pytest.mark.parametrize("loss", ["mse", "mae", "rmse", "r2"])
    def test_of_few_rows_it_tries_every_exchange_as_scipy_does(self, loss: str) -> None:
        few = slice(0, 8)
        label, pair = LABEL[few], (SECOND[few], FIRST[few])

        def difference(a: np.ndarray, b: np.ndarray) -> float:
            return value_of(loss, a, label) - value_of(loss, b, label)

        theirs = stats.permutation_test(
            pair, difference, permutation_type="samples", vectorized=False, n_resamples=np.inf
        )
        assert paired(FIRST[few], SECOND[few], label, loss).p == pytest.approx(theirs.pvalue)

    def test_a_transform_leaves_it_as_it_is(self) -> None:
        root, square = (paired(FIRST, SECOND, LABEL, loss) for loss in ("rmse", "mse"))
        assert root.p_flip == square.p_flip

    def test_r2_and_mse_of_the_same_labels_agree(self) -> None:
        ours = paired(FIRST, SECOND, LABEL, "r2").p_flip
        assert ours == pytest.approx(paired(FIRST, SECOND, LABEL, "mse").p_flip, abs=1e-12)

    def test_it_is_never_0(self) -> None:
        assert paired(LABEL + 1.0, LABEL, LABEL).p_flip == 1 / 2001

    def test_equal_models_are_never_told_apart(self) -> None:
        found = paired(FIRST, FIRST, LABEL)
        assert (found.p, found.equal, found.lower, found.interval()) == (1.0, 1.0, 0.0, None)

    @pytest.mark.parametrize("rows", [60, 9000])
    def test_false_alarms_are_as_rare_as_promised(self, rows: int) -> None:
        # docs/intervals.md has the whole figures; 300 trials tell 5 % from 9 %.
        random = np.random.default_rng(rows)
        trials = 300 if rows < 1000 else 60
        alarms = 0
        for _ in range(trials):
            label = random.normal(size=rows)
            first, second = (label + random.normal(size=rows) for _ in range(2))
            p = paired(first, second, label, how=Resampling(200)).p
            assert p is not None
            alarms += p <= ALPHA
        assert alarms / trials <= 0.09

    def test_a_true_difference_is_found(self) -> None:
        random = np.random.default_rng(1)
        label = random.normal(size=9000)
        found = paired(label + random.normal(size=9000), label + 0.9, label)
        assert found.p_flip == 1 / 2001
        assert found.units == "4,096 random groups of rows"


class TestInterval:
    def test_it_is_near_scipys_and_holds_the_difference(self) -> None:
        one, two = (FIRST - LABEL) ** 2, (SECOND - LABEL) ** 2
        theirs = stats.bootstrap((two - one,), np.mean, n_resamples=20_000, random_state=0)
        ours = paired(FIRST, SECOND, LABEL, how=Resampling(20_000))
        error = theirs.standard_error
        assert ours.standard_error == pytest.approx(error, rel=0.02)
        assert ours.interval() == pytest.approx(theirs.confidence_interval, abs=0.4 * error)

    def test_without_skewness_it_is_students(self) -> None:
        shift = np.tile([1.0, -1.0, 2.0, -2.0], 10) + 0.3
        theirs = stats.ttest_1samp(shift, 0.0)
        ours = studentised(shift.mean(), shift / len(shift))
        assert ours is not None
        assert ours.p() == pytest.approx(theirs.pvalue, rel=1e-6)
        assert ours.interval(0.95) == pytest.approx(theirs.confidence_interval(), rel=1e-6)

    @pytest.mark.parametrize("skew", [-0.7, 0.0, 0.2, 1.1])
    @pytest.mark.parametrize("value", [-3.0, -1.9, 0.4, 2.4])
    def test_it_holds_just_the_values_that_the_test_does_not_reject(
        self, value: float, skew: float
    ) -> None:
        for one_sided in (True, False):
            found = Studentised(value, 1.0, skew, 17.0, one_sided)
            for alpha in (0.2, 0.05, 0.001):
                low, high = found.interval(1.0 - alpha)
                for truth in np.linspace(-8, 8, 161).tolist():
                    assert (low <= truth <= high) == (found.p(truth) > alpha)

    def test_it_never_contradicts_the_test(self) -> None:
        random = np.random.default_rng(5)
        for trial in range(200):
            rows = int(random.integers(10, 60))
            label = np.zeros(rows)
            first = random.lognormal(size=rows) * (random.random(rows) < 0.6)
            found = paired(first, random.exponential(size=rows), label, how=Resampling(100, trial))
            for alpha in (0.05, 0.2):
                if (interval := found.interval(alpha)) is not None:
                    assert found.p is not None
                    assert (found.p > alpha) == (interval[0] <= 0.0 <= interval[1])

    def test_of_fewer_than_ten_rows_that_differ_there_is_none(self) -> None:
        second = np.array(FIRST)
        second[:9] += 1.0
        assert paired(FIRST, second, LABEL).interval() is None

    def test_of_a_difference_of_roots(self) -> None:
        def difference(one: np.ndarray, two: np.ndarray, axis: int = -1) -> Any:
            return np.sqrt(two.mean(axis=axis)) - np.sqrt(one.mean(axis=axis))

        squares = ((FIRST - LABEL) ** 2, (SECOND - LABEL) ** 2)
        theirs = stats.bootstrap(
            squares, difference, paired=True, vectorized=True, n_resamples=5000, random_state=0
        )
        ours = paired(FIRST, SECOND, LABEL, "rmse")
        assert ours.standard_error == pytest.approx(theirs.standard_error, rel=0.05)

    def test_correlated_models_have_a_narrow_one(self) -> None:
        near = paired(FIRST, FIRST + 0.01, LABEL).interval()
        far = paired(FIRST, SECOND, LABEL).interval()
        assert near is not None
        assert far is not None
        assert near[1] - near[0] < 0.1 * (far[1] - far[0])


def test_shares_of_rows_where_the_second_is_lower_or_equal() -> None:
    found = paired([1.0, 2.0, 0.0, 1.0], [0.0, 3.0, 0.0, 0.5], [0.0, 0.0, 0.0, 0.0])
    assert (found.lower, found.equal) == (0.5, 0.25)
    assert paired(FIRST, SECOND, LABEL, "r2").lower is None


def test_merged_pieces_say_the_same_as_the_whole() -> None:
    evaluation = evaluation_of("mse", Task.REGRESSION, Kind.VALUE)
    whole = PairedSums([evaluation, evaluation], Resampling())
    pieces = []
    for part in (slice(0, 50), slice(50, 120)):
        piece = whole.fresh()
        batches = [batch_of(p[part], LABEL[part], start=part.start) for p in (FIRST, SECOND)]
        piece.add(batches)
        pieces.append(piece)
    for piece in reversed(pieces):
        whole.merge(piece)
    alone = paired(FIRST, SECOND, LABEL)
    assert whole.against_first(1, alone.difference) == alone


def test_so_many_rows_have_the_power_that_is_promised() -> None:
    found = paired(FIRST, SECOND, LABEL)
    needed = found.rows_needed()
    assert needed is not None
    spread = ((SECOND - LABEL) ** 2 - (FIRST - LABEL) ** 2).std(ddof=1)
    shift = abs(found.difference) * math.sqrt(needed) / spread
    assert stats.norm.sf(stats.norm.isf(0.025) - shift) == pytest.approx(0.8, abs=0.01)


def test_fewer_false_alarms_need_more_rows() -> None:
    found = paired(FIRST, SECOND, LABEL)
    one, three = found.rows_needed(), found.rows_needed(ALPHA / 3)
    assert one is not None
    assert three is not None
    assert three > one


def test_holm_multiplies_the_smallest_by_their_number_and_never_turns_the_order() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([None, 0.02]) == [None, 0.02]
    assert holm([]) == []


def test_the_levels_of_holms_steps_reject_what_its_adjusted_values_do() -> None:
    values = [0.01, 0.04, None, 0.03, 0.005]
    levels = holm_levels(values)
    for value, adjusted, level in zip(values, holm(values), levels, strict=True):
        if value is not None and adjusted is not None:
            assert (value <= level) == (adjusted <= ALPHA)


class TestTransformsOfOneMean:
    """MSE, RMSE and SSE are one number: two models differ by all of them, or by none."""

    @staticmethod
    def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        random = np.random.default_rng(seed)
        label = random.normal(size=40)
        spread = np.exp(random.normal(size=(2, 40))) * random.normal(size=(2, 40))
        return label + spread[0], label + 0.6 * spread[1], label

    @pytest.mark.parametrize("seed", range(20))
    def test_they_are_one_test_with_one_p_and_one_number_of_rows(self, seed: int) -> None:
        square, root, total = (paired(*self.drawn(seed), loss) for loss in ("mse", "rmse", "sse"))
        assert square.p == root.p == total.p
        assert square.needed_range() == root.needed_range() == total.needed_range()
        assert square.one_test_with(root)
        assert root.one_test_with(total)
        assert not square.one_test_with(paired(*self.drawn(seed), "mae"))
        assert not square.one_test_with(paired(*self.drawn(seed + 100)))

    def test_their_p_is_that_of_the_mean(self) -> None:
        first, second, label = self.drawn(3)
        shift = (second - label) ** 2 - (first - label) ** 2
        spread = studentised(shift.mean(), shift / len(shift))
        root = paired(first, second, label, "rmse")
        assert spread is not None
        assert root.p_flip is not None
        assert root.p == pytest.approx(max(root.p_flip, spread.p()), rel=1e-9)

    def test_each_interval_excludes_0_just_where_the_test_does(self) -> None:
        cut = 0
        for seed in range(300):
            found = paired(*self.drawn(seed), "rmse", how=Resampling(100, seed))
            for alpha in (0.05, 0.2):
                interval = found.interval(alpha)
                assert found.p is not None
                assert interval is not None
                assert (found.p > alpha) == (interval[0] <= 0.0 <= interval[1])
                assert interval[0] <= found.difference <= interval[1]
                assert found.spread is not None
                low, high = found.spread.interval(1.0 - alpha)
                cut += found.p <= alpha and low <= 0.0 <= high
        # Where the interval of the root alone would not say what is proven of the mean.
        assert cut < 15

    def test_equal_models_are_one_test_by_them_and_not_by_other_losses(self) -> None:
        square, root, other = (paired(FIRST, FIRST, LABEL, loss) for loss in ("mse", "rmse", "mae"))
        assert square.one_test_with(root)
        assert not square.one_test_with(other)


def test_rows_needed_are_told_only_where_they_are_more_than_there_are() -> None:
    random = np.random.default_rng(2)
    kinds = set()
    for _ in range(300):
        label = random.normal(size=60)
        harm = random.normal(0.0, 0.3)
        found = paired(label + random.normal(size=60), label + (1 + harm), label)
        needed = found.needed_range()
        assert found.p is not None
        if found.p <= ALPHA or needed is None:
            continue
        fewest, most = needed
        assert fewest is None or fewest > 60
        assert most is None or most > max(60, fewest or 0)
        kinds.add((fewest is None, most is None))
    assert kinds >= {(False, True), (True, False)}
