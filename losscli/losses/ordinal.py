"""Scores of distributions over ordered classes: a near miss costs less than a far one."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Array
from losscli.losses.classification import excess_over_label
from losscli.losses.definition.loss import Constant, Example, Labels, Loss, Name, Reading
from losscli.losses.forms.categorical import Categorical, Classes, Form
from losscli.losses.forms.chain import Slope
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


def _from_the_right(array: Array) -> Array:
    """The cumulative sums of each row from its end."""
    return np.cumsum(array[:, ::-1], axis=1)[:, ::-1]


def ranked_probability_error_gradient(pred: Categorical, label: Classes) -> Slope:
    """2 Σ_{k ≥ j} (Fₖ − Oₖ) along pⱼ, (n, c)."""
    return Slope(p=2.0 * _from_the_right(np.cumsum(excess_over_label(pred, label), axis=1)))


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


def ranked_logarithmic_error_gradient(pred: Categorical, label: Classes) -> Slope:
    """−Σ 1 ÷ (Fₖ + Oₖ − 1) along each pⱼ that Fₖ is made of, (n, c).

    Fₖ is the sum of the classes up to k, or 1 less those above, as the kernel takes it.
    """
    share = label.share(pred.p.shape[1])
    below, reached = (np.cumsum(array, axis=1)[:, :-1] for array in (pred.p, share))
    above, rest = (_from_the_right(array)[:, 1:] for array in (pred.p, share))
    reaches = reached > 0.5
    missing = np.where(reaches, above + rest, below + reached)
    agreement = np.where(reaches, below - rest, above - reached)
    with np.errstate(divide="ignore"):
        by_missing, by_agreement = 1.0 / (1.0 - missing), -1.0 / agreement
    close = missing < 0.5
    to_below = np.where(reaches == close, 0.0, np.where(close, by_missing, by_agreement))
    to_above = np.where(reaches == close, np.where(close, by_missing, by_agreement), 0.0)
    nothing = np.zeros((len(share), 1))
    return Slope(
        p=np.hstack([_from_the_right(to_below), nothing])
        + np.hstack([nothing, np.cumsum(to_above, axis=1)])
    )


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
            logs=False,
            gradient=ranked_probability_error_gradient,
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
            gradient=ranked_logarithmic_error_gradient,
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
