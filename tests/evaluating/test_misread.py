"""Probabilities that a loss of logits reads twice are said, with the number probably wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import losscli

CHANCES = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.2, 0.2, 0.6]])
TRUE = np.array([0, 1, 1])


@pytest.mark.parametrize(
    "name",
    [
        "torch.nn.CrossEntropyLoss",
        "optax.softmax_cross_entropy_with_integer_labels",
        "catboost.MultiClass",
    ],
)
def test_a_second_softmax_is_said(name: str) -> None:
    report = losscli.evaluate(CHANCES, TRUE, name)
    wanted = losscli.evaluate(CHANCES, TRUE, "ce")["ce"].value
    logits = losscli.evaluate(np.log(CHANCES) + 0.5, TRUE, name)
    [said] = [note for note in report.notes if note.startswith("WARNING")]
    assert name in said
    assert f"{report.results[0].value:.6g}" in said
    assert f"{wanted:.6g}: -l ce" in said
    assert report.kind == "logit"
    assert not [note for note in logits.notes if note.startswith("WARNING")]


@pytest.mark.parametrize("name", ["BCEWithLogitsLoss", "catboost.Logloss"])
def test_a_second_sigmoid_is_said(name: str) -> None:
    report = losscli.evaluate([0.9, 0.2, 0.6], [1, 0, 0], name)
    assert any("sigmoid once more" in note for note in report.notes)


def test_every_verb_that_prints_the_number_says_so(tmp_path: Path) -> None:
    name, files = "torch.nn.CrossEntropyLoss", [tmp_path / "a.npy", tmp_path / "b.npy"]
    for file in files:
        np.save(file, CHANCES)
    np.save(tmp_path / "y.npy", TRUE)
    pred, label = str(files[0]), str(tmp_path / "y.npy")
    [checked] = losscli.check(pred, label, max={name: 2.0}).checks
    compared = losscli.compare({"a": CHANCES, "b": np.log(CHANCES) + 0.5}, TRUE, name)
    first, second = losscli.batch(list(map(str, files)), label, [name]).rows
    for notes in (checked.notes, compared.notes, first.notes, second.notes):
        [said] = [note for note in notes if note.startswith("WARNING")]
        assert "softmax once more" in said
    assert any("predictions of a are probabilities" in note for note in compared.notes)


def test_no_comparison_takes_probabilities_for_logits() -> None:
    with pytest.raises(losscli.UsageError, match="second softmax"):
        losscli.compare({"a": CHANCES, "b": CHANCES}, TRUE, "ce", kind="logit")


def test_rows_that_are_left_out_have_no_part_in_the_number_wanted() -> None:
    gap = np.vstack([CHANCES, [np.nan, 0.5, 0.5]])
    report = losscli.evaluate(gap, [0, 1, 1, 0], "nn.CrossEntropyLoss", nan="drop")
    wanted = losscli.evaluate(CHANCES, TRUE, "ce")["ce"].value
    assert any(f"it is {wanted:.6g}" in note for note in report.notes)


def test_logits_in_name_alone_are_read_as_what_they_are(tmp_path: Path) -> None:
    rows = [",".join(map(str, [*row, label])) for row, label in zip(CHANCES, TRUE, strict=True)]
    table = tmp_path / "pred.csv"
    table.write_text("\n".join(["logit_0,logit_1,logit_2,label", *rows]))
    report = losscli.evaluate(table, None, "ce")
    assert report["ce"].value == losscli.evaluate(CHANCES, TRUE, "ce")["ce"].value
    assert any("read as probabilities" in note for note in report.notes)


@pytest.mark.parametrize(
    ("pred", "label", "loss", "word"),
    [
        ([0.3, 0.5, 0.4], [0.5, 0.5, 0.5], "r2", "constant"),
        ([0.3, 0.5, 0.4], [0.5, 0.5, 0.5], "d2_absolute_error", "constant"),
        ([0.3, 0.5, 0.4], [0.5, 0.5, 0.5], "ccc", "constant"),
        ([0.3, 0.5, 0.4], [1, 1, 1], "d2_log_loss", "undefined"),
        ([0.3, 0.5, 0.4], [1, 1, 1], "bce", "all the same"),
        ([1.0, 2.0, 3.0], [0.0, 2.0, 0.0], "mape", "2 labels are 0"),
        ([1.0, 0.0, 3.0], [0.0, 0.0, 0.0], "smape", "1 pairs"),
    ],
)
def test_what_is_undefined_or_floored_is_said(
    pred: list[float], label: list[float], loss: str, word: str
) -> None:
    task = "binary" if loss in ("d2_log_loss", "bce") else "regression"
    report = losscli.evaluate(pred, label, loss, task=task)
    assert any(word in note for note in report.notes)
    assert report.results[0].skill is None


def test_weights_that_are_all_0_are_said() -> None:
    for loss in ("mse", "r2", "medae", "d2_absolute_error"):
        with pytest.raises(losscli.DataError, match="all weights are 0"):
            losscli.evaluate([1.0, 2.0], [1.5, 2.5], loss, weight=[0.0, 0.0])


@pytest.mark.parametrize("loss", ["brier", "ece", "gce", "zero_one"])
@pytest.mark.parametrize("like", ["standard", "keras", "sklearn", "clip=0.1"])
def test_what_takes_no_logarithm_is_not_clipped(loss: str, like: str) -> None:
    pred = np.eye(3) if loss == "gce" else np.array([1.0, 0.0, 1.0])
    label = [0, 1, 2] if loss == "gce" else [1, 0, 1]
    [found] = losscli.evaluate(pred, label, loss, like=like).results
    assert found.value == 0.0
    assert found.clipped == 0


@pytest.mark.parametrize("form", ["{}", "p_{}"])
def test_numbers_for_columns_that_words_name_are_said_to_be_taken_in_turn(form: str) -> None:
    shares = {form.format(name): share for name, share in zip("abc", CHANCES.T, strict=True)}
    frame = pd.DataFrame({**shares, "label": [0, 2, 1]})
    said = "the labels are numbers, and taken for the columns in turn: 0 as a, 1 as b, 2 as c"
    assert any(note.startswith(said) for note in losscli.evaluate(frame, losses="ce").notes)
    words = frame.assign(label=["a", "c", "b"])
    assert not any("in turn" in note for note in losscli.evaluate(words, losses="ce").notes)
    counted = frame.set_axis(["p_0", "p_1", "p_2", "label"], axis="columns")
    assert not any("in turn" in note for note in losscli.evaluate(counted, losses="ce").notes)


@pytest.mark.parametrize("names", [("positive", "negative"), ("p_yes", "p_no"), ("Yes", "No")])
def test_yes_before_no_is_not_taken_in_turn(names: tuple[str, str]) -> None:
    yes = CHANCES[:, 0]
    frame = pd.DataFrame({names[0]: yes, names[1]: 1 - yes, "label": [1, 0, 0]})
    with pytest.raises(losscli.UsageError, match="which of them is the label 1") as asked:
        losscli.evaluate(frame, losses="ce")
    assert [choice.words for choice in asked.value.choices] == [
        ("--classes", "1,0"),
        ("--classes", "0,1"),
    ]
    stated = losscli.evaluate(frame, losses="ce", classes=("1", "0"))["ce"].value
    turned = frame[[names[1], names[0], "label"]]
    assert stated == losscli.evaluate(turned, losses="ce")["ce"].value
