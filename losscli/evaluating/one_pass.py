"""One evaluation: open the data, settle how they are read, and go over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

from losscli.conventions.table import convention
from losscli.engine.run import Observer, Outcome, Workers, run
from losscli.errors import DataError, UsageError
from losscli.evaluating.baseline import LabelSummary
from losscli.evaluating.plan import Request, Settings, look_up, parse_requests
from losscli.evaluating.reading import (
    DataReading,
    first_look,
    full_look,
    hints_for,
    is_double_softmax,
    read_as,
    summary_for,
)
from losscli.inputs.dataset import Dataset, open_dataset
from losscli.inputs.roles import Columns
from losscli.vocabulary import Reduction, member

Seen = TypeVar("Seen", bound=Observer)
Losses = str | Iterable[str] | None

ENGINES = ("local", "dask")


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a pass found, and how the data were read for it."""

    dataset: Dataset
    reading: DataReading
    outcome: Outcome
    summary: LabelSummary | None
    observers: tuple[Observer, ...]

    def observer(self, kind: type[Seen]) -> Seen:
        """The observer of that kind."""
        return next(each for each in self.observers if isinstance(each, kind))


def evaluated(
    pred: Any,
    label: Any,
    losses: Losses,
    *,
    kind: str | None = None,
    task: str | None = None,
    like: str = "standard",
    weight: Any = None,
    class_weight: Sequence[float] | Mapping[Any, float] | None = None,
    classes: Sequence[str] | None = None,
    reduction: str | None = None,
    nan: str = "error",
    columns: Columns | None = None,
    inputs: Mapping[str, Any] | None = None,
    cast: str | None = None,
    threads: int | None = None,
    progress: Callable[[int], Any] | None = None,
    params: Mapping[str, Any] = MappingProxyType({}),
    observers: Callable[[DataReading], Sequence[Observer]] = lambda _: (),
    ids: bool = False,
    baselines: bool = True,
    workers: AbstractContextManager[Workers | None] | None = None,
    announce: Callable[[str], Any] | None = None,
) -> Evaluated:
    """Open the data, settle how they are read, and evaluate under the eyes of `observers`.

    The arguments are those of `evaluate`, `params` its further keyword arguments. The labels are
    summed up only where `baselines` are wanted. `workers` do the work for as long as it lasts.
    """
    requests = requests_of(losses)
    readings = [reading for wanted in look_up(requests) for reading in wanted.loss.readings]
    deep = any(reading.dims or reading.tokens or not reading.paired for reading in readings)
    dataset = open_dataset(
        pred,
        label,
        weight=weight,
        columns=columns or Columns(),
        inputs=inputs,
        deep=deep,
        paired=not readings or any(reading.paired for reading in readings),
        cast=cast,
        ids=ids,
        announce=announce,
    )
    hints = hints_for(kind, task, classes, dataset)
    if threads is not None and threads < 1:
        raise UsageError(f"threads={threads}: at least one thread has to work")
    if nan not in ("error", "drop"):
        raise UsageError(f"nan={nan!r}: say 'error' or 'drop'")
    settings = Settings(
        convention=convention(like).stored_as(dataset.pred.dtype),
        reduction=None if reduction is None else member(Reduction, reduction, "reduction"),
        kind=hints.kind,
        params=params,
        dtype=dataset.pred.dtype,
        dims=max(2, len(dataset.pred.shape or ())),
    )
    given = None if classes is None else tuple(str(name) for name in classes)

    def read(seen: Outcome) -> DataReading:
        return read_as(dataset, seen, hints, requests, settings, given, class_weight)

    def attempt(
        reading: DataReading, helping: Workers | None
    ) -> tuple[Outcome, LabelSummary | None, Sequence[Observer]]:
        summary = summary_for(reading, dataset.rows) if baselines else None
        watching = observers(reading)
        outcome = run(
            dataset,
            reading.evaluations,
            reading.setting,
            drop_missing=nan == "drop",
            observers=[*([] if summary is None else [summary]), *watching],
            threads=threads,
            workers=helping,
            progress=progress,
        )
        return outcome, summary, watching

    seen = first_look(dataset)
    reading = read(seen)
    with workers or nullcontext() as helping:
        try:
            outcome, summary, watching = attempt(reading, helping)
        except DataError:
            # The first block may have misled: if all rows say otherwise, read them so.
            whole = read(full_look(dataset))
            if whole.evaluations == reading.evaluations and whole.setting == reading.setting:
                raise
            reading = whole
            outcome, summary, watching = attempt(reading, helping)
        else:
            # Where the first block was all there is, it has told all.
            whole = reading if outcome.rows == seen.rows else read(outcome)
            if whole.evaluations != reading.evaluations or whole.setting != reading.setting:
                reading = whole
                outcome, summary, watching = attempt(reading, helping)
            reading = replace(reading, verdict=whole.verdict)
    if is_double_softmax(outcome, reading.verdict, hints.kind, dataset.width):
        number = outcome.losses[0].tally().finished.value
        raise UsageError(
            "the predictions are probabilities already (all in [0, 1], every row sums to 1); "
            f"as logits they would go through a second softmax and score {number:.6g}",
            hint="Leave out --kind logit, or say --kind probability.",
        )
    return Evaluated(dataset, reading, outcome, summary, tuple(watching))


def check_engine(engine: str) -> None:
    """Raise UsageError for an engine that there is not."""
    if engine not in ENGINES:
        raise UsageError(f"engine={engine!r}: say {' or '.join(map(repr, ENGINES))}")


def workers_of(
    engine: str, scheduler: str | None, threads: int | None
) -> AbstractContextManager[Workers | None]:
    """Those who do the work elsewhere, for as long as they are held; nobody for `local`.

    Raises UsageError for an engine that there is not, or that cannot be reached.
    """
    check_engine(engine)
    if engine == "local" and scheduler is None:
        return nullcontext()
    from losscli.engine.cluster import cluster

    return cluster(scheduler, threads)


def requests_of(losses: Losses) -> tuple[Request, ...]:
    """The losses that are asked for; none where those that fit are wanted."""
    if losses is None:
        return ()
    return parse_requests([losses] if isinstance(losses, str) else losses)
