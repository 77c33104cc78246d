"""Predictions that are classes already: words, answers, numbers of classes, one-hot rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.errors import UsageError

RNG = np.random.default_rng(7)
WORDS = ("ash", "birch", "cedar")
TRUE = RNG.integers(0, 3, 60)
SAID = np.where(RNG.random(60) < 0.7, TRUE, RNG.integers(0, 3, 60))
WRONG = float((TRUE != SAID).mean())


@pytest.fixture
def words(tmp_path: Path) -> str:
    rows = [f"{WORDS[a]},{WORDS[b]}" for a, b in zip(SAID, TRUE, strict=True)]
    file = tmp_path / "species.csv"
    file.write_text("\n".join(["predicted,actual", *rows]) + "\n")
    return str(file)


def test_words_are_compared_with_words(words: str) -> None:
    report = losscli.evaluate(words)
    assert (report.task, report.results[0].loss) == ("classes", "zero_one")
    assert report.results[0].value == pytest.approx(WRONG, abs=1e-15)


def test_their_best_constant_is_the_commonest_class(words: str) -> None:
    best = losscli.evaluate(words).results[0].baseline
    assert best is not None
    assert best.value == pytest.approx(1.0 - np.bincount(TRUE).max() / 60, abs=1e-15)


def test_groups_of_words_are_called_by_their_words(words: str) -> None:
    [result] = losscli.evaluate(words, by_class=True).results
    assert [part.value_of for part in result.slices] == list(WORDS)


def test_rows_show_the_words(words: str) -> None:
    row = losscli.rows(words).hardest(1).rows[0]
    assert row.pred[0] in WORDS


def test_two_models_of_words_are_compared(words: str) -> None:
    report = losscli.compare([words, words])
    assert [each.loss for each in report.comparisons] == ["zero_one"]


@pytest.mark.parametrize("loss", ["mse", "bce", "hinge"])
def test_a_loss_of_numbers_is_refused_for_words(words: str, loss: str) -> None:
    with pytest.raises(UsageError, match="words"):
        losscli.evaluate(words, losses=loss)


def test_a_word_far_below_that_the_first_rows_lack_is_a_class_too(tmp_path: Path) -> None:
    file = tmp_path / "late.csv"
    file.write_text("predicted,actual\n" + "a,b\nb,b\n" * 140_000 + "c,c\n")
    report = losscli.evaluate(str(file), losses="zero_one")
    assert report.results[0].value == pytest.approx(140_000 / 280_001, rel=1e-15)


def test_words_of_which_no_label_has_any_give_no_number(tmp_path: Path) -> None:
    file = tmp_path / "spelt.csv"
    file.write_text("predicted,actual\nCat,cat\nDog,dog\n")
    with pytest.raises(UsageError, match="'Cat' and the label 'cat' are two words"):
        losscli.evaluate(str(file))


@pytest.mark.parametrize(
    ("pred", "label", "task"),
    [
        pytest.param(SAID % 2, TRUE % 2, "binary", id="answers"),
        pytest.param(2 * (SAID % 2) - 1, 2 * (TRUE % 2) - 1, "binary", id="signs"),
        pytest.param(SAID, TRUE, "classes", id="from 0"),
        pytest.param(SAID + 1.0, TRUE + 1.0, "classes", id="from 1"),
        pytest.param(np.eye(3)[SAID], TRUE, "multiclass", id="one-hot rows"),
        pytest.param(np.eye(3)[SAID], np.eye(3)[TRUE], "multiclass", id="one-hot labels"),
    ],
)
def test_decisions_get_the_zero_one_loss_first(pred: Any, label: Any, task: str) -> None:
    report = losscli.evaluate(pred, label)
    wrong = float((SAID % 2 != TRUE % 2).mean()) if task == "binary" else WRONG
    assert (report.task, report.results[0].loss) == (task, "zero_one")
    assert report.results[0].value == pytest.approx(wrong, abs=1e-15)
    assert losscli.recommend(pred, label).loss == "zero_one"


def test_several_answers_per_row_get_the_hamming_loss_first() -> None:
    pred, label = RNG.integers(0, 2, (40, 5)), RNG.integers(0, 2, (40, 5))
    result = losscli.evaluate(pred, label).results[0]
    assert (result.loss, result.value) == ("hamming", pytest.approx((pred != label).mean()))


def test_f1_of_answers_is_that_of_yes() -> None:
    pred, label = SAID % 2, TRUE % 2
    hits = float((pred * label).sum())
    f1 = 2.0 * hits / float(pred.sum() + label.sum())
    assert losscli.evaluate(pred, label, "f1").results[0].value == pytest.approx(1.0 - f1)


def test_a_named_loss_reads_answers_as_the_numbers_that_they_are() -> None:
    pred, label = SAID % 2, TRUE % 2
    assert losscli.evaluate(pred, label, "mse")["mse"].value == (pred != label).mean()


@pytest.mark.parametrize(
    ("pred", "label"),
    [
        pytest.param([3, 1, 4, 1, 5], [3, 1, 4, 2, 5], id="few rows"),
        pytest.param(SAID * 10, TRUE * 10, id="numbers left out"),
        pytest.param(np.arange(300) % 150, np.arange(300) % 149, id="many numbers"),
    ],
)
def test_whole_numbers_that_count_nothing_are_amounts_and_doubted(pred: Any, label: Any) -> None:
    report = losscli.evaluate(pred, label)
    assert (report.task, report.recommendation.confidence) == ("regression", "low")
    assert any("-l zero_one" in note for note in report.notes)


def test_classes_that_may_be_counts_are_said_to_be() -> None:
    assert any("-l mse" in note for note in losscli.evaluate(SAID, TRUE).notes)
