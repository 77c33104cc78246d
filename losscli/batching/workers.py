"""Where the items of a batch are evaluated: in this process, or in several."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from losscli.batching.item import Item
from losscli.batching.report import Failure
from losscli.batching.work import BUG, failed_row, row_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext

# An item and its place in the batch; the line of its row, and whether it failed.
Job = tuple[int, Item]
Done = tuple[int, bytes, bool]

# Seconds for which a worker may keep rows to itself.
_PATIENCE = 0.05

# At most so many items go to a worker at once, and each worker is to get some this many times.
_CHUNK = 64
_TURNS = 8

_END_OF_WORK: Sequence[Job] = ()


def here(tasks: Sequence[Job]) -> Generator[list[Done]]:
    """The rows of the items, one after the other in this process."""
    for task in tasks:
        yield [done_here(task, None)]


def chunks_of(tasks: Sequence[Job], workers: int) -> Iterator[Sequence[Job]]:
    """The items in chunks, so large that sending them costs little, so small that all have work."""
    size = max(1, min(_CHUNK, len(tasks) // (workers * _TURNS)))
    return (tasks[first : first + size] for first in range(0, len(tasks), size))


def done_here(task: Job, threads: int | None) -> Done:
    """The row of one item, evaluated by so many threads."""
    place, item = task
    row = row_of(item, threads)
    return place, row.to_line(), row.failure is not None


class _Worker(Struct):
    """A process, its connection, and the items that it has been given and not returned."""

    process: Any
    link: Connection
    given: dict[int, Item] = field(default_factory=dict)


class Pool:
    """Processes that evaluate items in large chunks.

    A process that dies takes no row with it but that of the item which it died of.
    """

    def __init__(self, jobs: int, threads: int, release: Callable[[], Any] | None) -> None:
        """`release` is called in a process that is a copy of this one, with its open files."""
        self._jobs = jobs
        self._threads = threads
        self._release = release
        self._context = _context()
        self._workers: list[_Worker] = []

    def rows(self, tasks: Sequence[Job]) -> Generator[list[Done]]:
        """The rows of the items, a few at a time as they are done."""
        from multiprocessing.connection import wait

        chunks = deque(chunks_of(tasks, self._jobs))
        try:
            for _ in range(min(self._jobs, len(chunks))):
                self._give(self._start(), chunks)
            while self._workers:
                by_link: dict[Any, _Worker] = {worker.link: worker for worker in self._workers}
                for link in wait(list(by_link)):
                    worker = by_link[link]
                    try:
                        answer: list[Done] = worker.link.recv()
                    except (EOFError, OSError):
                        yield from self._replace(worker, chunks)
                        continue
                    for done in answer:
                        del worker.given[done[0]]
                    if not worker.given:
                        self._give(worker, chunks)
                    yield answer
        finally:
            self._stop()

    def _start(self) -> _Worker:
        mine, theirs = self._context.Pipe()
        others = [worker.link for worker in self._workers]
        inherited = self._context.get_start_method() == "fork"
        process = self._context.Process(
            target=_serve,
            args=(theirs, self._threads, *([self._release, [mine, *others]] if inherited else [])),
            daemon=True,
        )
        process.start()
        theirs.close()
        worker = _Worker(process, mine)
        self._workers.append(worker)
        return worker

    def _give(self, worker: _Worker, chunks: deque[Sequence[Job]]) -> None:
        """Send the next chunk, or the word that there is none."""
        chunk = chunks.popleft() if chunks else _END_OF_WORK
        worker.given = dict(chunk)
        try:
            worker.link.send(chunk)
        except OSError:
            # It has died, which is found out when its answer is read.
            return
        if not chunk:
            worker.link.close()
            worker.process.join()
            self._workers.remove(worker)

    def _replace(self, worker: _Worker, chunks: deque[Sequence[Job]]) -> Iterator[list[Done]]:
        """Replace a worker that died; what it died of is found by giving its items singly."""
        worker.process.join()
        worker.link.close()
        self._workers.remove(worker)
        left = list(worker.given.items())
        if len(left) == 1:
            [(place, item)] = left
            failure = Failure(
                BUG, f"the process that evaluated it {_end(worker.process.exitcode)}."
            )
            yield [(place, failed_row(item, failure).to_line(), True)]
        else:
            chunks.extendleft([task] for task in reversed(left))
        if chunks:
            self._give(self._start(), chunks)

    def _stop(self) -> None:
        for worker in self._workers:
            worker.link.close()
            worker.process.terminate()
            worker.process.join()
        self._workers.clear()


def _end(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was killed ({name}; of too little memory?)"


def can_fork() -> bool:
    """Whether this process can safely be copied: no other thread of it could hold a lock."""
    alone = threading.active_count() == 1 and "pyarrow" not in sys.modules
    return sys.platform == "linux" and alone


def _context() -> ForkContext | SpawnContext:
    import multiprocessing

    if can_fork():
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def _serve(
    link: Connection,
    threads: int,
    release: Callable[[], Any] | None = None,
    others: Sequence[Connection] = (),
) -> None:
    """Evaluate the chunks that arrive over the connection until it is closed."""
    # The parent, which gets the same Ctrl-C, ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.close()
    if release is not None:
        release()
    try:
        while chunk := link.recv():
            _answer(link, chunk, threads)
    except (EOFError, OSError):
        return


def _answer(link: Connection, chunk: Sequence[Job], threads: int) -> None:
    ready: list[Done] = []
    sent = time.monotonic()
    for count, task in enumerate(chunk, start=1):
        ready.append(done_here(task, threads))
        if count == len(chunk) or time.monotonic() - sent > _PATIENCE:
            link.send(ready)
            ready = []
            sent = time.monotonic()
