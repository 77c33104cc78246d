"""The same work on a Dask cluster: real scheduler and worker processes on this machine."""

from __future__ import annotations

import pickle
import signal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import losscli
from losscli.errors import DataError, UsageError
from losscli.inputs.assembling import open_dataset
from losscli.machine import dask
from tests.engine.dask_processes import Processes, processes

ROWS = 1_300_000
SEED = np.random.default_rng(9)
PRED = SEED.uniform(size=ROWS)
LABEL = (SEED.uniform(size=ROWS) < PRED).astype(np.int8)
LOSSES = ["bce", "focal", "brier", "ece", "dice", "d2_brier"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    np.save(folder / "p.npy", PRED)
    np.save(folder / "y.npy", LABEL)
    table = pa.table({"prob": PRED, "label": LABEL})
    pq.write_table(table, folder / "table.parquet", row_group_size=300_000)
    for name, start, stop in (("1", 0, 150_001), ("2", 150_001, 150_007), ("10", 150_007, 300_000)):
        (folder / "parts").mkdir(exist_ok=True)
        rows = zip(PRED[start:stop].tolist(), LABEL[start:stop].tolist(), strict=True)
        lines = ["prob,label", *(f"{p!r},{y}" for p, y in rows)]
        (folder / "parts" / f"{name}.csv").write_text("\n".join(lines))
    return folder


@pytest.mark.parametrize("names", [("p.npy", "y.npy"), ("table.parquet",), ("parts",)])
def test_a_cluster_changes_no_bit(names: tuple[str, ...], files: Path, cluster: Processes) -> None:
    data = [files / name for name in names]
    here = losscli.evaluate(*data, losses=LOSSES, threads=1)
    there = losscli.evaluate(*data, losses=LOSSES, scheduler=cluster.address)
    assert there.results == here.results
    assert there.recommendation == here.recommendation


def test_arrays_in_memory_go_to_the_workers(cluster: Processes) -> None:
    few = slice(0, 1000)
    here = losscli.evaluate(PRED[few], LABEL[few], LOSSES)
    assert losscli.evaluate(PRED[few], LABEL[few], LOSSES, scheduler=cluster.address) == here


def test_the_losses_of_the_rows_come_back_in_order(files: Path, cluster: Processes) -> None:
    data = files / "p.npy", files / "y.npy"
    found = losscli.evaluate(*data, "mae", reduction="none", scheduler=cluster.address)
    np.testing.assert_array_equal(found.results[0].values, np.abs(PRED - LABEL))


def test_progress_counts_the_rows_that_are_done(files: Path, cluster: Processes) -> None:
    seen: list[int] = []
    data = files / "p.npy", files / "y.npy"
    losscli.evaluate(*data, "bce", scheduler=cluster.address, progress=seen.append)
    assert len(seen) > 2
    assert seen == sorted(seen)
    assert seen[-1] == ROWS


def test_the_first_bad_row_is_named(tmp_path: Path, files: Path, cluster: Processes) -> None:
    pred = PRED.copy()
    pred[[700_003, 1_299_999]] = 7.0
    np.save(tmp_path / "bad.npy", pred)
    messages = set()
    for where in ({}, {"scheduler": cluster.address}):
        with pytest.raises(DataError) as caught:
            losscli.evaluate(
                tmp_path / "bad.npy", files / "y.npy", "bce", kind="probability", **where
            )
        messages.add(str(caught.value))
    assert len(messages) == 1
    assert "row 700003" in messages.pop()


def test_a_bad_cell_of_a_part_file_is_named(
    tmp_path: Path, files: Path, cluster: Processes
) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    for name in ("1", "2", "10"):
        (parts / f"{name}.csv").write_text((files / "parts" / f"{name}.csv").read_text())
    with (parts / "2.csv").open("a") as part:
        part.write("\n0.5,1\n0.5,1,1\n")
    messages = set()
    for where in ({}, {"scheduler": cluster.address}):
        with pytest.raises(DataError) as caught:
            losscli.evaluate(parts, losses="bce", **where)
        messages.add(str(caught.value))
    assert len(messages) == 1
    assert "2.csv, line 9" in messages.pop()


def test_rows_paired_by_key_are_read_by_one_worker(tmp_path: Path, cluster: Processes) -> None:
    (tmp_path / "p.csv").write_text("id,prob\na,0.9\nb,0.2\n")
    (tmp_path / "y.csv").write_text("id,label\nb,0\na,1\n")
    found = losscli.evaluate(
        tmp_path / "p.csv",
        tmp_path / "y.csv",
        "mae",
        columns=losscli.Columns(id="id"),
        scheduler=cluster.address,
    )
    assert found["mae"].value == pytest.approx(0.15, rel=1e-15)


@pytest.mark.parametrize("which", [0, 1])
def test_a_worker_killed_in_the_middle_changes_nothing(
    which: int, files: Path, cluster: Processes
) -> None:
    data = files / "p.npy", files / "y.npy"
    here = losscli.evaluate(*data, losses=LOSSES)
    victim = cluster.workers[which]
    there = losscli.evaluate(
        *data, losses=LOSSES, scheduler=cluster.address, progress=lambda _: victim.kill()
    )
    assert victim.wait() == -signal.SIGKILL
    assert there.results == here.results
    cluster.replace(victim)


def test_a_scheduler_killed_in_the_middle_ends_in_one_clear_error(
    files: Path, tmp_path: Path
) -> None:
    with processes(tmp_path, 1) as started:
        [scheduler] = started.scheduler
        with pytest.raises(DataError, match="the Dask cluster could not finish the work"):
            losscli.evaluate(
                files / "p.npy",
                files / "y.npy",
                "bce",
                scheduler=started.address,
                progress=lambda _: scheduler.kill(),
            )


def test_what_workers_open_is_what_was_opened_here(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", PRED[:1000])
    sent = pickle.dumps(open_dataset(tmp_path / "p.npy", LABEL[:1000]))
    assert pickle.loads(sent).rows == 1000
    np.save(tmp_path / "p.npy", PRED[1000:2000])
    with pytest.raises(DataError, match="is not the file that it was when the work began"):
        pickle.loads(sent)


def test_nobody_at_the_address(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "_PATIENCE", 0.5)
    with pytest.raises(UsageError, match=r"no Dask scheduler answers at 127\.0\.0\.1:9"):
        losscli.evaluate(files / "p.npy", files / "y.npy", "bce", scheduler="127.0.0.1:9")


def test_a_scheduler_without_workers(files: Path, tmp_path: Path) -> None:
    with processes(tmp_path, 0) as started, pytest.raises(UsageError, match="has no workers"):
        losscli.evaluate(files / "p.npy", files / "y.npy", "bce", scheduler=started.address)


def test_an_unknown_engine() -> None:
    with pytest.raises(UsageError, match="engine='spark': say 'local' or 'dask'"):
        losscli.evaluate([0.5], [1], "bce", engine="spark")
