"""Which loss, convention or mistake gives a number that somebody printed?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from losscli.evaluating.one_pass import Losses, requests_of
from losscli.evaluating.options import Options
from losscli.evaluating.plan import look_up
from losscli.evaluating.reading import code_for, full_look, hints_for
from losscli.inputs.dataset import open_dataset
from losscli.inputs.roles import Columns
from losscli.matching.candidates import Data, fitting_losses
from losscli.matching.report import Match
from losscli.matching.search import search
from losscli.matching.target import Target
from losscli.task.decide import decide
from losscli.task.labels import CODED_TASKS, LabelCode
from losscli.task.profile import tolerance


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
    **others: Any,
) -> list[Match]:
    """Say which loss, convention, kind, reduction, scale or mistake gives a number.

    `value` is the number as it was printed: as text, its digits say how exactly it is known.
    `losses` narrows the search. `batch_size` also tries the mean of batch means. What agrees comes
    first, the simplest of it at the top; then near misses. The data are held in memory.

    Raises UsageError and DataError as `evaluate` does.

    >>> match("0.4149", [0.9, 0.2, 0.6], [1, 0, 0])[0].loss
    'binary_cross_entropy'
    """
    options = Options.of(
        "match", others, kind=kind, task=task, weight=weight, classes=classes, columns=columns
    )
    options.refuse_parameters("match")
    target = Target.of(str(value))
    dataset = open_dataset(pred, label, weight=options.weight, columns=options.columns)
    seen = full_look(dataset)
    verdict = decide(seen.pred, seen.label, dataset.width, hints_for(options, dataset))
    code = LabelCode(dataset.width)
    if verdict.task in CODED_TASKS:
        code = code_for(dataset, seen, options, dataset.width)
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
