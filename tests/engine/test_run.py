"""One pass over the data, alone or in threads: the same bits, the same errors."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.engine import run
from losscli.errors import DataError, UsageError

ROWS = 5000
SEED = np.random.default_rng(5)
PRED = SEED.uniform(size=ROWS)
LABEL = (SEED.uniform(size=ROWS) < PRED).astype(np.int64)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BLOCK_ITEMS", 64)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    lines = [f"{p!r},{y}" for p, y in zip(PRED.tolist(), LABEL.tolist(), strict=True)]
    path.write_text("\n".join(["prob,label", *lines]))
    return path


def saved(path: Path, pred: Any, label: Any) -> tuple[Path, Path]:
    np.save(path / "p.npy", pred)
    np.save(path / "y.npy", label)
    return path / "p.npy", path / "y.npy"


@pytest.mark.parametrize("threads", [2, 7])
def test_threads_change_no_bit(threads: int, tmp_path: Path, table: Path) -> None:
    files = saved(tmp_path, PRED, LABEL)
    losses = ["bce", "focal", "zero_one", "ece", "brier", "logistic", "dice", "d2_brier"]
    alone = losscli.evaluate(PRED, LABEL, losses, threads=1).results
    for data in ((PRED, LABEL), files, (table,)):
        assert losscli.evaluate(*data, losses=losses, threads=threads).results == alone


def test_the_losses_of_the_rows_keep_their_order(tmp_path: Path) -> None:
    files = saved(tmp_path, PRED, LABEL)
    values = losscli.evaluate(*files, "mae", reduction="none", threads=3).results[0]
    np.testing.assert_array_equal(values.values, np.abs(PRED - LABEL))


def test_the_first_bad_row_is_named_whoever_finds_it(tmp_path: Path) -> None:
    pred = PRED.copy()
    pred[[3000, 3001, 4990]] = 7.0
    files = saved(tmp_path, pred, LABEL)
    messages = set()
    for threads in (1, 2, 8):
        with pytest.raises(DataError) as caught:
            losscli.evaluate(*files, "bce", kind="probability", threads=threads)
        messages.add(str(caught.value))
    assert len(messages) == 1
    assert "row 3000" in messages.pop()


def test_progress_counts_all_rows_and_never_goes_back() -> None:
    seen: list[int] = []
    losscli.evaluate(PRED, LABEL, "bce", threads=4, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == ROWS


def test_no_threads_is_no_number_of_threads() -> None:
    with pytest.raises(UsageError, match="at least one thread"):
        losscli.evaluate(PRED, LABEL, "bce", threads=0)


def test_small_data_start_no_thread() -> None:
    few = slice(0, 4 * 64)
    before = threading.active_count()
    names = set()
    losscli.evaluate(
        PRED[few], LABEL[few], "bce", progress=lambda _: names.add(threading.active_count())
    )
    assert names == {before}
