"""A pass over the data on a Dask cluster: ranges of rows to its workers, their outcomes merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from msgspec.structs import replace

from losscli.engine.run import Outcome, Pass, block_rows
from losscli.errors import DataError, UsageError
from losscli.inputs.opening import rows_in
from losscli.machine.dask import (
    dask_client,
    finished,
    lost_as_data_error,
    packed,
    unpacked,
    worker_address,
)
from losscli.machine.memory import keep_freed

# Ranges of rows per thread of the cluster: a lost worker costs few of them.
_SPANS = 4
# Outcomes that are merged at once on the way to the last.
_FAN = 8

Progress = Callable[[int], Any]


class Cluster:
    """The workers behind a Dask client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def outcomes(
        self, job: Pass, empty: Outcome, progress: Progress | None = None
    ) -> Iterator[Outcome]:
        """One outcome of all rows, merged on the cluster.

        Raises DataError as a pass in this process does, and where the cluster is lost; UsageError
        for a stream, which workers cannot open.
        """
        if job.dataset.streams:
            raise UsageError(
                "a stream cannot be read by several processes", hint="Write it to a file first."
            )
        with lost_as_data_error():
            yield self._merged(self._counted(job), empty, progress)

    def _counted(self, job: Pass) -> Pass:
        """The same work, the rows of text files counted, so that each file can be read alone."""
        files = job.dataset.uncounted
        if not files:
            return job
        asked = self._client.map(rows_in, files, pure=False)
        for _ in finished(self._client, set(asked)):
            pass
        counts = self._client.gather(asked)
        if None in counts:
            # A row that cannot be read is found in its turn.
            return job
        return replace(job, dataset=job.dataset.counted(dict(zip(files, counts, strict=True))))

    def _merged(self, job: Pass, empty: Outcome, progress: Progress | None) -> Outcome:
        client = self._client
        threads = max(1, sum(client.nthreads().values()))
        spans = job.dataset.spans(block_rows(job.dataset.width), _SPANS * threads)
        # A task, not data sent ahead: what a lost worker held is made again elsewhere.
        work = client.submit(Work, packed((job, empty.fresh())), pure=False)
        leaves = [client.submit(_span, work, *span, pure=False) for span in spans]
        level = leaves
        while len(level) > 1:
            level = [
                client.submit(_merge, level[place : place + _FAN], pure=False)
                for place in range(0, len(level), _FAN)
            ]
        self._wait(leaves, spans, progress)
        for _ in finished(client, {level[0]}):
            pass
        found: Outcome = level[0].result()
        return found

    def _wait(
        self, leaves: list[Any], spans: list[tuple[int, int | None]], progress: Progress | None
    ) -> None:
        """Until all leaves are done; what the first bad one of them raises is raised."""
        places = {leaf: place for place, leaf in enumerate(leaves)}
        first_bad, rows = len(leaves), 0
        pending = set(leaves)
        for leaf in finished(self._client, pending):
            place = places[leaf]
            if leaf.status == "error":
                # What comes after a bad row is of no interest any more.
                first_bad = min(first_bad, place)
                pending -= set(leaves[first_bad:])
                self._client.cancel(leaves[place + 1 :])
                continue
            start, stop = spans[place]
            if stop is not None and progress is not None:
                rows += stop - start
                progress(rows)
        for leaf in leaves:
            if leaf.status == "error":
                leaf.result()


class Work:
    """A pass as bytes, which a task unpacks, once for each worker.

    Where a worker cannot open a file or import a loss, the task then raises. Were it sent as it is,
    it would be unpacked on the way to the task, where what it raises ends the worker.
    """

    def __init__(self, job: bytes) -> None:
        self._packed = job
        self._lock = Lock()
        self._unpacked: tuple[Pass, Outcome] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Work, (self._packed,)

    def unpacked(self) -> tuple[Pass, Outcome]:
        """The pass, and an outcome of no rows. Raises DataError with the worker's address."""
        with self._lock:
            if self._unpacked is None:
                try:
                    self._unpacked = unpacked(self._packed)
                except Exception as error:
                    raise DataError(
                        f"the worker {worker_address()} cannot take the work: {error}",
                        hint="Workers need the same files, at the same paths, and the same losses.",
                    ) from None
            return self._unpacked


def _span(work: Work, start: int, stop: int | None) -> Outcome:
    keep_freed()
    job, empty = work.unpacked()
    return job.over(job.blocks(start, stop), empty.fresh())


def _merge(parts: list[Outcome]) -> Outcome:
    whole = parts[0].fresh()
    for part in parts:
        whole.merge(part)
    return whole


@contextmanager
def cluster(address: str | None = None, threads: int | None = None) -> Iterator[Cluster]:
    """The cluster whose scheduler answers at `address`, or one on this machine for the time being.

    The latter has `threads` workers (None: one per processor). Raises UsageError as `dask_client`.
    """
    with dask_client(address, threads) as client:
        yield Cluster(client)
