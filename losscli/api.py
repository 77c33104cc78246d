"""The Python API: files or arrays in, a report out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from losscli import __version__
from losscli.advice import recommend_for
from losscli.baseline import LabelSummary, baseline
from losscli.conventions import convention
from losscli.engine.batch import Evaluation, Setting
from losscli.engine.run import Outcome, add_profiles, block_rows, run
from losscli.errors import DataError, UsageError
from losscli.inputs.dataset import Dataset, open_dataset
from losscli.inputs.roles import Columns
from losscli.labels import CODED_TASKS, LabelCode, label_code
from losscli.losses.definition import Loss
from losscli.losses.registry import REGISTRY
from losscli.plan import Request, Settings, look_up, parse_requests, plan
from losscli.profile import tolerance
from losscli.report import Input, Match, Recommendation, Report, Result
from losscli.signature import signature
from losscli.task import Hints, Verdict, decide, kind_named_by
from losscli.vocabulary import Kind, Reduction, Task

Losses = str | Iterable[str] | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one data set is read, and what follows for every block."""

    verdict: Verdict
    setting: Setting
    evaluations: tuple[Evaluation, ...]


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
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> Report:
    """Evaluate losses of predictions against labels.

    `pred` and `label` are arrays of shape (n,) or (n, c), or paths of CSV, TSV and NPY files; one
    CSV file may hold both. `losses` are names such as `"bce"` or `"focal:gamma=2,alpha=0.25"`
    (several: a list, or joined by commas); without them, those that fit the data. `kind` says how
    predictions are to be read (`probability`, `logit`, `tanh`, …), `like` whose convention
    counts. `weight` is one number per row (or item), `class_weight` one per class in the order of
    the prediction's columns (binary: negative, positive), or a mapping from class to weight.
    `reduction` is mean, sum, batchmean or none; None takes each loss's own (`sum` for SSE).
    `nan="drop"` leaves out rows with a missing value and counts them. `inputs` are the further
    arrays that a loss asks for (`{"x2": …}`), `cast` a type that predictions are rounded to first
    (`float32`). Further keyword arguments are parameters of the losses (`gamma=2`).

    Losses of probabilities are in nats. With `reduction="none"` a result's `values` holds the
    losses of the rows, (n,) or (n, c).

    Raises UsageError for a request that makes no sense, DataError for data that do not fit.

    >>> report = evaluate([0.9, 0.2, 0.6], [1, 0, 0], "bce")
    >>> round(report["bce"].value, 6)
    0.414932
    """
    requests = _requests(losses)
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
    )
    hints = _hints(kind, task, classes, dataset)
    if nan not in ("error", "drop"):
        raise UsageError(f"nan={nan!r}: say 'error' or 'drop'")
    settings = Settings(
        convention=convention(like).stored_as(dataset.pred.dtype),
        reduction=None if reduction is None else _member(Reduction, reduction, "reduction"),
        kind=hints.kind,
        params=params,
        dtype=dataset.pred.dtype,
        dims=max(2, len(dataset.pred.shape or ())),
    )
    given = None if classes is None else tuple(str(name) for name in classes)

    def read(seen: Outcome) -> _Reading:
        return _read(dataset, seen, hints, requests, settings, given, class_weight)

    def attempt(reading: _Reading) -> tuple[Outcome, LabelSummary | None]:
        summary = _summary(reading)
        outcome = run(
            dataset,
            reading.evaluations,
            reading.setting,
            drop_missing=nan == "drop",
            sink=summary,
            progress=progress,
        )
        return outcome, summary

    reading = read(_first_look(dataset))
    try:
        outcome, summary = attempt(reading)
    except DataError:
        # The first block may have misled: if all rows say otherwise, read them so.
        whole = read(_full_look(dataset))
        if whole.evaluations == reading.evaluations and whole.setting == reading.setting:
            raise
        reading = whole
        outcome, summary = attempt(reading)
    else:
        whole = read(outcome)
        if whole.evaluations != reading.evaluations or whole.setting != reading.setting:
            reading = whole
            outcome, summary = attempt(reading)
        reading = replace(reading, verdict=whole.verdict)
    if _is_double_softmax(outcome, reading.verdict, hints.kind, dataset.width):
        number = outcome.losses[0].tally().finished.value
        raise UsageError(
            "the predictions are probabilities already (all in [0, 1], every row sums to 1); "
            f"as logits they would go through a second softmax and score {number:.6g}",
            hint="Leave out --kind logit, or say --kind probability.",
        )
    return _report(dataset, reading, outcome, summary)


