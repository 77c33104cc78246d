"""Files that torch, safetensors, transformers and lm-eval wrote, and the numbers that they give."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import Columns, evaluate

HERE = Path(__file__).parent / "language_models"
CASES: dict[str, Any] = json.loads((HERE / "golden.json").read_text())["cases"]
LM_EVAL = CASES["lm_eval"]


def value(file: str, loss: str | None = None, **given: Any) -> float:
    found = evaluate(str(HERE / file), None, loss, **given).results[0].value
    assert found is not None
    return found


@pytest.mark.parametrize("dtype", ["F64", "F32", "F16", "BF16"])
def test_safetensors_give_torchs_cross_entropy(dtype: str) -> None:
    file, expected = f"{dtype.lower()}.safetensors", CASES[dtype]
    assert value(file) == pytest.approx(expected["mean"], rel=1e-12)
    assert value(file, "ce", reduction="sum") == pytest.approx(expected["sum"], rel=1e-12)
    assert value(file, shift=True) == pytest.approx(expected["shifted"], rel=1e-12)
    assert value(file, shift=True) == pytest.approx(expected["hugging_face_loss"], rel=1e-6)


def test_classes_in_the_second_axis_give_torchs_cross_entropy() -> None:
    expected = CASES["second_axis"]["mean"]
    assert value("second_axis.npz") == pytest.approx(expected, rel=1e-12)


def test_a_trainers_predictions_give_its_loss_and_perplexity() -> None:
    expected = CASES["trainer_llama"]
    assert value("trainer_llama.npz", shift=True) == pytest.approx(expected["test_loss"], rel=1e-6)
    perplexity = value("trainer_llama.npz", "perplexity", shift=True)
    assert perplexity == pytest.approx(expected["perplexity"], rel=1e-5)


def test_a_trainer_that_counts_the_first_label_of_a_sequence_divides_the_same_sum_by_more() -> None:
    expected = CASES["trainer_gpt2"]
    total = value("trainer_gpt2.npz", "ce", shift=True, reduction="sum")
    assert total / expected["labels"] == pytest.approx(expected["test_loss"], rel=1e-6)


def test_multiple_choice_gives_lm_evals_scores_row_by_row() -> None:
    file, expected = "samples_multiple_choice.jsonl", LM_EVAL["tiny_mc"]
    assert value(file, "accuracy", score=True) == pytest.approx(expected["acc"], rel=1e-12)
    assert value(file, "brier") == pytest.approx(expected["brier_score"], rel=1e-12)
    records = [json.loads(line) for line in (HERE / file).read_text().splitlines()]
    for name, columns in (("acc", None), ("acc_norm", Columns(pred=("norm.*",)))):
        given = {"columns": columns, "reduction": "none"}
        wrong = evaluate(str(HERE / file), None, "zero_one", **given).results[0].values
        assert np.asarray(wrong).tolist() == [1.0 - record[name] for record in records]
        scores = {"columns": Columns(score=(name,)), "higher_is_better": True}
        found = evaluate(str(HERE / file), **scores, ci="normal").results[0]
        assert found.value == pytest.approx(expected[name], rel=1e-12)
        assert found.standard_error == pytest.approx(expected[f"{name}_stderr"], rel=1e-12)


def test_rolling_likelihoods_give_lm_evals_perplexities() -> None:
    for loss in ("word_perplexity", "byte_perplexity", "bits_per_byte"):
        found = value("samples_rolling.jsonl", loss)
        assert found == pytest.approx(LM_EVAL["tiny_roll"][loss], rel=1e-12)


def test_likelihoods_of_last_words_give_lm_evals_perplexity() -> None:
    found = value("samples_last_word.jsonl", "text_perplexity")
    assert found == pytest.approx(LM_EVAL["tiny_last"]["perplexity"], rel=1e-12)
    assert math.isfinite(value("samples_last_word.jsonl"))


def test_scores_of_generated_answers_are_those_of_each_filter() -> None:
    columns = Columns(score=("exact_match",), by=("filter",))
    file = str(HERE / "samples_generated.jsonl")
    [result] = evaluate(file, columns=columns, higher_is_better=True).results
    for group in result.slices or ():
        expected = LM_EVAL["tiny_gen"][f"exact_match,{group.value_of}"]
        assert group.value == pytest.approx(expected, rel=1e-12)
