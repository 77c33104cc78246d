"""Baselines and skills are computed when somebody reads them, and only then."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.evaluating import results
from losscli.evaluating.report import Report

PRED, LABEL = np.array([0.9, 0.2, 0.6]), np.array([1.0, 0.0, 0.0])


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The losses whose baselines have been computed so far."""
    found: list[str] = []
    real: Callable[..., Any] = results.baseline

    def counted(evaluation: Any, *given: Any) -> Any:
        found.append(evaluation.loss.id)
        return real(evaluation, *given)

    monkeypatch.setattr(results, "baseline", counted)
    return found


def report() -> Report:
    return losscli.evaluate(PRED, LABEL, "bce,mse")


def test_a_value_and_its_interval_are_read_without_any_baseline(computed: list[str]) -> None:
    found = report()["bce"]
    assert found.value is not None
    assert found.interval is not None
    assert computed == []


def test_baseline_and_skill_are_computed_once_of_the_loss_that_is_asked_for(
    computed: list[str],
) -> None:
    found = report()["bce"]
    assert found.baseline is not None
    assert found.value is not None
    assert found.skill == 1.0 - found.value / found.baseline.value
    assert found.baseline is found.baseline
    assert computed == ["binary_cross_entropy"]


def test_labels_that_change_after_the_evaluation_change_no_baseline() -> None:
    label = LABEL.copy()
    late = losscli.evaluate(PRED, label, "mse")
    label[:] = 7.0
    assert late == losscli.evaluate(PRED, LABEL, "mse")


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, replace])
def test_a_copy_is_equal_and_computes_nothing_twice(
    computed: list[str], copied: Callable[[Any], Any]
) -> None:
    found = report()["bce"]
    other = copied(found)
    assert other == found
    assert other.baseline is not None
    assert computed == ["binary_cross_entropy"]


def test_a_pickle_holds_the_numbers_and_no_work(computed: list[str]) -> None:
    found = report()
    again = pickle.loads(pickle.dumps(found))
    assert computed == ["binary_cross_entropy", "mean_squared_error"]
    assert again == found
    assert again.to_dict() == found.to_dict()
