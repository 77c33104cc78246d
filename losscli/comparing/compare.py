"""Several models on the same rows: one pass over all of them, and what it proves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import PurePath
from typing import Any, Literal

from msgspec.structs import replace

from losscli.comparing.report import ComparisonReport
from losscli.comparing.side_by_side import SideBySide
from losscli.comparing.tolerances import Tolerances, tolerances_of
from losscli.comparing.verdicts import comparison_report
from losscli.engine.run import Outcome
from losscli.errors import Choice, UsageError
from losscli.evaluating.misread import refuse_second_softmax
from losscli.evaluating.one_pass import Losses, read_twice, requests_of, wanted_of
from losscli.evaluating.options import Options
from losscli.evaluating.plan import fitting
from losscli.evaluating.reading import DataReading, read_as
from losscli.evaluating.requests import Request, classes_second, look_up
from losscli.evaluating.training_series import scaled_by_training
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from losscli.inputs.likely_models import likely_models
from losscli.inputs.rivals import Rivals, open_rivals
from losscli.stats.estimates import resampled
from losscli.stats.groups import RESAMPLES, Resampling
from losscli.vocabulary import Task

# Without --loss so many are compared: each more makes a difference harder to prove.
_FEW = 3
# So many pairs of columns are shown of which one may be meant.
_MOST_PAIRS = 10


def compare(
    preds: Mapping[str, Any] | Sequence[Any],
    label: Any = None,
    losses: str | Sequence[str] | None = None,
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
    by_class: bool = False,
    block_length: int | None = None,
    threads: int | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    plan: float | str | Mapping[str, float | str] | Tolerances | None = None,
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> ComparisonReport:
    """Say whether models differ by more than chance, row by row on the same labels.

    `preds` are the predictions of two or more models, paths or arrays of one shape, (n,) or (n, c);
    as a mapping, by their names. The first is the reference of all others. A single path with
    several `columns.pred` compares those columns. Files with ids are paired by them, in any order;
    without `label`, labels are a column of the files. `losses` are as for `evaluate`; without them
    the recommended one and a few more. With `nan="drop"` a row is left out of all models where any
    has a missing value. With `columns.by` or `by_class` each group of rows is compared too, and its
    p-values are adjusted for all groups of the column. Rows that depend on each other are named by
    `columns.cluster` (patients, documents, days; several: nested), or are so many consecutive ones
    as `block_length` says: they are exchanged together, and errors are taken between them.
    `resamples` and `seed` are those of the intervals and tests: the same ones give the same report,
    however the files are stored. `plan` asks how many rows would show a difference of that size: an
    amount, or a share of the reference's loss such as `"1%"`, for all losses or by name. The other
    arguments are as for `evaluate`.

    Raises UsageError for a request that makes no sense, DataError for data that do not fit.

    >>> report = compare({"a": [0.9, 0.2, 0.6], "b": [0.8, 0.1, 0.3]}, [1, 0, 0], "bce")
    >>> report["bce"].words
    'not proven'
    """
    options = Options.of(
        "compare",
        params,
        kind=kind,
        task=task,
        like=like,
        weight=weight,
        class_weight=class_weight,
        classes=classes,
        nan=nan,
        columns=columns,
        inputs=inputs,
        cast=cast,
        by_class=by_class,
        block_length=block_length,
        threads=threads,
        resamples=resamples,
        seed=seed,
        progress=progress,
    )
    size = plan if plan is None or isinstance(plan, Tolerances) else tolerances_of(plan, "plan")
    if size is not None and not size.positive:
        raise UsageError(
            "no number of rows shows a difference of 0", hint="Say --plan 1% (plan='1%')."
        )
    return compared(preds, label, losses, options, plan=size)


def compared(
    preds: Mapping[str, Any] | Sequence[Any],
    label: Any,
    losses: Losses,
    options: Options,
    margins: Tolerances | None = None,
    plan: Tolerances | None = None,
) -> ComparisonReport:
    """`compare`, its options in one object.

    `margins` says by how much a model may be worse than the reference; whether it is proven to be
    worse by less is then told. `plan` says which difference is to be seen.
    """
    resampling = Resampling(options.resamples, options.seed)
    names = list(preds) if isinstance(preds, Mapping) else None
    given = list(preds.values()) if isinstance(preds, Mapping) else list(preds)
    columns = options.columns or Columns()
    by_pattern = len(given) == 1 and len(columns.pred) > 1
    if len(given) < 2 and not by_pattern:
        raise _which_models(given, label, columns)
    requests, options = scaled_by_training(requests_of(losses), options)
    looked = () if options.scored else look_up(requests, like=options.like)
    rivals = open_rivals(
        given,
        label,
        weight=options.weight,
        inputs=options.inputs,
        columns=columns,
        by_pattern=by_pattern,
        wanted=wanted_of([each for loss in looked for each in loss.loss.readings]),
        classes_second=classes_second(looked, options.like),
        shift=options.shift,
    )
    names = names or names_of(rivals, given, by_pattern=by_pattern)

    def read(seen: Sequence[Outcome]) -> list[DataReading]:
        return readings_of(rivals.sides, seen, requests, options)

    def attempt(readings: Sequence[DataReading]) -> SideBySide:
        done = SideBySide(rivals, readings, resampling, options)
        done.run()
        return done

    done, _ = read_twice(rivals.sides, read, attempt, lambda found: found.outcomes)
    for model, reading in enumerate(done.readings):
        value = done.whole.tally(0, model).finished.value
        outcome = done.outcomes[model]
        refuse_second_softmax(rivals.sides[model], reading.verdict, outcome, options.kind, value)
    return comparison_report(rivals, names, done, resampling, margins, plan)


def _which_models(given: Sequence[Any], label: Any, columns: Columns) -> UsageError:
    """The error that two models are not named, with those that the one file may hold."""
    found = likely_models(given[0], label, columns) if given else []
    if columns.pred:
        # One is named; each other one may be meant beside it.
        others = [words for words in found if words[-1].rpartition("=")[2] not in columns.pred]
        pairs = others if len(others) < len(found) else []
    else:
        pairs = [(*one, *other) for one, other in combinations(found, 2)]
    if pairs:
        more = f"… ({len(pairs)} in all)" if len(pairs) > _MOST_PAIRS else ""
        choices = [Choice(words) for words in pairs[:_MOST_PAIRS]]
        return UsageError("a comparison needs two models", choices=choices, more=more)
    return UsageError(
        "a comparison needs two models" if given else "which models?",
        hint="Usage: losscli compare A B --label FILE, "
        "or one file with several columns: -p COL_A -p COL_B.",
    )


def readings_of(
    sides: Sequence[Dataset],
    seen: Sequence[Outcome],
    requests: tuple[Request, ...],
    options: Options,
) -> list[DataReading]:
    """One reading per model; the first model decides what is predicted, and the losses.

    Raises UsageError for losses that cannot read the data.
    """
    lead = read_as(sides[0], seen[0], requests, options)
    if not requests and lead.verdict.task is not Task.SCORES:
        fits = [
            loss
            for loss in fitting(lead.verdict, labelled=True)
            if any(
                resampled(item)
                for item in lead.evaluations
                if item.loss.id in (loss.id, loss.complement)
            )
        ]
        requests = tuple(Request(loss.id) for loss in fits[:_FEW])
        lead = read_as(sides[0], seen[0], requests, options)
    as_lead = replace(options, task=lead.verdict.task)
    others = zip(sides[1:], seen[1:], strict=True)
    return [lead, *(read_as(side, outcome, requests, as_lead) for side, outcome in others)]


def names_of(rivals: Rivals, given: Sequence[Any], *, by_pattern: bool) -> list[str]:
    """What the models are called: columns, files without their ending, or letters."""
    if by_pattern:
        names = [", ".join(side.pred.columns or ()) for side in rivals.sides]
    else:
        names = [
            PurePath(side.pred.file).stem if isinstance(item, (str, PurePath)) else chr(65 + place)
            for place, (side, item) in enumerate(zip(rivals.sides, given, strict=True))
        ]
        if len(set(names)) < len(names):
            names = [side.pred.file for side in rivals.sides]
    if len(set(names)) < len(names):
        names = [f"{name} ({place})" for place, name in enumerate(names, 1)]
    return names
