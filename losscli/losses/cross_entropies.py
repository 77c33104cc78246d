"""Relatives of cross entropy over classes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.binary import plain_log_likelihood_gradient
from losscli.losses.definition.loss import Constant, Example, Labels, Loss, Name, Param, Reading
from losscli.losses.forms.bernoulli import Bernoulli
from losscli.losses.forms.categorical import Categorical, Classes, Form
from losscli.losses.forms.chain import Slope
from losscli.losses.multiclass import (
    class_negative_log_likelihood,
    class_negative_log_likelihood_gradient,
)
from losscli.vocabulary import Kind, Reduction, Task

_EXAMPLE = Example(
    ((0.7, 0.2, 0.1), (0.1, 0.6, 0.3), (0.2, 0.2, 0.6)),
    (0, 1, 0),
    Kind.PROBABILITY,
    Task.MULTICLASS,
)
_LOGITS = Example(
    ((2.0, 0.5, -1.0), (0.1, 0.4, 0.2), (1.0, -0.5, 0.3)), (0, 1, 2), Kind.LOGIT, Task.MULTICLASS
)
_ROWS = (Task.MULTICLASS, Task.DISTRIBUTION)
_IGNORE = Param(None, "rows with this class index are left out, and counted")


def generalized_error(pred: Categorical, label: Classes, *, q: float) -> Array:
    """(1 − p_y^q) ÷ q, per row."""
    return -np.expm1(q * pred.log_likelihood(label)) / q


def generalized_error_gradient(pred: Categorical, label: Classes, *, q: float) -> Slope:
    """−yⱼ p_y^q along log pⱼ, (n, c)."""
    share = label.share(pred.p.shape[1])
    return Slope(log_p=-np.exp(q * pred.log_likelihood(label))[:, None] * share)


def poly_error(pred: Categorical, label: Classes, *, epsilon: float) -> Array:
    """Cross entropy + ε Σⱼ yⱼ (1 − pⱼ), in nats, per row."""
    share = label.share(pred.p.shape[1])
    return -pred.log_likelihood(label) + epsilon * (share * pred.q).sum(axis=1)


def poly_error_gradient(pred: Categorical, label: Classes, *, epsilon: float) -> Slope:
    """−yⱼ along log pⱼ and −ε yⱼ along pⱼ, (n, c)."""
    share = label.share(pred.p.shape[1])
    return Slope(p=-epsilon * share, log_p=-share)


def one_vs_all_error(pred: Bernoulli, label: Array) -> Array:
    """Binary cross entropy of every class against the rest, in nats, elementwise."""
    return -(label * pred.log_p + (1.0 - label) * pred.log_q)


def _exponential(mean: float, _params: Mapping[str, Any]) -> float:
    try:
        return math.exp(mean)
    except OverflowError:
        return math.inf


NLL = Loss(
    id="nll",
    title="negative log likelihood",
    family="multiclass",
    aliases=("nll_loss",),
    names={"torch": (Name("nll_loss"), Name("NLLLoss"))},
    params={"ignore_index": _IGNORE},
    readings=(
        Reading(
            class_negative_log_likelihood,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            kinds=(Kind.LOG_PROBABILITY,),
            gradient=class_negative_log_likelihood_gradient,
        ),
    ),
    formula="−mean log p_y, of log-probabilities as they are",
    derivative="∂/∂ log pⱼ = −yⱼ",
    derivative_says="The log-probability of the true class is lifted; what that takes from the "
    "others is log_softmax's matter.",
    summary="Cross entropy of log-probabilities; nothing is normalised.",
    when="The model ends in log_softmax.",
    reference="PyTorch 2.13 nll_loss",
    example=Example(
        ((-0.5, -1.5, -2.0), (-2.0, -0.5, -1.5)), (0, 1), Kind.LOG_PROBABILITY, Task.MULTICLASS
    ),
    unit="nats",
    linear_in_label=True,
    constant=Constant.BASE_RATE,
    featured=False,
)

GENERALIZED_CROSS_ENTROPY = Loss(
    id="generalized_cross_entropy",
    title="generalized cross entropy",
    family="multiclass",
    aliases=("gce",),
    names={"keras": (Name("CategoricalGeneralizedCrossEntropy"),)},
    params={
        "q": Param(
            0.7,
            "near 0 cross entropy, near 1 absolute error",
            minimum=0.0,
            maximum=1.0,
            open_ends=True,
        )
    },
    readings=(
        Reading(
            generalized_error,
            Form.CATEGORICAL,
            Labels.CLASSES,
            (Task.MULTICLASS,),
            logs=False,
            gradient=generalized_error_gradient,
            upper_by=lambda params: 1.0 / params["q"],
        ),
    ),
    formula="mean (1 − p_y^q) ÷ q",
    derivative="∂/∂p_y = −p_y^(q − 1); of logits, p_y^q (softmax(z)ⱼ − yⱼ)",
    derivative_says="Cross entropy's, times p_y^q: rows whose label the model finds absurd pull "
    "little.",
    summary="Between cross entropy and absolute error: bounded, so wrong labels hurt less.",
    when="Some of the labels are wrong.",
    reference="Zhang & Sabuncu 2018, arXiv:1805.07836; Keras 3",
    example=_EXAMPLE,
    constant=Constant.FITTED,
    featured=False,
)

POLY_CROSS_ENTROPY = Loss(
    id="poly_cross_entropy",
    title="poly-1 cross entropy",
    family="multiclass",
    aliases=("poly1", "poly_loss"),
    names={"optax": (Name("poly_loss_cross_entropy", kind=Kind.LOGIT, reduction=Reduction.NONE),)},
    params={"epsilon": Param(2.0, "weight of the first polynomial term")},
    readings=(
        Reading(
            poly_error,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            gradient=poly_error_gradient,
        ),
    ),
    formula="mean CE + ε Σⱼ yⱼ (1 − pⱼ)",
    derivative="∂/∂pⱼ = −yⱼ (1/pⱼ + ε)",
    summary="Cross entropy with the first term of its expansion reweighted.",
    when="To compare with training code that uses PolyLoss.",
    reference="Leng et al. 2022, arXiv:2204.12511; optax 0.2.8",
    example=_EXAMPLE,
    lower=-math.inf,
    constant=Constant.FITTED,
    linear_in_label=True,
    featured=False,
)

ONE_VS_ALL_CROSS_ENTROPY = Loss(
    id="one_vs_all_cross_entropy",
    title="one-vs-all cross entropy",
    family="multiclass",
    names={"catboost": (Name("MultiClassOneVsAll"),)},
    readings=(
        Reading(
            one_vs_all_error,
            Form.BERNOULLI,
            Labels.SHARE,
            (Task.MULTILABEL,),
            kinds=(Kind.LOGIT,),
            gradient=plain_log_likelihood_gradient,
        ),
    ),
    formula="−mean over rows and classes of y log σ(z) + (1 − y) log σ(−z)",
    derivative="∂/∂z = σ(z) − y",
    summary="Binary cross entropy of every class against the rest.",
    when="Classes are scored one by one, by logits that do not compete.",
    reference="CatBoost 1.2 MultiClassOneVsAll",
    example=Example(
        ((2.0, 0.5, -1.0), (0.1, 0.4, 0.2)), ((1, 0, 0), (0, 1, 0)), Kind.LOGIT, Task.MULTILABEL
    ),
    unit="nats",
    zero_at_perfect=False,
    linear_in_label=True,
    constant=Constant.BASE_RATE,
    featured=False,
)

PERPLEXITY = Loss(
    id="perplexity",
    title="perplexity",
    family="sequence",
    names={"torchmetrics": (Name("perplexity"),)},
    params={"ignore_index": _IGNORE},
    readings=(
        Reading(
            class_negative_log_likelihood,
            Form.CATEGORICAL,
            Labels.CLASSES,
            (Task.MULTICLASS,),
            tokens=True,
            gradient=class_negative_log_likelihood_gradient,
        ),
    ),
    transform=_exponential,
    transform_slope=_exponential,
    formula="exp(mean cross entropy)",
    derivative="∂/∂ = perplexity × that of the mean cross entropy; of logits, (softmax(z)ⱼ − yⱼ) ÷ "
    "n",
    summary="Among how many equally likely tokens the model chooses, as surprised as it is.",
    when="Language models: rows are tokens, classes the vocabulary.",
    reference="Jelinek et al. 1977, J. Acoust. Soc. Am. 62; TorchMetrics 1.9",
    example=_LOGITS,
    lower=1.0,
    zero_at_perfect=False,
    linear_in_label=True,
    featured=False,
)
