"""The way to a Dask cluster: a client, and waiting for what it is asked to do."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

from losscli.errors import DataError, UsageError
from losscli.machine.threads import available
from losscli.version import __version__

# Seconds in which a scheduler has to answer, and between two looks whether it is still there.
_PATIENCE, _POLL = 10, 1
# Seconds after which a worker that gives no sign of life is taken for one that never will. A busy
# one gives them: its tasks run in a thread of their own.
_SILENCE = 60

Answer = TypeVar("Answer")


@contextmanager
def dask_client(address: str | None = None, workers: int | None = None) -> Iterator[Any]:
    """A client of the scheduler that answers at `address`, or of a cluster on this machine.

    The latter lives as long as the client, and has so many `workers` of one thread each (None: one
    per processor). Raises UsageError where Dask is not installed or nobody answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise UsageError(
            "the engine dask needs Dask, which is not installed",
            hint="Install it: pip install 'losscli[dask]'.",
        ) from None
    if address is None:
        with (
            LocalCluster(
                n_workers=workers or available(),
                threads_per_worker=1,
                dashboard_address=None,
                # Its server of metrics takes a free port, seen from this machine alone.
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                silence_logs=logging.CRITICAL,
            ) as local,
            Client(local) as client,
        ):
            yield client
        return
    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {address}",
            hint="Start one with `dask scheduler`, and workers with `dask worker ADDRESS`.",
        ) from error
    with client:
        if not client.nthreads():
            raise UsageError(
                f"the Dask scheduler at {address} has no workers",
                hint=f"Start one: dask worker {address}.",
            )
        _check_versions(client)
        yield client


def _check_versions(client: Any) -> None:
    """Raise UsageError for workers that have no losscli, or not this version of it."""
    from pkgutil import resolve_name

    def ask(**whom: Any) -> dict[str, Any]:
        # A function that every Python has: one of losscli's would be imported to be called.
        found: dict[str, Any] = client.run(
            resolve_name, "losscli.version:__version__", on_error="return", **whom
        )
        return found

    try:
        found = answered(ask)
    except TimeoutError:
        silent = sorted(client.nthreads())
        raise UsageError(
            f"of the Dask workers {', '.join(silent)} one has not answered for {_SILENCE} s",
            hint="End those that hang, or start the cluster anew.",
        ) from None
    for address, version in sorted(found.items()):
        if isinstance(version, BaseException):
            raise UsageError(
                f"the Dask worker {address} cannot import losscli ({version})",
                hint=f"Install it there: pip install losscli=={__version__}.",
            )
        if version != __version__:
            raise UsageError(
                f"the Dask worker {address} has losscli {version}, and this is {__version__}",
                hint="Numbers are merged from one version only: install the same.",
            )


def answered(ask: Callable[[], Answer]) -> Answer:
    """What a question to the cluster comes to. Raises TimeoutError where it does not."""
    answers: list[Answer] = []
    failures: list[Exception] = []

    def run() -> None:
        try:
            answers.append(ask())
        except Exception as error:
            failures.append(error)

    # Of those that hang the process does not wait at its end.
    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(_SILENCE)
    if failures:
        raise failures[0]
    if not answers:
        raise TimeoutError(f"it has not answered for {_SILENCE} s")
    return answers[0]


class _SignsOfLife:
    """When each worker of a cluster was last heard of, by the clock of this process."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._heard: dict[str, tuple[float, float]] = {}
        self._any = time.monotonic()

    def check(self) -> None:
        """Raise TimeoutError where a worker is silent, or there has been none, for too long."""
        workers = answered(self._client.scheduler_info)["workers"]
        now = time.monotonic()
        before = self._heard
        self._heard = {}
        for address, state in workers.items():
            sign = state["last_seen"]
            seen = before.get(address)
            self._heard[address] = seen if seen and seen[0] == sign else (sign, now)
        if workers:
            self._any = now
        elif now - self._any > _SILENCE:
            raise TimeoutError("no worker is left")
        for address, (_, when) in self._heard.items():
            if now - when > _SILENCE:
                raise TimeoutError(
                    f"the worker {address} has given no sign of life for {_SILENCE} s"
                )


def packed(work: Any) -> bytes:
    """Work as bytes, with functions that are no module's own, as Dask sends it."""
    from distributed.protocol.pickle import dumps

    found: bytes = dumps(work)
    return found


def unpacked(work: bytes) -> Any:
    """What `packed` made bytes of."""
    from distributed.protocol.pickle import loads

    return loads(work)


def worker_address() -> str:
    """The address of the worker that runs this task."""
    from distributed import get_worker

    return str(get_worker().address)


def finished(client: Any, pending: set[Any]) -> Iterator[Any]:
    """The futures as they finish, well or not.

    `pending` are those that are left; some may be added or taken away meanwhile. Raises
    CommClosedError where the scheduler is gone, and TimeoutError where a worker, or the scheduler,
    gives no sign of life: `as_completed` would wait for ever.
    """
    from distributed import wait
    from distributed.comm.core import CommClosedError

    life = _SignsOfLife(client)
    while pending:
        try:
            done, _ = wait(pending, timeout=_POLL, return_when="FIRST_COMPLETED")
        except TimeoutError:
            if client.status != "running":
                raise CommClosedError("its scheduler is gone") from None
            life.check()
            continue
        pending -= done
        yield from done


@contextmanager
def lost_as_data_error() -> Iterator[None]:
    """The loss of a cluster as a DataError that says so."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    try:
        yield
    except (CancelledError, KilledWorker, CommClosedError, TimeoutError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"the Dask cluster could not finish the work ({reason})",
            hint="Look at the logs of its workers, or leave out --engine dask.",
        ) from error
