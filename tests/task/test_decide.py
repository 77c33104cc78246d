"""BCE or CE: from the shape, the values and the labels to task, kind and advice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import losscli
from losscli.errors import DataError, UsageError
from losscli.task.advice import recommend_for
from losscli.task.decide import decide
from losscli.task.decision import HIGH, LOW, MEDIUM, Decision, Hints, kind_named_by
from losscli.task.profile import LabelProfile, PredProfile, tolerance
from losscli.vocabulary import Evidence, Kind, Task

BCE, CE, MSE = "binary_cross_entropy", "categorical_cross_entropy", "mean_squared_error"

SEED = np.random.default_rng(5)
N, C = 200, 3
ONE = SEED.uniform(0.0, 1.0, N)
SUMMING = SEED.dirichlet(np.ones(C), N)
NOT_SUMMING = SEED.uniform(0.0, 1.0, (N, C))
LOGITS = 4.0 * SEED.normal(size=N)
SCORES = 4.0 * SEED.normal(size=(N, C))
YES_NO = SEED.integers(0, 2, N)
CLASS = SEED.integers(0, C, N)
ONE_HOT = np.eye(C)[CLASS]
MULTI_HOT = np.array([(1, 1, 0), (0, 0, 0), (0, 1, 0), (1, 0, 1)] * (N // 4))
SHARES = SEED.dirichlet(np.ones(C), N)
REAL = SEED.normal(10.0, 5.0, N)


def words(*names: str) -> Any:
    return np.array([names[k % len(names)] for k in range(N)], dtype=object)


def read(pred: Any, label: Any = None, hints: Hints | None = None, off: float = 1e-6) -> Decision:
    pred = np.asarray(pred, dtype=np.float64)
    width = pred.shape[1] if pred.ndim == 2 else 1
    seen = None if label is None else LabelProfile.of(np.asarray(label), off)
    return decide(PredProfile.of(pred, off), seen, width, hints or Hints())


def fact(verdict: Decision, step: str) -> Evidence:
    """The last piece of evidence about something."""
    return [item for item in verdict.evidence if item.step == step][-1]


TABLE = {
    # One item per row in [0, 1]: plain binary.
    "probabilities-no-labels": (ONE, None, Task.BINARY, Kind.PROBABILITY, BCE, HIGH),
    "probabilities": (ONE, YES_NO, Task.BINARY, Kind.PROBABILITY, BCE, HIGH),
    "probabilities-bool": (ONE, YES_NO == 1, Task.BINARY, Kind.PROBABILITY, BCE, HIGH),
    "probabilities-signs": (ONE, 2 * YES_NO - 1, Task.BINARY, Kind.PROBABILITY, BCE, HIGH),
    "probabilities-words": (ONE, words("no", "yes"), Task.BINARY, Kind.PROBABILITY, BCE, HIGH),
    # Several items per row in [0, 1] that sum to 1: multiclass.
    "summing-no-labels": (SUMMING, None, Task.MULTICLASS, Kind.PROBABILITY, CE, HIGH),
    "summing-indices": (SUMMING, CLASS, Task.MULTICLASS, Kind.PROBABILITY, CE, HIGH),
    "summing-one-hot": (SUMMING, ONE_HOT, Task.MULTICLASS, Kind.PROBABILITY, CE, HIGH),
    "summing-words": (SUMMING, words("a", "b", "c"), Task.MULTICLASS, Kind.PROBABILITY, CE, HIGH),
    "summing-shares": (SUMMING, SHARES, Task.DISTRIBUTION, Kind.PROBABILITY, CE, HIGH),
    # Several items per row in [0, 1] that do not: a question each.
    "not-summing": (NOT_SUMMING, None, Task.MULTILABEL, Kind.PROBABILITY, BCE, HIGH),
    "0.7,0.6,0.4": ([(0.7, 0.6, 0.4)], None, Task.MULTILABEL, Kind.PROBABILITY, BCE, HIGH),
    "not-summing-multi-hot": (
        *(NOT_SUMMING, MULTI_HOT, Task.MULTILABEL, Kind.PROBABILITY, BCE, HIGH),
    ),
    "not-summing-signs": (
        *(NOT_SUMMING, 2 * MULTI_HOT - 1, Task.MULTILABEL, Kind.PROBABILITY, BCE, HIGH),
    ),
    # One item outside [0, 1] with labels 0 and 1: logits.
    "logits": (LOGITS, YES_NO, Task.BINARY, Kind.LOGIT, BCE, HIGH),
    "logits-signs": (LOGITS, 2 * YES_NO - 1, Task.BINARY, Kind.LOGIT, BCE, HIGH),
    "perhaps-tanh": (2 * ONE - 1, YES_NO, Task.BINARY, Kind.LOGIT, BCE, LOW),
    "perhaps-tanh-signs": (2 * ONE - 1, 2 * YES_NO - 1, Task.BINARY, Kind.LOGIT, BCE, LOW),
    # Several items outside [0, 1]: the labels tell.
    "scores-indices": (SCORES, CLASS, Task.MULTICLASS, Kind.LOGIT, CE, HIGH),
    "scores-one-hot": (SCORES, ONE_HOT, Task.MULTICLASS, Kind.LOGIT, CE, HIGH),
    "scores-multi-hot": (SCORES, MULTI_HOT, Task.MULTILABEL, Kind.LOGIT, BCE, HIGH),
    "scores-signs": (SCORES, 2 * MULTI_HOT - 1, Task.MULTILABEL, Kind.LOGIT, BCE, HIGH),
    "scores-shares": (SCORES, SHARES, Task.DISTRIBUTION, Kind.LOGIT, CE, HIGH),
    "scores-no-labels": (SCORES, None, Task.MULTICLASS, Kind.LOGIT, CE, LOW),
    "log-probabilities": (
        *(np.log(SUMMING), CLASS, Task.MULTICLASS, Kind.LOG_PROBABILITY, CE, HIGH),
    ),
    # Real labels: neither.
    "real": (REAL + LOGITS, REAL, Task.REGRESSION, Kind.VALUE, MSE, HIGH),
    "real-but-predictions-in-unit": (ONE, REAL, Task.REGRESSION, Kind.VALUE, MSE, HIGH),
    "real-several": (SCORES, 10 * SCORES, Task.REGRESSION, Kind.VALUE, MSE, HIGH),
    "real-in-unit": (ONE, ONE[::-1], Task.REGRESSION, Kind.VALUE, MSE, MEDIUM),
    "counts": (10 * ONE, np.arange(N), Task.REGRESSION, Kind.VALUE, MSE, HIGH),
}


@pytest.mark.parametrize(
    ("pred", "label", "task", "kind", "loss", "confidence"), list(TABLE.values()), ids=list(TABLE)
)
def test_shape_values_and_labels_give_the_advice(
    pred: Any, label: Any, task: Task, kind: Kind, loss: str, confidence: str
) -> None:
    verdict = read(pred, label)
    assert (verdict.task, verdict.kind, verdict.confidence) == (task, kind, confidence)
    advice = recommend_for(verdict)
    assert advice.loss == loss
    assert ("with logits" in advice.title) is (kind is Kind.LOGIT)
    assert ("per item" in advice.title) is (task is Task.MULTILABEL)


@pytest.mark.parametrize("case", list(TABLE))
def test_the_evidence_starts_with_the_shape_then_the_values(case: str) -> None:
    pred, label, *_ = TABLE[case]
    steps = [item.step for item in read(pred, label).evidence]
    assert steps[:2] == ["shape", "values"]
    assert label is None or "labels" in steps


def test_one_column_is_one_item_per_row() -> None:
    flat, column = (
        read(ONE, YES_NO),
        decide(PredProfile.of(ONE[:, None], 1e-6), LabelProfile.of(YES_NO, 1e-6), 1),
    )
    assert (flat.task, flat.kind) == (column.task, column.kind)


class TestMixedEvidence:
    """What does not fit is counted and lowers the confidence."""

    def test_3_of_10000_rows_that_do_not_sum_to_1_are_counted(self) -> None:
        pred = SEED.dirichlet(np.ones(C), 10_000)
        pred[[7, 70, 700]] = (0.7, 0.6, 0.4)
        verdict = read(pred, np.zeros(10_000, dtype=int))
        assert verdict.task is Task.MULTICLASS
        assert verdict.confidence == MEDIUM
        assert fact(verdict, "row sums").finding.startswith("3 of 10,000 rows do not sum to 1")
        assert "0.7" in fact(verdict, "row sums").finding
        assert "mistakes" in fact(verdict, "row sums").follows

    def test_rows_of_which_many_do_and_many_do_not_sum_to_1_leave_little_confidence(self) -> None:
        verdict = read(np.concatenate([SUMMING, NOT_SUMMING[:150]]))
        assert verdict.task is Task.MULTICLASS
        assert verdict.confidence == LOW
        assert "150 of 350" in fact(verdict, "row sums").finding

    def test_a_few_rows_that_happen_to_sum_to_1_do_not_make_classes(self) -> None:
        pred = NOT_SUMMING.copy()
        pred[:4] = (0.25, 0.25, 0.5)
        verdict = read(pred, MULTI_HOT)
        assert verdict.task is Task.MULTILABEL
        assert verdict.confidence == MEDIUM
        assert f"{N - 4} of {N}" in fact(verdict, "row sums").finding

    @pytest.mark.parametrize("bad", [1.7, -0.2])
    def test_a_few_values_outside_0_to_1_are_mistakes_and_not_logits(self, bad: float) -> None:
        pred = ONE.copy()
        pred[:3] = bad
        verdict = read(pred, YES_NO)
        assert (verdict.kind, verdict.confidence) == (Kind.PROBABILITY, LOW)
        assert f"3 of {N} outside [0, 1]" in fact(verdict, "values").finding
        assert "mistakes" in fact(verdict, "values").follows

    @pytest.mark.parametrize("step", [0.3, 1.5, 40.0])
    def test_values_outside_0_to_1_in_rows_that_all_sum_to_1_are_mistakes(
        self, step: float
    ) -> None:
        pred = SUMMING.copy()
        pred[:, 0] += step
        pred[:, 1] -= step
        verdict = read(pred, CLASS)
        assert (verdict.task, verdict.kind) == (Task.MULTICLASS, Kind.PROBABILITY)
        assert verdict.confidence == LOW
        assert read(pred, CLASS, Hints(kind=Kind.LOGIT)).kind is Kind.LOGIT

    def test_logits_that_are_whole_numbers_sum_to_1_by_chance(self) -> None:
        pred = np.array([[2, -1], [1, -1], [3, -3]])
        assert read(pred, [0, 0, 1], off=tolerance(2, None, 0)).kind is Kind.LOGIT

    def test_evidence_of_blocks_adds_up(self) -> None:
        pred = SUMMING.copy()
        pred[150] = (0.7, 0.6, 0.4)
        whole = PredProfile.of(pred, 1e-6)
        pieces = sum((PredProfile.of(piece, 1e-6) for piece in np.split(pred, 5)), PredProfile())
        assert pieces == whole
        label = sum((LabelProfile.of(piece, 1e-6) for piece in np.split(CLASS, 5)), LabelProfile())
        assert label == LabelProfile.of(CLASS, 1e-6)


class TestContradiction:
    """Labels that do not suit the shape are named."""

    def test_indices_outside_the_classes(self) -> None:
        verdict = read(SUMMING, CLASS + 1)
        assert verdict.confidence == LOW
        assert "(1 to 3, outside 0..2)" in fact(verdict, "labels").finding

    def test_multi_hot_labels_on_rows_that_sum_to_1(self) -> None:
        verdict = read(SUMMING, MULTI_HOT)
        assert (verdict.task, verdict.confidence) == (Task.MULTILABEL, LOW)
        assert "150 of 200 rows have no 1 or several" in fact(verdict, "labels").finding
        assert "contradicts rows that sum to 1" in fact(verdict, "labels").follows

    @pytest.mark.parametrize("label", [CLASS, ONE_HOT], ids=["indices", "one-hot"])
    def test_one_class_per_row_where_rows_do_not_sum_to_1(self, label: Any) -> None:
        verdict = read(NOT_SUMMING, label)
        assert (verdict.task, verdict.confidence) == (Task.MULTILABEL, LOW)
        assert "contradicts" in fact(verdict, "labels").follows

    def test_two_whole_numbers_other_than_0_and_1_are_not_quietly_a_regression(self) -> None:
        verdict = read(ONE, YES_NO + 1)
        assert (verdict.task, verdict.confidence) == (Task.BINARY, LOW)
        assert fact(verdict, "labels").finding == "1 and 2 only"
        assert "--classes" in fact(verdict, "labels").follows

    def test_they_are_yes_and_no_where_the_user_says_which_is_which(self) -> None:
        for pred, kind in ((ONE, Kind.PROBABILITY), (LOGITS, Kind.LOGIT)):
            verdict = read(pred, YES_NO + 1, Hints(worded=True))
            assert (verdict.task, verdict.kind) == (Task.BINARY, kind)

    def test_labels_that_are_all_minus_1_are_signs(self) -> None:
        assert read(ONE, np.full(N, -1)).task is Task.BINARY

    def test_three_words_for_one_prediction(self) -> None:
        verdict = read(ONE, words("dog", "cat", "lion"))
        assert verdict.confidence == LOW
        assert "3 different words" in fact(verdict, "labels").finding

    def test_more_label_columns_than_predictions(self) -> None:
        verdict = read(ONE, ONE_HOT)
        assert verdict.confidence == LOW
        assert "3 columns" in fact(verdict, "labels").finding

    def test_signs_are_not_called_shares(self) -> None:
        assert fact(read(NOT_SUMMING, 2 * MULTI_HOT - 1), "labels").finding == "-1 and 1 only"

    def test_probabilities_with_labels_that_are_whole_but_no_classes_are_doubtful(self) -> None:
        label = MULTI_HOT.copy()
        label[5, 1] = 2
        verdict = read(SUMMING, label)
        assert verdict.confidence != HIGH


class TestHints:
    """What the user says wins; what cannot be right is refused."""

    @pytest.mark.parametrize("kind", [Kind.LOGIT, Kind.TANH, Kind.PROBABILITY])
    def test_a_stated_kind_is_taken(self, kind: Kind) -> None:
        verdict = read(2 * ONE - 1, YES_NO, Hints(kind=kind))
        assert (verdict.task, verdict.kind, verdict.confidence) == (Task.BINARY, kind, HIGH)

    def test_logits_within_0_to_1_are_logits_if_the_user_says_so(self) -> None:
        verdict = read(SUMMING, CLASS, Hints(kind=Kind.LOGIT))
        assert (verdict.task, verdict.kind) == (Task.MULTICLASS, Kind.LOGIT)

    def test_the_kind_value_means_regression(self) -> None:
        verdict = read(ONE, YES_NO, Hints(kind=Kind.VALUE))
        assert (verdict.task, verdict.kind) == (Task.REGRESSION, Kind.VALUE)

    @pytest.mark.parametrize(
        ("pred", "label", "task", "kind"),
        [
            (ONE, YES_NO, Task.REGRESSION, Kind.VALUE),
            (ONE, ONE[::-1], Task.BINARY, Kind.PROBABILITY),
            (SUMMING, ONE_HOT, Task.MULTILABEL, Kind.PROBABILITY),
            (SUMMING, ONE_HOT, Task.DISTRIBUTION, Kind.PROBABILITY),
            (SCORES, ONE_HOT, Task.MULTILABEL, Kind.LOGIT),
        ],
    )
    def test_a_stated_task_is_taken(self, pred: Any, label: Any, task: Task, kind: Kind) -> None:
        verdict = read(pred, label, Hints(task=task))
        assert (verdict.task, verdict.kind) == (task, kind)
        assert fact(verdict, "task").finding == f"given as {task}"

    @pytest.mark.parametrize("task", [Task.MULTICLASS, Task.DISTRIBUTION, Task.MULTILABEL])
    def test_one_item_per_row_cannot_be_several_classes(self, task: Task) -> None:
        with pytest.raises(UsageError, match="one item per row"):
            read(ONE, YES_NO, Hints(task=task))

    def test_several_items_per_row_cannot_be_binary(self) -> None:
        with pytest.raises(UsageError, match="3 items per row") as refused:
            read(SUMMING, CLASS, Hints(task=Task.BINARY))
        assert "multilabel" in refused.value.hint

    def test_soft_labels_are_read_where_the_prediction_is_named_a_probability(self) -> None:
        for hints in (Hints(named=Kind.PROBABILITY), Hints(kind=Kind.PROBABILITY)):
            verdict = read(ONE, ONE[::-1], hints)
            assert (verdict.task, verdict.kind) == (Task.BINARY, Kind.PROBABILITY)
            assert fact(verdict, "labels").follows == "soft labels"

    @pytest.mark.parametrize("kind", [Kind.PROBABILITY, Kind.LOGIT])
    def test_a_stated_kind_of_answer_makes_other_labels_mistakes_not_a_regression(
        self, kind: Kind
    ) -> None:
        label = YES_NO.copy()
        label[17] = 2
        verdict = read(ONE, label, Hints(kind=kind))
        assert (verdict.task, verdict.kind) == (Task.BINARY, kind)
        assert fact(verdict, "labels").finding == "from 0 to 2"
        assert "contradicts" in fact(verdict, "labels").follows

    @pytest.mark.parametrize(
        ("columns", "kind"),
        [
            (("prob_rf",), Kind.PROBABILITY),
            (("p_cat", "p_dog"), Kind.PROBABILITY),
            (("Logit",), Kind.LOGIT),
            (("logits.0", "logits.1"), Kind.LOGIT),
            (("logp_a", "logprob_b"), Kind.LOG_PROBABILITY),
            (("p_cat", "logit_dog"), None),
            (("probe",), None),
            (("pred",), None),
        ],
    )
    def test_the_names_of_columns_speak_of_their_kind(
        self, columns: tuple[str, ...], kind: Kind | None
    ) -> None:
        assert kind_named_by(columns) is kind


class TestTolerance:
    """How far the sum of a row may be off 1: as far as rounding takes it."""

    def shares(self, width: int) -> Any:
        return SEED.dirichlet(np.ones(width), 500)

    @pytest.mark.parametrize("width", [2, 3, 10, 1000])
    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    def test_rounding_to_the_dtype_is_no_contradiction(self, width: int, dtype: Any) -> None:
        stored = self.shares(width).astype(dtype)
        off = tolerance(width, stored.dtype, None)
        assert read(stored, off=off).task is Task.MULTICLASS
        assert read(stored, off=off).confidence == HIGH

    @pytest.mark.parametrize("width", [2, 3, 10])
    @pytest.mark.parametrize("decimals", [2, 3, 6])
    def test_rounding_to_decimals_is_no_contradiction(self, width: int, decimals: int) -> None:
        written = self.shares(width).round(decimals)
        verdict = read(written, off=tolerance(width, None, decimals))
        assert (verdict.task, verdict.confidence) == (Task.MULTICLASS, HIGH)

    def test_three_thirds_written_with_two_decimals_sum_to_1(self) -> None:
        assert read([(0.33, 0.33, 0.33)], off=tolerance(3, None, 2)).task is Task.MULTICLASS

    def test_but_0_7_0_6_0_4_never_do(self) -> None:
        assert read([(0.7, 0.6, 0.4)], off=tolerance(3, None, 1)).task is Task.MULTILABEL

    def test_doubles_written_in_full_have_little_room(self) -> None:
        assert tolerance(3, np.dtype(np.float64), None) == 1e-6
        assert tolerance(3, None, 17) == 1e-6


class TestAdvice:
    """The words of the recommendation."""

    def test_imbalance_brings_up_class_weights_and_focal_loss(self) -> None:
        advice = recommend_for(read(ONE, YES_NO), (("0", 0.98), ("1", 0.02)))
        assert "2.0 % of the rows" in advice.evidence[-1].finding
        assert any("pos_weight=49" in text for text in advice.suggestions)
        assert any("focal" in text for text in advice.suggestions)

    def test_of_several_classes_the_rare_one_is_named(self) -> None:
        shares = (("dog", 0.60), ("cat", 0.37), ("lion", 0.03))
        advice = recommend_for(read(SUMMING, CLASS), shares)
        assert "'lion' is 3.0 % of the rows" in advice.evidence[-1].finding
        assert any("--class-weight" in text for text in advice.suggestions)

    def test_balanced_labels_need_no_word(self) -> None:
        assert recommend_for(read(ONE, YES_NO), (("0", 0.55), ("1", 0.45))).suggestions == ()

    @pytest.mark.parametrize("case", list(TABLE))
    def test_it_says_why(self, case: str) -> None:
        pred, label, *_ = TABLE[case]
        advice = recommend_for(read(pred, label))
        assert advice.because
        assert "{" not in advice.because
        assert advice.evidence


class TestMissing:
    """Missing and infinite values neither crash the reading nor decide it."""

    def test_missing_predictions_are_counted_and_the_rest_is_read(self) -> None:
        pred = SUMMING.copy()
        pred[3, 1] = np.nan
        found = PredProfile.of(pred, 1e-6)
        assert (found.missing, found.uneven) == (1, 0)
        assert read(pred, CLASS).task is Task.MULTICLASS

    def test_missing_labels_are_counted_and_the_rest_is_read(self) -> None:
        label = YES_NO.astype(float)
        label[5] = np.nan
        found = LabelProfile.of(label, 1e-6)
        assert (found.missing, found.zero_one) == (1, True)
        assert read(ONE, label).task is Task.BINARY

    def test_infinite_values_are_read_without_a_warning(self) -> None:
        found = PredProfile.of(np.array([(np.inf, -np.inf, 0.0)]), 1e-6)
        assert (found.low, found.high, found.outside_unit) == (-np.inf, np.inf, 2)
        assert LabelProfile.of(np.array([(np.inf, -np.inf)]), 1e-6).high == np.inf


def test_rows_of_zeros_over_a_vocabulary_in_half_precision_are_no_probabilities() -> None:
    with pytest.raises(DataError, match="sum to 0"):
        losscli.evaluate(np.zeros((4, 1000), np.float16), [1, 2, 3, 4], "ce", kind="probability")
