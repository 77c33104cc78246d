"""What chance and recalibration make of calibration."""

from __future__ import annotations

import numpy as np
import pytest

import losscli
from losscli.stats.recalibrating import best_temperature

RANDOM = np.random.default_rng(4)
LOGIT = 2.0 * RANDOM.normal(size=1500)
LABEL = (RANDOM.random(1500) < 1.0 / (1.0 + np.exp(-LOGIT))).astype(float)


def sure_by(factor: float) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(-factor * LOGIT)))


@pytest.mark.parametrize("loss", ["bce", "brier"])
def test_a_calibrated_model_lies_within_what_chance_shows_and_an_overconfident_does_not(
    loss: str,
) -> None:
    for factor, holds in ((1.0, True), (2.5, False)):
        parts = losscli.evaluate(sure_by(factor), LABEL, loss, explain=True)[loss].decomposition
        assert parts is not None
        chance = parts.calibration_by_chance
        assert chance is not None
        assert (chance.low <= parts.calibration <= chance.high) == holds
        assert chance.low < chance.mean < chance.high


def test_the_temperature_of_an_overconfident_model_is_found() -> None:
    found = losscli.evaluate(sure_by(1.83), LABEL, "bce", explain=True)["bce"].decomposition
    assert found is not None
    better = found.recalibration
    assert better is not None
    assert better.temperature == pytest.approx(1.83, rel=0.1)
    assert better.before == pytest.approx(
        losscli.evaluate(sure_by(1.83), LABEL, "bce")["bce"].value
    )
    best = losscli.evaluate(sure_by(1.0), LABEL, "bce")["bce"].value
    assert better.with_temperature == pytest.approx(best, rel=0.01)
    assert better.isotonic is not None
    assert best < better.isotonic < better.before


def test_a_temperature_of_several_classes_divides_their_logits() -> None:
    logits = RANDOM.normal(size=(2000, 4))
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    label = np.eye(4)[[RANDOM.choice(4, p=row) for row in shares]]
    sharp = shares**3 / (shares**3).sum(axis=1, keepdims=True)
    assert best_temperature(sharp, label, np.ones(2000)) == pytest.approx(3.0, rel=0.1)


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_no_bit(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from losscli.engine import run

    whole = losscli.evaluate(sure_by(2.0), LABEL, "bce", explain=True)
    monkeypatch.setattr(run, "BLOCK_ITEMS", 64)
    assert (
        losscli.evaluate(sure_by(2.0), LABEL, "bce", explain=True, threads=threads)[
            "bce"
        ].decomposition.recalibration
        == whole["bce"].decomposition.recalibration
    )


def test_few_rows_teach_nothing() -> None:
    found = losscli.evaluate(sure_by(2.0)[:40], LABEL[:40], "bce", explain=True)["bce"]
    assert found.decomposition is not None
    assert found.decomposition.recalibration is None


def test_the_calibration_error_says_what_chance_shows() -> None:
    several = np.stack([sure_by(1.0), 1.0 - sure_by(1.0)], axis=1)
    for report in (
        losscli.evaluate(sure_by(1.0), LABEL, "ece"),
        losscli.evaluate(several, (1 - LABEL).astype(int), "ece", task="multiclass"),
    ):
        assert any(note.startswith("ece: a calibrated model has 0.0") for note in report.notes)


def test_what_is_not_taken_apart_says_why() -> None:
    weighted = losscli.evaluate(sure_by(1.0), LABEL, "bce:pos_weight=2", explain=True)
    assert any("is not taken apart: with weights by class" in note for note in weighted.notes)
    values = losscli.evaluate(LOGIT, LOGIT + 1.0, "mse", explain=True)
    assert any(note.startswith("nothing to take apart") for note in values.notes)
