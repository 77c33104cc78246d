"""`losscli batch`: many pairs from the command line."""

from __future__ import annotations

import csv
import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow.parquet as pq
import pytest

import losscli as package
from tests.batching.conftest import BREAKS
from tests.cli.program import SAMPLES, Here, Write
from tests.cli.test_imports import HEAVY, imported

LABEL = ("--label", "{dir}/labels.npy")
RUNS = [f"runs/run{number}/preds.npy" for number in range(24)]
SCHEMA: Any = json.loads(
    files("losscli").joinpath("schema/batch.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Twenty-four pairs in runs/, ten of them broken, run22 like run2."""
    random = np.random.default_rng(3)
    for number in range(24):
        folder = tmp_path / "runs" / f"run{number}"
        folder.mkdir(parents=True)
        label = random.integers(0, 2, 50)
        np.save(folder / "labels.npy", label)
        np.save(folder / "preds.npy", np.clip(0.35 + 0.3 * label + number / 100, 0.0, 1.0))
    for number, how in zip(range(1, 21, 2), BREAKS.values(), strict=True):
        how(tmp_path / "runs" / f"run{number}" / "preds.npy")
    for file in ("preds.npy", "labels.npy"):
        copy = (tmp_path / "runs" / "run2" / file).read_bytes()
        (tmp_path / "runs" / "run22" / file).write_bytes(copy)
    return tmp_path


class TestLeaderboard:
    def test_lists_all_pairs_though_ten_are_broken(self, runs: Path, here: Here) -> None:
        answer = here("batch", *RUNS, *LABEL, "-l", "bce,brier", "--format", "json")
        assert (answer.code, answer.err) == (3, "")
        board = json.loads(answer.out)
        jsonschema.validate(board, SCHEMA)
        assert (board["pairs"], board["failed"]) == (24, 10)
        ranks = [place["rank"] for place in board["places"]]
        assert ranks[-10:] == [None] * 10
        values = [place["values"][0] for place in board["places"][:-10]]
        assert values == sorted(values)
        tied = [place for place in board["places"] if place["row"]["name"].endswith("2/preds.npy")]
        by_name = {place["row"]["name"]: place["rank"] for place in tied}
        assert by_name["runs/run2/preds.npy"] == by_name["runs/run22/preds.npy"]
        assert by_name["runs/run2/preds.npy"] + 1 not in ranks

    def test_the_best_is_the_highest_where_higher_is_better(self, here: Here, write: Write) -> None:
        write("y.npy", [1.0, 2.0, 3.0])
        for name, shift in (("a.npy", 0.5), ("b.npy", 0.1), ("c.npy", 0.3)):
            write(name, [1.0, 2.0 + shift, 3.0])
        answer = here(
            "batch", "a.npy", "b.npy", "c.npy", "--label", "y.npy", "-l", "mse,r2",
            "--sort", "r2", "--top", "2", "--format", "csv",
        )  # fmt: skip
        rows = list(csv.DictReader(io.StringIO(answer.out)))
        assert [row["name"] for row in rows] == ["b.npy", "c.npy"]
        assert rows[0]["r2"] > rows[1]["r2"]

    def test_errors_are_shown_whatever_the_top(self, runs: Path, here: Here) -> None:
        answer = here("batch", *RUNS, *LABEL, "-l", "bce", "--top", "1", columns=100)
        assert answer.code == 3
        assert len([line for line in answer.out.splitlines() if line.split()[:1] == ["1"]]) == 1
        assert "and 13 more with losses (--top N)" in answer.out
        assert answer.out.count("✗") == 10
        assert "is truncated" in answer.out

    def test_an_unknown_sort_is_refused(self, runs: Path, here: Here) -> None:
        answer = here("batch", "runs/run0/preds.npy", *LABEL, "-l", "bce", "--sort", "mse")
        assert (answer.code, answer.out) == (2, "")
        assert "no pair has the loss 'mse' to sort by. Known: binary_cross_entropy" in answer.err

    def test_of_nothing_but_errors_says_so(self, here: Here, write: Write) -> None:
        write("y.npy", [1, 0])
        answer = here("batch", "gone.npy", "--label", "y.npy", "--sort", "bce")
        assert answer.code == 3
        assert "1 pair, 1 without losses" in answer.out
        assert "gone.npy: there is no such file." in answer.out


class TestFiles:
    def test_each_by_its_ending(self, runs: Path, here: Here) -> None:
        outputs = ("r.jsonl", "r.csv", "r.parquet", "r.md", "r.json", "r.txt")
        flags = [word for name in outputs for word in ("-o", name)]
        answer = here("batch", *RUNS, *LABEL, "-l", "bce", *flags)
        assert (answer.code, answer.out) == (3, "")
        assert answer.err == (
            f"losscli: 24 pairs, 10 without losses; written to {', '.join(outputs)}\n"
        )
        lines = [json.loads(line) for line in (runs / "r.jsonl").read_text().splitlines()]
        for line in lines:
            jsonschema.validate(line, SCHEMA)
        rows = list(csv.DictReader(io.StringIO((runs / "r.csv").read_text())))
        table = pq.read_table(runs / "r.parquet").to_pylist()
        assert [row["error"] for row in rows] == [row["error"] or "" for row in table]
        for rank, (row, other) in enumerate(zip(rows[:14], table, strict=False)):
            assert (row["name"], int(row["rank"])) == (other["name"], other["rank"])
            assert float(row["binary_cross_entropy"]) == other["binary_cross_entropy"], rank
        jsonschema.validate(json.loads((runs / "r.json").read_text()), SCHEMA)
        assert (runs / "r.md").read_text().startswith("| rank | pair | binary cross entropy |")

    def test_results_go_to_one_file(self, here: Here) -> None:
        answer = here("batch", "a.npy", "-o", "a.jsonl", "-o", "b.jsonl")
        assert answer.code == 2
        assert "one .jsonl file" in answer.err

    def test_resume_prints_what_it_kept(self, runs: Path, here: Here) -> None:
        command = ("batch", *RUNS, *LABEL, "-l", "bce", "-o", "r.jsonl", "--resume")
        first = here(*command)
        held = (runs / "r.jsonl").read_bytes()
        again = here(*command)
        assert first.code == again.code == 3
        assert "24 kept from before" in again.err
        assert (runs / "r.jsonl").read_bytes() == held

    def test_a_second_batch_needs_resume(self, runs: Path, here: Here) -> None:
        command = ("batch", "runs/run0/preds.npy", *LABEL, "-l", "bce", "-o", "r.jsonl")
        assert here(*command).code == 0
        answer = here(*command)
        assert answer.code == 2
        assert "r.jsonl is there already. Say --resume" in answer.err

    def test_formulas_in_names_are_text(self, runs: Path, here: Here) -> None:
        (runs / "runs/run0").rename(runs / "=cmd()")
        out = here("batch", "=cmd()/preds.npy", *LABEL, "-l", "bce", "--format", "csv").out
        assert "'=cmd()/preds.npy" in out


class TestManifests:
    @pytest.mark.parametrize("key", ['"series,ds"', '["series", "ds"]'])
    def test_rows_may_be_paired_by_a_key_of_several_columns(
        self, here: Here, write: Write, key: str
    ) -> None:
        write("p.csv", "series,ds,yhat\na,1,2\na,2,5\nb,1,7\n")
        write("y.csv", "series,ds,y\nb,1,7\na,2,4\na,1,2\n")
        write(
            "m.toml", f'id_col = {key}\nloss = "mae"\n[[pair]]\npred = "p.csv"\nlabel = "y.csv"\n'
        )
        found = here("batch", "--manifest", "m.toml", "--format", "jsonl")
        assert json.loads(found.out)["scores"][0]["value"] == pytest.approx(1 / 3)

    def test_give_each_pair_its_own_options(self, here: Here, write: Write) -> None:
        write(
            "m.toml",
            f"""
            label = "{SAMPLES}/labels.csv"
            loss = "bce"
            id_col = "id"
            [[pair]]
            name = "A"
            pred = "{SAMPLES}/model_a.csv"
            [[pair]]
            name = "B as torch"
            pred = "{SAMPLES}/model_b.csv"
            like = "torch"
            """,
        )
        lines = here("batch", "--manifest", "m.toml", "--format", "jsonl").out.splitlines()
        found = {row["name"]: row["scores"][0] for row in map(json.loads, lines)}
        for name, file, like in (
            ("A", "model_a.csv", "standard"),
            ("B as torch", "model_b.csv", "torch"),
        ):
            alone = package.evaluate(
                str(SAMPLES / file),
                str(SAMPLES / "labels.csv"),
                "bce",
                like=like,
                columns=package.Columns(id="id"),
            )
            assert found[name]["value"] == alone["bce"].value
            assert found[name]["signature"] == alone["bce"].signature

    def test_name_the_line_that_is_wrong(self, here: Here, write: Write) -> None:
        write("m.csv", "name,pred,label\na,p.npy\n")
        answer = here("batch", "--manifest", "m.csv")
        assert (answer.code, answer.out) == (3, "")
        assert "m.csv, line 2: has 2 cells under 3 columns." in answer.err


@pytest.mark.usefixtures("runs")
def test_fail_fast_names_the_first_error(here: Here) -> None:
    answer = here("batch", *RUNS, *LABEL, "-l", "bce", "--fail-fast", "--jobs", "1")
    assert (answer.code, answer.out) == (3, "")
    assert "runs/run1/preds.npy: is truncated" in answer.err
    assert len(answer.err.splitlines()) == 1


def test_names_that_begin_with_a_dash_follow_two_dashes(here: Here, write: Write) -> None:
    write("-p.npy", [0.9, 0.2])
    write("y.npy", [1, 0])
    answer = here("batch", "--label", "y.npy", "-l", "bce", "--format", "csv", "--", "-p.npy")
    assert answer.code == 0, answer.err
    assert "'-p.npy,0.16" in answer.out


def test_threads_are_no_option(here: Here) -> None:
    answer = here("batch", "a.npy", "--threads", "2")
    assert answer.code == 2
    assert "--jobs" in answer.err


def test_arrays_need_numpy_alone(tmp_path: Path, write: Write) -> None:
    write("p.npy", [0.9, 0.2]), write("y.npy", [1, 0])
    modules = imported(tmp_path, ["batch", "p.npy", "--label", "y.npy", "-o", "r.jsonl"])
    assert modules.isdisjoint(HEAVY | {"rich", "typer", "click", "pydantic"})


def test_a_number_not_to_be_believed_is_warned_of_once(here: Here, tmp_path: Path) -> None:
    chances = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]])
    for name, pred in (("a", chances), ("b", chances), ("c", np.log(chances) + 0.5)):
        np.save(tmp_path / f"{name}.npy", pred)
    np.save(tmp_path / "y.npy", [0, 1])
    words = ("a.npy", "b.npy", "c.npy", "--label", "y.npy", "-l", "nn.CrossEntropyLoss")
    answer = here("batch", *words)
    assert answer.code == 0
    assert answer.err.count("WARNING") == 1
    assert "softmax once more" in answer.err
    assert "2 pairs are warned of" in answer.err
