"""`match` finds where a number comes from, and says what is unusual about it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.matching.target import Target

SAMPLES = Path(__file__).parents[2] / "sample_data"
FOREST = losscli.Columns(pred="prob_rf")


def forest(number: str, **how: Any) -> list[losscli.Match]:
    return losscli.match(number, SAMPLES / "breast_cancer.csv", columns=FOREST, **how)


def first(number: str, pred: Any, label: Any, **how: Any) -> losscli.Match:
    found = losscli.match(number, pred, label, **how)
    assert found
    assert found[0].agrees
    return found[0]


class TestTarget:
    @pytest.mark.parametrize(
        ("text", "met", "missed"),
        [
            ("0.18", [0.175, 0.1849, 0.185], [0.1749, 0.1851]),
            ("1.5e-3", [0.00145, 0.0015, 0.00155], [0.00144, 0.00156]),
            ("3", [2.5, 3.4], [2.4, 3.6]),
            ("inf", [math.inf], [1e300, -math.inf]),
            ("0.07177570500414188", [0.07177570500414188], [0.071775705004142]),
        ],
    )
    def test_a_number_is_known_to_half_a_unit_of_its_last_digit(
        self, text: str, met: list[float], missed: list[float]
    ) -> None:
        target = Target.of(text)
        assert all(map(target.is_met_by, met))
        assert not any(map(target.is_met_by, missed))

    @pytest.mark.parametrize("text", ["", "abc", "nan", "0,5"])
    def test_what_is_no_number_is_refused(self, text: str) -> None:
        with pytest.raises(losscli.UsageError, match="number"):
            Target.of(text)


class TestTheRandomForest:
    @pytest.mark.parametrize(
        ("number", "flags"),
        [
            ("0.5511", "-l bce --like torch"),
            ("0.2706", "-l bce --like sklearn"),
            ("0.1824", "-l bce --like keras --cast float32"),
            ("0.2640", "-l bce --like lightgbm"),
            ("inf", "-l bce --like exact"),
            ("0.1832", "-l bce"),
        ],
    )
    def test_each_frameworks_number_is_traced_to_it(self, number: str, flags: str) -> None:
        assert forest(number)[0].flags == flags

    def test_sklearn_after_a_cast_is_found_beside_keras(self) -> None:
        assert "-l bce --like sklearn --cast float32" in [m.flags for m in forest("0.1824")]

    def test_the_mean_without_the_infinite_row_is_named(self) -> None:
        found = forest("0.1130")[0]
        assert found.unusual == ("1 rows with a loss that is not finite left out",)

    def test_the_flags_give_the_number_again(self) -> None:
        for match in forest("0.27"):
            if match.agrees and not match.unusual:
                like = match.flags.partition("--like ")[2] or "standard"
                name = match.flags.split()[1]
                report = losscli.evaluate(
                    SAMPLES / "breast_cancer.csv", losses=name, like=like, columns=FOREST
                )
                assert report.results[0].value == match.value


class TestMistakes:
    def test_a_softmax_too_many(self) -> None:
        found = first("1.5195", SAMPLES / "digits_probs.npy", SAMPLES / "digits_labels.npy")
        assert found.loss == "categorical_cross_entropy"
        assert found.unusual == ("probabilities read as logits: a softmax too many",)

    def test_a_sigmoid_too_many(self) -> None:
        pred, label = np.array([0.9, 0.2, 0.7, 0.4]), np.array([1, 0, 1, 0])
        number = np.mean(np.log1p(np.exp(-np.where(label == 1, pred, -pred))))
        found = first(f"{number:.10f}", pred, label, losses="bce")
        assert found.unusual == ("probabilities read as logits: a sigmoid too many",)

    def test_a_broadcast(self) -> None:
        rng = np.random.default_rng(1)
        pred, label = rng.normal(size=40), rng.normal(size=40)
        number = np.mean((pred[:, None] - label[None, :]) ** 2)
        found = first(f"{number:.10f}", pred, label, losses="mse")
        assert "every prediction with every label" in found.unusual[0]

    def test_the_mean_of_batch_means(self) -> None:
        rng = np.random.default_rng(2)
        pred, label = rng.normal(size=70), rng.normal(size=70)
        losses = (pred - label) ** 2
        number = np.mean([losses[i : i + 32].mean() for i in range(0, 70, 32)])
        found = first(f"{number:.10f}", pred, label, losses="mse", batch_size=32)
        assert "batches of 32" in found.unusual[0]

    def test_kl_averaged_over_all_elements(self) -> None:
        pred = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
        label = np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
        number = np.mean(label * np.log(label / pred))
        assert first(f"{number:.10f}", pred, label, losses="kl").convention == "torch"

    def test_prediction_and_label_swapped(self) -> None:
        pred = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
        label = np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
        number = np.mean(np.sum(pred * np.log(pred / label), axis=1))
        found = first(f"{number:.10f}", pred, label, losses="kl")
        assert found.unusual == ("prediction and label swapped",)

    def test_labels_off_by_one(self) -> None:
        rng = np.random.default_rng(3)
        pred = rng.dirichlet(np.ones(4), 50)
        label = rng.integers(0, 4, 50)
        number = -np.mean(np.log(pred[np.arange(50), (label + 1) % 4]))
        found = first(f"{number:.10f}", pred, label, losses="ce")
        assert found.unusual == ("labels one too high, counted around the classes",)


class TestScales:
    @pytest.mark.parametrize(
        ("factor", "said"),
        [(1 / math.log(2), "bits"), (1 / math.log(10), "bans"), (0.5, "halved"), (2.0, "doubled")],
    )
    def test_another_base_or_factor_is_named(self, factor: float, said: str) -> None:
        pred, label = np.array([0.9, 0.2, 0.7, 0.4]), np.array([1, 0, 1, 1])
        plain = losscli.evaluate(pred, label, "bce")["bce"].value
        assert plain is not None
        found = first(f"{factor * plain:.12f}", pred, label, losses="bce")
        assert said in found.unusual[0]

    def test_the_accuracy_is_one_minus_the_zero_one_loss(self) -> None:
        found = first("0.75", [0.9, 0.2, 0.7, 0.4], [1, 0, 1, 1], losses="zero_one")
        assert "accuracy" in found.unusual[0]

    def test_a_sum_is_named(self) -> None:
        pred, label = np.array([0.9, 0.2, 0.7, 0.4]), np.array([1, 0, 1, 1])
        total = losscli.evaluate(pred, label, "bce", reduction="sum")["bce"].value
        assert first(f"{total:.12f}", pred, label, losses="bce").flags == "-l bce --reduction sum"


def test_what_nothing_gives_agrees_with_nothing() -> None:
    assert not [match for match in forest("123.456789") if match.agrees]


def test_near_misses_come_after_what_agrees_with_how_far_off_they_are() -> None:
    found = forest("0.5511")
    agreeing = [match.agrees for match in found]
    assert agreeing == sorted(agreeing, reverse=True)
    near = [abs(match.distance) for match in found if not match.agrees]
    assert near == sorted(near)
