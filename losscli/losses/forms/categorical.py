"""What kernels see: predictions and labels in the form their arithmetic wants.

However a prediction is written (probability, logit, log-probability, tanh output), a kernel of
binary cross entropy reads `log_p` and `log_q`, each computed on its own so that neither loses
digits to the other. How probabilities are kept away from 0 and 1 is the convention's `Floor`.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import Array, Extent
from losscli.losses.forms.floors import Floor
from losscli.vocabulary import Kind

Mask = NDArray[np.bool_]


class Form(StrEnum):
    """The shapes of prediction that kernels are written for."""

    VALUE = "value"
    BERNOULLI = "bernoulli"
    CATEGORICAL = "categorical"
    MARGIN = "margin"
    SCORES = "scores"
    PARAMETERS = "parameters"
    DECISION = "decision"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of prediction that can be read in this form."""
        return _KINDS[self]


_KINDS = {
    Form.VALUE: (
        Kind.VALUE,
        Kind.PROBABILITY,
        Kind.LOGIT,
        Kind.SCORE,
        Kind.TANH,
        Kind.CLASS,
        Kind.DISTANCE,
        Kind.EMBEDDING,
    ),
    Form.BERNOULLI: (Kind.PROBABILITY, Kind.LOGIT, Kind.LOG_PROBABILITY, Kind.TANH),
    Form.CATEGORICAL: (Kind.PROBABILITY, Kind.LOGIT, Kind.LOG_PROBABILITY),
    Form.SCORES: (Kind.SCORE, Kind.LOGIT),
    Form.PARAMETERS: (Kind.DISTRIBUTION, Kind.ENSEMBLE, Kind.INTERVAL, Kind.VALUE),
    Form.MARGIN: (Kind.SCORE, Kind.LOGIT, Kind.TANH),
    Form.DECISION: (Kind.PROBABILITY, Kind.LOGIT, Kind.SCORE, Kind.TANH, Kind.CLASS),
}


def times(weight: Array, log: Array) -> Array:
    """weight · log with the limit 0 · (−∞) = 0 that entropies need."""
    with np.errstate(invalid="ignore"):
        product = weight * log
    if not np.isfinite(log).all():
        product[weight == 0] = 0.0
    return product


class Classes(Struct, frozen=True):
    """Labels: one true class per row (`index`, shape (n,)) or a share per class (`rows`, (n, c)).

    Exactly one of the two is given.
    """

    index: NDArray[np.intp] | None = None
    rows: Array | None = None

    def share(self, width: int) -> Array:
        """The labels as shares, shape (n, width): one-hot where they are indices."""
        if self.rows is not None:
            return self.rows
        assert self.index is not None
        shares = np.zeros((self.index.size, width))
        shares[np.arange(self.index.size), self.index] = 1.0
        return shares

    def most(self) -> NDArray[np.intp]:
        """The class with the largest share, shape (n,)."""
        if self.index is not None:
            return self.index
        assert self.rows is not None
        return self.rows.argmax(axis=1)


class Categorical:
    """A distribution over c classes per row: `p`, `q` = 1 − p and `log_p` (nats), shape (n, c)."""

    clipped = 0

    @cached_property
    def p(self) -> Array:
        """The probabilities of the classes."""
        return np.exp(self.log_p)

    @cached_property
    def q(self) -> Array:
        """For each class, the probability of all the others."""
        return np.maximum(0.0, 1.0 - self.p)

    @cached_property
    def log_p(self) -> Array:
        """Their logarithms, in nats."""
        return np.log(self.p)

    @staticmethod
    def read(
        pred: Array, kind: Kind, floor: Floor, *, renormalise: bool, extent: Extent | None = None
    ) -> Categorical:
        """The form of a prediction (n, c) of that kind; `extent` is that of the prediction.

        `renormalise` divides rows of probabilities by their sum before `floor` sees them.
        """
        if kind in (Kind.LOGIT, Kind.SCORE):
            return _FromLogits(pred)
        if kind is Kind.LOG_PROBABILITY:
            return _FromLogProbabilities(pred)
        if renormalise:
            return _FromProbabilities(pred / pred.sum(axis=1, keepdims=True), floor)
        return _FromProbabilities(pred, floor, extent)

    def log_likelihood(self, label: Classes) -> Array:
        """Σⱼ labelⱼ · log pⱼ for each row, shape (n,), with 0 · (−∞) = 0."""
        if label.index is not None:
            return self._log_at(label.index)
        assert label.rows is not None
        return times(label.rows, self.log_p).sum(axis=1)

    def _log_at(self, index: NDArray[np.intp]) -> Array:
        return self.log_p[np.arange(index.size), index]


class _FromProbabilities(Categorical):
    def __init__(self, pred: Array, floor: Floor, extent: Extent | None = None) -> None:
        self.clipped = floor.moved(pred, extent)
        self._floor = floor.where_needed(self.clipped)
        self.p = floor.apply(pred) if self.clipped else pred

    @cached_property
    def log_p(self) -> Array:
        return self._floor.log(self.p)

    def _log_at(self, index: NDArray[np.intp]) -> Array:
        return self._floor.log(self.p[np.arange(index.size), index])


class _FromLogits(Categorical):
    def __init__(self, pred: Array) -> None:
        rows = np.arange(len(pred))
        top = pred.argmax(axis=1)
        self._shifted = pred - pred[rows, top][:, None]
        # log Σ eᶻ with the largest term left out of the sum: log1p keeps the digits of a loss
        # that is nearly zero.
        others = np.exp(self._shifted)
        others[rows, top] = 0.0
        self._top = (rows, top)
        self._others = others.sum(axis=1)
        self._log_norm = np.log1p(self._others)

    @cached_property
    def q(self) -> Array:
        rest = 1.0 - self.p
        rest[self._top] = self._others / (1.0 + self._others)
        return rest

    @cached_property
    def log_p(self) -> Array:
        return self._shifted - self._log_norm[:, None]

    def _log_at(self, index: NDArray[np.intp]) -> Array:
        return self._shifted[np.arange(index.size), index] - self._log_norm


class _FromLogProbabilities(Categorical):
    def __init__(self, pred: Array) -> None:
        self.log_p = pred

    @cached_property
    def q(self) -> Array:
        return -np.expm1(self.log_p)
