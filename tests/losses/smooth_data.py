"""Seeded predictions and labels for every reading, away from the kinks of the losses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from losscli.losses.definition.bounds import NOT_NEGATIVE
from losscli.losses.definition.loss import Loss, Reading
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Task

ROWS = 6


@dataclass(frozen=True)
class Smooth:
    """Predictions, labels and named inputs."""

    pred: Any
    label: Any
    inputs: dict[str, Any] = field(default_factory=dict)


def smooth_data(
    loss: Loss, reading: Reading, task: Task, kind: Kind, params: dict[str, Any]
) -> Smooth:
    """Rows of a reading."""
    rng = np.random.default_rng(5)
    if task is Task.FORECAST:
        return _forecast(reading, rng)
    if task is Task.PAIRS:
        return _pairs(loss, rng)
    if task is Task.SAMPLES:
        return Smooth(rng.normal(size=ROWS), rng.normal(size=ROWS - 2))
    if task is Task.EMBEDDING:
        vectors = rng.normal(size=(ROWS, 3))
        # Circle loss takes rows as unit vectors; shorter ones keep their distances from bending.
        vectors *= 0.9 / np.linalg.norm(vectors, axis=1, keepdims=True)
        return Smooth(vectors, np.arange(ROWS) % 3)
    if task is Task.MASKS:
        return Smooth(rng.normal(size=(3, 4, 3)), np.eye(3)[rng.integers(0, 3, (3, 4))])
    if task is Task.SEQUENCE:
        return _sequence(params, rng)
    if task is Task.RANKING:
        listed = np.array([(2, 0, -1, 1), (1, -1, 0, 0), (-1, 2, 2, 2)])
        gains = rng.uniform(0.0, 2.0, (3, 4))
        return Smooth(rng.normal(size=(3, 4)), listed if "margin" in loss.id else gains)
    if task is Task.REGRESSION:
        shape = (ROWS, 3) if reading.fewest_items > 1 else (ROWS,)
        label = np.exp(rng.normal(size=shape))
        if reading.label_bounds is NOT_NEGATIVE:
            label = np.round(label)
        return Smooth(np.exp(rng.normal(size=shape)), label)
    if task in (Task.BINARY, Task.MULTILABEL):
        shape = (ROWS,) if task is Task.BINARY else (ROWS, 3)
        label = rng.integers(0, 2, shape).astype(float)
        if reading.form is not Form.MARGIN:
            label[0] = 0.3
        return Smooth(_chances(rng.normal(scale=1.5, size=shape), kind), label)
    logits = rng.normal(scale=1.5, size=(ROWS, 3))
    label = rng.integers(0, 3, ROWS)
    soft = task is Task.DISTRIBUTION
    return Smooth(_rows(logits, kind), rng.dirichlet(np.ones(3), ROWS) if soft else label)


def _chances(z: Any, kind: Kind) -> Any:
    p = 1.0 / (1.0 + np.exp(-z))
    return {Kind.PROBABILITY: p, Kind.LOG_PROBABILITY: np.log(p), Kind.TANH: np.tanh(z)}.get(
        kind, z
    )


def _rows(logits: Any, kind: Kind) -> Any:
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return {Kind.PROBABILITY: shares, Kind.LOG_PROBABILITY: np.log(shares)}.get(kind, logits)


def _forecast(reading: Reading, rng: Any) -> Smooth:
    if reading.dims:
        return Smooth(rng.normal(size=(3, 4, 3)), rng.normal(size=(3, 3)))
    if not reading.items:
        return Smooth(rng.normal(size=(ROWS, 5)), rng.normal(size=ROWS))
    label = rng.uniform(0.15, 0.85, ROWS)
    items = np.exp(rng.normal(scale=0.4, size=(ROWS, len(reading.items))))
    if reading.items in (("min", "max"), ("lower", "upper")):
        items = np.stack([rng.uniform(-1.0, 0.1, ROWS), rng.uniform(0.9, 2.0, ROWS)], axis=1)
    if reading.items[0] == "df":
        items[:, 0] += 1.5
    if reading.items == ("mean",):
        label = np.array([0.0, 1.0, 2.0, 3.0, 5.0, 1.0])
    return Smooth(items, label)


def _pairs(loss: Loss, rng: Any) -> Smooth:
    signs = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0])
    if loss.id == "hinge_embedding":
        return Smooth(rng.uniform(0.1, 2.0, ROWS), signs)
    if loss.id == "margin_ranking":
        return Smooth(rng.normal(size=ROWS), signs, {"x2": rng.normal(size=ROWS)})
    pred, one, other = rng.normal(size=(3, ROWS, 3))
    if loss.id == "cosine_embedding":
        return Smooth(pred, signs, {"x2": one})
    return Smooth(pred, None, {"positive": one, "negative": other})


def _sequence(params: dict[str, Any], rng: Any) -> Smooth:
    label = np.array([(1, 2), (2, 2), (3, 1)])
    if params.get("blank"):
        label = np.where(label == params["blank"], 0, label)
    logits = rng.normal(size=(3, 5, 4))
    lengths = {"input_lengths": np.array([5, 4, 5]), "target_lengths": np.array([2, 2, 1])}
    return Smooth(
        logits.transpose(1, 0, 2) if params.get("layout") == "TNC" else logits, label, lengths
    )
