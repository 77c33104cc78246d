"""Numbers that can be followed by hand, and what they teach about the losses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from losscli.losses.regression import squared_error
from losscli.vocabulary import Kind, Reduction, Task
from tests.one_loss import evaluation_of, finished, measured, value

P, Z = Kind.PROBABILITY, Kind.LOGIT
BINARY, CLASSES, SHARES = Task.BINARY, Task.MULTICLASS, Task.DISTRIBUTION


def entropy(*shares: float, base: float = math.e) -> float:
    return value(evaluation_of("entropy", SHARES, P, base=base), [shares], None)


class TestBags:
    """A bag of 20 red and 80 blue balls, and one of 1 and 99."""

    def test_the_mixed_bag_is_half_a_nat_of_surprise(self) -> None:
        assert entropy(0.2, 0.8) == pytest.approx(0.5004024235381879, rel=1e-15)

    def test_in_bits_it_is_seven_tenths(self) -> None:
        assert entropy(0.2, 0.8, base=2.0) == pytest.approx(0.7219280948873623, rel=1e-15)

    def test_the_nearly_pure_bag_hardly_surprises(self) -> None:
        assert entropy(0.01, 0.99) == pytest.approx(0.056001534354847345, rel=1e-15)

    def test_of_a_yes_or_no_question_the_other_answer_goes_without_saying(self) -> None:
        one = value(evaluation_of("entropy", BINARY, P), [0.2], None)
        assert one == pytest.approx(entropy(0.2, 0.8), rel=1e-15)

    def test_a_pure_bag_never_does(self) -> None:
        assert value(evaluation_of("entropy", SHARES, P, like="exact"), [(1.0, 0.0)], None) == 0.0

    def test_the_fairest_bag_surprises_most(self) -> None:
        shares = np.linspace(0.05, 0.95, 19)
        assert shares[np.argmax([entropy(p, 1 - p) for p in shares])] == pytest.approx(0.5)
        assert entropy(0.5, 0.5, base=2.0) == pytest.approx(1.0, rel=1e-15)

    def test_entropy_needs_no_label(self) -> None:
        assert not evaluation_of("entropy", SHARES, P).loss.needs_label


class TestDivergence:
    """Kullback–Leibler: the part of cross entropy that a better model could save."""

    LABEL = ((0.6, 0.3, 0.1), (0.2, 0.2, 0.6))
    PRED = ((0.5, 0.3, 0.2), (0.1, 0.1, 0.8))

    def test_it_is_cross_entropy_minus_entropy(self) -> None:
        kl = finished(evaluation_of("kl", SHARES, P), self.PRED, self.LABEL)
        cross, certain = kl.parts
        assert kl.value == pytest.approx(cross - certain, rel=1e-14)
        ce = value(evaluation_of("ce", SHARES, P), self.PRED, self.LABEL)
        assert cross == pytest.approx(ce, rel=1e-15)
        own = value(evaluation_of("entropy", SHARES, P), self.LABEL, None)
        assert certain == pytest.approx(own, rel=1e-15)

    def test_for_one_hot_labels_it_is_cross_entropy(self) -> None:
        one_hot = ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
        kl = finished(evaluation_of("kl", SHARES, P), self.PRED, one_hot)
        ce = value(evaluation_of("ce", SHARES, P), self.PRED, one_hot)
        assert kl.value == pytest.approx(ce, rel=1e-15)
        assert kl.parts[1] == 0.0

    def test_it_is_not_symmetric_but_jensen_shannon_is(self) -> None:
        kl, js = (evaluation_of(name, SHARES, P) for name in ("kl", "js"))
        there, back = (value(kl, *pair) for pair in (self.arrays, self.arrays[::-1]))
        assert abs(there - back) > 1e-3
        assert value(js, *self.arrays) == value(js, *self.arrays[::-1])

    @property
    def arrays(self) -> tuple[object, object]:
        return self.PRED, self.LABEL

    def test_distributions_that_share_nothing_are_log_2_apart(self) -> None:
        js = evaluation_of("js", SHARES, P, like="exact")
        assert value(js, [(1.0, 0.0)], [(0.0, 1.0)]) == pytest.approx(math.log(2.0), rel=1e-15)
        bits = evaluation_of("js", SHARES, P, like="exact", base=2.0)
        assert value(bits, [(1.0, 0.0)], [(0.0, 1.0)]) == pytest.approx(1.0, rel=1e-15)

    def test_between_nearly_equal_distributions_no_digits_are_lost(self) -> None:
        near = 0.25 + 2.0**-40
        kl = evaluation_of("kl", SHARES, P, like="exact")
        # With d = 2⁻⁴⁰ the divergence is d²/2 · (1/p + 1/q) to within d³.
        expected = 0.5 * 2.0**-80 * (1 / 0.25 + 1 / 0.75)
        found = value(kl, [(near, 1.0 - near)], [(0.25, 0.75)])
        assert found == pytest.approx(expected, rel=1e-11)


class TestDogCatLion:
    """One picture, three classes: cross entropy asks only about the true one."""

    ROW = (0.7, 0.2, 0.1)

    @pytest.mark.parametrize(("true", "p"), [*enumerate(ROW)], ids=("dog", "cat", "lion"))
    def test_the_loss_is_minus_the_log_of_the_true_class(self, true: int, p: float) -> None:
        ce = value(evaluation_of("ce", CLASSES, P), [self.ROW], [true])
        assert ce == pytest.approx(-math.log(p), rel=1e-15)

    def test_the_other_classes_do_not_matter(self) -> None:
        ce = evaluation_of("ce", CLASSES, P)
        assert value(ce, [(0.7, 0.2, 0.1)], [0]) == value(ce, [(0.7, 0.05, 0.25)], [0])

    def test_guessing_evenly_costs_the_log_of_the_number_of_classes(self) -> None:
        even = [(0.25, 0.25, 0.25, 0.25)]
        assert value(evaluation_of("ce", CLASSES, P), even, [3]) == pytest.approx(math.log(4))

    def test_a_sure_mistake_costs_infinity_on_paper_and_16_by_default(self) -> None:
        wrong = ([(1.0, 0.0, 0.0)], [1])
        assert value(evaluation_of("ce", CLASSES, P, like="exact"), *wrong) == math.inf
        assert value(evaluation_of("ce", CLASSES, P), *wrong) == pytest.approx(-math.log(1e-7))

    def test_cross_entropy_of_two_classes_is_binary_cross_entropy(self) -> None:
        p, y = np.array([0.9, 0.2, 0.6]), np.array([1, 0, 0])
        two = value(evaluation_of("ce", CLASSES, P), np.stack([1 - p, p], axis=1), y)
        assert two == pytest.approx(value(evaluation_of("bce", BINARY, P), p, y), rel=1e-14)


class TestFocal:
    """Focal loss: cross entropy that fades for easy rows."""

    def test_with_gamma_0_it_is_binary_cross_entropy(self) -> None:
        p, y = [0.9, 0.2, 0.6, 0.999], [1, 0, 0, 1]
        plain = measured(evaluation_of("bce", BINARY, P), p, y).losses
        focal = measured(evaluation_of("focal", BINARY, P, gamma=0.0), p, y).losses
        np.testing.assert_array_equal(focal, plain)

    def test_with_gamma_0_it_is_categorical_cross_entropy(self) -> None:
        rows, y = [(0.7, 0.2, 0.1), (0.1, 0.6, 0.3)], [0, 2]
        plain = measured(evaluation_of("ce", CLASSES, P), rows, y).losses
        focal = measured(evaluation_of("focal", CLASSES, P, gamma=0.0), rows, y).losses
        np.testing.assert_allclose(focal, plain, rtol=1e-15)

    def test_many_easy_rows_drown_the_hard_ones_in_bce_but_not_in_focal(self) -> None:
        # 10,000 negatives that are already right, 10 positives that are badly wrong.
        p = np.concatenate([np.full(10_000, 0.05), np.full(10, 0.1)])
        y = np.concatenate([np.zeros(10_000), np.ones(10)])

        def share_of_hard_rows(loss: str, **params: float) -> float:
            rows = measured(evaluation_of(loss, BINARY, P, **params), p, y).losses
            return float(rows[-10:].sum() / rows.sum())

        assert share_of_hard_rows("bce") < 0.05
        assert share_of_hard_rows("focal", gamma=2.0) > 0.9

    def test_a_larger_gamma_fades_an_easy_row_more(self) -> None:
        costs = [
            value(evaluation_of("focal", BINARY, P, gamma=gamma), [0.9], [1])
            for gamma in (0.0, 1.0, 2.0, 5.0)
        ]
        assert costs == sorted(costs, reverse=True)
        # Lin et al. 2017, section 3.2: with γ = 2 a row at 0.9 costs 100 times less.
        assert costs[0] / costs[2] == pytest.approx(100.0, rel=1e-12)


class TestSquaredErrors:
    """SSE, MSE and RMSE: one kernel, three numbers."""

    PRED, LABEL = np.array([2.5, 0.0, 2.0, 8.0]), np.array([3.0, -0.5, 2.0, 7.0])

    def of(self, loss: str, times: int = 1, **params: float) -> float:
        evaluation = evaluation_of(loss, Task.REGRESSION, Kind.VALUE, **params)
        return value(evaluation, np.tile(self.PRED, times), np.tile(self.LABEL, times))

    def test_by_hand(self) -> None:
        assert self.of("mse") == 0.375
        assert self.of("sse") == 0.75
        assert self.of("rmse") == math.sqrt(0.375)

    @pytest.mark.parametrize("times", [2, 10, 1000])
    def test_the_sum_grows_with_the_rows_and_the_mean_does_not(self, times: int) -> None:
        assert self.of("sse", times) == times * self.of("sse")
        assert self.of("mse", times) == self.of("mse")
        assert self.of("rmse", times) == self.of("rmse")

    def test_the_half_cancels_in_the_derivative(self) -> None:
        step = 2.0**-16
        for j, (p, y) in enumerate(zip(self.PRED, self.LABEL, strict=True)):
            up, down = self.PRED.copy(), self.PRED.copy()
            up[j] += step
            down[j] -= step
            half_sums = [0.5 * squared_error(side, self.LABEL).sum() for side in (up, down)]
            assert (half_sums[0] - half_sums[1]) / (2 * step) == pytest.approx(p - y, abs=1e-9)

    def test_the_derivative_of_the_sse_of_one_row_is_its_error(self) -> None:
        sse = evaluation_of("sse", Task.REGRESSION, Kind.VALUE)
        step = 2.0**-16
        for p, y in zip(self.PRED, self.LABEL, strict=True):
            slope = (value(sse, [p + step], [y]) - value(sse, [p - step], [y])) / (2 * step)
            assert slope == pytest.approx(p - y, abs=1e-9)

    def test_eps_goes_inside_the_root(self) -> None:
        assert self.of("rmse", eps=1e-6) == math.sqrt(0.375 + 1e-6)

    def test_half_errors_count_a_quarter_and_outliers_rule(self) -> None:
        mse = evaluation_of("mse", Task.REGRESSION, Kind.VALUE)
        mae = evaluation_of("mae", Task.REGRESSION, Kind.VALUE)
        errors = np.array([0.5, 1.0, 10.0])
        assert value(mse, errors, np.zeros(3)) == pytest.approx((0.25 + 1 + 100) / 3)
        assert value(mae, errors, np.zeros(3)) == pytest.approx(11.5 / 3)


class TestBetweenSquareAndLine:
    """Huber and log-cosh: squares near zero, lines far away."""

    def test_huber_bends_at_delta(self) -> None:
        huber = evaluation_of("huber", Task.REGRESSION, Kind.VALUE, delta=2.0)
        rows = measured(huber, [0.5, 2.0, 3.0, -10.0], np.zeros(4)).losses
        np.testing.assert_allclose(rows, [0.125, 2.0, 4.0, 18.0], rtol=1e-15)

    def test_log_cosh_is_half_a_square_near_zero_and_a_line_less_log_2_far_away(self) -> None:
        log_cosh = evaluation_of("log_cosh", Task.REGRESSION, Kind.VALUE)
        rows = measured(log_cosh, [1e-9, 1e6], np.zeros(2)).losses
        np.testing.assert_allclose(rows, [0.5e-18, 1e6 - math.log(2.0)], rtol=1e-15)


class TestBrier:
    """The Brier score: squared distance to what happened."""

    def test_by_hand(self) -> None:
        brier = evaluation_of("brier", BINARY, P)
        expected = (0.01 + 0.04 + 0.36) / 3
        assert value(brier, [0.9, 0.2, 0.6], [1, 0, 0]) == pytest.approx(expected)

    def test_over_two_classes_it_is_twice_the_binary_score(self) -> None:
        p, y = np.array([0.9, 0.2, 0.6]), np.array([1, 0, 0])
        over = value(evaluation_of("brier", CLASSES, P), np.stack([1 - p, p], axis=1), y)
        assert over == pytest.approx(2 * value(evaluation_of("brier", BINARY, P), p, y))


def test_cross_entropy_of_distributions_is_a_sum_and_categorical_cross_entropy_its_mean() -> None:
    rows, labels = TestDivergence.PRED, TestDivergence.LABEL
    summed = value(evaluation_of("ced", SHARES, P), rows, labels)
    averaged = value(evaluation_of("ce", SHARES, P), rows, labels)
    assert summed == pytest.approx(2 * averaged, rel=1e-15)
    over_rows = evaluation_of("ced", SHARES, P, reduction=Reduction.MEAN)
    assert value(over_rows, rows, labels) == pytest.approx(averaged, rel=1e-15)


def test_a_probability_and_its_logit_cost_the_same() -> None:
    p, y = np.array([0.9, 0.2, 0.6]), [1, 0, 0]
    as_logits = value(evaluation_of("bce", BINARY, Z), np.log(p / (1 - p)), y)
    assert as_logits == pytest.approx(value(evaluation_of("bce", BINARY, P), p, y), rel=1e-14)


def test_hinge_is_0_beyond_the_margin_and_grows_on_the_wrong_side() -> None:
    hinge = evaluation_of("hinge", BINARY, Z)
    rows = measured(hinge, [2.0, 0.5, -1.0, -3.0], [1, 1, 1, 0]).losses
    np.testing.assert_array_equal(rows, [0.0, 0.5, 2.0, 0.0])


def test_zero_one_is_the_share_of_wrong_decisions() -> None:
    zero_one = evaluation_of("zero_one", BINARY, P)
    assert value(zero_one, [0.9, 0.2, 0.6, 0.5], [1, 0, 0, 0]) == 0.25
