"""What is advised, and why."""

from __future__ import annotations

import pytest

import losscli
from losscli.task.advice import recommend_for
from losscli.task.decision import HIGH, Decision
from losscli.vocabulary import Kind, Task

PRED, LABEL = [(0.7, 0.2, 0.1), (0.1, 0.8, 0.1)], [0, 2]


def test_that_kl_equals_cross_entropy_of_one_hot_labels_is_worth_a_look() -> None:
    advice = losscli.evaluate(PRED, LABEL).recommendation
    assert advice is not None
    assert "kl equals ce of one-hot labels, which have no entropy" in advice.suggestions
    both = losscli.evaluate(PRED, LABEL, "ce,kl")
    assert both["kl"].value == pytest.approx(both["ce"].value, rel=1e-15)


def test_of_labels_that_are_shares_nobody_says_so() -> None:
    verdict = Decision(Task.DISTRIBUTION, Kind.PROBABILITY, HIGH, ())
    assert not any("kl" in said for said in recommend_for(verdict).suggestions)
