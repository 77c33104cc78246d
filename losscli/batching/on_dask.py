"""The items of a batch on a Dask cluster."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from losscli.batching.report import Failure
from losscli.batching.work import BUG, failed_row
from losscli.batching.workers import Done, Job, chunks_of, done_here
from losscli.machine.dask import dask_client, finished, lost_as_data_error


def on_dask(
    tasks: Sequence[Job], scheduler: str | None, workers: int | None
) -> Generator[list[Done]]:
    """The rows of the items, some at a time as they are done.

    The cluster is that of the scheduler at that address, or one of so many `workers` on this
    machine. An item that kills its workers has that as its error. Raises DataError where the
    cluster is lost, UsageError where there is none.
    """
    with dask_client(scheduler, workers) as client, lost_as_data_error():
        threads = max(1, sum(client.nthreads().values()))
        given = {_submit(client, chunk): chunk for chunk in chunks_of(tasks, threads)}
        pending = set(given)
        for future in finished(client, pending):
            chunk = given.pop(future)
            if future.status == "finished":
                yield future.result()
            elif len(chunk) == 1:
                yield [_died(chunk[0], future)]
            else:
                again = {_submit(client, [task]): [task] for task in chunk}
                given |= again
                pending |= set(again)


def _submit(client: Any, chunk: Sequence[Job]) -> Any:
    return client.submit(_rows, list(chunk), pure=False)


def _rows(tasks: Sequence[Job]) -> list[Done]:
    return [done_here(task, 1) for task in tasks]


def _died(task: Job, future: Any) -> Done:
    """The row of an item that killed its workers. Raises what else became of it."""
    from distributed import KilledWorker

    error = future.exception()
    if not isinstance(error, KilledWorker):
        raise error
    place, item = task
    failure = Failure(BUG, "the processes that evaluated it died (of too little memory?).")
    return place, failed_row(item, failure).to_line(), True
