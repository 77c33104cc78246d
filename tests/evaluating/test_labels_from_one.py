"""Labels beside an array that count its columns from 1 are told by the predictions, or asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import losscli

COLUMNS = 6
VERBS: dict[str, Callable[[np.ndarray, np.ndarray], object]] = {
    "evaluate": lambda pred, label: losscli.evaluate(pred, label, "ce"),
    "check": lambda pred, label: losscli.check(pred, label, max={"ce": 9.0}),
    "compare": lambda pred, label: losscli.compare({"a": pred, "b": 0.9 * pred}, label, "zero_one"),
}


def logits(true: np.ndarray, skill: float) -> np.ndarray:
    """Logits that go with the classes `true`, places from 0, as far as `skill` says."""
    random = np.random.default_rng(3)
    # Columns that are high in all rows tell nothing of the labels.
    bias = np.linspace(4.0, 0.0, COLUMNS)
    return bias + random.normal(size=(len(true), COLUMNS)) + skill * np.eye(COLUMNS)[true]


def labels(rows: int) -> np.ndarray:
    """Labels of which none is 0 and none the number of columns."""
    return np.random.default_rng(7).integers(1, COLUMNS, rows)


def said(pred: np.ndarray, label: np.ndarray) -> list[str]:
    return [note for note in losscli.evaluate(pred, label, "ce").notes if "from 1" in note]


@pytest.mark.parametrize("form", ["logits", "probabilities"])
@pytest.mark.parametrize("ask", VERBS.values(), ids=VERBS)
def test_labels_that_fit_the_column_before_are_asked_about(
    form: str, ask: Callable[[np.ndarray, np.ndarray], object]
) -> None:
    label = labels(500)
    pred = logits(label - 1, 2.0)
    if form == "probabilities":
        pred = np.exp(pred) / np.exp(pred).sum(axis=1, keepdims=True)
    with pytest.raises(losscli.UsageError, match=r"labels \(1 to 5\) seem to count the 6") as asked:
        ask(pred, label)
    first, second = asked.value.choices
    assert first.words == ("--classes", "1,2,3,4,5,6")
    assert second.words == ("--classes", "0,1,2,3,4,5")


def test_rows_that_are_left_out_do_not_hide_it() -> None:
    label = labels(500)
    pred = logits(label - 1, 2.0)
    pred[3, 4] = np.nan
    with pytest.raises(losscli.UsageError, match="in the first 499 rows"):
        losscli.evaluate(pred, label, "ce", nan="drop")


def test_the_answer_is_taken() -> None:
    label = labels(500)
    pred = logits(label - 1, 2.0)
    right = losscli.evaluate(pred, label - 1, "ce")["ce"].value
    answered = losscli.evaluate(pred, label, "ce", classes=["1", "2", "3", "4", "5", "6"])
    assert answered["ce"].value == right
    losscli.evaluate(pred, label, "ce", classes=["0", "1", "2", "3", "4", "5"])


def test_labels_that_fit_their_own_column_are_read_without_a_word() -> None:
    label = labels(500)
    assert said(logits(label, 2.0), label) == []


@pytest.mark.parametrize(("rows", "skill"), [(500, 0.0), (12, 0.5)])
def test_where_nothing_tells_the_reading_is_said(rows: int, skill: float) -> None:
    label = labels(rows)
    label[:2] = (1, COLUMNS - 1)
    [note] = said(logits(label, skill), label)
    assert "counted from 0, though neither 0 nor 6 occurs" in note
    assert "--classes 1,2,3,4,5,6" in note


def test_the_same_predictions_in_all_rows_tell_nothing() -> None:
    label = labels(500)
    assert len(said(np.tile(np.linspace(4.0, 0.0, COLUMNS), (500, 1)), label)) == 1


@pytest.mark.parametrize("label", [[0, 1, 2] * 20, [3, 4, 2] * 20, [2] * 60])
def test_labels_with_a_0_or_few_of_the_classes_are_no_question(label: list[int]) -> None:
    true = np.array(label)
    assert said(logits(true, 0.0), true) == []
