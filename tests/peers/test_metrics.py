"""Metrics that people put beside losses: 1 − ours equals scikit-learn's, on the same arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

import losscli

RNG = np.random.default_rng(18)
ROWS = 300
LABEL = RNG.integers(0, 2, ROWS)
# Rounded, so that scores tie within classes and between them.
SCORE = np.round(0.25 * LABEL + 0.75 * RNG.uniform(size=ROWS), 2)
DECIDED = (SCORE > 0.5).astype(int)
WEIGHT = RNG.uniform(0.1, 3.0, ROWS)
CLASS = RNG.integers(0, 4, ROWS)
SHARES = RNG.dirichlet(np.ones(4), ROWS)
LARGEST = SHARES.argmax(axis=1)
ITEMS = RNG.integers(0, 2, (ROWS, 3))
ITEM_SCORES = np.round(RNG.uniform(size=(ROWS, 3)), 2)


def score(pred: Any, label: Any, name: str, **options: Any) -> float:
    return losscli.evaluate(pred, label, name, score=True, **options).results[0].value


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["unweighted", "weighted"])
@pytest.mark.parametrize(
    ("name", "theirs", "given"),
    [
        ("auc", metrics.roc_auc_score, SCORE),
        ("ap", metrics.average_precision_score, SCORE),
        ("f1", metrics.f1_score, DECIDED),
        ("mcc", metrics.matthews_corrcoef, DECIDED),
        ("balanced_accuracy", metrics.balanced_accuracy_score, DECIDED),
        ("accuracy", metrics.accuracy_score, DECIDED),
    ],
)
def test_of_two_classes(name: str, theirs: Callable[..., float], given: Any, weight: Any) -> None:
    expected = theirs(LABEL, given, sample_weight=weight)
    assert score(SCORE, LABEL, name, weight=weight) == pytest.approx(expected, abs=1e-14)


def test_of_several_classes() -> None:
    expected = {
        "auc": metrics.roc_auc_score(CLASS, SHARES, multi_class="ovr"),
        "ap": metrics.average_precision_score(np.eye(4)[CLASS], SHARES),
        "f1": metrics.f1_score(CLASS, LARGEST, average="macro"),
        "f1:average=micro": metrics.f1_score(CLASS, LARGEST, average="micro"),
        "f1:average=weighted": metrics.f1_score(CLASS, LARGEST, average="weighted"),
        "mcc": metrics.matthews_corrcoef(CLASS, LARGEST),
        "balanced_accuracy": metrics.balanced_accuracy_score(CLASS, LARGEST),
    }
    for name, value in expected.items():
        assert score(SHARES, CLASS, name) == pytest.approx(value, abs=1e-14), name


def test_of_classes_written_as_numbers() -> None:
    # Class 7 is decided and never true, class 3 true and never decided.
    decided, true = np.where(LARGEST == 3, 7, LARGEST), CLASS
    expected = {
        "f1": metrics.f1_score(true, decided, average="macro"),
        "mcc": metrics.matthews_corrcoef(true, decided),
    }
    for name, value in expected.items():
        found = score(decided, true, name, task="regression", kind="class")
        assert found == pytest.approx(value, abs=1e-14), name


def test_of_several_labels_a_row() -> None:
    expected = {
        "auc": metrics.roc_auc_score(ITEMS, ITEM_SCORES),
        "ap": metrics.average_precision_score(ITEMS, ITEM_SCORES),
        "f1": metrics.f1_score(ITEMS, ITEM_SCORES > 0.5, average="macro"),
        "f1:average=micro": metrics.f1_score(ITEMS, ITEM_SCORES > 0.5, average="micro"),
    }
    for name, value in expected.items():
        found = score(ITEM_SCORES, ITEMS, name, task="multilabel")
        assert found == pytest.approx(value, abs=1e-14), name


@pytest.mark.parametrize("k", [None, 3])
@pytest.mark.parametrize("gain", ["linear", "exponential"])
@pytest.mark.parametrize("ignore_ties", [False, True])
def test_ndcg_of_each_query_of_a_long_table(
    tmp_path: Any, k: int | None, gain: str, ignore_ties: bool
) -> None:
    query = RNG.permutation(np.repeat(np.arange(20), RNG.integers(2, 9, 20)))
    relevance = RNG.integers(0, 4, len(query))
    scores = RNG.normal(size=len(query))
    if not ignore_ties:
        scores = np.round(scores, 1)
    rows = [f"q{q},{s!r},{r}" for q, s, r in zip(query, scores.tolist(), relevance, strict=True)]
    path = tmp_path / "ranked.csv"
    path.write_text("\n".join(["qid,score,rel", *rows]) + "\n")
    gains = 2.0**relevance - 1.0 if gain == "exponential" else relevance
    expected = [
        metrics.ndcg_score([gains[query == q]], [scores[query == q]], k=k, ignore_ties=ignore_ties)
        for q in np.unique(query)
    ]
    columns = losscli.Columns(pred="score", label="rel", group="qid")
    params = {"gain": gain, "ignore_ties": ignore_ties, "k": k}
    result = losscli.evaluate(str(path), None, "ndcg", columns=columns, **params).results[0]
    assert result.value == pytest.approx(np.mean(expected), abs=1e-14)
    assert result.n == 20
    assert result.standard_error == pytest.approx(np.std(expected, ddof=1) / 20**0.5, rel=1e-12)
