"""Predictions that are classes already, and whole numbers that are quantities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import losscli
from losscli.errors import UsageError
from losscli.task.quantities import named_quantities

SEED = np.random.default_rng(13)
TRUE = SEED.integers(0, 3, 60)
SAID = np.where(SEED.random(60) < 0.7, TRUE, SEED.integers(0, 3, 60))
WRONG = float(np.mean(SAID != TRUE))
NAMES = np.array(["heron", "gull", "tern"], dtype=object)


@pytest.mark.parametrize(
    ("pred", "label"),
    [
        (SAID, TRUE),
        (SAID + 1.0, TRUE + 1),
        (NAMES[SAID], NAMES[TRUE]),
        (np.eye(3)[SAID], TRUE),
        (np.eye(3)[SAID], np.eye(3, dtype=int)[TRUE]),
    ],
    ids=["whole", "from 1", "words", "one-hot", "one-hot labels"],
)
def test_classes_against_classes_get_the_error_rate_first(pred: Any, label: Any) -> None:
    report = losscli.evaluate(pred, label)
    assert report.results[0].loss == "zero_one"
    assert report.results[0].value == WRONG
    assert losscli.recommend(pred, label).loss == "zero_one"


@pytest.mark.parametrize("low", [0, -1])
def test_two_classes_are_sure_and_get_no_cross_entropy(low: int) -> None:
    codes = np.array([low, 1])
    report = losscli.evaluate(codes[SAID % 2], codes[TRUE % 2])
    assert report.results[0].loss == "zero_one"
    assert report.recommendation is not None
    assert report.recommendation.confidence == "high"
    assert "binary_cross_entropy" not in [result.loss for result in report.results]


def test_the_baseline_is_the_commonest_class() -> None:
    [result, *_] = losscli.evaluate(NAMES[SAID], NAMES[TRUE], losses="zero_one").results
    again = losscli.evaluate(SAID, TRUE).results[0]
    assert again.baseline is not None
    assert again.baseline.value == pytest.approx(1.0 - np.bincount(TRUE).max() / 60)
    assert result.value == WRONG


def test_few_whole_numbers_are_classes_with_a_word_about_quantities() -> None:
    notes = losscli.evaluate(SAID, TRUE).notes
    assert any("-l mse" in note for note in notes)


def test_many_whole_numbers_are_quantities_with_a_word_about_classes() -> None:
    count = SEED.poisson(60, 300)
    report = losscli.evaluate(SEED.permutation(count), count)
    assert report.task == "regression"
    assert any("zero_one" in note for note in report.notes)


def test_a_loss_that_was_named_is_not_doubted() -> None:
    assert not losscli.evaluate(SAID, TRUE, losses="mse").notes
    assert losscli.evaluate(SAID, TRUE, losses="mse").results[0].value == np.mean(
        (SAID - TRUE) ** 2
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("true_rating", True),
        ("predictedCount", True),
        ("Age", True),
        ("y_pred", False),
        ("class", False),
    ],
)
def test_names_tell_quantities(name: str, said: bool) -> None:
    assert named_quantities((name,)) is said


def test_two_ways_to_write_two_classes_are_asked_about() -> None:
    with pytest.raises(UsageError, match="0 and 1 on one side"):
        losscli.evaluate(SAID % 2, 2 * (TRUE % 2) - 1)


def test_words_that_differ_in_case_alone_are_refused() -> None:
    with pytest.raises(UsageError, match="'Heron' and the label 'heron'"):
        losscli.evaluate(
            np.array(["Heron", "gull"], dtype=object), np.array(["heron", "gull"], dtype=object)
        )


def test_words_that_have_nothing_in_common_are_refused() -> None:
    with pytest.raises(UsageError, match="no predicted word is among the labels"):
        losscli.evaluate(
            np.array(["a", "b"], dtype=object), np.array(["heron", "gull"], dtype=object)
        )


def test_words_are_no_probabilities() -> None:
    with pytest.raises(UsageError, match="reads numbers"):
        losscli.evaluate(NAMES[SAID], NAMES[TRUE], losses="brier")


def test_answers_to_labels_that_are_words_are_classes() -> None:
    yes_no = np.array(["no", "yes"], dtype=object)
    report = losscli.evaluate(SAID % 2, yes_no[TRUE % 2])
    assert report.results[0].loss == "zero_one"
    assert report.results[0].value == np.mean(SAID % 2 != TRUE % 2)


def test_all_zero_rows_are_nothing() -> None:
    with pytest.raises(UsageError, match="all predictions are 0"):
        losscli.evaluate(np.zeros((60, 3)), TRUE)


def test_softmax_that_was_rounded_is_still_of_classes_that_compete() -> None:
    shares = np.round(SEED.dirichlet(np.full(100, 0.05), 200), 3)
    report = losscli.evaluate(shares, SEED.integers(0, 100, 200))
    assert report.results[0].loss == "categorical_cross_entropy"
