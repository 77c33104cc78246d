"""Losses and scores that another evaluator has computed: each row is what it says."""

from __future__ import annotations

import math
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from losscli.arrays import Array
from losscli.losses.definition.loss import Example, Labels, Loss, Reading
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Reduction, Task


class ColumnOf(Struct, frozen=True):
    """The kernel of given scores: one column of them, (n,), as it stands."""

    place: int

    def __call__(self, pred: Array, label: None) -> Array:
        """The column of `pred`, (n,) or (n, c)."""
        return pred if pred.ndim == 1 else pred[:, self.place]


def given_scores(
    name: str, place: int, *, lower_is_better: bool = True, of: Loss | None = None
) -> Loss:
    """The mean of a column of scores, called by its `name`.

    With `of`, the column holds what the rows cost by that loss (as `losscli rows` writes it), and
    the value is finished as that loss is: by a root, for instance.
    """
    reading = Reading(
        ColumnOf(place),
        Form.VALUE,
        Labels.NONE,
        (Task.SCORES,),
        kinds=(Kind.SCORE,),
    )
    if of is not None:
        return replace(of, readings=(reading,), scale=1.0, constant=None, score=None)
    return Loss(
        id=name,
        title=name,
        family="scores",
        readings=(reading,),
        formula="mean of the rows",
        summary="The mean of scores that another evaluator gave.",
        when="The scores of the rows are there already.",
        reference="the file itself",
        example=Example((0.5, 1.0), None, Kind.SCORE, Task.SCORES),
        params=MappingProxyType({}),
        reduction=Reduction.MEAN,
        lower=-math.inf,
        lower_is_better=lower_is_better,
        zero_at_perfect=False,
    )
