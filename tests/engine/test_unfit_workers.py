"""Workers of a Dask cluster that lack something: an error that names them, and no hang."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.engine.cluster import Work
from losscli.errors import DataError, UsageError
from losscli.machine import dask
from tests.engine.dask_processes import Processes


def test_a_loss_that_workers_cannot_import_is_an_error_that_names_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cluster: Processes
) -> None:
    (tmp_path / "only_here.py").write_text("def f(pred, label):\n    return abs(pred - label)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(DataError, match=r"worker tcp://.* No module named 'only_here'"):
        losscli.evaluate([0.5, 0.2], [1, 0], "only_here:f", scheduler=cluster.address)
    # The worker is still there.
    assert losscli.evaluate([0.5], [1], "mae", scheduler=cluster.address)["mae"].value == 0.5


def test_a_file_that_workers_do_not_see_is_an_error_that_names_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cluster: Processes
) -> None:
    np.save(tmp_path / "p.npy", np.linspace(0, 1, 1000))
    # A worker looks for a relative name in a folder of its own.
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"worker tcp://.*p\.npy: there is no such file"):
        losscli.evaluate("p.npy", "p.npy", "mae", scheduler=cluster.address)
    assert losscli.evaluate([0.5], [1], "mae", scheduler=cluster.address)["mae"].value == 0.5


def test_workers_of_another_version_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, cluster: Processes
) -> None:
    monkeypatch.setattr(dask, "__version__", "0.0.1")
    with pytest.raises(UsageError, match=r"worker tcp://.* has losscli .*, and this is 0\.0\.1"):
        losscli.evaluate([0.5], [1], "mae", scheduler=cluster.address)


@contextmanager
def frozen(workers: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    for worker in workers:
        worker.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGCONT)


def test_a_frozen_worker_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch, cluster: Processes
) -> None:
    monkeypatch.setattr(dask, "_SILENCE", 2)
    with (
        frozen(cluster.workers[:1]),
        pytest.raises(UsageError, match=r"Dask workers tcp://.* has not answered for 2 s"),
    ):
        losscli.evaluate([0.5], [1], "mae", scheduler=cluster.address)


def test_a_worker_that_freezes_in_the_middle_is_named(
    monkeypatch: pytest.MonkeyPatch, cluster: Processes
) -> None:
    monkeypatch.setattr(dask, "_SILENCE", 4)
    monkeypatch.setattr(dask, "_check_versions", lambda _: None)
    with (
        frozen(cluster.workers),
        pytest.raises(DataError, match=r"the worker tcp://.* no sign of life for 4 s"),
    ):
        losscli.evaluate([0.5], [1], "mae", scheduler=cluster.address)


def test_work_is_sent_as_bytes_and_opened_where_it_is_done() -> None:
    sent = Work(dask.packed(("job", "empty")))
    assert dask.unpacked(dask.packed(sent)).unpacked() == ("job", "empty")
