"""Losses of rows as vectors: their direction, or their distance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Example, Labels, Loss, Name, Param, Reading
from losscli.losses.forms.categorical import Form
from losscli.losses.robust import power_error_gradient
from losscli.vocabulary import Kind, Reduction, Task

_EXAMPLE = Example(
    ((1.0, 2.0, 2.0), (0.0, 3.0, 4.0)),
    ((2.0, 1.0, 2.0), (1.0, 0.0, 1.0)),
    Kind.VALUE,
    Task.REGRESSION,
)
_EPS = Param(1e-8, "norms count as at least this large", minimum=0.0)


# A length below this has lost digits: some of the squares that it is the root of are subnormal.
_FULL_DIGITS = 1e-140


def lengths(rows: Array) -> Array:
    """The Euclidean length of each row, also where squares leave the range of float64."""
    found = np.asarray(np.sqrt((rows * rows).sum(axis=1)))
    lost = ~((found > _FULL_DIGITS) & (found < np.inf))
    if lost.any():
        _, exponent = np.frexp(np.abs(rows[lost]).max(axis=1))
        scaled = np.ldexp(rows[lost], -exponent[:, None])
        found[lost] = np.ldexp(np.sqrt((scaled * scaled).sum(axis=1)), exponent)
    return found


def cosine(pred: Array, label: Array, *, eps: float) -> Array:
    """The cosine of the angle between the rows of (n, c), per row."""
    norms = [np.maximum(lengths(rows), eps) for rows in (pred, label)]
    with np.errstate(invalid="ignore"):
        return ((pred / norms[0][:, None]) * (label / norms[1][:, None])).sum(axis=1)


def cosine_gradient(pred: Array, label: Array, *, eps: float) -> Array:
    """(ŷ − cos · p̂) ÷ ‖p‖ for unit vectors p̂ and ŷ; ŷ ÷ eps where that holds the norm."""
    size, other = (lengths(rows)[:, None] for rows in (pred, label))
    held = np.maximum(size, eps)
    with np.errstate(invalid="ignore"):
        unit, toward = pred / held, label / np.maximum(other, eps)
        along = (unit * toward).sum(axis=1, keepdims=True)
        return np.where(size < eps, toward, toward - along * unit) / held


def cosine_distance(pred: Array, label: Array, *, eps: float) -> Array:
    """1 − cosine, per row."""
    return 1.0 - cosine(pred, label, eps=eps)


def cosine_distance_gradient(pred: Array, label: Array, *, eps: float) -> Array:
    """Minus the cosine's."""
    return -cosine_gradient(pred, label, eps=eps)


def negative_cosine(pred: Array, label: Array, *, eps: float) -> Array:
    """−cosine, per row."""
    return -cosine(pred, label, eps=eps)


def power_error(pred: Array, label: Array, *, p: float) -> Array:
    """|p − y|ᵖ, elementwise."""
    return np.abs(pred - label) ** p


def _root(total: float, params: Mapping[str, Any]) -> float:
    return float(total ** (1.0 / params["p"]))


def _root_slope(total: float, params: Mapping[str, Any]) -> float:
    # 0 at a perfect prediction, where the root has a corner.
    return _root(total, params) / (params["p"] * total) if total > 0.0 else 0.0


def _vectors(
    kernel: Callable[..., Any], gradient: Callable[..., Any] | None
) -> tuple[Reading, ...]:
    return (
        Reading(
            kernel, Form.VALUE, Labels.REAL, (Task.REGRESSION,), fewest_items=2, gradient=gradient
        ),
    )


def minkowski_error_gradient(pred: Array, label: Array, *, p: float) -> Array:
    """p |d|^(p − 1) sign(d)."""
    return power_error_gradient(pred, label, q=p)


