"""`match` finds where a number comes from, and says what is unusual about it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.conventions.table import CONVENTIONS
from losscli.losses.definition.loss import Param
from losscli.losses.registry import REGISTRY
from losscli.matching.candidates import COMMON_VALUES
from losscli.matching.chance import DOUBTFUL
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
        assert found.unusual == (
            "labels one too high, as if counted from 1, and around the classes",
        )


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


class TestSlipsOfEveryday:
    """Numbers that a framework prints when it is handed something else than it reads."""

    pred = np.random.default_rng(5).dirichlet(np.ones(4), 60)
    label = np.random.default_rng(6).integers(0, 4, 60)
    logit = np.log(pred) + 0.3

    def named(self, number: float, pred: Any, label: Any, **how: Any) -> str:
        return "; ".join(first(f"{number:.8f}", pred, label, **how).unusual)

    def test_probabilities_given_to_nll(self) -> None:
        number = -np.mean(self.pred[np.arange(60), self.label])
        assert "where log-probabilities belong" in self.named(number, self.pred, self.label)

    def test_probabilities_given_to_kl(self) -> None:
        truth = self.pred[::-1]
        number = np.mean(truth * (np.log(truth) - self.pred))
        said = self.named(number, self.pred, truth)
        assert "where log-probabilities belong; mean over all elements" in said

    def test_a_softmax_over_the_rows(self) -> None:
        share = np.exp(self.logit) / np.exp(self.logit).sum(axis=0)
        number = -np.mean(np.log(share[np.arange(60), self.label]))
        assert "axis 0" in self.named(number, self.logit, self.label)

    def test_balanced_class_weights(self) -> None:
        count = np.bincount(self.label)
        weight = (60 / (4 * count))[self.label]
        losses = -np.log(self.pred[np.arange(60), self.label])
        found = first(f"{np.average(losses, weights=weight):.8f}", self.pred, self.label)
        assert "balanced" in found.unusual[0]
        assert "--class-weight" in found.flags

    def test_the_last_batch_alone(self) -> None:
        losses = -np.log(self.pred[np.arange(60), self.label])
        number = losses[48:].mean()
        assert "last batch alone: 12 of 60" in self.named(number, self.pred, self.label)

    def test_words_counted_in_the_alphabets_order(self, tmp_path: Path) -> None:
        names = ["dog", "cat", "bird", "ant"]
        rows = ["label," + ",".join(f"p_{name}" for name in names)]
        rows += [
            f"{names[where]}," + ",".join(map(repr, shares))
            for where, shares in zip(self.label, self.pred.tolist(), strict=True)
        ]
        table = tmp_path / "table.csv"
        table.write_text("\n".join(rows) + "\n")
        places = np.array([sorted(names).index(names[where]) for where in self.label])
        number = -np.mean(np.log(self.pred[np.arange(60), places]))
        found = first(f"{number:.8f}", table, None)
        assert "sorted order" in found.unusual[0]
        assert "--classes ant,bird,cat,dog" in found.flags

    def test_logits_taken_for_probabilities(self) -> None:
        logit, label = np.array([2.0, -1.0, 0.3, -0.2, 3.0]), np.array([1, 0, 1, 1, 0])
        held = np.clip(logit, 1e-7, 1 - 1e-7)
        number = -np.mean(np.where(label == 1, np.log(held), np.log1p(-held)))
        assert "from_logits forgotten" in self.named(number, logit, label)

    def test_percentage_errors_without_the_labels_that_are_zero(self) -> None:
        pred, label = np.array([1.5, 2.5, 5.5, 0.25]), np.array([0.0, 3.0, 4.0, 0.0])
        number = np.mean(np.abs(pred[1:3] - label[1:3]) / label[1:3])
        assert "zero left out" in self.named(number, pred, label)

    def test_a_mean_over_n_less_one(self) -> None:
        rng = np.random.default_rng(7)
        pred, label = rng.normal(size=30), rng.normal(size=30)
        number = np.sum((pred - label) ** 2) / 29
        assert "n − 1" in self.named(number, pred, label)

    def test_a_weight_of_the_positive_class(self) -> None:
        rng = np.random.default_rng(8)
        logit, label = 2.0 * rng.normal(size=50), (rng.random(50) < 0.2).astype(int)
        ratio = (label == 0).sum() / label.sum()
        losses = np.where(label == 1, ratio * np.logaddexp(0.0, -logit), np.logaddexp(0.0, logit))
        assert "pos_weight" in first(f"{losses.mean():.9f}", logit, label).flags


class TestChance:
    def test_hits_are_no_better_than_chance_where_much_agrees(self) -> None:
        doubted = [match for match in forest("0.7") if match.agrees and not match.likely]
        assert len(doubted) > 5
        assert all(match.chance >= DOUBTFUL for match in doubted)

    def test_more_digits_leave_less_to_chance(self) -> None:
        few, many = forest("0.182"), forest("0.1824270098")
        assert many[0].chance < few[0].chance

    def test_what_is_believed_comes_first(self) -> None:
        likely = [match.likely for match in forest("0.18") if match.agrees]
        assert likely == sorted(likely, reverse=True)


def test_a_number_with_all_digits_is_not_taken_for_one_of_float32() -> None:
    assert not Target.of("0.41493161234567").is_single
    assert Target.of(repr(float(np.float32(0.4149316)))).is_single
    assert Target.of("0.414931").single_slack == 0.0


def test_a_mean_in_float64_of_losses_in_float32_is_found_where_nothing_else_is() -> None:
    rng = np.random.default_rng(3)
    pred, label = rng.normal(size=50), rng.normal(size=50)
    losses = (pred.astype(np.float32) - label.astype(np.float32)) ** 2
    [found] = [
        each
        for each in losscli.match(repr(float(losses.astype(np.float64).mean())), pred, label, "mse")
        if each.agrees and each.likely and not each.flags.endswith("float32")
    ]
    assert found.unusual == ("to the precision of float32",)
    exact = losscli.match(repr(float(((pred - label) ** 2).mean())), pred, label, "mse")
    assert not any("float32" in "".join(each.unusual) for each in exact if each.agrees)


def test_a_default_that_a_framework_sets_otherwise_is_named() -> None:
    found = losscli.match("20.9168", SAMPLES / "diabetes.csv")[0]
    assert (found.loss, dict(found.params)) == ("pinball", {"quantile": 0.9})


def test_no_framework_is_named_that_does_not_have_the_loss() -> None:
    found = losscli.match("20.9168", SAMPLES / "diabetes.csv")
    found += losscli.match("0.2706", SAMPLES / "breast_cancer.csv", columns=FOREST)
    free = ("standard", "exact", "textbook")
    for each in found:
        for name in (each.convention, *each.shared):
            plain = name not in CONVENTIONS or name in free
            assert plain or name in REGISTRY.get(each.loss).names


def test_flags_and_conventions_that_share_them_give_the_number_again() -> None:
    table = SAMPLES / "breast_cancer.csv"
    columns = losscli.Columns(pred="prob")
    [best, *_] = losscli.match("0.0717757", table, columns=columns)
    name = best.flags.split()[1]
    for like in (best.convention, *best.shared):
        report = losscli.evaluate(table, losses=name, like=like, columns=columns)
        assert report.results[0].value == best.value


@pytest.mark.parametrize(
    "loss", [loss for loss in REGISTRY if not loss.example.inputs], ids=lambda loss: loss.id
)
def test_every_loss_finds_itself(loss: Any) -> None:
    example = loss.example
    how: Any = {"kind": example.kind.value, "task": example.task.value}
    pred, label = example.pred, example.label
    report = losscli.evaluate(pred, label, loss.id, ci="none", **how, **example.params)
    found = losscli.match(repr(report.results[0].value), pred, label, loss.id, **how)
    assert loss.id in [match.loss for match in found if match.agrees]


def test_every_value_that_is_tried_is_one_of_some_loss() -> None:
    for name, values in COMMON_VALUES.items():
        for value in values:
            params = [loss.params[name] for loss in REGISTRY if name in loss.params]
            assert any(_takes(param, name, value) for param in params), (name, value)


def _takes(param: Param, name: str, value: Any) -> bool:
    try:
        param.check(name, value)
    except losscli.UsageError:
        return False
    return True


@pytest.mark.parametrize(
    ("number", "flags"),
    [
        ("halved", "-l brier:scale_by_half=true"),
        ("weighted", "-l f1_loss:average=weighted"),
    ],
)
def test_parameters_that_people_set_are_tried(number: str, flags: str) -> None:
    pred, label = SAMPLES / "digits_probs.npy", SAMPLES / "digits_labels.npy"
    names = {"halved": ("brier", {"scale_by_half": "true"}), "weighted": ("f1_loss", WEIGHTED)}
    name, params = names[number]
    value = losscli.evaluate(pred, label, name, ci="none", **params).results[0].value
    assert first(f"{value:.7g}", pred, label).flags == flags


WEIGHTED = {"average": "weighted"}
