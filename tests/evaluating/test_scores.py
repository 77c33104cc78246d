"""Scores that rows have already: what `rows` writes, and what other evaluators do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from losscli import compare, evaluate, rows
from losscli.errors import UsageError
from losscli.inputs.columns import Columns
from losscli.render.row_files import write_rows


def table(path: Path, **columns: object) -> str:
    """A CSV of the columns; numbers in full precision."""
    names = list(columns)
    lines = zip(*(np.asarray(columns[name]).tolist() for name in names), strict=True)
    text = [",".join(names), *(",".join(map(str, line)) for line in lines)]
    path.write_text("\n".join(text) + "\n")
    return str(path)


@pytest.fixture
def models(tmp_path: Path) -> list[str]:
    """Two models' probabilities of the same 200 rows, with weights."""
    rng = np.random.default_rng(7)
    label, weight = rng.integers(0, 2, 200), rng.exponential(size=200)
    ids = [f"r{place}" for place in range(200)]
    return [
        table(tmp_path / f"{name}.csv", id=ids, prob=rng.beta(2, 2, 200), label=label, w=weight)
        for name in "ab"
    ]


def rows_of(model: str, ending: str, **options: object) -> str:
    """The file that `losscli rows MODEL -o …` writes."""
    found = rows(model, **options)
    path = str(Path(model).with_suffix(f".rows.{ending}"))
    format = "jsonl" if ending == "jsonl" else ending
    write_rows(
        path,
        format,
        found.blocks(),
        losses=found.loss_columns,
        rows=found.count,
        emit=lambda *_: None,
    )
    return path


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("loss", ["bce", "rmse", "bce,mae"])
@pytest.mark.parametrize(
    "weights", [{}, {"columns": Columns(weight="w")}, {"class_weight": [1.0, 3.0]}]
)
def test_comparing_written_rows_is_comparing_the_predictions(
    models: list[str], ending: str, loss: str, weights: dict[str, object]
) -> None:
    expected = compare(models, losses=loss, resamples=100, **weights)
    written = [rows_of(model, ending, losses=loss, **weights) for model in models]
    found = compare(written, resamples=100)
    for one, other in zip(found.comparisons, expected.comparisons, strict=True):
        assert one.loss == other.loss
        assert (one.reference_value, one.value) == (other.reference_value, other.value)
        assert (one.difference, one.interval, one.p) == (
            other.difference,
            other.interval,
            other.p,
        )


def test_parameters_of_a_root_survive_in_the_name_of_the_column(models: list[str]) -> None:
    written = rows_of(models[0], "csv", losses="rmse:eps=0.1")
    assert (
        evaluate(written).results[0].value
        == evaluate(models[0], losses="rmse:eps=0.1")["rmse"].value
    )


def test_what_was_taken_is_said(models: list[str]) -> None:
    written = rows_of(models[0], "csv", losses="bce", columns=Columns(weight="w"))
    assert (
        evaluate(written)
        .notes[0]
        .endswith(
            "rows with their losses; binary_cross_entropy taken as they stand, weighted by weight"
        )
    )


def test_weights_that_the_mean_does_not_divide_by_are_refused(models: list[str]) -> None:
    written = rows_of(models[0], "csv", losses="bce", columns=Columns(weight="w"), like="torch")
    with pytest.raises(UsageError, match="does not divide by the rows' weights"):
        evaluate(written)


def test_named_predictions_are_read_from_written_rows(models: list[str]) -> None:
    written = rows_of(models[0], "csv", losses="bce")
    found = evaluate(written, None, "brier", columns=Columns(pred="pred", label="label"))
    assert found["brier"].value == evaluate(models[0], losses="brier")["brier"].value


def test_scores_of_another_evaluator_are_averaged(tmp_path: Path) -> None:
    path = table(tmp_path / "s.csv", doc=["a", "b", "c"], acc=[1, 0, 1], nll=[0.5, 1.25, 2.0])
    report = evaluate(path, columns=Columns(score=("acc", "nll")), higher_is_better=True)
    assert [result.value for result in report.results] == [2 / 3, 1.25]
    assert not report.results[0].lower_is_better
    assert report.results[0].signature.startswith("acc|like:standard|kind:score|reduction:mean|n:3")


def test_json_lines_of_scores(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text("".join(json.dumps({"doc_id": n, "acc": n % 2}) + "\n" for n in range(5)))
    assert evaluate(str(path), columns=Columns(score="acc")).results[0].value == 0.4


def test_more_is_better_where_it_is_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    worse, better = rng.random(80), rng.random(80) + 0.5
    files = [table(tmp_path / f"{n}.csv", s=s) for n, s in (("one", worse), ("two", better))]
    up = compare(files, columns=Columns(score="s"), higher_is_better=True, resamples=200)
    down = compare(files, columns=Columns(score="s"), resamples=200)
    assert up.comparisons[0].words == "two is better"
    assert down.comparisons[0].words == "one is better"


def test_an_array_is_scores_where_the_task_says_so() -> None:
    assert evaluate(np.array([1.0, 2.0, 4.5]), task="scores").results[0].value == 2.5


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (Columns(score="nothing"), "no column 'nothing'"),
        (Columns(score="word"), "holds words"),
        (Columns(score="acc", label="word"), "no predictions or labels beside them"),
    ],
)
def test_what_cannot_be_scores_is_refused(tmp_path: Path, columns: Columns, message: str) -> None:
    path = table(tmp_path / "s.csv", word=["a", "b"], acc=[1, 0])
    with pytest.raises(UsageError, match=message):
        evaluate(path, columns=columns)


def test_a_loss_that_no_column_holds_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "s.csv", acc=[1, 0])
    with pytest.raises(UsageError, match="no column of scores is named 'bce'"):
        evaluate(path, None, "bce", columns=Columns(score="acc"))
