"""What the first rows of a column look like has to hold for all rows, or nothing is computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.errors import DataError
from losscli.inputs.roles.claims import Claim, Claimed

ROWS = 3000


def table(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def answers(*, slip: str | None = None) -> list[str]:
    rows = [f"{i % 2},{0.125 + 0.75 * (i % 2)}" for i in range(ROWS)]
    if slip is not None:
        rows[ROWS - 10] = f"{slip},0.5"
    return rows


def test_a_label_by_its_look_is_read_where_all_rows_bear_it_out(tmp_path: Path) -> None:
    found = losscli.evaluate(table(tmp_path / "a.csv", "churned,risk", answers()))
    assert found["bce"].value == pytest.approx(-np.log(0.875), rel=1e-14)


@pytest.mark.parametrize("slip", ["0.5", "2"])
def test_a_row_further_down_that_is_not_0_or_1_ends_in_an_error(tmp_path: Path, slip: str) -> None:
    path = table(tmp_path / "a.csv", "churned,risk", answers(slip=slip))
    for threads in (1, 2):
        with pytest.raises(DataError, match=rf"line {ROWS - 8}, column churned: {slip} is not 0"):
            losscli.evaluate(path, threads=threads)
    named = losscli.Columns(pred="risk", label="churned")
    assert losscli.evaluate(path, losses="mse", columns=named).results


def test_a_column_that_stops_counting_the_rows_ends_in_an_error(tmp_path: Path) -> None:
    counted = [f"{i},{row}" for i, row in enumerate(answers())]
    path = table(tmp_path / "a.csv", "n,churned,risk", counted)
    assert losscli.evaluate(path)["bce"].value == pytest.approx(-np.log(0.875), rel=1e-14)
    counted[500] = "7,0,0.25"
    with pytest.raises(DataError, match="column n: 7 is not a count of the rows"):
        losscli.evaluate(table(path, "n,churned,risk", counted))


@pytest.mark.parametrize(
    ("claimed", "values", "start", "row"),
    [
        (Claimed.ZERO_ONE, [0, 1, 1], 0, None),
        (Claimed.ZERO_ONE, [0.0, np.nan, 0.5], 0, 2),
        (Claimed.COUNTING, [1, 2, 3], 0, None),
        (Claimed.COUNTING, [0, 1, 3], 0, 2),
        (Claimed.COUNTING, [101, 102], 100, None),
        (Claimed.COUNTING, [100, 103], 100, 1),
    ],
)
def test_the_first_row_that_breaks_a_claim(
    claimed: Claimed, values: list[float], start: int, row: int | None
) -> None:
    assert Claim(0, claimed).first_break(np.array(values), start) == row


def keyed(path: Path, header: str, rows: list[str], *, turned: bool = False) -> Path:
    """A table of the rows with a key that counts nothing, in another order if `turned`."""
    lines = [f"c{place * 7919 % 10007:05},{row}" for place, row in enumerate(rows)]
    return table(path, f"customer,{header}", lines[::-1] if turned else lines)


class TestRowsPairedByKey:
    """Rows in another order are held to what the first of each file look like, as any are."""

    def test_models_beside_labels_of_their_own(self, tmp_path: Path) -> None:
        a, b = tmp_path / "a.csv", tmp_path / "b.csv"
        for path, turned in ((a, False), (b, True)):
            keyed(path, "churned,risk", answers(), turned=turned)
        assert losscli.compare([a, b]).notes[-1].startswith("rows paired by customer")
        for path, turned in ((a, False), (b, True)):
            keyed(path, "churned,risk", answers(slip="0.5"), turned=turned)
        with pytest.raises(DataError, match="column churned: 0.5 is not 0 or 1"):
            losscli.compare([a, b])

    @pytest.mark.parametrize("beside", ["guess", "y"])
    def test_a_column_that_stops_counting_the_rows_of_its_own_file(
        self, tmp_path: Path, beside: str
    ) -> None:
        rows = {
            "guess": [f"{0.125 + 0.75 * (i % 2)}" for i in range(ROWS)],
            "y": [f"{i % 2}" for i in range(ROWS)],
        }
        counted = [f"{i},{row}" for i, row in enumerate(rows[beside])]

        def found() -> float:
            files = []
            for name, plain in rows.items():
                header, its = (f"n,{name}", counted) if name == beside else (name, plain[::-1])
                files.append(keyed(tmp_path / f"{name}.csv", header, its))
            lines = files[0].read_text().splitlines()
            return losscli.evaluate(*files)["bce"].value

        assert found() == pytest.approx(-np.log(0.875), rel=1e-14)
