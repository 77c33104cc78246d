"""`losscli compare`: is one model better than another?"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.program import SAMPLES, Here, Write

A, B, LABELS = (SAMPLES / name for name in ("model_a.csv", "model_b.csv", "labels.csv"))
BREAST = SAMPLES / "breast_cancer.csv"


def test_the_sample_pair_differs_by_no_more_than_chance(here: Here) -> None:
    answer = here("compare", A, B, "--label", LABELS)
    assert answer.code == 0
    assert "No winner yet: model_a is ahead of model_b" in answer.out
    assert "model_b is better on 78 % of the rows" in answer.out


def test_json_is_the_report(here: Here) -> None:
    document = here("compare", A, B, "--label", LABELS, "-l", "bce", "--format", "json").json
    assert document["schema"] == "losscli/compare/1"
    assert document["models"] == ["model_a", "model_b"]
    assert document["comparisons"][0]["difference"] == pytest.approx(0.0083296, abs=1e-7)


def test_each_line_of_jsonl_is_a_comparison(here: Here) -> None:
    answer = here("compare", A, B, "--label", LABELS, "--format", "jsonl")
    lines = [json.loads(line) for line in answer.out.splitlines()]
    assert [line["loss"] for line in lines] == ["binary_cross_entropy", "binary_focal", "brier"]


def test_csv_has_a_row_for_each_comparison(here: Here) -> None:
    answer = here("compare", A, B, "--label", LABELS, "-l", "bce,zero_one", "-o", "out.csv")
    assert (answer.code, answer.out) == (0, "")
    rows = list(csv.DictReader(io.StringIO(Path("out.csv").read_text(encoding="utf-8"))))
    assert [row["loss"] for row in rows] == ["binary_cross_entropy", "zero_one"]
    assert {row["verdict"] for row in rows} == {"not proven"}


def test_columns_of_one_file_are_models(here: Here) -> None:
    answer = here("compare", BREAST, "-p", "prob", "-p", "prob_rf", "-l", "brier")
    assert answer.code == 0
    assert "prob is better" in answer.out


def test_one_file_alone_is_answered_with_the_whole_commands(here: Here, write: Write) -> None:
    rows = [f"0.{3 + place}1,0.{8 - place}2,{place % 2}" for place in range(6)]
    both = write("two.csv", "\n".join(["model_old,model_new,y_true", *rows]) + "\n")
    answer = here("compare", both)
    command = f"losscli compare {both} --pred-col model_old --pred-col model_new"
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines()[1].strip() == command
    assert here(*command.split()[1:]).code == 0
    answer = here("compare", both, "-p", "model_old")
    command = f"losscli compare {both} -p model_old --pred-col model_new"
    assert answer.err.splitlines()[1].strip() == command


def test_models_of_unlike_length_are_told_of_models_not_of_labels(here: Here, write: Write) -> None:
    one = write("a.csv", "prob\n" + "0.5\n" * 4)
    two = write("b.csv", "prob\n" + "0.4\n" * 7)
    label = write("y.csv", "label\n" + "1\n" * 7)
    answer = here("compare", one, two, "--label", label)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith(
        f"losscli: {one}: has 4 rows, {two} has 7. Models are compared on the same rows. "
        "Where they have a key, pair them by it: --id-col COL."
    )
    few = write("few.csv", "label\n" + "1\n" * 4)
    answer = here("compare", two, two, "--label", few)
    assert answer.err.startswith(f"losscli: {two}: has 7 rows, {few} has 4. Each prediction needs")


def test_the_loss_that_is_named_first_has_the_verdict(here: Here) -> None:
    for losses in ("brier,bce", "bce,brier"):
        answer = here("compare", BREAST, "-p", "prob_rf", "-p", "prob", "-l", losses)
        verdict = "prob is better" if losses.startswith("brier") else "No winner yet"
        assert answer.out.split("\n\n")[1].startswith(verdict)


def test_labels_in_the_files_must_agree(here: Here, write: Write) -> None:
    one = write("a.csv", "prob,label\n0.1,0\n0.9,1\n0.8,1\n")
    two = write("b.csv", "prob,label\n0.2,0\n0.7,1\n0.3,0\n")
    answer = here("compare", one, two)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith("losscli: b.csv, line 4: has the label 0.0 where a.csv (line 4)")


def test_files_that_differ_in_their_rows_are_refused(here: Here, write: Write) -> None:
    one = write("a.csv", "id,prob\nx,0.1\ny,0.9\n")
    two = write("b.csv", "id,prob\ny,0.2\nz,0.7\n")
    label = write("y.csv", "id,label\nx,0\ny,1\n")
    answer = here("compare", one, two, "--label", label)
    assert (answer.code, answer.out) == (3, "")
    assert "'x' is not in b.csv" in answer.err


def test_ids_of_rows_in_one_order_may_repeat(here: Here, write: Write) -> None:
    one = write("a.csv", "id,prob\nx,0.1\nx,0.9\ny,0.8\n")
    two = write("b.csv", "id,prob\nx,0.2\nx,0.7\ny,0.9\n")
    label = write("y.csv", "id,label\nx,0\nx,1\ny,1\n")
    assert here("compare", one, two, "--label", label).code == 0


def test_the_seed_and_the_resamples_are_the_users(here: Here) -> None:
    words = ("compare", A, B, "--label", LABELS, "-l", "bce", "--format", "json")
    first = here(*words, "--seed", "4", "--resamples", "500").json
    assert (first["seed"], first["resamples"]) == (4, 500)
    assert first["comparisons"] != here(*words).json["comparisons"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((A, "--label", LABELS), "needs two models"),
        ((), "which models?"),
        ((A, B), "holds no labels to compare with"),
        ((A, B, "--label", LABELS, "--seed", "x"), "--seed x: not a whole number"),
        ((A, B, "--label", LABELS, "--resamples", "5"), "5 resamples: say 100 to 1,000,000"),
        ((A, B, "--label", LABELS, "-l", "nope"), "no loss is called"),
        ((BREAST, "-p", "prob"), "needs two models"),
    ],
)
def test_what_makes_no_sense_is_refused(here: Here, words: tuple[object, ...], said: str) -> None:
    answer = here("compare", *map(str, words))
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


@pytest.mark.parametrize("columns", [40, 80])
def test_it_keeps_to_the_screen(here: Here, columns: int) -> None:
    answer = here("compare", A, B, "--label", LABELS, columns=columns)
    assert max(map(len, answer.out.splitlines())) <= columns


def test_help_shows_how(here: Here) -> None:
    answer = here("compare", "--help")
    assert answer.code == 0
    assert "losscli compare a.csv b.csv --label labels.csv" in answer.out


def test_a_plan_says_how_many_rows_and_clusters_it_takes(here: Here, write: Write) -> None:
    random = np.random.default_rng(0)
    lines = [f"{a:.3f},{b:.3f},{y:.3f}" for a, b, y in random.normal(size=(200, 3))]
    grouped = [f"{line},{place // 5}" for place, line in enumerate(lines)]
    write("d.csv", "\n".join(["a,b,y,patient", *grouped, ""]))
    words = ("compare", "d.csv", "-p", "a", "-p", "b", "-y", "y", "-l", "mse", "--plan", "5%")
    said = here(*words, "--cluster-col", "patient").out
    assert "rows (" in said
    assert "clusters) would show a difference of" in said
    assert "with 80 % power" in here(*words).out
    assert "clusters" not in here(*words).out


def test_kl_prints_the_table_of_two_language_models(here: Here) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(2, 60, 9))
    np.save("base.npy", logits)
    np.save("q4.npy", logits + rng.normal(scale=0.1, size=logits.shape))
    np.save("tokens.npy", rng.integers(0, 9, (2, 60)))
    words = ("compare", "base.npy", "q4.npy", "--label", "tokens.npy", "--kl")
    answer = here(*words, columns=80)
    assert answer.code == 0
    assert answer.out.startswith("q4 (Q) against base (base) · 120 tokens\n")
    for line in ("PPL(Q)/PPL(base)", "99.0 %", "same top p", "RMS Δp"):
        assert line in answer.out
    assert here(*words, "--format", "json").json["tokens"] == 120
    assert here(*words, "--format", "csv").code == 2
    assert here(*words, "-l", "ce").code == 2
