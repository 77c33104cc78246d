"""The Python API: what it takes, what it gives, what it refuses."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli import DataError, LosscliError, UsageError, evaluate, get_loss, list_losses, recommend

SAMPLES = Path(__file__).parents[2] / "sample_data"

PRED, LABEL = [0.9, 0.2, 0.6], [1, 0, 0]
# The binary cross entropy of each row.
ROWS = [-math.log(0.9), -math.log(0.8), -math.log(0.4)]
MEAN = math.fsum(ROWS) / 3


def exactly(value: Any) -> Any:
    return pytest.approx(value, rel=1e-14, abs=0.0)


class TestEvaluate:
    @pytest.mark.parametrize(
        "made",
        [
            list,
            tuple,
            np.array,
            lambda values: np.array(values)[:, None],
            lambda values: np.array(values, dtype=object),
            lambda values: [[value] for value in values],
        ],
    )
    def test_takes_whatever_holds_a_number_per_row(self, made: Callable[[Any], Any]) -> None:
        assert evaluate(made(PRED), made(LABEL), "bce")["bce"].value == exactly(MEAN)

    def test_takes_what_pandas_and_arrow_hold(self) -> None:
        import pandas as pd

        frame = pd.DataFrame({"prob": PRED, "label": LABEL})
        report = evaluate(frame["prob"], frame["label"], "bce")
        assert report["bce"].value == exactly(MEAN)

    @pytest.mark.parametrize("named", [str, Path])
    def test_takes_paths(self, named: Callable[[Path], Any], tmp_path: Path) -> None:
        for name, values in (("p.npy", PRED), ("y.npy", LABEL)):
            np.save(tmp_path / name, values)
        report = evaluate(named(tmp_path / "p.npy"), named(tmp_path / "y.npy"), "bce")
        assert report["bce"].value == exactly(MEAN)
        assert evaluate(named(tmp_path / "p.npy"), LABEL, "bce")["bce"].value == exactly(MEAN)

    def test_takes_one_table_with_columns_of_both_roles(self) -> None:
        columns = losscli.Columns(pred="prob", label="label")
        report = evaluate(SAMPLES / "breast_cancer.csv", losses="bce", columns=columns)
        assert report["bce"].value == exactly(0.07177570909570363)
        assert report["bce"].clipped == 11

    def test_does_not_change_what_it_is_given(self) -> None:
        pred, label = np.array([1.0, 0.2, 0.0]), np.array([1, 0, 0])
        pred.flags.writeable = label.flags.writeable = False
        assert evaluate(pred, label)["bce"].clipped == 2

    @pytest.mark.parametrize(
        "losses", ["bce,focal:gamma=2", ["bce", "focal:gamma=2"], ("log_loss", "focal")]
    )
    def test_losses_are_one_text_or_several(self, losses: Any) -> None:
        report = evaluate(PRED, LABEL, losses)
        assert [result.loss for result in report.results] == [
            "binary_cross_entropy",
            "binary_focal",
        ]

    def test_without_losses_those_that_fit_come_the_recommended_one_first(self) -> None:
        report = evaluate([[0.2, 0.8], [0.6, 0.4]], [1, 0])
        assert report.recommendation is not None
        assert report.results[0].loss == report.recommendation.loss == "categorical_cross_entropy"
        assert report.results[0].recommended
        assert len(report.results) > 3

    def test_parameters_are_keywords_or_stand_with_the_loss(self) -> None:
        expected = math.fsum((1 - math.exp(-row)) ** 3 * row for row in ROWS) / 3
        for report in (
            evaluate(PRED, LABEL, "focal", gamma=3),
            evaluate(PRED, LABEL, "focal:gamma=3"),
            evaluate(PRED, LABEL, "focal:gamma=3,bce", gamma=1),
        ):
            assert report["focal"].value == pytest.approx(expected, rel=1e-13)
            assert report["focal"].params["gamma"] == 3

    def test_weights_are_one_per_row(self) -> None:
        expected = (2 * ROWS[0] + ROWS[1] + 5 * ROWS[2]) / 8
        assert evaluate(PRED, LABEL, "bce", weight=[2, 1, 5])["bce"].value == exactly(expected)

    @pytest.mark.parametrize("weights", [[1, 5], (1.0, 5.0), {0: 1, 1: 5}, {"1": 5}])
    def test_class_weights_are_in_order_or_by_class(self, weights: Any) -> None:
        expected = (5 * ROWS[0] + ROWS[1] + ROWS[2]) / 7
        report = evaluate(PRED, LABEL, "bce", class_weight=weights)
        assert report["bce"].value == exactly(expected)

    def test_classes_that_are_words_need_their_order(self) -> None:
        words = ["spam", "ham", "ham"]
        report = evaluate(PRED, words, "bce", classes=["ham", "spam"], class_weight={"spam": 5})
        assert report["bce"].value == exactly((5 * ROWS[0] + ROWS[1] + ROWS[2]) / 7)
        with pytest.raises(UsageError, match="ham"):
            evaluate(PRED, words, "bce")

    def test_a_kind_says_how_numbers_are_read(self) -> None:
        logits = [math.log(p / (1 - p)) for p in PRED]
        report = evaluate(logits, LABEL, "bce", kind="logit")
        assert report["bce"].value == pytest.approx(MEAN, rel=1e-14)
        assert report.kind == report["bce"].kind == "logit"
        tanh = [2 * p - 1 for p in PRED]
        assert evaluate(tanh, LABEL, "bce", kind="tanh")["bce"].value == pytest.approx(MEAN)

    def test_a_convention_says_whose_number(self) -> None:
        sure = [1.0, 0.2, 0.6], [0, 0, 0]
        assert evaluate(*sure, "bce", like="exact")["bce"].value == math.inf
        assert evaluate(*sure, "bce")["bce"].value == pytest.approx(
            (-math.log(1e-7) + ROWS[1] + ROWS[2]) / 3, rel=1e-8
        )

    def test_a_missing_value_is_an_error_unless_dropped_and_counted(self) -> None:
        pred, label = [0.9, math.nan, 0.2, 0.6], [1, 1, 0, 0]
        with pytest.raises(DataError, match=r"row 1: a value is missing \(NaN\)"):
            evaluate(pred, label, "bce")
        result = evaluate(pred, label, "bce", nan="drop")["bce"]
        assert (result.value, result.n, result.dropped) == (exactly(MEAN), 3, 1)

    def test_a_label_that_is_to_be_ignored(self) -> None:
        pred = [[0.7, 0.3], [0.4, 0.6], [0.5, 0.5]]
        result = evaluate(pred, [0, -100, 1], "ce", ignore_index=-100)["ce"]
        assert result.value == exactly((-math.log(0.7) - math.log(0.5)) / 2)
        assert (result.n, result.ignored) == (2, 1)

    def test_progress_is_told_of_the_rows(self) -> None:
        seen: list[int] = []
        evaluate(PRED, LABEL, "bce", progress=seen.append)
        assert seen[-1] == 3


class TestReduction:
    @pytest.mark.parametrize(
        ("reduction", "expected"),
        [("mean", MEAN), ("sum", math.fsum(ROWS)), ("batchmean", MEAN), (None, MEAN)],
    )
    def test_to_one_number(self, reduction: str | None, expected: float) -> None:
        assert evaluate(PRED, LABEL, "bce", reduction=reduction)["bce"].value == exactly(expected)

    def test_none_gives_the_array_of_the_rows(self) -> None:
        result = evaluate(PRED, LABEL, "bce", reduction="none")["bce"]
        assert result.value is None
        assert result.values is not None
        assert result.values.shape == (3,)
        assert result.values.tolist() == exactly(ROWS)

    def test_none_of_several_items_gives_one_per_item(self) -> None:
        pred, label = [[0.5, 0.25], [0.5, 0.5]], [[1, 1], [0, 1]]
        result = evaluate(pred, label, "bce", task="multilabel", reduction="none")["bce"]
        assert result.values is not None
        assert result.values.tolist() == [
            exactly([math.log(2), math.log(4)]),
            exactly([math.log(2), math.log(2)]),
        ]

    def test_the_rows_of_several_blocks_are_one_array(self) -> None:
        n = 300_000
        pred = np.linspace(0.1, 0.9, n)
        result = evaluate(pred, np.ones(n), "bce", reduction="none")["bce"]
        assert result.values is not None
        np.testing.assert_allclose(result.values, -np.log(pred), rtol=1e-13)


class TestReport:
    def test_any_name_of_a_loss_finds_its_result(self) -> None:
        report = evaluate(PRED, LABEL, "bce,mse")
        for name in ("bce", "log_loss", "BCE", "log-loss", "binary_cross_entropy"):
            assert report[name] is report.results[0]
        with pytest.raises(KeyError, match="ce"):
            report["ce"]
        with pytest.raises(UsageError, match="no loss is called 'nonsense'"):
            report["nonsense"]

    def test_it_says_what_the_value_is_made_of(self) -> None:
        result = evaluate(PRED, LABEL, "bce")["bce"]
        assert (result.n, result.weight, result.unit) == (3, 3.0, "nats")
        assert (result.minimum, result.maximum) == (exactly(min(ROWS)), exactly(max(ROWS)))
        error = np.std(ROWS, ddof=1) / math.sqrt(3)
        assert result.standard_error == pytest.approx(error, rel=1e-12)
        assert result.interval is not None
        low, high = result.interval
        assert low <= MEAN <= high
        assert result.baseline is not None
        base = -(math.log(1 / 3) + 2 * math.log(2 / 3)) / 3
        assert result.baseline.value == pytest.approx(base, rel=1e-12)
        assert result.skill == pytest.approx(1 - MEAN / base, rel=1e-12)
        assert f"n:3|losscli:{losscli.__version__}" in result.signature

    def test_it_is_a_document_of_strict_json(self) -> None:
        report = evaluate([1.0, 0.0], [0, 0], "bce,mse", like="exact")
        data = report.to_dict()
        assert data["schema"] == "losscli/1"
        first, second = data["results"]
        assert (first["value"], first["nonfinite"]) == (None, "inf")
        assert (second["value"], "nonfinite" in second) == (0.5, False)
        assert json.loads(json.dumps(data, allow_nan=False)) == data

    def test_values_outside_the_finite_are_named_in_arrays_too(self) -> None:
        report = evaluate([1.0, 0.5], [0, 0], "bce", like="exact", reduction="none")
        [result] = report.to_dict()["results"]
        assert result["values"] == [None, exactly(math.log(2))]
        assert result["values_nonfinite"] == {"0": "inf"}
        json.dumps(result, allow_nan=False)

    def test_the_same_data_give_the_same_report(self) -> None:
        assert evaluate(PRED, LABEL).to_dict() == evaluate(np.array(PRED), LABEL).to_dict()


class TestRefusals:
    @pytest.mark.parametrize(
        ("how", "problem"),
        [
            ({"losses": "bec"}, "no loss is called 'bec'. Did you mean "),
            ({"losses": "focal", "gama": 2}, "gama"),
            ({"losses": "focal", "gamma": -1}, "gamma"),
            ({"losses": "bce", "like": "nobody"}, "no convention 'nobody'"),
            ({"losses": "bce", "kind": "nothing"}, "no kind 'nothing'"),
            ({"losses": "bce", "task": "nothing"}, "no task 'nothing'"),
            ({"losses": "bce", "reduction": "median"}, "no reduction 'median'"),
            ({"losses": "bce", "nan": "keep"}, "say 'error' or 'drop'"),
            ({"losses": "bce", "class_weight": [1]}, "1 class weights for 2 classes"),
            ({"losses": "bce", "class_weight": {"x": 1}}, "no class 'x'"),
            ({"losses": "ce"}, "meaningless"),
        ],
    )
    def test_a_request_that_makes_no_sense(self, how: dict[str, Any], problem: str) -> None:
        with pytest.raises(UsageError) as refused:
            evaluate(PRED, LABEL, **how)
        assert problem in str(refused.value)

    @pytest.mark.parametrize(
        ("pred", "label", "problem"),
        [
            ([0.9, 1.7, 0.6], LABEL, "row 1: 1.7 is not a probability"),
            (PRED, [1, 0], "shape"),
            (PRED, [1, 0, 2], "label, row 2: 2"),
            ([], [], "no rows"),
            ([[0.5], [0.5, 0.5]], LABEL, "rows of different lengths"),
            ([1j, 2, 3], LABEL, "complex"),
            ("no such file.npy", LABEL, "no such file"),
        ],
    )
    def test_data_that_do_not_fit(self, pred: Any, label: Any, problem: str) -> None:
        with pytest.raises(DataError) as refused:
            evaluate(pred, label, "bce", kind="probability")
        assert problem in str(refused.value)

    def test_both_are_errors_of_losscli_with_their_exit_code(self) -> None:
        assert issubclass(UsageError, LosscliError)
        assert issubclass(DataError, LosscliError)
        assert (UsageError("no").exit_code, DataError("no").exit_code) == (2, 3)

    def test_an_error_of_data_knows_its_place(self) -> None:
        with pytest.raises(DataError) as refused:
            evaluate([0.9, 1.7, 0.6], LABEL, "bce", kind="probability")
        error = refused.value
        assert (error.file, error.position, error.value) == ("prediction", "row 1", "1.7")


class TestRecommend:
    @pytest.mark.parametrize(
        ("pred", "label", "loss", "task"),
        [
            ([0.5], None, "binary_cross_entropy", "binary"),
            ([[0.7, 0.6, 0.4]], None, "binary_cross_entropy", "multilabel"),
            ([[0.5, 0.2, 0.3]], None, "categorical_cross_entropy", "multiclass"),
            ([2.5, -1.0], [1, 0], "binary_cross_entropy", "binary"),
            ([2.5, -1.0], [2.25, 7.5], "mean_squared_error", "regression"),
            ([[2.5, -1.0], [0.5, 3.0]], [0, 1], "categorical_cross_entropy", "multiclass"),
            ([[2.5, -1.0], [0.5, 3.0]], [[1, 1], [0, 0]], "binary_cross_entropy", "multilabel"),
        ],
    )
    def test_bce_or_ce(self, pred: Any, label: Any, loss: str, task: str) -> None:
        advice = recommend(pred, label)
        assert (advice.loss, advice.task) == (loss, task)
        assert advice.because
        assert [step.step for step in advice.evidence][:2] == ["shape", "values"]

    def test_hints_are_heeded(self) -> None:
        assert recommend([[0.5, 0.5]], task="multilabel").loss == "binary_cross_entropy"
        assert recommend([[0.5, 0.5]], kind="logit").kind == "logit"
        with pytest.raises(UsageError, match="one item per row"):
            recommend([0.5], task="multiclass")

    def test_files_are_read(self) -> None:
        advice = recommend(SAMPLES / "imbalanced.csv")
        assert advice.loss == "binary_cross_entropy"
        assert any("focal" in suggestion for suggestion in advice.suggestions)


class TestLosses:
    def test_get_one_by_any_name(self) -> None:
        loss = get_loss("bce")
        assert loss is get_loss("Binary-Cross-Entropy") is get_loss("log_loss")
        assert loss.id == "binary_cross_entropy"
        assert "pos_weight" in loss.params

    def test_an_unknown_name(self) -> None:
        with pytest.raises(UsageError, match=r"Did you mean .*bce"):
            get_loss("bec")

    def test_list_them_all_or_those_of_a_task(self) -> None:
        everything = list_losses()
        assert len({loss.id for loss in everything}) == len(everything)
        binary = list_losses("binary")
        assert get_loss("bce") in binary
        assert get_loss("ce") not in binary
        assert set(map(id, binary)) < set(map(id, everything))
        with pytest.raises(UsageError, match="no task 'nothing'"):
            list_losses("nothing")


def test_the_package_says_what_it_offers() -> None:
    for name in losscli.__all__:
        assert getattr(losscli, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = losscli.nonsense


class TestMoreDimensions:
    """Arrays such as images, (n, height, width, …)."""

    SHAPE = (5, 3, 4)
    PRED, LABEL = np.random.default_rng(0).normal(size=(2, *SHAPE))

    @pytest.mark.parametrize("loss", ["mse", "torch.nn.L1Loss", "keras.losses.MeanSquaredError"])
    def test_items_are_compared_whatever_their_dimensions(self, loss: str) -> None:
        flat = [array.reshape(5, 12) for array in (self.PRED, self.LABEL)]
        [deep] = evaluate(self.PRED, self.LABEL, loss).results
        [wide] = evaluate(*flat, loss).results
        assert (deep.value, deep.skill) == (wide.value, wide.skill)

    @pytest.mark.parametrize(
        "loss",
        [
            "torch.nn.CrossEntropyLoss",
            "optax.softmax_cross_entropy",
            "keras.losses.CategoricalCrossentropy",
        ],
    )
    def test_items_in_several_dimensions_are_never_all_taken_for_classes(self, loss: str) -> None:
        shares = np.random.default_rng(1).dirichlet(np.ones(4), (5, 3))
        pred = shares if "keras" in loss else self.PRED
        with pytest.raises(LosscliError, match="which axis holds the classes"):
            evaluate(pred, shares, loss)
