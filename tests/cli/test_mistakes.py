"""The first mistakes of a new user, and where each message leads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.program import Here, Write

SEED = np.random.default_rng(0)
LABEL = SEED.integers(0, 2, 60)
PRED = np.clip(0.2 + 0.6 * LABEL + SEED.normal(0, 0.1, 60), 0.01, 0.99).round(3)
CLASS = SEED.integers(0, 3, 60)
PROBS = np.eye(3)[CLASS] * 0.7 + 0.1


@pytest.fixture(autouse=True)
def files(write: Write) -> None:
    write("preds.npy", PRED)
    write("labels.npy", LABEL)
    write("logits.npy", np.log(PRED / (1 - PRED)))
    write("percent.npy", PRED * 100)
    write("probs.npy", PROBS)
    write("classes.npy", CLASS)
    rows = [f"{p},{y},{1 - y}" for p, y in zip(PRED.tolist(), LABEL.tolist(), strict=True)]
    write("t.csv", "\n".join(["prob,label,label_b", *rows]))
    words = np.where(LABEL == 1, "spam", "ham")
    rows = [f"{p},{y}" for p, y in zip(PRED.tolist(), words.tolist(), strict=True)]
    write("words.csv", "\n".join(["prob,label", *rows]))


def value(here: Here, words: str) -> float:
    return here(*words.split(), "-q").number


RIGHT = "preds.npy labels.npy -l bce"


def test_swapped_files_are_told(here: Here) -> None:
    answer = here("labels.npy", "preds.npy")
    assert "if the two are swapped, give the predictions first" in answer.err
    assert "swapped" not in here("preds.npy", "labels.npy").err


def test_swapped_files_of_classes_are_refused(here: Here) -> None:
    answer = here("classes.npy", "probs.npy")
    assert (answer.code, answer.out) == (3, "")
    assert "Are the files swapped? Predictions come first." in answer.err


def test_a_forgotten_label(here: Here) -> None:
    answer = here("preds.npy", "-l", "bce")
    assert (answer.code, answer.out) == (2, "")
    assert "needs labels. Give a label file after the prediction" in answer.err
    assert "--label-col" in answer.err


def test_a_wrong_column(here: Here) -> None:
    answer = here("t.csv", "-p", "prop", "-y", "label")
    assert (answer.code, answer.out) == (2, "")
    assert "t.csv has no column 'prop' (--pred-col). Did you mean 'prob'?" in answer.err
    assert value(here, "t.csv -p prob -y label -l bce") == value(here, RIGHT)


def test_logits_for_probabilities(here: Here) -> None:
    answer = here("logits.npy", "labels.npy", "-l", "bce", "--kind", "probability")
    assert (answer.code, answer.out) == (3, "")
    assert "If these are logits, say --kind logit." in answer.err
    right = value(here, "logits.npy labels.npy -l bce --kind logit")
    assert right == pytest.approx(value(here, RIGHT), rel=1e-12)
    # They are seen to be logits where nobody says what they are.
    assert value(here, "logits.npy labels.npy -l bce") == right


def test_percent_for_probabilities(here: Here) -> None:
    answer = here("percent.npy", "labels.npy", "-l", "bce")
    assert "the predictions look like percent" in answer.err
    assert here("percent.npy", "labels.npy", "-l", "bce", "--kind", "logit").err == ""


def test_an_unknown_loss(here: Here) -> None:
    for word, meant in (
        ("binary_crosentropy", "binary_cross_entropy"),
        ("cross_entropie", "cross_entropy"),
        ("mean_square_error", "mean_squared_error"),
        ("focl", "focal"),
    ):
        answer = here("preds.npy", "labels.npy", "-l", word)
        assert (answer.code, answer.out) == (2, "")
        assert f"no loss is called {word!r}. Did you mean {meant}" in answer.err


def test_an_unknown_command(here: Here) -> None:
    answer = here("compair", "preds.npy", "labels.npy")
    assert (answer.code, answer.out) == (2, "")
    assert "there is no command 'compair'" in answer.err
    assert "Did you mean losscli compare?" in answer.err


def test_a_file_that_is_named_like_a_command(here: Here, tmp_path: Path) -> None:
    (tmp_path / "batc").write_bytes((tmp_path / "preds.npy").read_bytes())
    assert value(here, "batc labels.npy -l bce") == value(here, RIGHT)


def test_a_file_that_is_not_there(here: Here) -> None:
    answer = here("pred.npy", "labels.npy")
    assert (answer.code, answer.out) == (3, "")
    assert "pred.npy: there is no such file" in answer.err


def test_labels_of_words(here: Here) -> None:
    answer = here("words.csv", "-l", "bce")
    assert (answer.code, answer.out) == (2, "")
    assert "--classes ham,spam\n      the probability of spam" in answer.err
    assert value(here, "words.csv -l bce --classes ham,spam") == value(here, RIGHT)


def test_the_wrong_one_of_two_losses(here: Here) -> None:
    answer = here("recommend", "probs.npy", "classes.npy")
    assert "Recommended: categorical cross entropy" in answer.out
    answer = here("preds.npy", "labels.npy", "-l", "ce")
    assert (answer.code, answer.out) == (2, "")
    assert "\n  losscli preds.npy labels.npy -l bce\n" in answer.err


def test_a_convention_by_another_name(here: Here) -> None:
    answer = here("preds.npy", "labels.npy", "--like", "pytorch")
    assert (answer.code, answer.out) == (2, "")
    assert "no convention 'pytorch'. Did you mean torch?" in answer.err


def test_labels_given_to_compare_as_a_model(here: Here) -> None:
    answer = here("compare", "preds.npy", "labels.npy")
    assert (answer.code, answer.out) == (2, "")
    assert "--label FILE" in answer.err


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        (
            "preds.npy logits.npy labels.npy",
            ["--label labels.npy", "--label labels.npy --kl"],
        ),
        (
            "eval preds.npy logits.npy --label labels.npy --shift",
            ["--label labels.npy --shift"] * 2,
        ),
        ("preds.npy logits.npy labels.npy -l bce", ["--label labels.npy -l bce"]),
        ("preds.npy logits.npy --kl", ["--kl"]),
    ],
)
def test_the_predictions_of_two_models_lead_to_compare(
    here: Here, words: str, instead: list[str]
) -> None:
    answer = here(*words.split())
    assert (answer.code, answer.out) == (2, "")
    assert "eval is of one model" in answer.err
    lines = [line.strip() for line in answer.err.splitlines()]
    for rest in instead:
        assert any(
            line.startswith(f"losscli compare preds.npy logits.npy {rest}") for line in lines
        )


def test_the_command_that_stands_instead_of_eval_works(here: Here, write: Write) -> None:
    write("other.npy", PROBS * 0.9 + 0.1 / 3)
    answer = here("eval", "probs.npy", "other.npy", "classes.npy")
    [kl] = [line for line in answer.err.splitlines() if line.endswith("--kl")]
    found = here(*kl.split()[1:])
    assert found.code == 0
    assert found.out.startswith("other (Q) against probs (base)")
