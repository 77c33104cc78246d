"""Losses between distributions; every kernel gives one value per row.

The logarithm is natural (nats) unless `base` says otherwise (2: bits, 10: bans).
"""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Constant, Example, Labels, Loss, Name, Param, Reading
from losscli.losses.forms.bernoulli import Bernoulli
from losscli.losses.forms.categorical import Categorical, Classes, Form, times
from losscli.losses.forms.chain import Slope
from losscli.vocabulary import Kind, Reduction, Task

_ROWS = (Task.MULTICLASS, Task.DISTRIBUTION)
_EXAMPLE = Example(
    ((0.5, 0.3, 0.2), (0.1, 0.1, 0.8)),
    ((0.6, 0.3, 0.1), (0.0, 0.0, 1.0)),
    Kind.PROBABILITY,
    Task.DISTRIBUTION,
)
_BASE = Param(math.e, "base of the logarithm: e gives nats, 2 bits", minimum=1.0, open_ends=True)
_LOG_TARGET = Param(False, "the labels are log-probabilities")


def _log(p: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(p)


def row_entropy(pred: Categorical, _label: None, *, base: float) -> Array:
    """−Σⱼ pⱼ log pⱼ, per row, with 0 log 0 = 0."""
    return -times(pred.p, pred.log_p).sum(axis=1) / math.log(base)


def row_entropy_gradient(pred: Categorical, _label: None, *, base: float) -> Slope:
    """−log pⱼ along pⱼ, −pⱼ along log pⱼ, (n, c)."""
    nats = math.log(base)
    return Slope(p=-pred.log_p / nats, log_p=-pred.p / nats)


def item_entropy(pred: Bernoulli, _label: None, *, base: float) -> Array:
    """−p log p − (1 − p) log(1 − p), elementwise, with 0 log 0 = 0."""
    return -(times(pred.p, pred.log_p) + times(pred.q, pred.log_q)) / math.log(base)


def item_entropy_gradient(pred: Bernoulli, _label: None, *, base: float) -> Slope:
    """log(1 − p) − log p along p, −p along log p and −(1 − p) along log(1 − p), elementwise."""
    nats = math.log(base)
    return Slope((pred.log_q - pred.log_p) / nats, -pred.p / nats, -pred.q / nats)


def row_cross_entropy(pred: Categorical, label: Classes, *, base: float) -> Array:
    """−Σⱼ yⱼ log pⱼ, per row."""
    return -pred.log_likelihood(label) / math.log(base)


def row_cross_entropy_gradient(pred: Categorical, label: Classes, *, base: float) -> Slope:
    """−yⱼ along log pⱼ, in the base's unit, (n, c): also that of a divergence."""
    return Slope(log_p=-label.share(pred.log_p.shape[1]) / math.log(base))


def row_divergence(pred: Categorical, label: Classes, *, base: float) -> tuple[Array, Array, Array]:
    """Σⱼ yⱼ log(yⱼ/pⱼ) per row, and its two parts: cross entropy and entropy of the label."""
    if label.index is not None:
        cross = -pred.log_likelihood(label) / math.log(base)
        return cross, cross, np.zeros_like(cross)
    share = label.share(pred.p.shape[1])
    log_share = _log(share)
    with np.errstate(invalid="ignore"):
        log_ratio = np.where(share > 0, log_share - pred.log_p, 0.0)
    terms = share * log_ratio
    total = terms.sum(axis=1)
    near = (share > 0) & (np.abs(log_ratio) < 0.1)
    if near.any():
        # Of nearly equal shares the terms cancel; what is left of them are the two sums below.
        # Near 1 their difference is that of the complements, which have more digits.
        excess = np.where(share > 0.5, pred.q - (1.0 - share), share - pred.p)
        excess[~near] = 0.0
        terms[near] = _pointwise_kl(excess[near], pred.p[near])
        total = terms.sum(axis=1) + excess.sum(axis=1)
    nats = math.log(base)
    return (
        total / nats,
        -pred.log_likelihood(label) / nats,
        -times(share, log_share).sum(axis=1) / nats,
    )


def item_divergence(pred: Categorical, label: Classes, *, base: float) -> tuple[Array, ...]:
    """yⱼ log(yⱼ/pⱼ) with its two parts, elementwise, with 0 log 0 = 0."""
    share = label.share(pred.log_p.shape[1])
    nats = math.log(base)
    cross, own = -times(share, pred.log_p) / nats, -times(share, _log(share)) / nats
    return cross - own, cross, own


def row_generalized_divergence(pred: Categorical, label: Classes) -> Array:
    """Σⱼ (yⱼ log(yⱼ/pⱼ) − yⱼ + pⱼ) in nats, per row."""
    share = label.share(pred.p.shape[1])
    terms = _pointwise_kl(share - pred.p, pred.p)
    # Where the label has by far more, the logarithm of p reaches below the smallest number.
    far = share > 2.0 * pred.p
    if far.any():
        y = share[far]
        terms[far] = y * (np.log(y) - pred.log_p[far]) - (y - pred.p[far])
    return terms.sum(axis=1)


def row_generalized_divergence_gradient(pred: Categorical, label: Classes) -> Slope:
    """−yⱼ along log pⱼ and 1 along pⱼ, (n, c)."""
    return Slope(p=np.ones_like(pred.log_p), log_p=-label.share(pred.log_p.shape[1]))


def row_js_divergence(pred: Categorical, label: Classes, *, base: float) -> Array:
    """½ KL(y‖m) + ½ KL(p‖m) with m = (y + p)/2, per row."""
    share = label.share(pred.p.shape[1])
    middle = 0.5 * (pred.p + share)
    halves = _pointwise_kl(share - middle, middle) + _pointwise_kl(pred.p - middle, middle)
    return 0.5 * halves.sum(axis=1) / math.log(base)


def row_js_divergence_gradient(pred: Categorical, label: Classes, *, base: float) -> Slope:
    """½ log(pⱼ/mⱼ) along pⱼ with m = (y + p)/2, (n, c)."""
    share = label.share(pred.p.shape[1])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.log1p(0.5 * (share - pred.p) / pred.p)
    # Where neither has the class the two sides of p = 0 agree on ½ log 2.
    ratio = np.where((share == 0.0) & (pred.p == 0.0), -math.log(2.0), ratio)
    return Slope(p=-0.5 * ratio / math.log(base))


def row_js_distance(pred: Categorical, label: Classes, *, base: float) -> Array:
    """The square root of the Jensen–Shannon divergence, per row."""
    return np.sqrt(np.maximum(0.0, row_js_divergence(pred, label, base=base)))


def row_js_distance_gradient(pred: Categorical, label: Classes, *, base: float) -> Slope:
    """The divergence's, over twice the distance; 0 where that is 0, (n, c)."""
    distance = row_js_distance(pred, label, base=base)
    double = np.where(distance > 0.0, 2.0 * distance, np.inf)
    return row_js_divergence_gradient(pred, label, base=base).scaled(1.0 / double[:, None])


def _pointwise_kl(difference: Array, q: Array) -> Array:
    """p log(p/q) − p + q for p = q + `difference`, elementwise; no term is negative.

    With d = (p − q)/q the term is q((1 + d) log(1 + d) − d); near d = 0 the difference of two
    nearly equal numbers is replaced by its series.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        d = np.where(q > 0, difference / q, 0.0)
        direct = (1.0 + d) * np.log1p(d) - d
    direct[d == -1.0] = 1.0
    small = np.abs(d) < 0.02
    if small.any():
        s = d[small]
        # (1+d) log(1+d) − d = Σ_{k≥2} (−d)^k / (k(k−1))
        series = np.zeros_like(s)
        for k in range(11, 1, -1):
            series = (-s) * series + 1.0 / (k * (k - 1))
        direct[small] = s * s * series
    return q * direct


ENTROPY = Loss(
    id="entropy",
    title="entropy",
    family="probabilistic",
    aliases=("shannon_entropy",),
    names={"scipy": (Name("entropy"),)},
    params={"base": _BASE},
    readings=(
        Reading(
            row_entropy,
            Form.CATEGORICAL,
            Labels.NONE,
            _ROWS,
            logs=False,
            gradient=row_entropy_gradient,
        ),
        Reading(
            item_entropy,
            Form.BERNOULLI,
            Labels.NONE,
            (Task.BINARY, Task.MULTILABEL),
            logs=False,
            gradient=item_entropy_gradient,
        ),
    ),
    formula="−Σⱼ pⱼ log pⱼ; of a yes-or-no item −p log p − (1 − p) log(1 − p)",
    derivative="∂/∂pⱼ = −log pⱼ − 1; of logits, −pⱼ (log pⱼ + entropy)",
    summary="How surprising a draw from the distribution is on average.",
    when="To say how hard a guess is before any model: a bag with 20 red and 80 blue balls has "
    "0.50 nats, one with 1 and 99 has 0.06. It needs no label.",
    reference="Shannon 1948, Bell Syst. Tech. J. 27",
    example=Example(((0.2, 0.8), (0.01, 0.99)), None, Kind.PROBABILITY, Task.DISTRIBUTION),
    unit="nats",
    zero_at_perfect=False,
    featured=False,
)

CROSS_ENTROPY_DISTRIBUTION = Loss(
    id="cross_entropy_distribution",
    title="cross entropy of distributions",
    family="probabilistic",
    aliases=("cross_entropy_sum", "ced"),
    params={"base": _BASE},
    readings=(
        Reading(
            row_cross_entropy,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            gradient=row_cross_entropy_gradient,
        ),
    ),
    reduction=Reduction.SUM,
    formula="−Σ yⱼ log pⱼ",
    derivative="∂/∂pⱼ = −yⱼ/pⱼ; of logits, softmax(z)ⱼ − yⱼ",
    summary="The summed surprise at draws from the label's distribution; nothing is divided.",
    when="For one distribution, or to check KL = cross entropy − entropy by hand. It grows with "
    "the number of rows.",
    reference="Cover & Thomas 2006, Elements of Information Theory, ch. 2",
    example=_EXAMPLE,
    unit="nats",
    zero_at_perfect=False,
    linear_in_label=True,
    constant=Constant.BASE_RATE,
    featured=False,
)

KL_DIVERGENCE = Loss(
    id="kl_divergence",
    title="Kullback–Leibler divergence",
    family="probabilistic",
    aliases=("kl", "kld", "kl_div", "relative_entropy"),
    names={
        "torch": (
            Name("kl_div", kind=Kind.LOG_PROBABILITY),
            Name("KLDivLoss", kind=Kind.LOG_PROBABILITY),
        ),
        "keras": (
            Name("KLDivergence"),
            Name("kld"),
            Name("kullback_leibler_divergence"),
        ),
        "optax": (
            Name("kl_divergence", kind=Kind.LOG_PROBABILITY, reduction=Reduction.NONE),
            Name(
                "kl_divergence_with_log_targets",
                kind=Kind.LOG_PROBABILITY,
                reduction=Reduction.NONE,
                params={"log_target": True},
            ),
        ),
        "torchmetrics": (Name("kl_divergence"),),
        "scipy": (Name("entropy(pk, qk)", reduction=Reduction.SUM), Name("rel_entr")),
    },
    params={"base": _BASE, "log_target": _LOG_TARGET},
    readings=(
        Reading(
            row_divergence,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            by_element=item_divergence,
            gradient=row_cross_entropy_gradient,
        ),
    ),
    parts=("cross_entropy", "entropy"),
    formula="mean Σⱼ yⱼ log(yⱼ / pⱼ) = cross entropy − entropy",
    derivative="∂/∂pⱼ = −yⱼ/pⱼ; of logits, softmax(z)ⱼ − yⱼ",
    derivative_says="The same as cross entropy's: the labels' entropy does not move with the "
    "prediction.",
    summary="What the prediction costs beyond what the label's own entropy makes unavoidable.",
    when="Labels are distributions. For one-hot labels the entropy is 0 and KL is cross entropy.",
    reference="Kullback & Leibler 1951, Ann. Math. Statist. 22(1)",
    example=_EXAMPLE,
    unit="nats",
    constant=Constant.BASE_RATE,
    # A one-hot label has no entropy.
    equals={Task.MULTICLASS: "categorical_cross_entropy"},
)

GENERALIZED_KL_DIVERGENCE = Loss(
    id="generalized_kl_divergence",
    title="generalized Kullback–Leibler divergence",
    family="probabilistic",
    names={
        "optax": (
            Name("generalized_kl_divergence", kind=Kind.LOG_PROBABILITY, reduction=Reduction.NONE),
        ),
    },
    params={"log_target": _LOG_TARGET},
    readings=(
        Reading(
            row_generalized_divergence,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            unnormalised=True,
            gradient=row_generalized_divergence_gradient,
        ),
    ),
    formula="mean Σⱼ yⱼ log(yⱼ / pⱼ) − yⱼ + pⱼ",
    derivative="∂/∂pⱼ = 1 − yⱼ/pⱼ; of log-probabilities, pⱼ − yⱼ",
    summary="KL divergence for shares that need not sum to 1; no term is negative.",
    when="As KL divergence, for measures that are not normalised.",
    reference="Csiszár 1991, Ann. Statist. 19(4); optax 0.2.8",
    example=_EXAMPLE,
    unit="nats",
    constant=Constant.BASE_RATE,
    featured=False,
)

JENSEN_SHANNON_DIVERGENCE = Loss(
    id="jensen_shannon_divergence",
    title="Jensen–Shannon divergence",
    family="probabilistic",
    aliases=("js", "jsd"),
    names={"torchmetrics": (Name("jensen_shannon_divergence"),)},
    params={"base": _BASE},
    readings=(
        Reading(
            row_js_divergence,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            logs=False,
            gradient=row_js_divergence_gradient,
            upper_by=lambda params: math.log(2.0) / math.log(params["base"]),
        ),
    ),
    formula="mean ½ KL(y‖m) + ½ KL(p‖m), m = ½(y + p)",
    derivative="∂/∂pⱼ = ½ log(pⱼ/mⱼ)",
    summary="A symmetric divergence, never above log 2.",
    when="Distributions with zeros on either side, where KL would be infinite.",
    reference="Lin 1991, IEEE Trans. Inf. Theory 37(1)",
    example=_EXAMPLE,
    unit="nats",
    upper=1.0 / math.log2(math.e),
    symmetric=True,
    constant=Constant.FITTED,
    featured=False,
)

JENSEN_SHANNON_DISTANCE = Loss(
    id="jensen_shannon_distance",
    title="Jensen–Shannon distance",
    family="probabilistic",
    aliases=("js_distance",),
    names={"scipy": (Name("jensenshannon"),)},
    params={"base": _BASE},
    readings=(
        Reading(
            row_js_distance,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            logs=False,
            gradient=row_js_distance_gradient,
            upper_by=lambda params: math.sqrt(math.log(2.0) / math.log(params["base"])),
        ),
    ),
    formula="mean √(½ KL(y‖m) + ½ KL(p‖m)), m = ½(y + p)",
    derivative="∂/∂pⱼ = ¼ log(pⱼ/mⱼ) ÷ distance",
    summary="The square root of the Jensen–Shannon divergence: a metric.",
    when="Where the triangle inequality matters, such as clustering distributions.",
    reference="Endres & Schindelin 2003, IEEE Trans. Inf. Theory 49(7)",
    example=_EXAMPLE,
    unit="√nats",
    upper=math.sqrt(math.log(2.0)),
    symmetric=True,
    constant=Constant.FITTED,
    featured=False,
)
