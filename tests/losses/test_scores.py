"""Scores that are 1 minus a loss: derived from the definition, reached by their customary names."""

from __future__ import annotations

import numpy as np
import pytest

import losscli
from losscli.conventions.names import meaning
from losscli.losses.definition.loss import Loss
from losscli.losses.registry import REGISTRY
from losscli.losses.scores import score_of

PRED, LABEL = np.array([0.9, 0.2, 0.6, 0.4, 0.55]), np.array([1, 0, 0, 1, 1])
COMPLEMENTED = [loss for loss in REGISTRY if loss.complement]


@pytest.mark.parametrize("loss", COMPLEMENTED, ids=lambda loss: loss.id)
def test_the_score_is_1_minus_the_loss(loss: Loss) -> None:
    cost = losscli.evaluate(PRED, LABEL, loss.id).results[0]
    gain = losscli.evaluate(PRED, LABEL, loss.id, score=True).results[0]
    assert gain.value == pytest.approx(1.0 - cost.value, abs=1e-15)
    assert (gain.loss, gain.lower_is_better) == (loss.complement, False)
    assert REGISTRY.get(gain.loss) == score_of(loss)


@pytest.mark.parametrize("loss", COMPLEMENTED, ids=lambda loss: loss.id)
def test_its_names_lead_to_the_loss_and_say_which_way_is_up(loss: Loss) -> None:
    for name in (loss.complement, *loss.complement_names):
        assert meaning(name).loss is loss
        [note] = losscli.evaluate(PRED, LABEL, name).notes
        assert f"{name} is a score, higher is better: {loss.short} is 1 − {name}" in note


@pytest.mark.parametrize("loss", COMPLEMENTED, ids=lambda loss: loss.id)
def test_no_name_of_a_score_is_that_of_a_loss(loss: Loss) -> None:
    for name in (loss.complement, *loss.complement_names):
        assert not REGISTRY.knows(name)


def test_a_framework_s_name_of_a_score_gives_its_number() -> None:
    report = losscli.evaluate(PRED, LABEL, "sklearn.roc_auc_score")
    assert report.results[0].value == pytest.approx(4 / 6)
    assert not report.results[0].lower_is_better


def test_a_loss_that_is_no_1_minus_score_is_printed_as_it_is_and_said() -> None:
    report = losscli.evaluate(PRED, LABEL, "bce", score=True)
    assert report.results[0] == losscli.evaluate(PRED, LABEL, "bce").results[0]
    assert report.notes == ("bce is no 1 − score: the loss itself, lower is better",)


def test_labels_of_one_class_leave_an_order_undefined() -> None:
    report = losscli.evaluate(PRED, np.ones(5, int), "auc", task="binary")
    assert np.isnan(report.results[0].value)
    assert any("undefined" in note for note in report.notes)
