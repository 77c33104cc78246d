"""Losses of embeddings and of pairs: who is near whom."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Example, Labels, Loss, Name, Param, Reading, Shape
from losscli.losses.forms.categorical import Form
from losscli.losses.forms.logistic import sigmoid, softplus
from losscli.losses.similarity import lengths
from losscli.vocabulary import Kind, Reduction, Task

_UNIT = ((1.0, 0.0), (0.6, 0.8), (0.0, 1.0), (0.8, 0.6))
_CLASSES = Example(_UNIT, (0, 0, 1, 1), Kind.EMBEDDING, Task.EMBEDDING)


def pair_distance_error(pred: Array, label: Array, *, margin: float) -> Array:
    """The distance of a pair that belongs together, else max(0, m − distance), elementwise."""
    return np.where(label > 0, pred, np.maximum(0.0, margin - pred))


def pair_distance_error_gradient(_pred: Array, label: Array, *, margin: float) -> Array:
    """1 for a pair that belongs together, −1 for another that is nearer than the margin."""
    return np.where(label > 0, 1.0, np.where(_pred < margin, -1.0, 0.0))


def pair_order_error(pred: Array, label: Array, *, x2: Array, margin: float) -> Array:
    """max(0, −s·(x₁ − x₂) + m) for s of −1 or +1, elementwise."""
    return np.maximum(0.0, -label * (pred - x2) + margin)


def pair_order_error_gradient(pred: Array, label: Array, *, x2: Array, margin: float) -> Array:
    """−s where −s·(x₁ − x₂) + m > 0."""
    return np.where(-label * (pred - x2) + margin > 0.0, -label, 0.0)


def pair_cosine_error(pred: Array, label: Array, *, x2: Array, margin: float) -> Array:
    """1 − cosine of a pair that belongs together, else max(0, cosine − m), per row."""
    eps = 1e-12
    product = (pred * x2).sum(axis=1)
    size = ((pred * pred).sum(axis=1) + eps) * ((x2 * x2).sum(axis=1) + eps)
    cosine = product / np.sqrt(size)
    return np.where(label > 0, 1.0 - cosine, np.maximum(0.0, cosine - margin))


def pair_cosine_error_gradient(pred: Array, label: Array, *, x2: Array, margin: float) -> Array:
    """Minus the cosine's slope, or the slope where strangers' cosine is above the margin."""
    eps = 1e-12
    own = (pred * pred).sum(axis=1, keepdims=True) + eps
    root = np.sqrt(own * ((x2 * x2).sum(axis=1, keepdims=True) + eps))
    along = (pred * x2).sum(axis=1, keepdims=True) / root
    slope = x2 / root - along * pred / own
    together = label[:, None] > 0
    return np.where(together, -slope, np.where(along > margin, slope, 0.0))


def triplet_error(
    pred: Array,
    _label: None,
    *,
    positive: Array,
    negative: Array,
    margin: float,
    p: float,
    eps: float,
    eps_in: str,
    swap: bool,
) -> Array:
    """max(0, d(anchor, positive) − d(anchor, negative) + m), per row.

    `eps` is added to each difference, or inside the root; `swap` takes d(positive, negative) where
    that is smaller.
    """

    def distance(a: Array, b: Array) -> Array:
        if eps_in == "root":
            return ((np.abs(a - b) ** p).sum(axis=1) + eps) ** (1.0 / p)
        return (np.abs(a - b + eps) ** p).sum(axis=1) ** (1.0 / p)

    apart = distance(pred, negative)
    if swap:
        apart = np.minimum(apart, distance(positive, negative))
    return np.maximum(0.0, margin + distance(pred, positive) - apart)


def triplet_error_gradient(
    pred: Array,
    _label: None,
    *,
    positive: Array,
    negative: Array,
    margin: float,
    p: float,
    eps: float,
    eps_in: str,
    swap: bool,
) -> Array:
    """The direction away from the positive less that away from the negative, where it counts."""

    def away(a: Array, b: Array) -> tuple[Array, Array]:
        """The distance (n, 1), and its gradient with respect to `a`."""
        difference = a - b + (0.0 if eps_in == "root" else eps)
        size = np.abs(difference)
        total = (size**p).sum(axis=1, keepdims=True) + (eps if eps_in == "root" else 0.0)
        distance = total ** (1.0 / p)
        # (|d| ÷ distance)^(p − 1), which is 0 where there is no distance.
        safe = np.where(distance > 0.0, distance, 1.0)
        share = np.divide(size, safe)
        return distance, np.sign(difference) * share ** (p - 1.0)

    near, from_positive = away(pred, positive)
    far, from_negative = away(pred, negative)
    if swap:
        other, _ = away(positive, negative)
        from_negative = np.where(far <= other, from_negative, 0.0)
        far = np.minimum(far, other)
    return np.where(margin + near - far > 0.0, from_positive - from_negative, 0.0)


def contrastive_error(pred: Array, label: Array, *, temperature: float) -> float:
    """Normalised temperature-scaled cross entropy over all pairs of one class, in nats."""
    unit = pred / lengths(pred)[:, None]
    logits = unit @ unit.T / temperature
    same = label[:, None] == label[None, :]
    matches = same & ~np.eye(len(pred), dtype=bool)
    # −log(eˢ ÷ (eˢ + Σ eᵒ)) = log(1 + e^(log Σ eᵒ − s)), which neither overflows nor cancels.
    losses = softplus(_log_sum(logits, ~same)[:, None] - logits)[matches]
    return float(losses.mean()) if losses.size else math.nan


def _softmax_over(terms: Array, counted: Array) -> tuple[Array, Array]:
    """The softmax of the counted items of each row, and log Σ eˣ; 0 and −∞ where there is none."""
    terms = np.where(counted, terms, -np.inf)
    top = terms.max(axis=1, keepdims=True)
    powers = np.exp(terms - np.where(np.isfinite(top), top, 0.0))
    total = powers.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        logs = np.log(total[:, 0]) + np.where(np.isfinite(top), top, 0.0)[:, 0]
    return powers / np.where(total > 0.0, total, 1.0), logs


def contrastive_error_gradient(
    pred: Array, label: Array, upstream: float, *, temperature: float
) -> Array:
    """Through the similarities of all pairs, and the length that they are divided by."""
    length = lengths(pred)[:, None]
    unit = pred / length
    logits = unit @ unit.T / temperature
    same = label[:, None] == label[None, :]
    matches = same & ~np.eye(len(pred), dtype=bool)
    share, total = _softmax_over(logits, ~same)
    pull = np.where(matches, sigmoid(total[:, None] - logits), 0.0) / max(int(matches.sum()), 1)
    steepness = share * pull.sum(axis=1, keepdims=True) - pull
    slope = upstream * ((steepness + steepness.T) @ unit) / temperature
    return (slope - (slope * unit).sum(axis=1, keepdims=True) * unit) / length


def circle_error(pred: Array, label: Array, *, gamma: float, margin: float) -> Array:
    """log(1 + Σ e^(γ …) Σ e^(γ …)) over the pairs of each row, weighted by how far they have to go.

    Rows are taken as unit vectors.
    """
    distance = np.maximum(1.0 - pred @ pred.T, 0.0)
    same = label[:, None] == label[None, :]
    near = same & ~np.eye(len(pred), dtype=bool)
    pull = -gamma * (margin + distance) * (margin - distance)
    push = gamma * np.maximum(1.0 + margin - distance, 0.0) * (1.0 - margin - distance)
    return softplus(_log_sum(pull, near) + _log_sum(push, ~same))


def circle_error_gradient(
    pred: Array, label: Array, upstream: Array, *, gamma: float, margin: float
) -> Array:
    """Through the distances of all pairs, whose weights move with them."""
    product = pred @ pred.T
    distance = np.maximum(1.0 - product, 0.0)
    same = label[:, None] == label[None, :]
    near = same & ~np.eye(len(pred), dtype=bool)
    room = np.maximum(1.0 + margin - distance, 0.0)
    pulled, pull = _softmax_over(gamma * (distance - margin) * (distance + margin), near)
    pushed, push = _softmax_over(gamma * room * (1.0 - margin - distance), ~same)
    by_push = np.where(room > 0.0, margin + distance - 1.0, 0.0) - room
    by_distance = gamma * (2.0 * distance * pulled + by_push * pushed)
    by_distance *= (upstream * sigmoid(pull + push))[:, None] * (product < 1.0)
    return -(by_distance + by_distance.T) @ pred


def _log_sum(terms: Array, counted: Array) -> Array:
    """log Σ eˣ over the counted items of each row, −∞ where there is none."""
    terms = np.where(counted, terms, -np.inf)
    top = terms.max(axis=1, keepdims=True)
    safe = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(terms - safe).sum(axis=1)) + safe[:, 0]


_X2 = MappingProxyType({"x2": "the second of each pair"})

HINGE_EMBEDDING = Loss(
    id="hinge_embedding",
    title="hinge embedding loss",
    family="embedding",
    names={"torch": (Name("hinge_embedding_loss"), Name("HingeEmbeddingLoss"))},
    params={"margin": Param(1.0, "how far strangers should be apart")},
    readings=(
        Reading(
            pair_distance_error,
            Form.VALUE,
            Labels.SIGN,
            (Task.PAIRS,),
            gradient=pair_distance_error_gradient,
        ),
    ),
    formula="mean d if s = 1, max(0, m − d) if s = −1",
    derivative="∂/∂d = 1 if s = 1; −1 if s = −1 and d < m; else 0",
    summary="Distances of pairs: small for those that belong together, at least m for others.",
    when="The prediction is a distance per pair, the label ±1.",
    reference="PyTorch 2.13 hinge_embedding_loss",
    example=Example((0.2, 1.5, 0.4), (1, -1, -1), Kind.DISTANCE, Task.PAIRS),
    lower=-np.inf,
    zero_at_perfect=False,
    featured=False,
)

MARGIN_RANKING = Loss(
    id="margin_ranking",
    title="margin ranking loss",
    family="embedding",
    names={"torch": (Name("margin_ranking_loss"), Name("MarginRankingLoss"))},
    params={"margin": Param(0.0, "by how much the better one should lead")},
    readings=(
        Reading(
            pair_order_error,
            Form.VALUE,
            Labels.SIGN,
            (Task.PAIRS,),
            inputs=_X2,
            gradient=pair_order_error_gradient,
        ),
    ),
    formula="mean max(0, −s (x₁ − x₂) + m), s = ±1",
    derivative="∂/∂x₁ = −s where s (x₁ − x₂) < m, else 0",
    summary="How far the score that should be higher falls short of leading by m.",
    when="Two scores per row, and which should be higher: 1 the first, −1 the second.",
    reference="PyTorch 2.13 margin_ranking_loss",
    example=Example(
        (0.2, 1.5, 0.4),
        (1, -1, 1),
        Kind.SCORE,
        Task.PAIRS,
        MappingProxyType({"x2": (0.5, 1.0, 0.1)}),
    ),
    zero_at_perfect=False,
    featured=False,
)

COSINE_EMBEDDING = Loss(
    id="cosine_embedding",
    title="cosine embedding loss",
    family="embedding",
    names={"torch": (Name("cosine_embedding_loss"), Name("CosineEmbeddingLoss"))},
    params={"margin": Param(0.0, "the cosine that strangers may have", minimum=-1.0, maximum=1.0)},
    readings=(
        Reading(
            pair_cosine_error,
            Form.VALUE,
            Labels.SIGN,
            (Task.PAIRS,),
            inputs=_X2,
            dims=MappingProxyType({"pred": "n d", "label": "n", "x2": "n d"}),
            gradient=pair_cosine_error_gradient,
        ),
    ),
    formula="mean 1 − cos(x₁, x₂) if s = 1, max(0, cos − m) if s = −1",
    derivative="∂/∂x₁ = −∂cos if s = 1; ∂cos if s = −1 and cos > m; ∂cos = (x̂₂ − cos · x̂₁) ÷ ‖x₁‖",
    summary="The angle of pairs: small for those that belong together.",
    when="Two embeddings per row and a label ±1.",
    reference="PyTorch 2.13 cosine_embedding_loss",
    example=Example(
        ((1.0, 0.0), (0.6, 0.8)),
        (1, -1),
        Kind.EMBEDDING,
        Task.PAIRS,
        MappingProxyType({"x2": ((0.8, 0.6), (0.0, 1.0))}),
    ),
    upper=2.0,
    zero_at_perfect=False,
    featured=False,
)

TRIPLET_MARGIN = Loss(
    id="triplet_margin",
    title="triplet margin loss",
    family="embedding",
    names={
        "torch": (Name("triplet_margin_loss"), Name("TripletMarginLoss")),
        "optax": (Name("triplet_margin_loss", reduction=Reduction.NONE),),
    },
    params={
        "margin": Param(1.0, "by how much the stranger should be farther"),
        "p": Param(2.0, "the order of the distance", minimum=0.0, open_ends=True),
        "eps": Param(1e-6, "keeps the root away from 0", minimum=0.0),
        "eps_in": Param("difference", "where eps is added", choices=("difference", "root")),
        "swap": Param(False, "use d(positive, negative) where it is smaller"),
    },
    readings=(
        Reading(
            triplet_error,
            Form.VALUE,
            Labels.NONE,
            (Task.PAIRS,),
            inputs=MappingProxyType(
                {"positive": "an embedding of the same class", "negative": "one of another"}
            ),
            dims=MappingProxyType({"pred": "n d", "positive": "n d", "negative": "n d"}),
            gradient=triplet_error_gradient,
        ),
    ),
    formula="mean max(0, d(a, p) − d(a, n) + m)",
    derivative="∂/∂a = (a − p)/d(a, p) − (a − n)/d(a, n) where the loss is above 0 (order 2); else "
    "0",
    summary="How far a stranger falls short of being farther than a friend by m.",
    when="Embeddings in triples: anchor, positive, negative.",
    reference="Balntas et al. 2016, BMVC; PyTorch 2.13 triplet_margin_loss",
    example=Example(
        ((1.0, 0.0), (0.6, 0.8)),
        None,
        Kind.EMBEDDING,
        Task.PAIRS,
        MappingProxyType(
            {"positive": ((0.8, 0.6), (0.0, 1.0)), "negative": ((0.0, 1.0), (1.0, 0.0))}
        ),
    ),
    zero_at_perfect=False,
    featured=False,
)

NTXENT = Loss(
    id="ntxent",
    title="NT-Xent",
    family="embedding",
    aliases=("nt_xent", "infonce"),
    names={"optax": (Name("ntxent"),)},
    params={
        "temperature": Param(0.07, "below 1 sharpens the softmax", minimum=0.0, open_ends=True)
    },
    readings=(
        Reading(
            contrastive_error,
            Form.VALUE,
            Labels.REAL,
            (Task.EMBEDDING,),
            shape=Shape.WHOLE,
            fewest_items=2,
            gradient=contrastive_error_gradient,
        ),
    ),
    formula="−mean over pairs of one class of log (e^sim ÷ (e^sim + Σ strangers e^sim))",
    derivative="∂/∂sim = −σ(log Σ strangers − sim) for a pair, softmax × their sum for strangers; "
    "then through sim = cos/temperature",
    summary="Cross entropy of picking a row of one's own class among strangers.",
    when="Contrastive embeddings with class labels. It compares all rows with all others.",
    reference="Chen et al. 2020, arXiv:2002.05709; optax 0.2.8 ntxent",
    example=_CLASSES,
    unit="nats",
    zero_at_perfect=False,
    featured=False,
)

CIRCLE = Loss(
    id="circle",
    title="circle loss",
    family="embedding",
    names={"keras": (Name("Circle"),)},
    params={
        "gamma": Param(80.0, "scale of the similarities", minimum=0.0, open_ends=True),
        "margin": Param(0.4, "how strict the circle is"),
    },
    readings=(
        Reading(
            circle_error,
            Form.VALUE,
            Labels.REAL,
            (Task.EMBEDDING,),
            shape=Shape.WHOLE,
            fewest_items=2,
            gradient=circle_error_gradient,
        ),
    ),
    formula="mean softplus(log Σ e^(−γ w_p (m − d_p)) + log Σ e^(γ w_n (1 − m − d_n)))",
    derivative="∂/∂d = 2γ d_p σ·softmax for pairs of a class, −2γ(1 − d_n) σ·softmax for others; d "
    "= 1 − p·p'",
    derivative_says="The weights of the pairs move with the distances here; code that trains by it "
    "may hold them fixed.",
    summary="Pulls and pushes on all pairs of a row, the farther from its goal the stronger.",
    when="Embeddings of unit length with class labels. It compares all rows with all others.",
    reference="Sun et al. 2020, arXiv:2002.10857; Keras 3 Circle",
    example=_CLASSES,
    zero_at_perfect=False,
    featured=False,
)
