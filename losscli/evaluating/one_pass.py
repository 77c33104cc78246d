"""One evaluation: open the data, settle how they are read, and go over them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from losscli.engine.run import Observer, Outcome, Workers, run
from losscli.errors import DataError, UsageError
from losscli.evaluating.label_summary import LabelSummary
from losscli.evaluating.misread import refuse_second_softmax
from losscli.evaluating.options import Options
from losscli.evaluating.reading import (
    DataReading,
    first_look,
    full_look,
    read_as,
    summary_for,
)
from losscli.evaluating.report import Report
from losscli.evaluating.requests import Request, classes_second, look_up, parse_requests
from losscli.evaluating.training_series import scaled_by_training
from losscli.inputs.assembling import open_dataset
from losscli.inputs.dataset import Dataset
from losscli.inputs.roles.state import Wanted
from losscli.losses.definition.loss import Reading
from losscli.vocabulary import Kind

Losses = str | Iterable[str] | None
Readings = Sequence[DataReading]
Done = TypeVar("Done")


class Extra(Protocol):
    """Something that watches a pass and adds to its report."""

    def watch(self, reading: DataReading) -> Observer | None:
        """What sees every batch of a pass; None where there is nothing to see."""

    def add_to(self, report: Report, found: Evaluated, seen: Any) -> Report:
        """The report, with what the observer of `watch` has `seen` added to it."""


class Evaluated(Struct, frozen=True):
    """What a pass found, and how the data were read for it; `watched` is one entry per extra."""

    dataset: Dataset
    reading: DataReading
    outcome: Outcome
    summary: LabelSummary | None
    watched: tuple[Observer | None, ...]


def evaluated(
    pred: Any,
    label: Any,
    losses: Losses,
    options: Options,
    *,
    extras: Sequence[Extra] = (),
    ids: bool = False,
    baselines: bool = True,
) -> Evaluated:
    """Open the data, settle how they are read, and evaluate under the eyes of `extras`.

    With `ids` the names of rows are read too; the labels are summed up only where `baselines` are
    wanted. Raises UsageError and DataError as `losscli.evaluate` does.
    """
    requests, options = classes_said(requests_of(losses), options)
    requests, options = scaled_by_training(requests, options)
    wanted = () if options.scored else look_up(requests, like=options.like)
    loss_readings = [reading for each in wanted for reading in each.loss.readings]
    dataset = open_dataset(
        pred,
        label,
        weight=options.weight,
        columns=options.columns,
        inputs=options.inputs,
        deep=any(each.dims or not each.paired for each in loss_readings),
        paired=not loss_readings or any(each.paired for each in loss_readings),
        cast=options.cast,
        ids=ids,
        wanted=wanted_of(loss_readings),
        classes_second=classes_second(wanted, options.like),
        shift=options.shift,
        announce=options.announce,
    )

    def read(seen: Sequence[Outcome]) -> Readings:
        return [read_as(dataset, seen[0], requests, options)]

    with workers_of(options) as workers:

        def attempt(readings: Readings) -> Evaluated:
            [reading] = readings
            summary = summary_for(reading, dataset.rows) if baselines else None
            watched = tuple(extra.watch(reading) for extra in extras)
            outcome = run(
                dataset,
                reading.evaluations,
                reading.setting,
                drop_missing=options.nan == "drop",
                observers=[seen for seen in (summary, *watched) if seen is not None],
                threads=options.threads,
                workers=workers,
                progress=options.progress,
            )
            return Evaluated(dataset, reading, outcome, summary, watched)

        found, [whole] = read_twice([dataset], read, attempt, lambda done: [done.outcome])
    # The counts of the evidence are those of all rows.
    verdict = whole.verdict
    found = replace(found, reading=replace(found.reading, verdict=verdict))
    number = found.outcome.tallies[0].finished.value if found.outcome.losses else math.nan
    refuse_second_softmax(dataset, verdict, found.outcome, options.kind, number)
    return found


def read_twice(
    datasets: Sequence[Dataset],
    read: Callable[[Sequence[Outcome]], Readings],
    attempt: Callable[[Readings], Done],
    profiles: Callable[[Done], Sequence[Outcome]],
) -> tuple[Done, Readings]:
    """What a pass over the data gives, and how the data read after all rows.

    They are first read as the first block of each data set calls for. Where all rows call for
    another reading, the pass is attempted anew with that.
    """
    seen = [first_look(dataset) for dataset in datasets]
    readings = read(seen)
    try:
        done = attempt(readings)
    except DataError:
        whole = read([full_look(dataset) for dataset in datasets])
        if _alike(readings, whole):
            raise
        return attempt(whole), whole
    found = profiles(done)
    if all(first.rows == every.rows for first, every in zip(seen, found, strict=True)):
        return done, readings
    whole = read(found)
    return (done if _alike(readings, whole) else attempt(whole)), whole


def _alike(some: Readings, others: Readings) -> bool:
    return all(one.same_as(other) for one, other in zip(some, others, strict=True))


def workers_of(options: Options) -> AbstractContextManager[Workers | None]:
    """The Dask workers that do the work, as a context manager; None for the engine `local`.

    Raises UsageError for a cluster that cannot be reached.
    """
    if options.engine == "local" and options.scheduler is None:
        return nullcontext()
    from losscli.engine.cluster import cluster

    return cluster(options.scheduler, options.threads)


def wanted_of(readings: Sequence[Reading]) -> Wanted:
    """What the readings of the losses that were asked for take of a row."""
    return Wanted(
        tuple(each.items for each in readings if each.items),
        members=any(not each.items and Kind.ENSEMBLE in each.kinds for each in readings),
        quantiles=any(Kind.QUANTILE in each.kinds for each in readings),
    )


def classes_said(
    requests: tuple[Request, ...], options: Options
) -> tuple[tuple[Request, ...], Options]:
    """Requests without scikit-learn's parameter `labels`, and options with the classes it names."""
    said: list[Any] = [item.params["labels"] for item in requests if "labels" in item.params]
    if not said:
        return requests, options
    listed = said[0].strip("[]").split(";") if isinstance(said[0], str) else said[0]
    plain = tuple(
        Request(item.name, {key: value for key, value in item.params.items() if key != "labels"})
        for item in requests
    )
    named = options.classes or tuple(sorted(listed))
    return plain, replace(options, classes=named)


def requests_of(losses: Losses) -> tuple[Request, ...]:
    """The losses that are asked for; none where those that fit are wanted."""
    if losses is None:
        return ()
    if not isinstance(losses, Iterable):
        raise UsageError(f"{losses!r} is no name of a loss", hint="Write 'bce' or ['bce', 'mse'].")
    return parse_requests([losses] if isinstance(losses, str) else losses)