def _summary(reading: _Reading) -> LabelSummary | None:
    """What the labels are summed up in, where they are read as their task says."""
    task = reading.verdict.task
    same = [item for item in reading.evaluations if item.task is task]
    if not same:
        return None
    ignore = next((i for item in same if (i := item.params.get("ignore_index"))), None)
    return LabelSummary(task, reading.setting.code, ignore=ignore)


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
    hints = _hints(kind, task, classes, dataset)
    seen = _full_look(dataset)
    verdict = decide(seen.pred, seen.label, dataset.width, hints)
    if seen.label is None or verdict.task is Task.REGRESSION:
        return recommend_for(verdict)
    given = None if classes is None else tuple(classes)
    code = label_code(seen.label, dataset.width, given=given, columns=dataset.class_names)
    setting = Setting(code, tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals))
    summary = LabelSummary(verdict.task, code)
    try:
        run(dataset, (), setting, drop_missing=True, sink=summary)
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
    hints = _hints(kind, task, classes, dataset)
    seen = _full_look(dataset)
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
    wanted = look_up(_requests(losses), verdict.task)
    chosen = [item.loss for item in wanted] or fitting_losses(data)
    return search(data, target, chosen, batch_size)


def get_loss(name: str) -> Loss:
    """The definition of the loss of that id or alias. Raises UsageError for an unknown name."""
    return REGISTRY.get(name)


def list_losses(task: str | None = None) -> list[Loss]:
    """The definitions of all losses, or of those made for a task."""
    wanted = None if task is None else _member(Task, task, "task")
    return [loss for loss in REGISTRY if wanted is None or wanted in loss.tasks]


def _member(enum: Any, value: str, what: str) -> Any:
    try:
        return enum(str(value).lower().replace("-", "_"))
    except ValueError:
        known = ", ".join(enum)
        raise UsageError(f"no {what} {value!r}", hint=f"Known: {known}.") from None


def _hints(
    kind: str | None, task: str | None, classes: Sequence[str] | None, dataset: Dataset
) -> Hints:
    return Hints(
        kind=None if kind is None else _member(Kind, kind, "kind"),
        task=None if task is None else _member(Task, task, "task"),
        named=kind_named_by(tuple(dataset.pred.columns)) if dataset.pred.columns else None,
        worded=classes is not None,
    )


def _requests(losses: Losses) -> tuple[Request, ...]:
    if losses is None:
        return ()
    return parse_requests([losses] if isinstance(losses, str) else losses)


def _first_look(dataset: Dataset) -> Outcome:
    """The profiles of the first block."""
    seen = Outcome()
    near = tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals)
    for block in dataset.blocks(block_rows(dataset.width)):
        add_profiles(seen, block, near)
        break
    return seen


def _full_look(dataset: Dataset) -> Outcome:
    """The profiles of all rows."""
    seen = Outcome()
    near = tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals)
    for block in dataset.blocks(block_rows(dataset.width)):
        add_profiles(seen, block, near)
    return seen


def _read(
    dataset: Dataset,
    seen: Outcome,
    hints: Hints,
    requests: tuple[Request, ...],
    settings: Settings,
    classes: tuple[str, ...] | None,
    class_weight: Sequence[float] | Mapping[Any, float] | None,
) -> _Reading:
    width = dataset.width
    verdict = decide(seen.pred, seen.label, width, hints)
    evaluations = plan(requests, verdict, width, settings, labelled=seen.label is not None)
    if not evaluations:
        raise UsageError(
            "there are no labels to compare with",
            hint="Give a label file after the prediction, or name the column: --label-col.",
        )
    tasks = {item.task for item in evaluations}
    code = LabelCode(width)
    if tasks & CODED_TASKS:
        # Pairs have one label each, however many items their embeddings have.
        items = 1 if tasks == {Task.PAIRS} else width
        code = label_code(seen.label, items, given=classes, columns=dataset.class_names)
    setting = Setting(
        code,
        tolerance(width, dataset.pred.dtype, dataset.pred.decimals),
        _class_weights(class_weight, code),
        outside_unit=any(item.axes.squash for item in evaluations) and seen.pred.outside_unit > 0,
    )
    return _Reading(verdict, setting, evaluations)


def _is_double_softmax(seen: Outcome, verdict: Verdict, kind: Kind | None, width: int) -> bool:
    """Whether predictions that were called logits went through a softmax already."""
    if kind is not Kind.LOGIT or width == 1 or verdict.task is Task.REGRESSION:
        return False
    return seen.pred.outside_unit == 0 and seen.pred.uneven == 0


