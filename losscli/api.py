"""The Python API: files or arrays in, a report out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from losscli.advice import recommend_for
from losscli.baseline import LabelSummary
from losscli.engine.batch import Setting
from losscli.engine.run import Observer, run
from losscli.errors import DataError, UsageError
from losscli.evaluating import Evaluated, Losses, evaluated, requests_of, workers_of
from losscli.inputs.dataset import open_dataset
from losscli.inputs.roles import Columns
from losscli.labels import CODED_TASKS, LabelCode, label_code
from losscli.losses.definition import Loss
from losscli.losses.registry import REGISTRY
from losscli.plan import look_up
from losscli.profile import tolerance
from losscli.reading import (
    DataReading,
    full_look,
    hints_for,
    member,
)
from losscli.report import Match, Recommendation, Report
from losscli.reporting import report_of
from losscli.task import decide
from losscli.vocabulary import Task

if TYPE_CHECKING:
    from losscli.rowwise import RowLosses


def evaluate(
    pred: Any,
    label: Any = None,
    losses: Losses = None,
    *,
    kind: str | None = None,
    task: str | None = None,
    like: str = "standard",
    weight: Any = None,
    class_weight: Sequence[float] | Mapping[Any, float] | None = None,
    classes: Sequence[str] | None = None,
    reduction: str | None = None,
    nan: Literal["error", "drop"] = "error",
    columns: Columns | None = None,
    inputs: Mapping[str, Any] | None = None,
    cast: str | None = None,
    explain: bool = False,
    by_class: bool = False,
    threads: int | None = None,
    engine: str = "local",
    scheduler: str | None = None,
    announce: Callable[[str], Any] | None = None,
    ci: str = "normal",
    resamples: int = 2000,
    seed: int = 0,
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> Report:
    """Evaluate losses of predictions against labels.

    `pred` and `label` are arrays of shape (n,) or (n, c), or name files: CSV, NPY, NPZ, Parquet,
    Arrow, JSON Lines, a folder or pattern of such, a URL; one table may hold both. `losses` are
    names such as `"bce"` or `"focal:gamma=2,alpha=0.25"`
    (several: a list, or joined by commas); without them, those that fit the data. `kind` says how
    predictions are to be read (`probability`, `logit`, `tanh`, …), `like` whose convention
    counts. `weight` is one number per row (or item), `class_weight` one per class in the order of
    the prediction's columns (binary: negative, positive), or a mapping from class to weight.
    `reduction` is mean, sum, batchmean or none; None takes each loss's own (`sum` for SSE).
    `nan="drop"` leaves out rows with a missing value and counts them. `inputs` are the further
    arrays that a loss asks for (`{"x2": …}`), `cast` a type that predictions are rounded to first
    (`float32`). With `explain`, cross entropies and the Brier score are taken apart. With
    `columns.by` or `by_class`, results hold the losses of each group of rows too. The work is
    shared among `threads` (None: as many as the process may use), which changes no bit of the
    result. `engine="dask"` shares it among processes of a Dask cluster instead: the one whose
    scheduler answers at the address `scheduler`, or one of `threads` processes on this machine.
    Workers open files by the same names. `announce` is told beforehand when much memory will be
    needed (else a note says so). `ci` chooses the 95 % interval: `normal` (of means of rows;
    fast), `bootstrap` (of every loss that is a function of sums of rows, by `resamples` from
    `seed`) or `none`. Further keyword arguments are parameters of the losses (`gamma=2`).

    Losses of probabilities are in nats. With `reduction="none"` a result's `values` holds the
    losses of the rows, (n,) or (n, c).

    Raises UsageError for a request that makes no sense, DataError for data that do not fit.

    >>> report = evaluate([0.9, 0.2, 0.6], [1, 0, 0], "bce")
    >>> round(report["bce"].value, 6)
    0.414932
    """
    if ci not in ("none", "normal", "bootstrap"):
        raise UsageError(f"ci={ci!r}: say 'none', 'normal' or 'bootstrap'")
    watchers: list[Callable[[DataReading], Observer]] = []
    if explain:
        from losscli.decomposing import explained
        from losscli.engine.grouping import Grouping

        watchers.append(lambda reading: Grouping(reading.evaluations))
    grouped = bool(by_class or (columns and columns.by))
    if grouped:
        from losscli.engine.slices import Slices
        from losscli.slicing import with_slices

        watchers.append(lambda reading: Slices(reading.evaluations, by_class=by_class))
    if ci == "bootstrap":
        from losscli.stats.bootstrap import Bootstrap
        from losscli.stats.groups import Resampling

        resampling = Resampling(resamples, seed)
        watchers.append(lambda reading: Bootstrap(reading.evaluations, resampling))
    found = evaluated(
        pred,
        label,
        losses,
        kind=kind,
        task=task,
        like=like,
        weight=weight,
        class_weight=class_weight,
        classes=classes,
        reduction=reduction,
        nan=nan,
        columns=columns,
        inputs=inputs,
        cast=cast,
        threads=threads,
        announce=announce,
        progress=progress,
        params=params,
        workers=workers_of(engine, scheduler, threads),
        observers=lambda reading: [watcher(reading) for watcher in watchers],
    )
    report = report_of(found.dataset, found.reading, found.outcome, found.summary)
    if explain:
        report = explained(report, found.reading.evaluations, found.observer(Grouping))
    if grouped:
        report = with_slices(report, found.observer(Slices))
    if ci == "normal":
        return report
    from losscli.interval_report import with_intervals

    return with_intervals(report, found.observer(Bootstrap) if ci == "bootstrap" else None)


def rows(
    pred: Any,
    label: Any = None,
    losses: Losses = None,
    *,
    kind: str | None = None,
    task: str | None = None,
    like: str = "standard",
    weight: Any = None,
    class_weight: Sequence[float] | Mapping[Any, float] | None = None,
    classes: Sequence[str] | None = None,
    nan: Literal["error", "drop"] = "error",
    columns: Columns | None = None,
    inputs: Mapping[str, Any] | None = None,
    cast: str | None = None,
    grad: bool = False,
    threads: int | None = None,
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> RowLosses:
    """What each row costs: which rows are hardest, and how much of the total they carry.

    The arguments are those of `evaluate`; without `losses`, the recommended one. Only losses that
    are means of rows have a loss per row. With `grad`, each row also says how the value answers to
    its prediction, as `gradient` does.

    Raises UsageError and DataError as `evaluate` does.

    >>> hardest = rows([0.9, 0.2, 0.6], [1, 0, 0], "bce").hardest(1).rows[0]
    >>> hardest.row, round(hardest.losses[0], 6), round(hardest.shares[0], 3)
    (2, 0.916291, 0.736)
    """
    from losscli.rowwise import RowLosses, before_transform, chosen, total_of

    found = evaluated(
        pred,
        label,
        losses,
        kind=kind,
        task=task,
        like=like,
        weight=weight,
        class_weight=class_weight,
        classes=classes,
        reduction=None,
        nan=nan,
        columns=columns,
        inputs=inputs,
        cast=cast,
        threads=threads,
        progress=progress,
        params=params,
        ids=True,
    )
    places = chosen(found.reading.evaluations, asked=losses is not None)
    reading = replace(
        found.reading, evaluations=tuple(found.reading.evaluations[place] for place in places)
    )
    outcome = replace(found.outcome, losses=[found.outcome.losses[place] for place in places])
    report = report_of(found.dataset, reading, outcome, found.summary)
    return RowLosses(
        replace(report, notes=(*report.notes, *before_transform(reading.evaluations))),
        found.dataset,
        reading.evaluations,
        reading.setting,
        tuple(total_of(loss.tally()) for loss in outcome.losses),
        tuple(outcome.losses),
        whole_labels=_whole_labels(found),
        drop_missing=nan == "drop",
        grad=grad,
    )


def gradient(
    pred: Any,
    label: Any,
    loss: str,
    *,
    kind: str | None = None,
    task: str | None = None,
    like: str = "standard",
    weight: Any = None,
    class_weight: Sequence[float] | Mapping[Any, float] | None = None,
    classes: Sequence[str] | None = None,
    reduction: str | None = None,
    nan: Literal["error", "drop"] = "error",
    columns: Columns | None = None,
    inputs: Mapping[str, Any] | None = None,
    cast: str | None = None,
    threads: int | None = None,
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> NDArray[np.float64]:
    """How the value of a loss answers to each number of the prediction: ∂value/∂pred.

    It is the gradient of the number that `evaluate` gives for the same arguments, convention,
    weights and reduction included, in the shape of `pred`. What a convention clips answers 0, and
    so do rows that are left out. With `reduction="none"` a row holds the gradient of its own loss.
    Where a loss has a kink the gradient is a subgradient, 0 where that is one: sign(0) = 0.

    Raises UsageError for a loss without a gradient, and UsageError and DataError as `evaluate`.

    >>> gradient([0.9, 0.2, 0.6], [1, 0, 0], "bce").round(6).tolist()
    [-0.37037, 0.416667, 0.833333]
    """
    from losscli.gradients import Gradients

    found = evaluated(
        pred,
        label,
        loss,
        kind=kind,
        task=task,
        like=like,
        weight=weight,
        class_weight=class_weight,
        classes=classes,
        reduction=reduction,
        nan=nan,
        columns=columns,
        inputs=inputs,
        cast=cast,
        threads=threads,
        progress=progress,
        params=params,
    )
    return Gradients.of(found, drop_missing=nan == "drop").whole()


def _whole_labels(found: Evaluated) -> bool:
    """Whether labels are answers or classes that are written as whole numbers."""
    label = found.outcome.label
    coded = found.reading.verdict.task in CODED_TASKS
    return coded and label is not None and label.whole and not label.text


def recommend(
    pred: Any,
    label: Any = None,
    *,
    kind: str | None = None,
    task: str | None = None,
    classes: Sequence[str] | None = None,
    columns: Columns | None = None,
) -> Recommendation:
    """Say which loss fits the data: BCE, CE or a regression loss, with the evidence.

    `pred` and `label` are arrays of shape (n,) or (n, c), or paths; labels may be left out.

    Raises UsageError and DataError as `evaluate` does.

    >>> recommend([[0.5, 0.2, 0.3]]).loss
    'categorical_cross_entropy'
    """
    dataset = open_dataset(pred, label, columns=columns or Columns())
    hints = hints_for(kind, task, classes, dataset)
    seen = full_look(dataset)
    verdict = decide(seen.pred, seen.label, dataset.width, hints)
    if seen.label is None or verdict.task is Task.REGRESSION:
        return recommend_for(verdict)
    given = None if classes is None else tuple(classes)
    code = label_code(seen.label, dataset.width, given=given, columns=dataset.class_names)
    setting = Setting(code, tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals))
    summary = LabelSummary(verdict.task, code)
    try:
        run(dataset, (), setting, drop_missing=True, observers=[summary])
    except DataError:
        return recommend_for(verdict)
    return recommend_for(verdict, () if summary is None else summary.shares())


def match(
    value: str | float,
    pred: Any,
    label: Any = None,
    losses: Losses = None,
    *,
    kind: str | None = None,
    task: str | None = None,
    weight: Any = None,
    classes: Sequence[str] | None = None,
    batch_size: int | None = None,
    columns: Columns | None = None,
) -> list[Match]:
    """Say which loss, convention, kind, reduction, scale or mistake gives a number.

    `value` is the number as it was printed: as text, its digits say how exactly it is known.
    `losses` narrows the search. `batch_size` also tries the mean of batch means. What agrees comes
    first, the simplest of it at the top; then near misses. The data are held in memory.

    Raises UsageError and DataError as `evaluate` does.

    >>> match("0.4149", [0.9, 0.2, 0.6], [1, 0, 0])[0].loss
    'binary_cross_entropy'
    """
    from losscli.matching.candidates import Data, fitting_losses
    from losscli.matching.search import search
    from losscli.matching.target import Target

    target = Target.of(str(value))
    dataset = open_dataset(pred, label, weight=weight, columns=columns or Columns())
    hints = hints_for(kind, task, classes, dataset)
    seen = full_look(dataset)
    verdict = decide(seen.pred, seen.label, dataset.width, hints)
    code = LabelCode(dataset.width)
    if verdict.task in CODED_TASKS:
        given = None if classes is None else tuple(str(name) for name in classes)
        code = label_code(seen.label, dataset.width, given=given, columns=dataset.class_names)
    [block] = dataset.blocks(max(1, seen.rows))
    data = Data(
        block.pred,
        block.label,
        block.weight,
        verdict,
        code,
        tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals),
        dataset.pred.dtype,
    )
    wanted = look_up(requests_of(losses), verdict.task)
    chosen = [item.loss for item in wanted] or fitting_losses(data)
    return search(data, target, chosen, batch_size)


def get_loss(name: str) -> Loss:
    """The definition of the loss of that id or alias. Raises UsageError for an unknown name."""
    return REGISTRY.get(name)


def list_losses(task: str | None = None) -> list[Loss]:
    """The definitions of all losses, or of those made for a task."""
    wanted = None if task is None else member(Task, task, "task")
    return [loss for loss in REGISTRY if wanted is None or wanted in loss.tasks]
