"""From the form that a kernel reads back to the prediction as it was given: the chain rule.

The gradient of a loss of probabilities is taken with respect to `p`, `log_p` and `log_q` of its
form. The derivatives of those by the numbers of the file are the same for all losses, and 0 where
a floor holds a probability or its logarithm in place.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from losscli.arrays import Array
from losscli.losses.forms.bernoulli import Bernoulli
from losscli.losses.forms.categorical import Categorical, times
from losscli.losses.forms.floors import Floor
from losscli.losses.forms.logistic import sigmoid
from losscli.vocabulary import Kind


class Slope(Struct, frozen=True):
    """∂loss/∂p, ∂loss/∂log p and ∂loss/∂log(1 − p), each of the form's shape; None stands for 0.

    What a loss takes from 1 − p itself counts in `p`, with the sign turned.
    """

    p: Array | None = None
    log_p: Array | None = None
    log_q: Array | None = None

    def scaled(self, factor: Array) -> Slope:
        """Every part times `factor`, which has the form's shape or one that spreads over it."""
        return Slope(*(_product(getattr(self, name), factor) for name in self.__struct_fields__))


def _product(part: Array | None, factor: Array) -> Array | None:
    return None if part is None else times(factor, part)


def _sum(*terms: Array | None) -> Array:
    """The sum of the terms that there are; there is at least one."""
    total: Array | None = None
    for term in terms:
        if term is not None:
            total = term if total is None else total + term
    assert total is not None
    return total


def through_bernoulli(
    slope: Slope, form: Bernoulli, pred: Array, kind: Kind, floor: Floor
) -> Array:
    """∂loss/∂pred of predictions of yes-or-no items, in their shape."""
    p, log_p, log_q = slope.p, slope.log_p, slope.log_q
    if kind is Kind.LOGIT:
        return _sum(_product(p, form.p * form.q), _product(log_p, form.q), _product(log_q, -form.p))
    if kind is Kind.LOG_PROBABILITY:
        with np.errstate(divide="ignore"):
            against = None if log_q is None else times(-log_q, form.p / form.q)
        return _sum(_product(p, form.p), log_p, against)
    given = (1.0 + pred) / 2.0 if kind is Kind.TANH else pred
    whole = _sum(
        p,
        None if log_p is None else times(log_p, floor.slope_of_log(form.p)),
        None if log_q is None else times(-log_q, floor.slope_of_log_of_rest(form.p, form.q)),
    )
    moved = floor.holds(given)
    whole = whole if moved is None else np.where(moved, 0.0, whole)
    return 0.5 * whole if kind is Kind.TANH else whole


def through_categorical(
    slope: Slope, form: Categorical, pred: Array, kind: Kind, floor: Floor, *, renormalise: bool
) -> Array:
    """∂loss/∂pred of distributions over classes, (n, c); see Categorical.read."""
    p, log_p = slope.p, slope.log_p
    if kind in (Kind.LOGIT, Kind.SCORE):
        answer = _sum(_product(p, form.p), log_p)
        # Σ over the other classes, and 1 − p as it is: both keep the digits of a nearly sure class.
        others = answer.sum(axis=1, keepdims=True) - answer
        return times(form.q, answer) - times(form.p, others)
    if kind is Kind.LOG_PROBABILITY:
        return _sum(_product(p, form.p), log_p)
    whole = _sum(p, None if log_p is None else times(log_p, floor.slope_of_log(form.p)))
    size = pred.sum(axis=1, keepdims=True) if renormalise else 1.0
    given = pred / size
    moved = floor.holds(given)
    whole = whole if moved is None else np.where(moved, 0.0, whole)
    if not renormalise:
        return whole
    return (whole - times(given, whole).sum(axis=1, keepdims=True)) / size


def through_sigmoid(slope: Array, pred: Array) -> Array:
    """∂loss/∂pred where the loss was taken of σ(pred), elementwise."""
    return np.asarray(slope * sigmoid(pred) * sigmoid(-pred))


def through_softmax(slope: Array, share: Array) -> Array:
    """∂loss/∂logits where the loss was taken of their softmax `share` over the last axis."""
    return np.asarray(share * (slope - (share * slope).sum(axis=-1, keepdims=True)))


def power_slope(x: Array, gamma: float) -> Array:
    """γ x^(γ − 1); 0 at x = 0, where what it is multiplied by vanishes faster."""
    if gamma == 0.0:
        return np.zeros_like(x)
    return gamma * np.where(x > 0.0, np.where(x > 0.0, x, 1.0) ** (gamma - 1.0), 0.0)
