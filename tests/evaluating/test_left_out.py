"""Single items that have no label: missing, or marked as not to be counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import losscli
from losscli.errors import DataError, UsageError

RNG = np.random.default_rng(11)
PRED = RNG.uniform(0.05, 0.95, (30, 4))
LABEL = RNG.integers(0, 2, (30, 4)).astype(float)
HOLES = RNG.random((30, 4)) < 0.2
HOLES[3] = True
COSTS = -np.log(np.where(LABEL == 1.0, PRED, 1.0 - PRED))


def marked(mark: float, holes: Any = HOLES) -> Any:
    return np.where(holes, mark, LABEL)


@pytest.mark.parametrize("mark", [np.nan, -1.0, -100.0, 255.0])
@pytest.mark.parametrize("like", ["standard", "torch"])
def test_the_mean_is_that_of_the_items_that_have_labels(mark: float, like: str) -> None:
    report = losscli.evaluate(PRED, marked(mark), "bce", like=like, nan="drop-items", ci="none")
    assert report["bce"].value == pytest.approx(COSTS[~HOLES].mean(), rel=1e-6)
    assert f"{HOLES.sum():,} labels ignored ({like}): bce" in report.notes


def test_it_is_exact() -> None:
    found = losscli.evaluate(PRED, marked(np.nan), "bce", nan="drop-items")["bce"]
    assert found.value == pytest.approx(COSTS[~HOLES].mean(), rel=1e-14)
    assert (found.n, found.ignored) == (29, HOLES.sum())


def test_one_column_may_have_holes_too() -> None:
    pred, label = PRED[:, 0], marked(-1.0)[:, 0]
    found = losscli.evaluate(pred, label, "bce", nan="drop-items")["bce"]
    assert found.value == pytest.approx(COSTS[:, 0][~HOLES[:, 0]].mean(), rel=1e-14)


@pytest.mark.parametrize("mark", [-1.0, -100.0, 255.0])
@pytest.mark.parametrize("columns", [slice(None), 0])
def test_a_mark_among_answers_is_no_real_value(mark: float, columns: Any) -> None:
    with pytest.raises(DataError) as refused:
        losscli.evaluate(PRED[:, columns], marked(mark)[:, columns])
    assert "--nan drop-items" in refused.value.hint


@pytest.mark.parametrize(
    ("loss", "like"),
    [("zero_one", "standard"), ("f1_loss", "standard"), ("bce", "keras"), ("log_loss", "sklearn")],
)
def test_losses_of_whole_rows_refuse(loss: str, like: str) -> None:
    with pytest.raises(UsageError, match="single items cannot be left out"):
        losscli.evaluate(PRED, marked(np.nan), loss, like=like, nan="drop-items")


def test_verbs_of_rows_refuse() -> None:
    with pytest.raises(UsageError, match="leaves out no single items"):
        losscli.rows(PRED, marked(np.nan), "bce", nan="drop-items")
