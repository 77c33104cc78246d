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


def keyed(path: Path, header: str, rows: list[str]) -> Path:
    """A table of the rows with a key that counts nothing."""
    return table(path, f"customer,{header}", rows)


def with_keys(rows: list[str]) -> list[str]:
    return [f"c{place * 7919 % 10007:05},{row}" for place, row in enumerate(rows)]


class TestRowsPairedByKey:
    """Rows in another order are held to what the first of each file look like, as any are."""

    def test_models_beside_labels_of_their_own(self, tmp_path: Path) -> None:
        a, b = tmp_path / "a.csv", tmp_path / "b.csv"
        for slip in (None, "0.5"):
            rows = with_keys(answers(slip=slip))
            keyed(a, "churned,risk", rows)
            keyed(b, "churned,risk", [*rows[1000:], *rows[:1000]])
            if slip is None:
                notes = losscli.compare([a, b]).notes
                assert "rows paired by customer: they stand in another order" in notes
        with pytest.raises(
            DataError, match=rf"line {ROWS - 1008}, column churned: 0\.5 is not 0 or 1"
        ):
            losscli.compare([a, b])

    @pytest.mark.parametrize("first", [True, False])
    def test_a_column_that_stops_counting_the_rows_of_its_own_file(
        self, tmp_path: Path, first: bool
    ) -> None:
        a, b = tmp_path / "a.csv", tmp_path / "b.csv"
        for slip in (2500, 7):
            rows = with_keys([f"{n},{row}" for n, row in enumerate(answers())])
            rows[2500] = rows[2500].replace(",2500,", f",{slip},")
            keyed(a, "n,churned,risk", rows)
            keyed(b, "churned,risk", with_keys(answers())[::-1])
            if slip == 2500:
                assert len(losscli.compare([a, b]).models) == 2
        with pytest.raises(DataError, match="line 2502, column n: 7 is not a count of the rows"):
            losscli.compare([a, b] if first else [b, a])


def test_a_count_beside_the_only_label_of_a_file_is_left_out(tmp_path: Path) -> None:
    rows = [f"{i},{i % 2}" for i in range(ROWS)]
    risk = np.array([0.125 + 0.75 * (i % 2) for i in range(ROWS)])
    path = table(tmp_path / "y.csv", "n,churned", rows)
    assert losscli.evaluate(risk, path)["bce"].value == pytest.approx(-np.log(0.875), rel=1e-14)
    rows[500] = "7,0"
    with pytest.raises(DataError, match="column n: 7 is not a count of the rows"):
        losscli.evaluate(risk, table(path, "n,churned", rows))
