"""How one data set is read: what is predicted, how labels are written, which losses follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from losscli.engine.evaluation import Evaluation, Setting
from losscli.engine.run import Outcome, block_rows
from losscli.errors import UsageError
from losscli.evaluating.baseline import MOST_KEPT, LabelSummary
from losscli.evaluating.plan import Request, Settings, plan
from losscli.inputs.dataset import Dataset
from losscli.task.decide import Hints, Verdict, decide, kind_named_by
from losscli.task.labels import CODED_TASKS, LabelCode, label_code
from losscli.task.profile import tolerance
from losscli.vocabulary import Kind, Task, member


@dataclass(frozen=True, slots=True)
class DataReading:
    """How one data set is read, and what follows for every block."""

    verdict: Verdict
    setting: Setting
    evaluations: tuple[Evaluation, ...]


def summary_for(reading: DataReading, rows: int | None) -> LabelSummary | None:
    """What the labels of so many rows are summed up in, where they are read as their task says."""
    task = reading.verdict.task
    same = [item for item in reading.evaluations if item.task is task]
    if not same:
        return None
    ignored = (item.params.get("ignore_index") for item in same)
    ignore = next((index for index in ignored if index is not None), None)
    many = rows is not None and rows > MOST_KEPT
    return LabelSummary(task, reading.setting.code, ignore=ignore, many=many)


def hints_for(
    kind: str | None, task: str | None, classes: Sequence[str] | None, dataset: Dataset
) -> Hints:
    """What the user said, or the names of the columns suggest, about the reading."""
    return Hints(
        kind=None if kind is None else member(Kind, kind, "kind"),
        task=None if task is None else member(Task, task, "task"),
        named=kind_named_by(tuple(dataset.pred.columns)) if dataset.pred.columns else None,
        worded=classes is not None,
    )


def first_look(dataset: Dataset) -> Outcome:
    """The profiles of the first block."""
    seen = Outcome()
    near = tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals)
    for block in dataset.blocks(block_rows(dataset.width)):
        seen.add_profiles(block, near)
        break
    return seen


def full_look(dataset: Dataset) -> Outcome:
    """The profiles of all rows."""
    seen = Outcome()
    near = tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals)
    for block in dataset.blocks(block_rows(dataset.width)):
        seen.add_profiles(block, near)
    return seen


def read_as(
    dataset: Dataset,
    seen: Outcome,
    hints: Hints,
    requests: tuple[Request, ...],
    settings: Settings,
    classes: tuple[str, ...] | None,
    class_weight: Sequence[float] | Mapping[Any, float] | None,
) -> DataReading:
    """The reading that the profiles `seen` call for.

    Raises UsageError for requests that the data cannot answer.
    """
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
    return DataReading(verdict, setting, evaluations)


def is_double_softmax(seen: Outcome, verdict: Verdict, kind: Kind | None, width: int) -> bool:
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
