"""How losses of probabilities answer to them and to their logarithms."""

from __future__ import annotations

import math

import numpy as np

from losscli.losses.bernoulli import Bernoulli
from losscli.losses.chain import Slope
from losscli.losses.forms import Array, Categorical, Classes, times


def negative_log_likelihood(_pred: Bernoulli, label: Array, *, pos_weight: float | Array) -> Slope:
    """−pos_weight · y along log p, −(1 − y) along log(1 − p), elementwise."""
    return Slope(log_p=-(pos_weight * label), log_q=label - 1.0)


def plain_log_likelihood(_pred: Bernoulli, label: Array) -> Slope:
    """−y along log p, −(1 − y) along log(1 − p), elementwise."""
    return Slope(log_p=-label, log_q=label - 1.0)


def focal_error(pred: Bernoulli, label: Array, *, gamma: float, alpha: float | None) -> Slope:
    """Cross entropy's, times the fading; and what the fading itself answers to p, elementwise."""
    positive, negative = label, 1.0 - label
    missing = positive * pred.q + negative * pred.p
    balance = 1.0 if alpha is None else positive * alpha + negative * (1.0 - alpha)
    fading = balance * missing**gamma
    logs = times(positive, pred.log_p) + times(negative, pred.log_q)
    steepness = balance * (negative - positive) * _power_slope(missing, gamma)
    return Slope(p=-times(steepness, logs), log_p=-fading * positive, log_q=-fading * negative)


def _power_slope(x: Array, gamma: float) -> Array:
    """γ x^(γ − 1); 0 at x = 0, where what it is multiplied by vanishes faster."""
    if gamma == 0.0:
        return np.zeros_like(x)
    return gamma * np.where(x > 0.0, np.where(x > 0.0, x, 1.0) ** (gamma - 1.0), 0.0)


def class_negative_log_likelihood(pred: Categorical, label: Classes) -> Slope:
    """−yⱼ along log pⱼ, (n, c)."""
    return Slope(log_p=-label.share(pred.log_p.shape[1]))


def class_focal_error(
    pred: Categorical, label: Classes, *, gamma: float, alpha: float | None
) -> Slope:
    """−α yⱼ (1 − pⱼ)^γ along log pⱼ, and α γ yⱼ (1 − pⱼ)^(γ − 1) log pⱼ along pⱼ, (n, c)."""
    share = label.share(pred.p.shape[1]) * (1.0 if alpha is None else alpha)
    fading = times(share * _power_slope(pred.q, gamma), pred.log_p)
    return Slope(p=fading, log_p=-share * pred.q**gamma)


def generalized_error(pred: Categorical, label: Classes, *, q: float) -> Slope:
    """−yⱼ p_y^q along log pⱼ, (n, c)."""
    share = label.share(pred.p.shape[1])
    return Slope(log_p=-np.exp(q * pred.log_likelihood(label))[:, None] * share)


def poly_error(pred: Categorical, label: Classes, *, epsilon: float) -> Slope:
    """−yⱼ along log pⱼ and −ε yⱼ along pⱼ, (n, c)."""
    share = label.share(pred.p.shape[1])
    return Slope(p=-epsilon * share, log_p=-share)


def squared_probability_error(
    pred: Bernoulli, label: Array, *, scale_by_half: str = "auto"
) -> Slope:
    """2(p − y) along p, elementwise."""
    difference = np.where(label == 1.0, -pred.q, pred.p - label)
    return Slope(p=difference * (4.0 if scale_by_half == "false" else 2.0))


def squared_distribution_error(
    pred: Categorical, label: Classes, *, scale_by_half: str = "auto"
) -> Slope:
    """2(pⱼ − yⱼ) along pⱼ, (n, c)."""
    return Slope(p=_excess(pred, label) * (1.0 if scale_by_half == "true" else 2.0))


def _excess(pred: Categorical, label: Classes) -> Array:
    """pⱼ − yⱼ, with the digits of 1 − p for a sure class."""
    share = label.share(pred.p.shape[1])
    return np.where(share == 1.0, -pred.q, pred.p - share)


def row_entropy(pred: Categorical, _label: None, *, base: float) -> Slope:
    """−log pⱼ along pⱼ, −pⱼ along log pⱼ, (n, c)."""
    nats = math.log(base)
    return Slope(p=-pred.log_p / nats, log_p=-pred.p / nats)


def item_entropy(pred: Bernoulli, _label: None, *, base: float) -> Slope:
    """log(1 − p) − log p along p, −p along log p and −(1 − p) along log(1 − p), elementwise."""
    nats = math.log(base)
    return Slope((pred.log_q - pred.log_p) / nats, -pred.p / nats, -pred.q / nats)


def row_cross_entropy(pred: Categorical, label: Classes, *, base: float) -> Slope:
    """−yⱼ along log pⱼ, in the base's unit, (n, c): also that of a divergence."""
    return Slope(log_p=-label.share(pred.log_p.shape[1]) / math.log(base))


def row_generalized_divergence(pred: Categorical, label: Classes) -> Slope:
    """−yⱼ along log pⱼ and 1 along pⱼ, (n, c)."""
    return Slope(p=np.ones_like(pred.log_p), log_p=-label.share(pred.log_p.shape[1]))


def row_js_divergence(pred: Categorical, label: Classes, *, base: float) -> Slope:
    """½ log(pⱼ/mⱼ) along pⱼ with m = (y + p)/2, (n, c)."""
    share = label.share(pred.p.shape[1])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.log1p(0.5 * (share - pred.p) / pred.p)
    # Where neither has the class the two sides of p = 0 agree on ½ log 2.
    ratio = np.where((share == 0.0) & (pred.p == 0.0), -math.log(2.0), ratio)
    return Slope(p=-0.5 * ratio / math.log(base))


def row_js_distance(pred: Categorical, label: Classes, *, base: float) -> Slope:
    """The divergence's, over twice the distance; 0 where that is 0, (n, c)."""
    from losscli.losses.probabilistic import row_js_distance as distance_of

    distance = distance_of(pred, label, base=base)
    double = np.where(distance > 0.0, 2.0 * distance, np.inf)
    return row_js_divergence(pred, label, base=base).scaled(1.0 / double[:, None])


def ranked_probability_error(pred: Categorical, label: Classes) -> Slope:
    """2 Σ_{k ≥ j} (Fₖ − Oₖ) along pⱼ, (n, c)."""
    return Slope(p=2.0 * _from_the_right(np.cumsum(_excess(pred, label), axis=1)))


def ranked_logarithmic_error(pred: Categorical, label: Classes) -> Slope:
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


def _from_the_right(array: Array) -> Array:
    """The cumulative sums of each row from its end."""
    return np.cumsum(array[:, ::-1], axis=1)[:, ::-1]


def listwise_error(_pred: Categorical, label: Array) -> Slope:
    """−relevanceⱼ along log softmax(z)ⱼ, (n, c)."""
    return Slope(log_p=-label)