COSINE_DISTANCE = Loss(
    id="cosine_distance",
    title="cosine distance",
    family="similarity",
    names={
        "optax": (Name("cosine_distance", reduction=Reduction.NONE),),
        "scipy": (Name("cosine"),),
    },
    params={"eps": _EPS},
    readings=_vectors(cosine_distance, cosine_distance_gradient),
    formula="mean 1 − p·y ÷ (‖p‖ ‖y‖)",
    derivative="∂/∂p = (cos · p̂ − ŷ) ÷ ‖p‖, p̂ and ŷ of length 1",
    derivative_says="It turns the prediction towards the label and never lengthens it.",
    summary="One minus the cosine of the angle between prediction and label.",
    when="Rows are vectors whose direction matters and whose length does not.",
    reference="PyTorch 2.13 cosine_similarity; optax 0.2.8 cosine_distance",
    example=_EXAMPLE,
    upper=2.0,
    symmetric=True,
    zero_at_perfect=False,
    featured=False,
)

COSINE_SIMILARITY_LOSS = Loss(
    id="cosine_similarity_loss",
    title="negative cosine similarity",
    family="similarity",
    names={"keras": (Name("CosineSimilarity"),)},
    params={"eps": _EPS},
    readings=_vectors(negative_cosine, cosine_distance_gradient),
    formula="−mean p·y ÷ (‖p‖ ‖y‖)",
    derivative="∂/∂p = (cos · p̂ − ŷ) ÷ ‖p‖, p̂ and ŷ of length 1",
    summary="Minus the cosine of the angle: −1 is best.",
    when="To compare with Keras; cosine distance is the same plus 1.",
    reference="Keras 3 CosineSimilarity",
    example=_EXAMPLE,
    lower=-1.0,
    upper=1.0,
    symmetric=True,
    zero_at_perfect=False,
    featured=False,
)

COSINE_SIMILARITY = Loss(
    id="cosine_similarity",
    title="cosine similarity",
    family="similarity",
    names={
        "torch": (Name("cosine_similarity", reduction=Reduction.NONE),),
        "torchmetrics": (Name("cosine_similarity", reduction=Reduction.SUM),),
        "optax": (Name("cosine_similarity", reduction=Reduction.NONE),),
    },
    params={"eps": _EPS},
    readings=_vectors(cosine, cosine_gradient),
    formula="mean p·y ÷ (‖p‖ ‖y‖)",
    derivative="∂/∂p = (ŷ − cos · p̂) ÷ ‖p‖, p̂ and ŷ of length 1",
    summary="The cosine of the angle between prediction and label: 1 is best.",
    when="As cosine distance, where higher should be better.",
    reference="PyTorch 2.13 cosine_similarity",
    example=_EXAMPLE,
    lower=-1.0,
    upper=1.0,
    lower_is_better=False,
    symmetric=True,
    zero_at_perfect=False,
    featured=False,
)

MINKOWSKI_DISTANCE = Loss(
    id="minkowski_distance",
    title="Minkowski distance",
    family="similarity",
    names={"torchmetrics": (Name("minkowski_distance"),)},
    params={"p": Param(2.0, "the order: 1 adds distances, 2 is Euclid's", minimum=1.0)},
    readings=(
        Reading(
            power_error,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            gradient=minkowski_error_gradient,
        ),
    ),
    reduction=Reduction.SUM,
    transform=_root,
    transform_slope=_root_slope,
    formula="(Σ |p − y|ᵖ)^(1/p)",
    derivative="∂/∂pᵢ = (|dᵢ| ÷ distance)^(p − 1) sign dᵢ, d = prediction − label",
    summary="The distance of prediction and label as two points in space.",
    when="All rows together are one point; it grows with their number.",
    reference="TorchMetrics 1.9 minkowski_distance",
    example=Example((2.5, 0.0, 2.0, 8.0), (3.0, -0.5, 2.0, 7.0), Kind.VALUE, Task.REGRESSION),
    unit="label",
    symmetric=True,
    featured=False,
)
