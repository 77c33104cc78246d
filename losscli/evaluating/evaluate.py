"""Predictions and labels in, a report out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from losscli.evaluating.one_pass import Extra, Losses, evaluated
from losscli.evaluating.options import Options
from losscli.evaluating.report import Report
from losscli.evaluating.results import report_of
from losscli.inputs.columns import Columns


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
    nan: Literal["error", "drop", "drop-items"] = "error",
    columns: Columns | None = None,
    inputs: Mapping[str, Any] | None = None,
    cast: str | None = None,
    explain: bool = False,
    by_class: bool = False,
    threads: int | None = None,
    engine: str = "local",
    scheduler: str | None = None,
    announce: Callable[[str], Any] | None = None,
    ci: str = "auto",
    block_length: int | None = None,
    resamples: int = 2000,
    seed: int = 0,
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> Report:
    """Evaluate losses of predictions against labels.

    `pred` and `label` are arrays of shape (n,) or (n, c), data frames (pandas, polars, Arrow
    tables), which are read as files of the same columns are, or name files: CSV, NPY, NPZ, Parquet,
    Arrow, JSON Lines, a folder or pattern of such, a URL; one table may hold both. `losses` are
    names such as `"bce"` or `"focal:gamma=2,alpha=0.25"` (several: a list, or joined by commas);
    without them, those that fit the data. `kind` says how predictions are to be read
    (`probability`, `logit`, `tanh`, …), `like` whose convention counts. `weight` is one number per
    row (or item), `class_weight` one per class in the order of the prediction's columns (binary:
    negative, positive), or a mapping from class to weight. `reduction` is mean, sum, batchmean or
    none; None takes each loss's own (`sum` for SSE). `nan="drop"` leaves out rows with a missing
    value and counts them; `drop-items` leaves out single labels that are missing (NaN, or the marks
    −1, −100 and 255 among labels of 0 and 1) and takes the mean over the others. `inputs` are the
    further arrays that a loss asks for (`{"x2": …}`), `cast` a type that predictions are rounded to
    first (`float32`). With `explain`, cross entropies and the Brier score are taken apart. With
    `columns.by` or `by_class`, results hold the losses of each group of rows too. The work is
    shared among `threads` (None: as many as the process may use), which changes no bit of the
    result. `engine="dask"` shares it among processes of a Dask cluster instead: the one whose
    scheduler answers at the address `scheduler`, or one of `threads` processes on this machine.
    Workers open files by the same names. `announce` is told beforehand when much memory will be
    needed (else a note says so). `ci` chooses the 95 % interval: `auto` (by Student's t with a
    correction for skewness, of shares the binomial one; fast), `normal` (± 1.96 standard errors, of
    means of rows), `bootstrap` (by `resamples` from `seed`) or `none`. Rows that depend on each
    other are named by `columns.cluster` (patients, documents, days; several: nested), or are so
    many consecutive ones as `block_length` says: errors are then taken between them. Further
    keyword arguments are parameters of the losses (`gamma=2`).

    Losses of probabilities are in nats. With `reduction="none"` a result's `values` holds the
    losses of the rows, (n,) or (n, c).

    Raises UsageError for a request that makes no sense, DataError for data that do not fit.

    >>> report = evaluate([0.9, 0.2, 0.6], [1, 0, 0], "bce")
    >>> round(report["bce"].value, 6)
    0.414932
    """
    options = Options.of(
        "evaluate",
        params,
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
        explain=explain,
        by_class=by_class,
        threads=threads,
        engine=engine,
        scheduler=scheduler,
        announce=announce,
        ci=ci,
        block_length=block_length,
        resamples=resamples,
        seed=seed,
        progress=progress,
    )
    return report_for(pred, label, losses, options)


@np.errstate(all="ignore")
def report_for(
    pred: Any, label: Any, losses: Losses, options: Options, more: Sequence[Extra] = ()
) -> Report:
    """`evaluate`, its options in one object, with `more` beside what these ask for."""
    extras = [*more, *_extras(options)]
    found = evaluated(pred, label, losses, options, extras=extras)
    report = report_of(found.dataset, found.reading, found.outcome, found.summary)
    for extra, seen in zip(extras, found.watched, strict=True):
        report = extra.add_to(report, found, seen)
    return report


def _extras(options: Options) -> list[Extra]:
    """What the options want in the report beside the losses; imported where it is wanted."""
    extras: list[Extra] = []
    if options.explain:
        from losscli.evaluating.decomposing import Explanation

        extras.append(Explanation())
    if options.by_class or (options.columns and options.columns.by):
        from losscli.evaluating.groups import GroupsOfRows

        extras.append(GroupsOfRows(options))
    from losscli.evaluating.calibration_errors import CalibrationErrors
    from losscli.evaluating.dependence import Dependence, is_watched
    from losscli.evaluating.intervals import intervals_for

    interval = intervals_for(options)
    extras.append(CalibrationErrors())
    if is_watched(options):
        extras.append(Dependence())
    return extras if interval is None else [*extras, interval]
