"""Predictions of yes or no as kernels see them, whatever kind they were given as."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from losscli.arrays import Array, Extent
from losscli.losses.forms.categorical import times
from losscli.losses.forms.floors import Floor
from losscli.losses.forms.logistic import log_sigmoid, sigmoid
from losscli.vocabulary import Kind


class Bernoulli:
    """The probability of the positive label (`p`), of the other (`q`), and their logarithms.

    All have the shape of the prediction, (n,) or (n, c); logarithms are in nats.
    """

    clipped = 0

    @cached_property
    def p(self) -> Array:
        """The probability of the positive label."""
        return np.exp(self.log_p)

    @cached_property
    def q(self) -> Array:
        """The probability of the negative label."""
        return 1.0 - self.p

    @cached_property
    def log_p(self) -> Array:
        """log p, in nats."""
        return np.log(self.p)

    @cached_property
    def log_q(self) -> Array:
        """log(1 − p), in nats."""
        return np.log1p(-self.p)

    def of_truth(self, label: Array) -> Bernoulli:
        """The same turned towards the truth: its `p` is the probability of the label itself.

        `label` holds nothing but 0 and 1, in the shape of the prediction. A kernel that mixes both
        answers by a label takes two logarithms an element; of the truth alone it takes one.
        """
        return _OfTruth(self, label)

    @staticmethod
    def read(pred: Array, kind: Kind, floor: Floor, extent: Extent | None = None) -> Bernoulli:
        """The form of a prediction of that kind; `floor` guards what is given as probability.

        `extent` is that of the prediction, where it is known.
        """
        if kind is Kind.LOGIT:
            return _FromLogit(pred)
        if kind is Kind.LOG_PROBABILITY:
            return _FromLogProbability(pred)
        if kind is Kind.TANH:
            return _FromTanh(pred, floor)
        return _FromProbability(pred, floor, extent)


class _FromProbability(Bernoulli):
    def __init__(self, pred: Array, floor: Floor, extent: Extent | None = None) -> None:
        self.clipped = floor.moved(pred, extent)
        self._floor = floor.where_needed(self.clipped)
        self.p = floor.apply(pred) if self.clipped else pred

    @cached_property
    def log_p(self) -> Array:
        return self._floor.log(self.p)

    @cached_property
    def log_q(self) -> Array:
        return self._floor.log_of_rest(self.p)

    def of_truth(self, label: Array) -> Bernoulli:
        if self._floor.inside_logs:
            return super().of_truth(label)
        return _ProbabilityOfTruth(self.p, label, self._floor.inside_log(self.p))


class _FromTanh(_FromProbability):
    of_truth = Bernoulli.of_truth

    def __init__(self, pred: Array, floor: Floor) -> None:
        given = (1.0 + pred) / 2.0
        super().__init__(given, floor)
        # Near 1 the complement has digits that p, rounded, has lost.
        rest = (1.0 - pred) / 2.0
        self.q = np.where(self.p == given, rest, 1.0 - self.p) if self.clipped else rest
        # What is clipped inside the logarithms only: the complement is that of the clipped number.
        inside = self._floor.inside_log(self.p)
        self._inside = inside
        self._rest = np.where(inside == self.p, self.q, 1.0 - inside) if self.clipped else self.q
        self._logs = self._floor.where_needed(0)
        self._above_half = pred > 0.0

    @cached_property
    def log_p(self) -> Array:
        logs = self._logs
        return np.where(self._above_half, logs.log_of_rest(self._rest), logs.log(self._inside))

    @cached_property
    def log_q(self) -> Array:
        logs = self._logs
        return np.where(self._above_half, logs.log(self._rest), logs.log_of_rest(self._inside))


class _FromLogit(Bernoulli):
    def __init__(self, pred: Array) -> None:
        self._z = pred

    @cached_property
    def p(self) -> Array:
        return sigmoid(self._z)

    @cached_property
    def q(self) -> Array:
        return sigmoid(-self._z)

    @cached_property
    def log_p(self) -> Array:
        return log_sigmoid(self._z)

    @cached_property
    def log_q(self) -> Array:
        return log_sigmoid(-self._z)

    def of_truth(self, label: Array) -> Bernoulli:
        return _FromLogit((2.0 * label - 1.0) * self._z)


class _FromLogProbability(Bernoulli):
    def __init__(self, pred: Array) -> None:
        self.log_p = pred

    @cached_property
    def q(self) -> Array:
        return -np.expm1(self.log_p)

    @cached_property
    def log_q(self) -> Array:
        # log(1 − eˡ): each formula keeps its digits on its own side of log ½ (Mächler 2012).
        with np.errstate(divide="ignore"):
            near_zero = np.log(-np.expm1(self.log_p))
            far = np.log1p(-np.exp(self.log_p))
        return np.where(self.log_p > -math.log(2.0), near_zero, far)


class _ProbabilityOfTruth(Bernoulli):
    """What probabilities gave to the truth, where their logarithm is taken as they are."""

    def __init__(self, p: Array, label: Array, inside_log: Array) -> None:
        self._given = p
        self._label = label
        self._inside_log = inside_log

    @cached_property
    def p(self) -> Array:
        other = 1.0 - self._label
        return np.abs(np.subtract(self._given, other, out=other), out=other)

    @cached_property
    def q(self) -> Array:
        difference = self._given - self._label
        return np.abs(difference, out=difference)

    @cached_property
    def log_p(self) -> Array:
        # |p − (1 − y)| is p itself or 1 − p. The latter is rounded where p < ½, and log(1 − p)
        # would lose digits to that; what the rounding left out, exact by Dekker's fast two-sum,
        # is so small that log(1 − p − e) = log(1 − p) − e to the last digit.
        other = 1.0 - self._label
        logs = self._inside_log - other
        other += logs
        left_out = np.subtract(self._inside_log, other, out=other)
        np.abs(logs, out=logs)
        with np.errstate(divide="ignore"):
            np.log(logs, out=logs)
        return np.subtract(logs, left_out, out=logs)


class _OfTruth(Bernoulli):
    """What any prediction gave to the truth: each side times 0 or 1."""

    def __init__(self, pred: Bernoulli, label: Array) -> None:
        self._pred = pred
        self._yes = label
        self._no = 1.0 - label

    @cached_property
    def p(self) -> Array:
        return self._yes * self._pred.p + self._no * self._pred.q

    @cached_property
    def q(self) -> Array:
        return self._yes * self._pred.q + self._no * self._pred.p

    @cached_property
    def log_p(self) -> Array:
        return times(self._yes, self._pred.log_p) + times(self._no, self._pred.log_q)
