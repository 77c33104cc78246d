"""A batch on a Dask cluster: real scheduler and worker processes on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import losscli
from losscli.errors import DataError, UsageError
from tests.batching.conftest import BREAKS, Pairs
from tests.engine.dask_processes import Processes, processes

LABEL = "{dir}/labels.npy"


def absolute(names: list[str]) -> list[str]:
    """Workers of a cluster that was there before stand in a folder of their own."""
    return [os.path.abspath(name) for name in names]  # noqa: PTH100


def test_its_rows_are_those_of_this_machine(pairs: Pairs, cluster: Processes) -> None:
    names = absolute(pairs(30))
    for name, spoil in zip(names[5:], BREAKS.values(), strict=False):
        spoil(Path(name))
    here = losscli.batch(names, LABEL, "bce,brier", jobs=1, output="here.jsonl")
    there = losscli.batch(
        names, LABEL, "bce,brier", scheduler=cluster.address, output="there.jsonl"
    )
    assert there.failed == here.failed == len(BREAKS)
    assert there.lines == here.lines
    assert Path("there.jsonl").read_bytes() == Path("here.jsonl").read_bytes()


def test_what_is_done_is_kept(pairs: Pairs, cluster: Processes) -> None:
    names = absolute(pairs(6))
    losscli.batch(names[:4], LABEL, "bce", output="rows.jsonl")
    report = losscli.batch(
        names, LABEL, "bce", output="rows.jsonl", resume=True, scheduler=cluster.address
    )
    assert (report.kept, len(report.lines)) == (4, 6)


def test_a_worker_that_dies_takes_no_row_with_it(pairs: Pairs, cluster: Processes) -> None:
    names = absolute(pairs(40))
    victim = cluster.workers[0]
    report = losscli.batch(
        names, LABEL, "bce", scheduler=cluster.address, progress=lambda *_: victim.kill()
    )
    assert (report.failed, len(report.lines)) == (0, 40)
    cluster.replace(victim)


def test_a_scheduler_that_dies_is_an_error(pairs: Pairs, tmp_path: Path) -> None:
    names = absolute(pairs(40))
    with processes(tmp_path, 1) as started:

        def progress(*_: int) -> None:
            started.scheduler[0].kill()

        with pytest.raises(DataError, match="cluster could not finish"):
            losscli.batch(names, LABEL, "bce", scheduler=started.address, progress=progress)


def test_what_is_no_engine_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UsageError, match="say 'local' or 'dask'"):
        losscli.batch("a.npy", LABEL, "bce", engine="spark")
