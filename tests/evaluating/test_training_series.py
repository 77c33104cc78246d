"""Scaled errors of forecasts: the naive error of the training series, given or found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.errors import DataError, UsageError

PRED, LABEL = np.array([2.5, 0.0, 2.0, 8.0]), np.array([3.0, -0.5, 2.0, 7.0])
TRAIN = np.array([1.0, 4.0, 2.0, 7.0, 3.0, 9.0])


@pytest.mark.parametrize("season", [1, 2])
def test_the_scale_is_the_error_of_repeating_the_last_season(season: int) -> None:
    steps = TRAIN[season:] - TRAIN[:-season]
    report = losscli.evaluate(
        PRED, LABEL, f"mase:season={season},rmsse:season={season}", inputs={"train": TRAIN}
    )
    mase, rmsse = (result.value for result in report.results)
    error = PRED - LABEL
    assert mase == pytest.approx(np.abs(error).mean() / np.abs(steps).mean(), rel=1e-15)
    assert rmsse == pytest.approx(np.sqrt((error**2).mean() / (steps**2).mean()), rel=1e-15)


def test_the_series_is_read_in_pieces_to_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    def value() -> float:
        options = {"inputs": {"train": TRAIN}}
        return losscli.evaluate(PRED, LABEL, "mase:season=2", **options).results[0].value

    whole = value()
    monkeypatch.setattr("losscli.evaluating.training_series._ROWS", 1)
    assert value() == whole


def test_a_number_given_is_the_scale_and_stands_in_the_signature() -> None:
    result = losscli.evaluate(PRED, LABEL, "mase:naive=2").results[0]
    assert result.value == pytest.approx(0.25, rel=1e-15)
    assert "naive:2" in result.signature


def test_without_either_it_is_said_what_is_missing() -> None:
    with pytest.raises(UsageError, match="naive forecast on the training series") as refused:
        losscli.evaluate(PRED, LABEL, "mase")
    assert "--input train=FILE" in refused.value.hint


def test_the_column_of_a_table_is_the_only_one_of_numbers_or_called_as_the_label(
    tmp_path: Path,
) -> None:
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("\n".join(["y,x", *(f"{value},{value * 2}" for value in TRAIN)]) + "\n")
    rows = zip(PRED, LABEL, strict=True)
    test.write_text("\n".join(["forecast,y", *(f"{p},{y}" for p, y in rows)]) + "\n")
    columns = losscli.Columns(pred="forecast", label="y")
    inputs = {"train": str(train)}
    found = losscli.evaluate(str(test), None, "mase", columns=columns, inputs=inputs).results[0]
    assert (
        found.value == losscli.evaluate(PRED, LABEL, "mase", inputs={"train": TRAIN})["mase"].value
    )
    with pytest.raises(UsageError, match="which column is the training series"):
        losscli.evaluate(PRED, LABEL, "mase", inputs=inputs)


@pytest.mark.parametrize(
    ("train", "words"),
    [
        (np.ones(5), "nothing to scale by"),
        (np.ones(1), "leaves none to compare"),
        (np.array([1.0, np.nan, 2.0]), "missing or infinite"),
    ],
)
def test_a_series_that_gives_no_scale_is_refused(train: np.ndarray, words: str) -> None:
    with pytest.raises(DataError, match=words):
        losscli.evaluate(PRED, LABEL, "mase", inputs={"train": train})


def long_table(path: Path, series: dict[str, list[float]], header: str = "id,y") -> str:
    rows = [f"{name},{value}" for name, values in series.items() for value in values]
    path.write_text("\n".join([header, *rows]) + "\n")
    return str(path)


SERIES = {"a": [1.0, 4.0, 2.0, 7.0], "b": [30.0, 10.0, 60.0, 20.0, 90.0]}


def of_series(
    tmp_path: Path, train: dict[str, list[float]], loss: str = "mase,rmsse", **given: object
) -> list[float | None]:
    test = tmp_path / "test.csv"
    test.write_text("id,p,y\na,2.5,3\nb,40,70\na,0,-1\nb,50,50\nb,10,20\n")
    columns = losscli.Columns(pred=("p",), label=("y",), group="id")
    inputs = {"train": long_table(tmp_path / "train.csv", train)}
    options: dict[str, object] = {"columns": columns, "inputs": inputs, **given}
    report = losscli.evaluate(str(test), None, loss, **options)  # type: ignore[arg-type]
    return [result.value for result in report.results]


def test_each_of_many_series_is_scaled_by_its_own(tmp_path: Path) -> None:
    naive = {name: np.abs(np.diff(values)).mean() for name, values in SERIES.items()}
    square = {name: (np.diff(values) ** 2).mean() for name, values in SERIES.items()}
    error = {"a": np.array([0.5, 1.0]), "b": np.array([30.0, 0.0, 10.0])}
    mase = np.mean([error[name].mean() / naive[name] for name in SERIES])
    rmsse = np.mean([np.sqrt((error[name] ** 2).mean() / square[name]) for name in SERIES])
    assert of_series(tmp_path, SERIES) == pytest.approx([mase, rmsse], rel=1e-14)


def test_no_bit_of_many_series_hangs_on_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = of_series(tmp_path, SERIES)
    monkeypatch.setattr("losscli.evaluating.training_series._ROWS", 2)
    monkeypatch.setattr("losscli.engine.run.BLOCK_ITEMS", 2)
    assert of_series(tmp_path, SERIES, threads=2) == whole


def test_series_that_cannot_be_scaled_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1 of 2 series are not in the training series: b"):
        of_series(tmp_path, {"a": SERIES["a"]})
    with pytest.raises(DataError, match=r"\(b\) whose naive error is 0"):
        of_series(tmp_path, {**SERIES, "b": [2.0, 2.0]})
    with pytest.raises(DataError, match=r"\(a\) of 4 rows: a season of 4"):
        of_series(tmp_path, SERIES, "mase:season=4")
    with pytest.raises(UsageError, match="no weights of its rows"):
        of_series(tmp_path, SERIES, weight=np.ones(5))


def test_several_series_are_not_read_as_one(tmp_path: Path) -> None:
    long = {"a": list(np.arange(120.0)), "b": [3.0, 1.0]}
    for name, series in (("one", SERIES), ("two", long)):
        train = long_table(tmp_path / f"{name}.csv", series)
        with pytest.raises(UsageError, match="several series, by its column id") as refused:
            losscli.evaluate(PRED, LABEL, "mase", inputs={"train": train})
        assert "--group-col id" in refused.value.hint
    alone = long_table(tmp_path / "alone.csv", {"a": list(TRAIN)})
    found = losscli.evaluate(PRED, LABEL, "mase", inputs={"train": alone}).results[0].value
    assert found == losscli.evaluate(PRED, LABEL, "mase", inputs={"train": TRAIN}).results[0].value
