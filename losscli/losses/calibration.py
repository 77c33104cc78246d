"""How far confidences are from how often they are right."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.losses.definition.loss import (
    Example,
    Labels,
    Loss,
    Name,
    Param,
    Reading,
    Shape,
    Stats,
    Terms,
)
from losscli.losses.forms.bernoulli import Bernoulli
from losscli.losses.forms.categorical import Categorical, Classes, Form
from losscli.vocabulary import Kind, Task


def binary_bins(pred: Bernoulli, label: Array, *, n_bins: int) -> Terms:
    """Rows, probabilities and labels of each bin, to be summed, (n, bins + 1) each."""
    return _binned(pred.p, label, n_bins)


def top_label_bins(pred: Categorical, label: Classes, *, n_bins: int) -> Terms:
    """Rows, largest probabilities and hits of each bin, to be summed, (n, bins + 1) each."""
    top = pred.p.argmax(axis=1)
    hit = (top == label.most()).astype(np.float64)
    return _binned(pred.p[np.arange(len(top)), top], hit, n_bins)


def bin_of(confidence: Array, n_bins: int) -> NDArray[np.intp]:
    """The bin of each confidence, closed on the left; a confidence of 1 has one of its own."""
    return np.searchsorted(np.linspace(0.0, 1.0, n_bins + 1), confidence, side="right") - 1


def _binned(confidence: Array, hit: Array, n_bins: int) -> Terms:
    here = np.arange(n_bins + 1) == bin_of(confidence, n_bins)[:, None]
    return {
        "rows": here.astype(np.float64),
        "confidence": here * confidence[:, None],
        "hits": here * hit[:, None],
    }


def _gap(stats: Stats, params: Mapping[str, Any]) -> float:
    gaps = [
        (rows / stats.weight, abs(float(confidence - hits) / float(rows)))
        for rows, confidence, hits in zip(
            stats.columns("rows"), stats.columns("confidence"), stats.columns("hits"), strict=True
        )
        if rows
    ]
    if params["norm"] == "max":
        return max((gap for _, gap in gaps), default=math.nan)
    if params["norm"] == "l2":
        return math.sqrt(math.fsum(float(share) * gap * gap for share, gap in gaps))
    return math.fsum(float(share) * gap for share, gap in gaps)


CALIBRATION_ERROR = Loss(
    id="calibration_error",
    title="calibration error",
    family="classification",
    aliases=("ece", "expected_calibration_error"),
    names={
        "torchmetrics": (
            Name("binary_calibration_error"),
            Name("multiclass_calibration_error"),
            Name("calibration_error"),
        )
    },
    params={
        "n_bins": Param(15, "bins of equal width between 0 and 1", minimum=1),
        "norm": Param(
            "l1",
            "mean gap (ECE), root of its square (RMSCE) or the largest (MCE)",
            choices=("l1", "l2", "max"),
        ),
    },
    readings=(
        Reading(
            binary_bins,
            Form.BERNOULLI,
            Labels.SHARE,
            (Task.BINARY,),
            shape=Shape.SUMS,
            logs=False,
        ),
        Reading(
            top_label_bins,
            Form.CATEGORICAL,
            Labels.CLASSES,
            (Task.MULTICLASS,),
            shape=Shape.SUMS,
            logs=False,
        ),
    ),
    finish=_gap,
    formula="Σ_b share of bin b · |mean confidence − share of hits|",
    derivative_says="Rows change bins in steps; within its bin a row moves the gap of all.",
    summary="How far stated probabilities are from observed frequencies, bin by bin.",
    when="Probabilities are to be taken at face value: that of a yes or, of several classes, that "
    "of the predicted one (Guo et al. 2017). It depends on the bins, and a useless model can be "
    "well calibrated: read it beside a proper score.",
    reference="Naeini, Cooper & Hauskrecht 2015, AAAI; TorchMetrics 1.9",
    example=Example((0.9, 0.2, 0.6, 0.65), (1, 0, 0, 1), Kind.PROBABILITY, Task.BINARY),
    upper=1.0,
    featured=False,
)
