"""`losscli recommend`: BCE or CE, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import SAMPLES, Here, Write

BCE, CE = "binary_cross_entropy", "categorical_cross_entropy"


class TestTypedValues:
    @pytest.mark.parametrize(
        ("values", "loss", "task", "kind"),
        [
            (["0.5"], BCE, "binary", "probability"),
            (["0.7,0.6,0.4"], BCE, "multilabel", "probability"),
            (["0.5,0.2,0.3"], CE, "multiclass", "probability"),
            (["0.5, 0.2, 0.3"], CE, "multiclass", "probability"),
            (["[0.5, 0.2, 0.3]"], CE, "multiclass", "probability"),
            (["0.5,0.5", "0.9,0.1"], CE, "multiclass", "probability"),
            (["0.5", "0.9"], BCE, "binary", "probability"),
            (["1.5,-2,0.3"], CE, "multiclass", "logit"),
        ],
        ids=lambda given: " ".join(given) if isinstance(given, list) else "",
    )
    def test_a_list_is_one_row(
        self, here: Here, values: list[str], loss: str, task: str, kind: str
    ) -> None:
        words = [word for value in values for word in ("--values", value)]
        advice = here("recommend", *words, "--format", "json").json
        assert (advice["loss"], advice["task"], advice["kind"]) == (loss, task, kind)

    def test_values_may_begin_with_a_minus(self, here: Here) -> None:
        joined = here("recommend", "--values=-1.5,2", "--format", "json").json
        apart = here("recommend", "--values", "-1.5,2", "--format", "json").json
        assert joined == apart
        assert joined["kind"] == "logit"

    @pytest.mark.parametrize(
        ("values", "loss", "because"),
        [
            ("0.5", "binary cross entropy", "one yes-or-no question"),
            ("0.7,0.6,0.4", "binary cross entropy per item", "do not share a sum of 1"),
            ("0.5,0.2,0.3", "categorical cross entropy", "classes that compete"),
        ],
    )
    @pytest.mark.parametrize("columns", [None, 40, 80])
    def test_the_answer_has_its_because(
        self, here: Here, values: str, loss: str, because: str, columns: int | None
    ) -> None:
        answer = here("recommend", "--values", values, columns=columns)
        assert (answer.code, answer.err) == (0, "")
        text = " ".join(answer.out.split())
        assert f"Recommended: {loss} (confidence" in text
        assert because in text
        if columns is not None:
            assert max(map(len, answer.out.splitlines())) <= columns


class TestEvidence:
    def test_json_carries_every_step(self, here: Here) -> None:
        advice = here("recommend", "--values", "0.7,0.6,0.4", "--format", "json").json
        assert advice["schema"] == "losscli/1"
        assert advice["title"] == "binary cross entropy per item"
        assert advice["confidence"] in ("high", "medium", "low")
        assert advice["because"]
        steps = {step["step"]: (step["finding"], step["follows"]) for step in advice["evidence"]}
        assert steps["shape"] == ("3 items per row", "several classes or several labels")
        assert steps["values"][1] == "probabilities"
        assert steps["row sums"][1] == "items that do not compete"

    def test_rows_that_break_the_rule_are_counted_and_lower_the_confidence(
        self, here: Here, write: Write
    ) -> None:
        rows = [[0.5, 0.5]] * 997 + [[0.5, 0.6]] * 3
        files = [write("p.npy", rows), write("y.npy", [0, 1] * 500)]
        advice = here("recommend", *files, "--format", "json").json
        assert advice["loss"] == CE
        assert advice["confidence"] != "high"
        assert any(
            "3 of 1,000" in step["finding"] or "997 of 1,000" in step["finding"]
            for step in advice["evidence"]
        )

    def test_imbalance_suggests_weights_or_focal_loss(self, here: Here) -> None:
        advice = here("recommend", SAMPLES / "imbalanced.csv", "--format", "json").json
        assert advice["loss"] == BCE
        assert any("4.0 %" in step["finding"] for step in advice["evidence"])
        assert any("pos_weight" in suggestion for suggestion in advice["suggestions"])
        assert any("focal" in suggestion for suggestion in advice["suggestions"])


class TestFiles:
    @pytest.mark.parametrize(
        ("words", "loss", "task", "kind"),
        [
            (["breast_cancer.csv", "-p", "prob"], BCE, "binary", "probability"),
            (["breast_cancer.csv", "-p", "logit"], BCE, "binary", "logit"),
            (["digits_probs.npy"], CE, "multiclass", "probability"),
            (["digits_probs.npy", "digits_labels.npy"], CE, "multiclass", "probability"),
            (["digits_logits.npy", "digits_labels.npy"], CE, "multiclass", "logit"),
            (["wine.csv"], CE, "multiclass", "probability"),
            (["multilabel.csv"], BCE, "multilabel", "probability"),
            (["diabetes.csv"], "mean_squared_error", "regression", "value"),
            (["model_a.csv", "labels.csv", "--id-col", "id"], BCE, "binary", "probability"),
            (["digits_probs.npy", "--task", "multilabel"], BCE, "multilabel", "probability"),
            (["digits_logits.npy", "--kind", "logit"], CE, "multiclass", "logit"),
        ],
        ids=lambda given: " ".join(given) if isinstance(given, list) else "",
    )
    def test_of_the_samples(
        self,
        here: Here,
        monkeypatch: pytest.MonkeyPatch,
        words: list[str],
        loss: str,
        task: str,
        kind: str,
    ) -> None:
        monkeypatch.chdir(SAMPLES)
        advice = here("recommend", *words, "--format", "json").json
        assert (advice["loss"], advice["task"], advice["kind"]) == (loss, task, kind)

    def test_the_same_advice_stands_in_a_report(self, here: Here, tmp_path: Path) -> None:
        file = SAMPLES / "wine.csv"
        advice = here("recommend", file, "--format", "json").json
        report = here("eval", file, "--format", "json").json
        del advice["schema"]
        assert report["recommendation"] == advice

    def test_from_stdin(self, here: Here) -> None:
        answer = here("recommend", "-", "--format", "json", stdin="prob,label\n0.9,1\n0.2,0\n")
        assert answer.json["loss"] == BCE
