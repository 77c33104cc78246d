"""Scores of distributions over ordered classes: a near miss costs less than a far one."""

from __future__ import annotations

import numpy as np

from losscli.losses.definition import Constant, Example, Labels, Loss, Name, Reading
from losscli.losses.forms import Array, Categorical, Classes, Form
from losscli.losses.gradients import probability as gradients
from losscli.vocabulary import Kind, Reduction, Task

_EXAMPLE = Example(
    ((0.7, 0.2, 0.1), (0.1, 0.6, 0.3), (0.2, 0.2, 0.6)),
    (0, 1, 0),
    Kind.PROBABILITY,
    Task.MULTICLASS,
)
_ROWS = (Task.MULTICLASS, Task.DISTRIBUTION)


def ranked_probability_error(pred: Categorical, label: Classes) -> Array:
    """Σₖ (Fₖ − Oₖ)² of the cumulative distributions, per row."""
    share = label.share(pred.p.shape[1])
    # A sure class is missed by 1 − p, which has more digits than p − 1.
    difference = np.cumsum(np.where(share == 1.0, -pred.q, pred.p - share), axis=1)
    return np.einsum("ij,ij->i", difference, difference)


def ranked_logarithmic_error(pred: Categorical, label: Classes) -> Array:
    """−Σₖ log |Fₖ + Oₖ − 1| of the cumulative distributions, in nats, per row."""
    share = label.share(pred.p.shape[1])
    (below, reached), (above, rest) = (
        [np.add.accumulate(array, axis=1)[:, :-1] for array in side]
        for side in ((pred.p, share), (pred.p[:, ::-1], share[:, ::-1]))
    )
    above, rest = above[:, ::-1], rest[:, ::-1]
    # Each question is asked from the side that the label is on, and near 1 from what is missing
    # there: a sum near 1 has lost those digits. The last class closes all sums and costs nothing.
    reaches = reached > 0.5
    missing = np.where(reaches, above + rest, below + reached)
    agreement = np.where(reaches, below - rest, above - reached)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(missing < 0.5, np.log1p(-missing), np.log(np.abs(agreement)))
    sure = (missing >= 0.5) & (np.minimum(reached, rest) == 0.0)
    if sure.any():
        # The logarithms of tiny probabilities reach farther than the probabilities.
        log_below = np.logaddexp.accumulate(pred.log_p, axis=1)[:, :-1]
        log_above = np.logaddexp.accumulate(pred.log_p[:, ::-1], axis=1)[:, -2::-1]
        logs[sure] = np.where(reaches, log_below, log_above)[sure]
    return -logs.sum(axis=1)


RANKED_PROBABILITY_SCORE = Loss(
    id="ranked_probability_score",
    title="ranked probability score",
    family="ordinal",
    aliases=("rps",),
    names={"scoringrules": (Name("rps_score", reduction=Reduction.NONE),)},
    readings=(
        Reading(
            ranked_probability_error,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            gradient=gradients.ranked_probability_error,
        ),
    ),
    formula="mean Σₖ (Fₖ − Oₖ)²",
    derivative="∂/∂pⱼ = 2 Σ_{k≥j} (Fₖ − Oₖ)",
    summary="The squared distance between cumulative distributions over ordered classes.",
    when="The classes have an order (grades, bins): missing by one is better than by three. It is "
    "not divided by c − 1.",
    reference="Epstein 1969, J. Appl. Meteor. 8; scoringrules 0.10 rps_score",
    example=_EXAMPLE,
    constant=Constant.BASE_RATE,
    featured=False,
)

RANKED_LOGARITHMIC_SCORE = Loss(
    id="ranked_logarithmic_score",
    title="ranked logarithmic score",
    family="ordinal",
    aliases=("rls",),
    names={"scoringrules": (Name("rls_score", reduction=Reduction.NONE),)},
    readings=(
        Reading(
            ranked_logarithmic_error,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            gradient=gradients.ranked_logarithmic_error,
        ),
    ),
    formula="−mean Σₖ log |Fₖ + Oₖ − 1|",
    derivative="∂/∂pⱼ = −Σ_{k≥j} 1 ÷ (Fₖ + Oₖ − 1)",
    summary="The log score of every question “this class or below?”, added up.",
    when="Ordered classes where sure mistakes should cost dearly.",
    reference="Wilks 2011, Statistical Methods in the Atmospheric Sciences; scoringrules 0.10",
    example=_EXAMPLE,
    unit="nats",
    constant=Constant.BASE_RATE,
    featured=False,
)
