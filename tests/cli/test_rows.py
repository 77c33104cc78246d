"""`losscli rows`: single rows on the screen and in files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import losscli as package
from losscli.engine import run as running
from tests.cli.program import SAMPLES, Here, Write

CANCER = (SAMPLES / "breast_cancer.csv", "-p", "prob", "-l", "bce,focal")
HOSTILE = '"[red]=cmd()\x1b[31m"'


class TestOnTheScreen:
    def test_ids_are_text_and_nothing_else(self, here: Here, write: Write) -> None:
        write("p.csv", f"id,prob,label\n{HOSTILE},0.9,0\nb,0.2,0\n")
        out = here("rows", "p.csv", "-l", "bce").out
        assert "[red]=cmd()\\x1b[31m" in out
        assert "\x1b" not in out

    def test_easy_rows_fade_under_focal_loss(self, here: Here) -> None:
        answer = here("rows", *CANCER, "--format", "json").json
        entropy, focal = answer["split"]["easy_share"]
        assert (answer["split"]["easy"], answer["split"]["hard"]) == (220, 8)
        assert focal < 0.1 < 0.3 < entropy


class TestInFiles:
    @pytest.fixture(autouse=True)
    def small_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(running, "BLOCK_ITEMS", 64)

    def costs(self) -> list[float]:
        report = package.evaluate(
            str(CANCER[0]), losses="bce", columns=package.Columns(pred="prob"), reduction="none"
        )
        values = report["bce"].values
        assert values is not None
        return list(values.tolist())

    def test_csv_holds_every_row_with_all_digits(self, here: Here, tmp_path: Path) -> None:
        assert here("rows", *CANCER, "-o", "r.csv").code == 0
        rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text())))
        assert [float(row["binary_cross_entropy"]) for row in rows] == self.costs()
        assert list(rows[3]) == [
            "row",
            "id",
            "label",
            "pred",
            "binary_cross_entropy",
            "binary_focal",
            "share_of_binary_cross_entropy",
            "share_of_binary_focal",
        ]
        assert (rows[3]["row"], rows[3]["id"], rows[3]["label"]) == ("3", "3", "1")

    def test_every_format_holds_the_same(self, here: Here, tmp_path: Path) -> None:
        for ending in ("parquet", "jsonl", "npy"):
            assert here("rows", *CANCER, "-o", f"r.{ending}").code == 0
        table = pq.read_table(tmp_path / "r.parquet").to_pydict()
        lines = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
        assert table == {name: [line[name] for line in lines] for name in table}
        assert table["binary_cross_entropy"] == self.costs()
        losses = np.load(tmp_path / "r.npy")
        assert losses.shape == (228, 2)
        assert losses[:, 0].tolist() == self.costs()

    def test_npy_of_one_loss_is_one_dimensional(self, here: Here, tmp_path: Path) -> None:
        here("rows", *CANCER[:3], "-l", "bce", "-o", "r.npy")
        assert np.load(tmp_path / "r.npy").tolist() == self.costs()

    def test_top_writes_only_the_hardest(self, here: Here) -> None:
        out = here("rows", *CANCER, "--top", "2", "--format", "csv").out
        lines = out.splitlines()
        assert len(lines) == 3
        assert lines[1].startswith("37,37,0,0.8917251380211543,2.223082266610075,")

    def test_a_spreadsheet_runs_nothing(self, here: Here, write: Write) -> None:
        write("p.csv", f"id,prob,label\n=cmd(),0.9,0\n{HOSTILE},0.2,0\n")
        rows = list(csv.DictReader(io.StringIO(here("rows", "p.csv", "--format", "csv").out)))
        assert [row["id"] for row in rows] == ["'=cmd()", "[red]=cmd()\\x1b[31m"]

    def test_what_is_not_finite_is_a_word_in_json_lines(self, here: Here, write: Write) -> None:
        write("p.npy", [0.0, 0.5])
        write("y.npy", [1, 1])
        out = here(
            "rows", "p.npy", "y.npy", "-l", "bce", "--like", "exact", "--format", "jsonl"
        ).out
        first = json.loads(out.splitlines()[0])
        assert (first["binary_cross_entropy"], first["binary_cross_entropy_nonfinite"]) == (
            None,
            "inf",
        )


class TestGradients:
    def test_are_a_column(self, here: Here) -> None:
        out = here("rows", *CANCER[:3], "-l", "bce", "--grad", "--format", "csv").out
        row = next(csv.DictReader(io.StringIO(out)))
        found = package.gradient(str(CANCER[0]), None, "bce", columns=package.Columns(pred="prob"))
        assert float(row["grad_of_binary_cross_entropy"]) == found[0]

    def test_stand_in_the_table(self, here: Here) -> None:
        out = here("rows", *CANCER[:3], "-l", "bce", "--grad", "--top", "1").out
        assert "gradient" in out
        assert "0.04050769" in out

    def test_that_agree_with_differences_end_well(self, here: Here) -> None:
        answer = here("rows", *CANCER, "--check-grad")
        assert answer.code == 0
        assert answer.out.count("228 derivatives agree with central differences") == 2

    def test_that_part_from_them_end_in_1_and_name_the_row(self, here: Here, write: Write) -> None:
        write("p.csv", f"id,pred,label\na,1.0,0.5\n{HOSTILE},2.000001,2.0\n")
        answer = here("rows", "p.csv", "-l", "mae", "--check-grad")
        assert answer.code == 1
        assert "1 part from central differences" in answer.out
        assert "[red]=cmd()\\x1b[31m" in answer.out
        document = here("rows", "p.csv", "-l", "mae", "--check-grad", "--format", "json")
        assert document.code == 1
        [check] = json.loads(document.out)["checks"]
        assert (check["checked"], check["apart"], check["parted"][0]["row"]) == (2, 1, 1)


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("--top", "0"), "how many rows?"),
            (("--top", "many"), "how many rows?"),
            (("--easy", "-o", "r.csv"), "Say --top N."),
            (("-o", "r.xlsx"), "rows are in no format that ends in '.xlsx'"),
            (("--format", "npy"), "Say -o FILE.npy."),
            (("--plot", "-o", "r.csv"), "--plot is for a table"),
            (("-l", "r2"), "a row has none of its own"),
        ],
    )
    def test_say_what_to_type(
        self, here: Here, pair: tuple[str, str], words: tuple[str, ...], said: str
    ) -> None:
        answer = here("rows", *pair, *words)
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err

    def test_bad_data_leave_an_old_file_alone(
        self, here: Here, write: Write, tmp_path: Path
    ) -> None:
        write("p.npy", [0.2, 1.7])
        write("y.npy", [0, 1])
        write("r.csv", "old")
        answer = here("rows", "p.npy", "y.npy", "-l", "bce", "--kind", "probability", "-o", "r.csv")
        assert answer.code == 3
        assert (tmp_path / "r.csv").read_text() == "old"


def test_of_a_text_the_likelihood_the_tokens_and_the_bytes_are_shown(
    here: Here, write: Write
) -> None:
    texts = [{"token_logprobs": [None, -1.5, -2.0], "text": "a b c"}, {"token_logprobs": [-0.5]}]
    write("t.jsonl", "".join(json.dumps(text) + "\n" for text in texts))
    answer = here("rows", "t.jsonl", "-l", "token_perplexity:average=macro")
    assert answer.code == 0
    for name in ("log_likelihood", "tokens", "bytes"):
        assert name in answer.out
    assert "largest" not in answer.out
