"""Two models of the same text: how far their distributions over the next token part.

The quantities, and how sure they are, are those of llama.cpp's perplexity tool (`--kl-divergence`,
tools/perplexity/perplexity.cpp), in float64 and without its rounding of the base model's logits to
16 bits, below which it leaves tokens of a probability under e⁻¹⁶ out of the divergence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from losscli.comparing.compare import names_of, readings_of
from losscli.comparing.divergence_report import Divergence, report_of
from losscli.comparing.token_sums import TokenSums
from losscli.engine.evaluation import Batch
from losscli.engine.gate import Settled
from losscli.engine.labels import labelled
from losscli.engine.predictions import predicted
from losscli.engine.run import Outcome, over_all_blocks, through_gate
from losscli.errors import UsageError
from losscli.evaluating.one_pass import read_twice
from losscli.evaluating.options import Options
from losscli.evaluating.reading import DataReading
from losscli.evaluating.requests import Request, classes_second, look_up
from losscli.inputs.block import Block
from losscli.inputs.columns import Columns
from losscli.inputs.rivals import Rivals, open_rivals
from losscli.losses.registry import REGISTRY
from losscli.task.labels import Misfit
from losscli.vocabulary import Task

_LOSS = "categorical_cross_entropy"
# A loss that reads distributions without labels.
_ALONE = "entropy"
_NO_LABELS = (
    "no labels: the models are compared with each other alone, over all tokens, also those that "
    "only fill a sequence up"
)


class _Pass:
    """One pass over the tokens of two models."""

    def __init__(self, rivals: Rivals, readings: Sequence[DataReading], options: Options) -> None:
        self.outcomes = [Outcome(), Outcome()]
        self.tokens = TokenSums()
        self._rivals, self._readings, self._options = rivals, readings, options

    @property
    def rows(self) -> int:
        """The rows that were seen."""
        return self.outcomes[0].rows

    def fresh(self) -> _Pass:
        """The same for the same models, with no rows."""
        return _Pass(self._rivals, self._readings, self._options)

    def merge(self, later: _Pass) -> None:
        """Add what was found in later rows."""
        for mine, theirs in zip(self.outcomes, later.outcomes, strict=True):
            mine.merge(theirs)
        self.tokens.merge(later.tokens)

    def over(self, blocks: Iterable[Block]) -> _Pass:
        """This one, with these blocks added."""
        drop = self._options.nan == "drop"
        together = self._rivals.together
        for block, _ in through_gate(together, blocks, self._take, drop_missing=drop):
            for place, outcome in enumerate(self.outcomes):
                own = Block(block.start, self._pred(block, place), block.label, None)
                setting = self._readings[place].setting
                outcome.add_profiles(own, setting.tolerance, setting.rounding)
        return self

    def _pred(self, block: Block | Settled, place: int) -> Any:
        return block.inputs[self._rivals.roles[place]] if place else block.pred

    def _take(self, settled: Settled) -> None:
        forms = []
        label = None
        for place, reading in enumerate(self._readings):
            [evaluation] = reading.evaluations
            own = Settled(settled.start, self._pred(settled, place), settled.label, None, 0)
            batch = Batch(own, reading.setting)
            try:
                forms.append(predicted(evaluation, batch))
                if settled.label is not None:
                    label = labelled(evaluation, batch)
            except Misfit as misfit:
                if misfit.role == "prediction":
                    misfit.role = self._rivals.roles[place]
                raise
        if label is None:
            self.tokens.add(forms[0], forms[1])
            return
        ignored = label.ignored
        kept = np.ones(len(settled.pred), bool) if ignored is None else ~ignored
        self.tokens.add_labelled(forms[0], forms[1], label.encoded, kept)


def divergence(
    base: Any,
    other: Any,
    label: Any = None,
    *,
    kind: str | None = None,
    like: str = "standard",
    nan: str = "error",
    columns: Columns | None = None,
    threads: int | None = None,
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> Divergence:
    """How far the distributions of another model part from those of a base model.

    `base` and `other` are arrays of logits (or probabilities), (n, v) or (n, t, v), or name files
    of such, `label` holds the true tokens; those of −100 are left out. Without labels the models
    are compared with each other alone: KL divergence and likeliest token, of every token. Further
    keyword arguments are those of `compare`, such as `shift=True`. Nothing is held but two numbers
    for each token.

    Raises UsageError and DataError as `compare` does.

    >>> logits = [[2.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    >>> round(divergence(logits, [[1.5, 0.0], [0.0, 1.2], [1.0, 1.0]], [0, 1, 1])["mean"].value, 6)
    0.006446
    """
    options = Options.of(
        "compare",
        params,
        kind=kind,
        like=like,
        nan=nan,
        columns=columns,
        threads=threads,
        progress=progress,
    )
    options.refuse_parameters("compare")
    return divergence_of((base, other), label, options)


@np.errstate(all="ignore")
def divergence_of(models: Sequence[Any], label: Any, options: Options) -> Divergence:
    """`divergence`, its options in one object."""
    if len(models) != 2:
        raise UsageError(
            f"a divergence is of two models, not of {len(models)}", hint="Name base and other."
        )
    wanted = look_up((Request(_LOSS),), like=options.like)
    rivals = open_rivals(
        models,
        label,
        columns=options.columns or Columns(),
        shift=options.shift,
        classes_second=classes_second(wanted, options.like),
        labelled=False,
    )
    names = names_of(rivals, models, by_pattern=False)
    alone = rivals.together.label is None
    read = _read_alone if alone else _read_labelled

    def readings(seen: Sequence[Outcome]) -> list[DataReading]:
        return read(rivals, seen, options)

    def attempt(readings: Sequence[DataReading]) -> _Pass:
        done = _Pass(rivals, readings, options)
        over_all_blocks(
            rivals.together,
            lambda few, found: found.over(few),
            done,
            options.threads,
            options.progress,
        )
        return done

    done, _ = read_twice(rivals.sides, readings, attempt, lambda found: found.outcomes)
    said = (_NO_LABELS,) if alone else ()
    return report_of((names[0], names[1]), done.tokens, (*rivals.notes, *said))


def _read_labelled(rivals: Rivals, seen: Sequence[Outcome], options: Options) -> list[DataReading]:
    """How both models are read beside their labels."""
    return readings_of(rivals.sides, seen, (Request(_LOSS),), options)


def _read_alone(rivals: Rivals, seen: Sequence[Outcome], options: Options) -> list[DataReading]:
    """How both models are read without labels: as the same loss reads their distributions."""
    as_classes = replace(options, task=Task.MULTICLASS)
    loss = REGISTRY.get(_LOSS)
    reading = loss.reading_for(Task.MULTICLASS)
    assert reading is not None
    return [
        replace(
            found,
            evaluations=tuple(
                replace(each, loss=loss, reading=reading) for each in found.evaluations
            ),
        )
        for found in readings_of(rivals.sides, seen, (Request(_ALONE),), as_classes)
    ]
