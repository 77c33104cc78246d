"""Which loss, convention or mistake gives a number that somebody printed?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from losscli.engine.gate import Settled, settle
from losscli.engine.run import Outcome, located
from losscli.errors import DataError, UsageError
from losscli.evaluating.one_pass import Losses, requests_of
from losscli.evaluating.options import Options
from losscli.evaluating.reading import class_weights, code_for, hints_for, rounding_of
from losscli.evaluating.requests import look_up
from losscli.inputs.assembling import open_dataset
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from losscli.losses.registry import REGISTRY
from losscli.matching.candidates import Data, fitting_losses
from losscli.matching.command import Source
from losscli.matching.direct import asked_directly, unlike_losses
from losscli.matching.report import Match
from losscli.matching.search import Search
from losscli.matching.target import Target
from losscli.matching.verdict import Tried, matches_of
from losscli.task.decide import decide
from losscli.task.labels import CODED_TASKS, LabelCode, Misfit
from losscli.task.profile import tolerance
from losscli.vocabulary import Task

ClassWeights = Sequence[float] | Mapping[Any, float] | None

# Data of up to so many items are held; more are read again for each stage, in such blocks.
_HELD_ITEMS = 1 << 18
_BLOCK_ITEMS = 1 << 16


def match(
    value: str | float,
    pred: Any,
    label: Any = None,
    losses: Losses = None,
    *,
    kind: str | None = None,
    task: str | None = None,
    weight: Any = None,
    class_weight: ClassWeights = None,
    classes: Sequence[str] | None = None,
    batch_size: int | None = None,
    columns: Columns | None = None,
    progress: Callable[[int], Any] | None = None,
    announce: Callable[[str], Any] | None = None,
    **others: Any,
) -> list[Match]:
    """Say which loss, convention, kind, reduction, scale or mistake gives a number.

    `value` is the number as it was printed: as text, its digits say how exactly it is known.
    `losses` narrows the search. `batch_size` is the size of batches that a mean of batch means, or
    the last batch alone, may come from. `announce` is called with each line on what was read as
    what, and what was not used. What agrees comes first, the most ordinary of it at the
    top, then what agrees no better than chance would, then near misses. Flags have been tried:
    given to `eval` they print the value stated. Ordinary hypotheses are tried first, and others
    only where none of these agrees beyond chance. Memory does not grow with the rows.

    Raises UsageError and DataError as `evaluate` does.

    >>> match("0.4149", [0.9, 0.2, 0.6], [1, 0, 0])[0].loss
    'binary_cross_entropy'
    """
    options = Options.of(
        "match", others, kind=kind, task=task, weight=weight, classes=classes, columns=columns
    )
    options.refuse_parameters("match")
    source = Source(pred, label, weight, kind, task, classes, options.columns or Columns())
    return [
        found
        for found, _ in tried(
            value,
            source,
            losses,
            class_weight,
            batch_size=batch_size,
            progress=progress,
            announce=announce,
        )
    ]


def tried(
    value: str | float,
    source: Source,
    losses: Losses = None,
    class_weight: ClassWeights = None,
    *,
    batch_size: int | None = None,
    progress: Callable[[int], Any] | None = None,
    announce: Callable[[str], Any] | None = None,
) -> list[Tried]:
    """The matches of `match`, each with the command that was tried for it."""
    options = Options(
        kind=source.kind,
        task=source.task,
        weight=source.weight,
        class_weight=class_weight,
        classes=source.classes,
        columns=source.columns,
    )
    target = Target.of(str(value))
    pred, label = source.pred, source.label
    try:
        dataset = open_dataset(pred, label, weight=options.weight, columns=options.columns)
    except DataError:
        # More than two dimensions, or arrays whose rows do not belong together.
        chosen = [item.loss for item in look_up(requests_of(losses))]
        found = list(asked_directly(unlike_losses(chosen or REGISTRY), source))
        if not found:
            raise
        return matches_of(found, target, source)
    if announce is not None:
        for note in dataset.notes:
            announce(note)
    seen, zeros = _looked_over(dataset)
    if seen.pred.text:
        raise UsageError(
            f"{dataset.pred.file}: the predictions are words, and match evaluates numbers",
            hint="losscli eval compares words with words.",
        )
    verdict = decide(seen.pred, seen.label, dataset.width, hints_for(options, dataset))
    if verdict.question is not None and not losses:
        raise verdict.question
    code = LabelCode(dataset.width)
    if verdict.task in CODED_TASKS and seen.label is not None:
        code = code_for(dataset, seen, options, dataset.width)
    shape = None if dataset.label is None else dataset.label.width
    data = Data(
        verdict=verdict,
        code=code,
        tolerance=tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals),
        rounding=rounding_of(dataset),
        dtype=dataset.pred.dtype,
        width=dataset.width,
        rows=seen.rows,
        inside=seen.pred.outside_unit == 0,
        even=seen.pred.uneven == 0,
        labelled=seen.label is not None,
        same_shape=shape == dataset.width and seen.label is not None and not seen.label.text,
        weighted=dataset.weight is not None,
        class_weight=class_weights(class_weight, code),
        zeros=zeros,
    )
    wanted = look_up(requests_of(losses), verdict.task)
    chosen = [item.loss for item in wanted] or fitting_losses(data)
    few = seen.rows * dataset.width <= _HELD_ITEMS
    held = [_owned(block) for block in _blocks(dataset, max(1, seen.rows))] if few else []

    def blocks() -> Iterator[Settled]:
        rows = max(1024, _BLOCK_ITEMS // dataset.width)
        for block in held or _blocks(dataset, rows):
            yield block
            if progress is not None:
                progress(block.start + len(block.pred))

    search = Search(data, target, chosen, batch_size, blocks, whole=few)
    found = search.run()
    deep = len(dataset.pred.shape or ()) > 2 or bool(dataset.pred.tokens)
    of_values = bool(wanted) or verdict.task is Task.REGRESSION
    if deep or (of_values and few and not search.sure()):
        asked = unlike_losses([item.loss for item in wanted] or REGISTRY, deep=deep)
        found += asked_directly(asked, source)
    return matches_of(found, target, source)


def _looked_over(dataset: Dataset) -> tuple[Outcome, bool]:
    """The profiles of all rows, and whether some but not all labels are the number 0."""
    seen = Outcome()
    near = tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals)
    zeros = items = 0
    for block in dataset.blocks(max(1024, _BLOCK_ITEMS // dataset.width)):
        seen.add_profiles(block, near, rounding_of(dataset))
        if block.label is not None and block.label.dtype != object:
            zeros += int((block.label == 0).sum())
            items += block.label.size
    return seen, 0 < zeros < items


def _blocks(dataset: Dataset, rows: int) -> Iterator[Settled]:
    """The blocks of all rows, none of them with a missing value."""
    for block in dataset.blocks(rows):
        try:
            yield settle(block, drop_missing=False)
        except Misfit as misfit:
            raise located(dataset, block, None, misfit) from None


def _owned(block: Settled) -> Settled:
    """The block in memory of its own."""
    return replace(
        block,
        pred=block.pred.copy(),
        label=None if block.label is None else block.label.copy(),
        weight=None if block.weight is None else block.weight.copy(),
    )
