"""Every screen as a person sees it, at 80 and 40 columns: text files to be read and compared.

What is the number, is it good, what do I type next? LOSSCLI_UPDATE_SNAPSHOTS=1 writes them anew.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from losscli.cli import output
from losscli.losses.registry import REGISTRY
from tests.cli.program import SAMPLES, Here

_FOLDER = Path(__file__).parent / "screens"
_PAIR = "model_a.csv model_b.csv --label labels.csv"

SCREENS = {
    "eval_binary": "breast_cancer.csv -p prob",
    "eval_forest": "breast_cancer.csv -p prob_rf",
    "eval_one_loss": "breast_cancer.csv -p prob -l focal",
    "eval_two_losses": "breast_cancer.csv -p prob -l bce,brier --like sklearn",
    "eval_regression": "diabetes.csv",
    "eval_multiclass": "wine.csv",
    "eval_multilabel": "multilabel.csv",
    "eval_arrays": "digits_probs.npy digits_labels.npy",
    "eval_why": "breast_cancer.csv -p prob --why",
    "eval_signature": "breast_cancer.csv -p prob --signature",
    "eval_explain": "breast_cancer.csv -p prob --explain",
    "eval_by_class": "breast_cancer.csv -p prob --by-class",
    "eval_written": "breast_cancer.csv -p prob -o report.json",
    "eval_which_column": "breast_cancer.csv",
    "eval_no_file": "no_such_file.csv -o report.json",
    "eval_no_probability": "breast_cancer.csv -p logit --kind probability",
    "eval_no_loss": "breast_cancer.csv -p prob -l bec",
    "recommend": "recommend breast_cancer.csv -p prob_rf",
    "recommend_multilabel": "recommend multilabel.csv",
    "rows": "rows breast_cancer.csv -p prob_rf --top 5",
    "rows_classes": "rows digits_probs.npy digits_labels.npy --top 3",
    "compare": f"compare {_PAIR}",
    "compare_why": f"compare {_PAIR} --why",
    "compare_tie": "compare model_a.csv model_a.csv --label labels.csv",
    "compare_plan": f"compare {_PAIR} -l bce --plan 1%",
    "check_kept": "check model_a.csv labels.csv --max bce=0.5",
    "check_broken": "check model_a.csv labels.csv --max bce=0.1 --max brier=0.5",
    "batch": "batch model_a.csv model_b.csv --label labels.csv --workers 1",
    "match": "match 0.1824 breast_cancer.csv -p prob_rf -l bce",
    "match_near": "match 0.1824 breast_cancer.csv -p prob_rf -l bce --near",
    "match_nothing": "match 0.99999 breast_cancer.csv -p prob_rf -l brier",
    "why": "why 0.1824 0.2706 breast_cancer.csv -p prob_rf -l bce",
    "losses": "losses",
    "losses_family": "losses overlap",
    "losses_bce": "losses bce",
    "losses_ndcg": "losses ndcg",
    "losses_long": "losses focal --long",
    "losses_descend": "losses mse --descend",
    "losses_unknown": "losses no_such_loss",
}
# These are as long as what they list.
_LONG = re.compile("_(why|signature|explain|by_class|near|long|descend|forest)")


@pytest.fixture(autouse=True)
def _terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample data beside the program, whose stdout a person reads."""
    for file in SAMPLES.iterdir():
        (tmp_path / file.name).symlink_to(file)
    monkeypatch.setattr(output, "on_terminal", lambda file=None: file is None)


def shown(here: Here, monkeypatch: pytest.MonkeyPatch, words: list[str], columns: int) -> str:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(output, "_stderr_columns", lambda: columns)
    monkeypatch.setattr(sys, "argv", ["losscli", *words])
    answer = here(*words, columns=columns)
    return answer.err + answer.out


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_as_it_was_read(
    here: Here, monkeypatch: pytest.MonkeyPatch, name: str, columns: int
) -> None:
    text = shown(here, monkeypatch, shlex.split(SCREENS[name]), columns)
    file = _FOLDER / f"{name}_{columns}.txt"
    if os.environ.get("LOSSCLI_UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    assert text == file.read_bytes().decode("utf-8")
    lines = text.splitlines()
    assert max(map(len, lines)) <= columns
    assert [line for line in lines if line != line.rstrip()] == []
    if columns == 80 and not _LONG.search(name):
        assert len(lines) <= 23, "the prompt needs the 24th line"


# What only a narrow screen says: the ids of losses, and where to find what does not fit.
_NARROW = {
    "a",
    "wider",
    "screen",
    "also",
    "shows",
    "format",
    "json",
    "csv",
    "n",
    "in",
    "intervals",
    "of",
    "the",
    "other",
    "losses",
    "first",
    "second",
}


def words_of(text: str) -> set[str]:
    """Its words of letters: a name may go on in the next line behind what is no letter."""
    return set(re.findall(r"[^\W\d_]+", text))


@pytest.mark.parametrize("name", SCREENS)
def test_no_word_is_cut_on_a_narrow_screen(
    here: Here, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    whole = words_of(shown(here, monkeypatch, shlex.split(SCREENS[name]), 200))
    ids = words_of(" ".join(loss.short for loss in REGISTRY))
    for columns in (40, 80):
        narrow = (_FOLDER / f"{name}_{columns}.txt").read_text(encoding="utf-8")
        assert words_of(narrow) - whole - ids - _NARROW == set()


@pytest.mark.parametrize("name", SCREENS)
def test_no_line_begins_with_a_percent_sign(name: str) -> None:
    for columns in (40, 80):
        narrow = (_FOLDER / f"{name}_{columns}.txt").read_text(encoding="utf-8")
        assert not re.search(r"^\s*(%|[=<>±] ?\d)", narrow, re.MULTILINE)


EVALS = (
    "breast_cancer.csv -p prob",
    "breast_cancer.csv -p prob_rf",
    "breast_cancer.csv -p prob -l bce,brier,focal,hinge,ece",
    "breast_cancer.csv -p prob_rf -l bce,brier,focal,hinge,ece",
    "breast_cancer.csv -p prob --score",
    "diabetes.csv",
    "diabetes.csv -l mse,rmse,mae,r2,mape",
    "wine.csv",
    "wine.csv -l ce,focal,brier,zero_one,kl",
    "multilabel.csv",
    "digits_probs.npy digits_labels.npy",
    "digits_probs.npy digits_labels.npy -l ce,focal,brier,zero_one,ece",
)


@pytest.mark.parametrize("words", EVALS)
def test_five_losses_fit_fifteen_lines(
    here: Here, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    lines = shown(here, monkeypatch, shlex.split(words), 80).splitlines()
    assert len(lines) <= 15, "\n".join(lines)


COMMANDS = ("eval", "rows", "recommend", "check", "compare", "batch", "match", "why", "losses")


@pytest.mark.parametrize("columns", [40, 60, 72, 80])
@pytest.mark.parametrize("words", ["--help", *(f"{command} --help" for command in COMMANDS)])
def test_help_cuts_no_word(
    here: Here, monkeypatch: pytest.MonkeyPatch, words: str, columns: int
) -> None:
    text = shown(here, monkeypatch, words.split(), columns)
    whole = words_of(shown(here, monkeypatch, words.split(), 200))
    assert words_of(text) - whole - {"Default", "default", "COMMAND"} == set()
    assert max(map(len, text.splitlines())) <= columns