def _class_weights(
    given: Sequence[float] | Mapping[Any, float] | None, code: LabelCode
) -> tuple[float, ...] | None:
    if given is None:
        return None
    wanted = max(2, code.width)
    if isinstance(given, Mapping):
        names = code.classes or tuple(str(place) for place in range(wanted))
        strays = [key for key in given if str(key) not in names]
        if strays:
            raise UsageError(f"no class {strays[0]!r}", hint=f"The classes: {', '.join(names)}.")
        by_name = {str(key): float(value) for key, value in given.items()}
        weights = tuple(by_name.get(name, 1.0) for name in names)
    else:
        weights = tuple(float(value) for value in given)
    if len(weights) != wanted:
        raise UsageError(f"{len(weights)} class weights for {wanted} classes")
    if any(not weight >= 0.0 or weight == float("inf") for weight in weights):
        raise UsageError("class weights are 0 or more, and finite")
    return weights


def _report(
    dataset: Dataset,
    reading: _Reading,
    outcome: Outcome,
    summary: LabelSummary | None,
) -> Report:
    results = tuple(
        _result(evaluation, outcome, place, summary, reading.setting)
        for place, evaluation in enumerate(reading.evaluations)
    )
    notes = list(dataset.notes)
    if outcome.dropped:
        notes.append(f"{outcome.dropped:,} of {outcome.rows:,} rows dropped for a missing value")
    names = [item.loss.short for item in reading.evaluations]
    unclipped = "; --like exact does not clip"
    notes += _count_notes(results, names, "clipped", "probabilities clipped", unclipped)
    notes += _count_notes(results, names, "ignored", "rows ignored by their label", "")
    if any(result.reduction == Reduction.SUM for result in results):
        notes.append(
            f"a sum grows with the rows (here {outcome.rows:,}): compare it only with a sum over "
            "the same rows; a mean has no such limit"
        )
    return Report(
        version=__version__,
        inputs=_inputs(dataset, outcome.rows),
        task=reading.verdict.task.value,
        kind=reading.verdict.kind.value,
        results=results,
        recommendation=recommend_for(reading.verdict, () if summary is None else summary.shares()),
        notes=tuple(dict.fromkeys(notes)),
    )


def _count_notes(
    results: Sequence[Result], names: Sequence[str], count: str, words: str, way_out: str
) -> list[str]:
    """What was left out or moved, said once for all losses with the same count."""
    losses: dict[tuple[int, str], list[str]] = {}
    for result, name in zip(results, names, strict=True):
        losses.setdefault((getattr(result, count), result.convention), []).append(name)
    return [
        f"{number:,} {words} ({convention}{way_out}): {', '.join(dict.fromkeys(shorts))}"
        for (number, convention), shorts in losses.items()
        if number
    ]


def _inputs(dataset: Dataset, rows: int) -> tuple[Input, ...]:
    roles = {"pred": dataset.pred, "label": dataset.label, "weight": dataset.weight}
    return tuple(
        Input(
            role=role,
            file=part.file,
            columns=tuple(part.columns or ()),
            rows=rows,
            dtype="text" if part.dtype is None else str(part.dtype),
        )
        for role, part in roles.items()
        if part is not None
    )


def _result(
    evaluation: Evaluation,
    outcome: Outcome,
    place: int,
    summary: LabelSummary | None,
    setting: Setting,
) -> Result:
    tally = outcome.losses[place].tally()
    finished = tally.finished
    reduced = tally.values is None
    against = baseline(evaluation, summary, setting) if reduced and summary else None
    loss = evaluation.loss
    skill = None
    if against is not None and against.value > 0.0 and loss.lower_is_better:
        skill = 1.0 - finished.value / against.value
    return Result(
        loss=loss.id,
        title=loss.title,
        value=finished.value if reduced else None,
        n=tally.rows,
        reduction=evaluation.reduction.value,
        convention=evaluation.convention.name,
        kind=evaluation.kind.value,
        unit=loss.unit,
        params=dict(evaluation.params),
        lower_is_better=loss.lower_is_better,
        recommended=evaluation.recommended,
        standard_error=finished.standard_error,
        interval=finished.interval,
        minimum=tally.low,
        maximum=tally.high,
        weight=tally.weight,
        baseline=against,
        skill=skill,
        clipped=tally.clipped,
        dropped=outcome.dropped,
        ignored=tally.ignored,
        parts=dict(zip(loss.parts, finished.parts, strict=True)) if finished.parts else {},
        signature=signature(evaluation, tally.rows, setting),
        values=tally.values,
    )
