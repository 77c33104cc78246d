"""The logistic function and its logarithms, to full relative precision everywhere."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Array


def softplus(x: Array) -> Array:
    """log(1 + eˣ) without overflow, to full relative precision at both ends."""
    return np.negative(log_sigmoid(-x))


def log_sigmoid(x: Array) -> Array:
    """−log(1 + e⁻ˣ) without overflow, to full relative precision at both ends."""
    small = _exp_of_minus_size(x)
    # NumPy's minimum of two arrays is several times faster than that of an array and a number.
    result = np.minimum(x, np.zeros_like(x))
    return np.subtract(result, np.log1p(small, out=small), out=result)


def sigmoid(x: Array) -> Array:
    """1 / (1 + e⁻ˣ), to full relative precision at both ends."""
    small = _exp_of_minus_size(x)
    small += 1.0
    result = np.minimum(x, np.zeros_like(x))
    return np.divide(np.exp(result, out=result), small, out=result)


def _exp_of_minus_size(x: Array) -> Array:
    """e⁻|ˣ|, which cannot overflow."""
    small = np.abs(x)
    np.negative(small, out=small)
    return np.exp(small, out=small)
