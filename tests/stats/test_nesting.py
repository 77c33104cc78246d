"""Which of several columns of clusters is resampled, and when none is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.errors import UsageError
from losscli.inputs.columns import Columns
from losscli.stats.nesting import Nesting

MISSING = -1
HOSPITAL = np.repeat(np.arange(20), 30)
PATIENT = np.repeat(np.arange(120), 5)
# Numbered anew in each hospital.
BED = PATIENT % 6


def nesting(*columns: np.ndarray, step: int = 600) -> Nesting:
    """Of columns a, b, … in pieces of so many rows, merged from the last to the first."""
    names = "abc"[: len(columns)]
    whole = Nesting(names, MISSING)
    for start in reversed(range(0, len(columns[0]), step)):
        piece = Nesting(names, MISSING)
        piece.add([column[start : start + step] for column in columns])
        whole.merge(piece)
    return whole


@pytest.mark.parametrize("step", [7, 600])
def test_the_column_that_holds_the_others_is_outermost(step: int) -> None:
    visit = np.arange(600)
    assert nesting(HOSPITAL, PATIENT, step=step).outermost() == 0
    assert nesting(visit, PATIENT, HOSPITAL, step=step).outermost() == 2


def test_fewer_clusters_do_not_make_a_column_outermost() -> None:
    # Beds are 6, hospitals 20, but no bed lies in one hospital alone.
    with pytest.raises(UsageError, match="the clusters of a and b are not nested: 6 values of b"):
        nesting(HOSPITAL, BED).outermost()


@pytest.mark.parametrize("step", [7, 600])
def test_one_patient_who_changes_hospital_is_found(step: int) -> None:
    moved = HOSPITAL.copy()
    moved[4] = 7
    with pytest.raises(UsageError, match="1 values of b stand with several of a"):
        nesting(moved, PATIENT, step=step).outermost()


def test_rows_without_a_patient_may_be_of_any_hospital() -> None:
    some = PATIENT.copy()
    some[::5] = MISSING
    assert nesting(HOSPITAL, some).outermost() == 0


def test_of_many_clusters_the_same_ones_are_looked_at_in_any_order() -> None:
    inner = np.random.default_rng(0).permutation(100_000)
    assert nesting(inner // 10, inner, step=30_000).outermost() == 0
    with pytest.raises(UsageError) as whole:
        nesting(inner % 77, inner // 10, step=100_000).outermost()
    with pytest.raises(UsageError) as pieces:
        nesting(inner % 77, inner // 10, step=999).outermost()
    assert str(whole.value) == str(pieces.value)


def test_eval_and_compare_take_errors_between_the_outermost(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    one, two = random.normal(size=(2, 600)) + random.normal(size=20)[HOSPITAL]
    table = tmp_path / "visits.csv"
    rows = zip(HOSPITAL, PATIENT, BED, one, two, strict=True)
    lines = [f"h{h},p{p},{b},{x:.6f},{y:.6f},0.5" for h, p, b, x, y in rows]
    table.write_text("\n".join(["hospital,patient,bed,one,two,label", *lines]))

    def read(*clusters: str) -> losscli.Report:
        columns = Columns(pred="one", label="label", cluster=clusters)
        return losscli.evaluate(table, None, "mse", columns=columns)

    alone = read("hospital")["mse"]
    assert read("patient", "hospital")["mse"].interval == alone.interval
    assert read("hospital", "patient")["mse"].interval == alone.interval
    assert read("patient")["mse"].interval != alone.interval
    with pytest.raises(UsageError, match="hospital and bed are not nested"):
        read("hospital", "bed")
    both = Columns(pred=("one", "two"), label="label", cluster=("hospital", "bed"))
    with pytest.raises(UsageError, match=r"say --cluster-col hospital alone"):
        losscli.compare([table], None, "mse", columns=both, resamples=100)
