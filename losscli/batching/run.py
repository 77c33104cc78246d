"""Many pairs of files → their losses, one bad file never stopping the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any

from msgspec.structs import replace

from losscli.batching.collecting import predictions
from losscli.batching.fingerprint import key_of
from losscli.batching.item import Item, check_names, with_files
from losscli.batching.journal import Journal
from losscli.batching.manifest import items_of, read_manifest
from losscli.batching.report import BatchReport, BatchRow
from losscli.batching.request import check_requests
from losscli.batching.workers import Done, Job, Pool, can_fork, here
from losscli.errors import DataError, UsageError
from losscli.evaluating.one_pass import Losses
from losscli.evaluating.options import Options
from losscli.machine.threads import available
from losscli.machine.whole_files import refuse_inputs

Path = str | os.PathLike[str]
Progress = Callable[[int, int, int], Any]


def batch(
    preds: Path | Iterable[Path] = (),
    label: str | None = None,
    losses: Losses = None,
    *,
    manifest: Path | Iterable[Mapping[str, Any]] | None = None,
    leave_out: Iterable[Path] = (),
    output: Path | None = None,
    resume: bool = False,
    fail_fast: bool = False,
    jobs: int | None = None,
    engine: str = "local",
    scheduler: str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> BatchReport:
    """Evaluate many pairs of files, each as `evaluate` would.

    `preds` are prediction files, folders and patterns; `label` is the file of their labels, or a
    template for it: `{dir}/labels.npy`, `{stem}_y.csv` (`{dir}`, `{parent}`, `{file}` and `{stem}`
    are parts of the prediction's path). A `manifest` lists pairs instead: a CSV, TOML or JSON Lines
    file, or mappings with its columns. Files to `leave_out` are no predictions, in whatever folder.
    `options` are keyword arguments of `evaluate` (`kind`,
    `like`, `class_weight`, …; `weight` and `inputs` are paths or templates); what a manifest's row
    says comes before them.

    A pair that cannot be evaluated has its error in its row; with `fail_fast` the first one is
    raised as a DataError. Rows are appended to the file `output` (JSON Lines) as they are done, and
    put in the order of the pairs at the end. With `resume`, rows that the file holds are kept where
    the content of their files, their options and the version of losscli are the same. The work is
    shared among so many processes as `jobs` says (None: one for each processor where this process
    can be forked, else this one alone), or with `engine="dask"` among those of a Dask cluster: the
    one whose scheduler answers at the address `scheduler`, or one of `jobs` processes on this
    machine. `progress` is called with the pairs done, failed, and in
    all.

    Raises UsageError for a request that makes no sense for any pair, and where `output` cannot be
    written or is being written by another batch.

    >>> batch(["a.npy"], "labels.npy", "bce").rows[0].failure.message
    'a.npy: there is no such file.'
    """
    if jobs is not None and jobs < 1:
        raise UsageError(f"jobs={jobs}: at least one process has to work")
    # Where the pairs are shared out is no option of a pair.
    where = Options(engine=engine, scheduler=scheduler)
    asked = Options.of("batch", options)
    if resume and output is None:
        raise UsageError("what is to be resumed?", hint="Say -o FILE.jsonl.")
    names = None if losses is None else (losses,) if isinstance(losses, str) else tuple(losses)
    defaults = Item("", "", label, names, asked)
    no_preds = [*leave_out, *([] if output is None else [output])]
    items = _items(preds, manifest, defaults, [os.fspath(path) for path in no_preds])
    read = [file for item in items for file in item.files().values()]
    read += [os.fspath(manifest)] if isinstance(manifest, (str, os.PathLike)) else []
    refuse_inputs([os.fspath(path) for path in no_preds], read)
    with ExitStack() as stack:
        journal = None
        if output is not None:
            journal = stack.enter_context(Journal(os.fspath(output), resume=resume))
        lines = _kept(items, [] if journal is None else journal.lines)
        kept = len(lines)
        failed = sum(is_failed for _, is_failed in lines.values())
        tasks = [(place, item) for place, item in enumerate(items) if place not in lines]
        if where.engine == "local" and scheduler is None:
            evaluated = _evaluated(tasks, jobs, journal)
        else:
            from losscli.batching.on_dask import on_dask

            evaluated = on_dask(tasks, scheduler, jobs)
        for done in stack.enter_context(closing(evaluated)):
            lines |= {place: (line, is_failed) for place, line, is_failed in done}
            if journal is not None:
                journal.add(line for _, line, _ in done)
            failures = [line for _, line, is_failed in done if is_failed]
            failed += len(failures)
            if progress is not None:
                progress(len(lines), failed, len(items))
            if failures and fail_fast:
                raise _error(failures[0])
        whole = [lines[place][0] for place in range(len(items))]
        if journal is not None:
            journal.finish(whole)
    return BatchReport(whole, failed, kept)


def _items(
    preds: Path | Iterable[Path],
    manifest: Path | Iterable[Mapping[str, Any]] | None,
    defaults: Item,
    no_preds: Sequence[str],
) -> list[Item]:
    """The pairs, each with its files, its losses and its options."""
    named = [preds] if isinstance(preds, (str, os.PathLike)) else list(preds)
    if bool(named) == (manifest is not None):
        raise UsageError(
            "which pairs?", hint="Give prediction files, folders or patterns, or a manifest."
        )
    if manifest is None:
        files = predictions([os.fspath(name) for name in named], defaults.label, no_preds)
        items = [replace(defaults, name=file, pred=file) for file in files]
    elif isinstance(manifest, (str, os.PathLike)):
        items = read_manifest(os.fspath(manifest), defaults)
    else:
        items = items_of(manifest, defaults)
    items = [with_files(item) for item in items]
    check_names(items)
    check_requests(items)
    return items


def _kept(items: Sequence[Item], held: Sequence[bytes]) -> dict[int, tuple[bytes, bool]]:
    """The lines that still say what their items come to, and whether these failed, by place."""
    by_name = {row.name: (row, line) for line in held for row in [BatchRow.from_line(line)]}
    kept = {}
    for place, item in enumerate(items):
        row, line = by_name.get(item.name, (None, b""))
        if row is not None and row.key is not None and row.key == key_of(item):
            kept[place] = (line, row.failure is not None)
    return kept


def _evaluated(
    tasks: Sequence[Job], jobs: int | None, journal: Journal | None
) -> Generator[list[Done]]:
    """The items evaluated, in this process or in several."""
    processors = available()
    if jobs is None:
        jobs = processors if can_fork() else 1
    jobs = min(jobs, len(tasks))
    if jobs <= 1:
        return here(tasks)
    pool = Pool(jobs, max(1, processors // jobs), None if journal is None else journal.let_go)
    return pool.rows(tasks)


def _error(line: bytes) -> DataError:
    failure = BatchRow.from_line(line).failure
    assert failure is not None
    return DataError(failure.said)
