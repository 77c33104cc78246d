"""Predictions and labels for every reading, nasty ones among them, as rows of plain numbers."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from losscli.losses.definition.bounds import ABOVE_MINUS_ONE, NOT_NEGATIVE, POSITIVE
from losscli.losses.definition.loss import Labels, Loss, Reading
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Task


@dataclass(frozen=True)
class Grid:
    """Rows: predictions, labels (None where there are none) and named inputs."""

    preds: list[Any]
    labels: list[Any]
    inputs: dict[str, list[Any]] = field(default_factory=dict)


CHANCES: dict[Kind, tuple[float, ...]] = {
    Kind.PROBABILITY: (
        *(0.0, 5e-324, 1e-300, 1e-17, 1e-7, 0.1, 1 / 3, 0.5, 0.9),
        *(1 - 1e-7, 1 - 1e-12, 1 - 1e-16, 1.0),
    ),
    Kind.LOGIT: (
        *(-1e4, -745.0, -700.0, -50.0, -37.0, -1.5, -1e-9, 0.0),
        *(1e-300, 0.3, 2.0, 36.5, 50.0, 700.0, 745.0, 1e4),
    ),
    Kind.LOG_PROBABILITY: (
        *(-1e4, -745.0, -700.0, -50.0, -2.0, -math.log(2), -0.5),
        *(-1e-7, -1e-16, -1e-300, 0.0),
    ),
    Kind.TANH: (
        *(-1.0, -1 + 1.2e-16, -1 + 1e-9, -0.3, -1e-17, 0.0, 1e-300),
        *(0.4, 0.9, 1 - 1e-9, 1 - 3e-16, 1 - 1.2e-16, 1.0),
    ),
    Kind.SCORE: (-1e300, -7.0, -1.0, -1e-9, 0.0, 1e-17, 0.5, 1.0, 3.0, 1e300),
    Kind.CLASS: (0.0, 1.0),
}

VALUES = (-1e6, -3.5, -1e-9, 0.0, 1e-300, 1e-9, 0.02, 0.999, 1.0, 1.001, 2.5, 700.0, 1e6)

# Rows over three classes that sum to 1, as probabilities; then as logits and as log-probabilities.
ROWS: dict[Kind, tuple[tuple[float, ...], ...]] = {
    Kind.PROBABILITY: (
        (0.2, 0.3, 0.5),
        (1 / 3, 1 / 3, 1 / 3),
        (0.0, 0.4, 0.6),
        (1.0, 0.0, 0.0),
        (1e-300, 1e-17, 1.0),
        (1 - 1e-16, 1e-16, 1e-200),
        (1 - 1e-7, 6e-8, 4e-8),
        (1e-7, 1 - 2e-7, 1e-7),
        (0.6, 0.3, 0.1),
        (0.6 + 1e-9, 0.3 - 1e-9, 0.1),
        (0.609, 0.2955, 0.0955),
        (0.622, 0.2895, 0.0885),
        (0.58, 0.3098, 0.1102),
    ),
    Kind.LOGIT: (
        (0.0, 0.0, 0.0),
        (1.5, -0.3, 0.2),
        (50.0, -50.0, 0.0),
        (20.0, 20.0, -20.0),
        (0.0, 36.0, -1.0),
        (700.0, -700.0, 699.0),
        (1e4, -1e4, 0.0),
        (-1e4, -1e4, -9999.0),
        (1e-12, 0.0, -1e-12),
    ),
    Kind.LOG_PROBABILITY: (
        (math.log(0.2), math.log(0.3), math.log(0.5)),
        (-1e-12, math.log(1e-12) - math.log(2), math.log(1e-12) - math.log(2)),
        (0.0, -700.0, -1e4),
        (-math.log(3), -math.log(3), -math.log(3)),
    ),
    Kind.SCORE: ((3.0, -1e300, 1e-9), (0.0, 0.1, 0.05)),
    Kind.TANH: ((0.9, -1.0, 0.1), (0.0, -0.2, 0.05)),
    Kind.CLASS: ((0.0,), (1.0,), (2.0,)),
}

RANDOM = np.random.default_rng(20240607)
for _ in range(20):
    z = float(RANDOM.normal(scale=4.0))
    CHANCES[Kind.LOGIT] += (z,)
    CHANCES[Kind.PROBABILITY] += (1 / (1 + math.exp(-z)),)
    CHANCES[Kind.LOG_PROBABILITY] += (-math.log1p(math.exp(-z)),)
    CHANCES[Kind.TANH] += (math.tanh(z),)
    row = RANDOM.normal(scale=4.0, size=3)
    shares = np.exp(row) / np.exp(row).sum()
    ROWS[Kind.LOGIT] += (tuple(row.tolist()),)
    ROWS[Kind.PROBABILITY] += (tuple(shares.tolist()),)
    ROWS[Kind.LOG_PROBABILITY] += (tuple(np.log(shares).tolist()),)

SHARES = (
    (0.0, 0.0, 1.0),
    (0.25, 0.25, 0.5),
    (0.6, 0.3, 0.1),
    (0.0, 0.45, 0.55),
    (1e-17, 1e-300, 1.0),
)


POSITIVE_VALUES = (1e-300, 1e-9, 0.02, 0.3, 0.96, 1.0, 1.04, 1.3, 2.5, 700.0, 1e6)
COUNTS = (0.0, 1.0, 2.0, 3.0, 17.0, 0.5, 1e6)

SCORE_ROWS = (
    (2.0, 0.5, -1.0),
    (0.1, 0.4, 0.2),
    (0.0, 0.0, 0.0),
    (-3.0, -2.5, -9.0),
    (1e300, -1e300, 7.0),
    (1.0, 1e-9, 1 - 1e-12),
    (5.0, 4.0, 4.0),
)

VECTORS = (
    (1.0, 2.0, 2.0),
    (2.0, 1.0, 2.0),
    (1e150, -1e150, 1e140),
    (1e-200, 2e-200, 0.0),
    (0.0, 0.0, 0.0),
    (1.0, 2.0, 2.0 + 1e-9),
    (-1.0, -2.0, -2.0),
)

LISTS = ((2.0, 1.0, 0.5, 0.1), (0.3, 0.9, 0.2, 0.4), (1.0, 1.0, 0.0, 1.0), (-5.0, 3e2, 3e2, 1e-9))

GAINS = ((3.0, 0.0, 1.0, 0.0), (0.0, 2.0, 1.0, 0.5), (0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0))

REAL = (-1e6, -3.0, -1e-9, 0.0, 1e-300, 0.3, 0.99, 1.0, 2.5, 40.0, 1e6)
PLACED = ((0.0, 1.0), (1.0, 2.0), (-3.0, 1e-3), (2.5, 1e5), (0.3, 0.1))
SHAPED = ((2.0, 1.0), (3.0, 2.0), (0.5, 0.25), (1.0, 3.0), (100.0, 40.0), (1e-2, 1.0))

# Parameters of forecasts by the names of the items, with the labels to try.
FORECASTS: dict[tuple[str, ...], tuple[tuple[Any, ...], tuple[float, ...]]] = {
    ("mean", "std"): (PLACED, REAL),
    ("location", "scale"): (PLACED, REAL),
    ("rate",): (((1.0,), (0.5,), (1e-6,), (1e3,)), REAL),
    ("mean",): (((1.0,), (4.0,), (1e-3,), (250.0,)), (-1.5, 0.0, 1.0, 2.5, 4.0, 251.0, 300.0)),
    ("shape", "rate"): (SHAPED, (-1.0, 0.0, 1e-9, 0.3, 1.5, 2.0, 30.0)),
    ("mulog", "sigmalog"): (
        ((0.0, 1.0), (1.0, 0.5), (-2.0, 0.05), (0.0, 3.0)),
        (-1.0, 0.0, 1e-9, 0.3, 1.0, 2.0, 1e4),
    ),
    ("min", "max"): (((0.0, 1.0), (1.0, 3.0), (-5.0, 1e3)), REAL),
    ("a", "b"): (SHAPED, (-1.0, 0.0, 1e-9, 0.3, 0.7, 1 - 1e-9, 1.0, 2.0)),
    ("df", "location", "scale"): (
        ((5.0, 0.0, 1.0), (3.0, 1.0, 2.0), (1.5, 0.0, 0.1), (200.0, -1.0, 1.0)),
        REAL,
    ),
    ("lower", "upper"): (((0.0, 1.0), (1.0, 3.0), (-1e6, 1e-9)), REAL),
    ("mean", "variance"): (((0.0, 1.0), (1.0, 4.0), (2.0, 0.0), (-3.0, 1e-9)), REAL),
}

MEMBERS = (
    (0.0, 1.0, 2.0, 5.0),
    (1.0, 3.0, 2.0, 2.0),
    (1e6, 1e6 + 1, 1e6 - 1, 1e6),
    (-1e-9, 0, 1, 0),
)
ENSEMBLES = (
    ((0.0, 1.0, 0.5), (1.0, 1.0, 0.0)),
    ((2.0, 0.0, 1.0), (3.0, 1.0, -1.0)),
    ((1e3, 0.0, 1e-3), (-1e3, 0.0, 1e-3)),
)
OUTCOMES = ((0.5, 1.0, 0.0), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))

LOGIT_MASKS = (
    ((2.0, 0.0), (0.5, 1.0), (-30.0, 30.0)),
    ((0.0, 1.0), (1.5, 0.2), (0.0, 0.0)),
)
CLASS_MASKS = (((1, 0), (0, 1), (0, 1)), ((0, 1), (1, 0), (1, 0)))
DECIDED_MASKS = (((1, 0, 1), (0, 1, 0)), ((1, 1, 0), (0, 0, 1)), ((0, 0, 0), (1, 1, 1)))


def every_pair(preds: Any, labels: Any) -> Grid:
    """Every prediction with every label."""
    pairs = list(itertools.product(preds, labels))
    return Grid([pred for pred, _ in pairs], [label for _, label in pairs])


def regression(loss: Loss, reading: Reading, params: dict[str, Any]) -> Grid:
    if reading.kinds == (Kind.CLASS,):
        return every_pair((0.0, 1.0, 2.0), (0.0, 1.0, 2.0))
    if reading.fewest_items > 1:
        return every_pair(VECTORS, VECTORS)
    if loss.id == "tweedie_deviance":
        any_label = params.get("power", 0.0) <= 0
        labels = VALUES if any_label else (0.0, *POSITIVE_VALUES)
        labels = POSITIVE_VALUES if params.get("power", 0.0) >= 2 else labels
        preds = VALUES if params.get("power", 0.0) == 0 else POSITIVE_VALUES[1:]
        return every_pair(preds, [y for y in labels if y == 0 or abs(y) >= 1e-9])
    if loss.id == "poisson_nll":
        preds = (-30.0, 0.0, 1e-9, 2.5, 40.0) if params.get("log_input") else POSITIVE_VALUES
        return every_pair(preds, COUNTS)
    if reading.pred_bounds is POSITIVE:
        counts = COUNTS if reading.label_bounds is NOT_NEGATIVE else ()
        return every_pair(POSITIVE_VALUES[1:], (*POSITIVE_VALUES[1:], *counts))
    if reading.pred_bounds is ABOVE_MINUS_ONE:
        items = (-1 + 1e-12, -0.999, *(number for number in VALUES if number > -1))
        return every_pair(items, items)
    return every_pair(VALUES, VALUES)


def forecast(loss: Loss, reading: Reading) -> Grid:
    if reading.dims:
        return every_pair(ENSEMBLES, OUTCOMES)
    if not reading.items:
        return every_pair(MEMBERS, (-2.0, 0.5, 4.0, 1e6 + 0.3))
    preds, labels = FORECASTS[reading.items]
    if loss.id == "log_score_poisson":
        preds = (*preds, (1e6,))
        labels = (*labels, 1e6, 1e6 + 2000.0)
    return every_pair(preds, labels)


def pairs(loss: Loss) -> Grid:
    if loss.id == "hinge_embedding":
        return every_pair((0.0, 1e-9, 0.2, 1.0, 1.5, 1e6), (0.0, 1.0))
    if loss.id == "margin_ranking":
        found = list(itertools.product((-3.5, 0.2, 1e-9, 1e6), (-3.5, 0.1, 0.0, 1e6), (0.0, 1.0)))
        return Grid(
            [a for a, _, _ in found], [y for *_, y in found], {"x2": [b for _, b, _ in found]}
        )
    vectors = VECTORS[:2] + VECTORS[5:] + ((0.3, -0.2, 5.0),)
    found = list(itertools.product(vectors, vectors, vectors))
    if loss.id == "cosine_embedding":
        return Grid(
            [a for a, _, _ in found],
            [float(i % 2) for i in range(len(found))],
            {"x2": [b for _, b, _ in found]},
        )
    return Grid(
        [a for a, _, _ in found],
        [None] * len(found),
        {"positive": [b for _, b, _ in found], "negative": [c for *_, c in found]},
    )


def ranking(loss: Loss, reading: Reading) -> Grid:
    if loss.id == "multilabel_margin":
        return every_pair(LISTS, ((3, 0, -1, 1), (1, -1, 0, 0), (-1, 2, 2, 2), (0, 1, 2, 3)))
    if reading.labels is Labels.SHARE:
        return every_pair(LISTS, list(itertools.product((0, 1), repeat=4)))
    return every_pair(LISTS, GAINS)


def masks(loss: Loss) -> Grid:
    if loss.id == "dice_score":
        return every_pair(DECIDED_MASKS, DECIDED_MASKS[:2])
    return every_pair(LOGIT_MASKS, CLASS_MASKS)


def grid(loss: Loss, reading: Reading, task: Task, kind: Kind, params: dict[str, Any]) -> Grid:
    """Rows for a reading of a loss."""
    if task in (Task.REGRESSION, Task.CLASSES):
        return regression(loss, reading, params)
    if task is Task.FORECAST:
        return forecast(loss, reading)
    if task is Task.PAIRS:
        return pairs(loss)
    if task is Task.MASKS:
        return masks(loss)
    if task is Task.RANKING or reading.form is Form.VALUE:
        return ranking(loss, reading)
    if reading.labels is Labels.NONE:
        alone: list[Any] = list((ROWS if reading.form is Form.CATEGORICAL else CHANCES)[kind])
        return Grid(alone, [None] * len(alone))
    if reading.labels is Labels.CLASSES:
        shares: tuple[Any, ...] = (0, 1, 2) if task is Task.MULTICLASS else SHARES
        if loss.id == "ranked_logarithmic_score" and task is Task.DISTRIBUTION:
            # A row that meets a question exactly halfway costs infinity, or what rounding leaves.
            shares = SHARES[:1] + SHARES[2:4]
        rows = SCORE_ROWS if reading.form is Form.SCORES else ROWS[kind]
        return every_pair([row[0] if kind is Kind.CLASS else row for row in rows], shares)
    hard = reading.form is Form.DECISION
    return every_pair(CHANCES[kind], (0.0, 1.0) if hard else (0.0, 1.0, 0.3))
