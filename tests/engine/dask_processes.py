"""Real Dask schedulers and workers on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from distributed import Client

import losscli
from tests.cli.program import PATIENCE


@dataclass
class Processes:
    """A scheduler and its workers, each a process."""

    folder: Path
    address: str = ""
    scheduler: list[subprocess.Popen[bytes]] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{words[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(Path(losscli.__file__).parents[1])},
            )

    def add_worker(self) -> None:
        self.workers.append(
            self.start(
                "dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard"
            )
        )

    def replace(self, worker: subprocess.Popen[bytes]) -> None:
        """Another worker for one that was killed."""
        worker.wait()
        self.workers.remove(worker)
        self.add_worker()
        self.wait_for_workers()

    def wait_for_workers(self) -> None:
        with Client(self.address) as client:
            client.wait_for_workers(len(self.workers), timeout=PATIENCE)

    def stop(self) -> None:
        for process in (*self.workers, *self.scheduler):
            process.kill()
            process.wait()


@contextmanager
def processes(folder: Path, workers: int) -> Iterator[Processes]:
    started = Processes(folder)
    where = folder / "scheduler.json"
    started.scheduler.append(
        started.start(
            "dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(where),
        )
    )
    try:
        until(where.exists)
        until(lambda: bool(where.read_text()))
        started.address = json.loads(where.read_text())["address"]
        for _ in range(workers):
            started.add_worker()
        if workers:
            started.wait_for_workers()
        yield started
    finally:
        started.stop()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
