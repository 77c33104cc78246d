"""What forecasts of distributions share: their parameters, and what those may be."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.bounds import NOT_NEGATIVE, POSITIVE, Bounds
from losscli.losses.definition.loss import Labels, Reading
from losscli.losses.deviance import poisson_deviance_error
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Task

LOG_2PI = math.log(2.0 * math.pi)

POSITIVE_PAIR = ((2.0, 1.0), (3.0, 2.0))
PLACED = ((0.0, 1.0), (1.0, 2.0))


def with_article(title: str) -> str:
    """The title of a distribution behind its article: a normal, an exponential."""
    return f"{'an' if title.startswith(('a', 'e', 'i', 'o')) else 'a'} {title}"


def columns(pred: Array, count: int) -> tuple[Array, ...]:
    """The parameters of each row, one array per parameter."""
    table = pred[:, None] if pred.ndim == 1 else pred
    return tuple(table[:, j] for j in range(count))


def surprise_at_count(count: Array, mean: Array) -> Array:
    """mean − count · log(mean) + log count!, per row, where it is small too; counts may be real.

    From 16 on it is half the Poisson deviance plus Stirling's series (Loader 2000), whose terms do
    not cancel.
    """
    from scipy.special import gammaln, xlogy

    surprise = mean - xlogy(count, mean) + gammaln(count + 1.0)
    large = (count >= 16.0) & (mean > 0.0)
    n = count[large]
    rest = np.zeros_like(n)
    for coefficient in (1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12):
        rest = rest / (n * n) + coefficient
    deviance = poisson_deviance_error(mean[large], n)
    surprise[large] = 0.5 * (deviance + LOG_2PI + np.log(n)) + rest / n
    return np.asarray(surprise)


_ABOVE_0 = ("std", "scale", "rate", "shape", "sigmalog", "a", "b", "df")


def _bounds_of(items: tuple[str, ...]) -> Mapping[str, Bounds]:
    """What the parameters of a distribution may be."""
    bounds = {name: POSITIVE for name in items if name in _ABOVE_0}
    if items == ("mean",):
        bounds["mean"] = NOT_NEGATIVE
    if "variance" in items:
        bounds["variance"] = NOT_NEGATIVE
    return bounds


def reading_of(
    kernel: Callable[..., Any],
    items: tuple[str, ...],
    gradient: Callable[..., Any] | None,
    **narrower: Bounds,
) -> tuple[Reading, ...]:
    """The reading of a kernel whose prediction holds these parameters.

    `narrower` are bounds of parameters beyond what their distribution needs.
    """
    return (
        Reading(
            kernel,
            Form.PARAMETERS,
            Labels.REAL,
            (Task.FORECAST,),
            items=items,
            item_bounds={**_bounds_of(items), **narrower},
            gradient=gradient,
        ),
    )


def columns_of(pred: Array) -> tuple[Array, ...]:
    """The parameters of each row, one array per parameter."""
    return tuple(pred.reshape(len(pred), -1).T)


def stacked_like(pred: Array, *columns: Array) -> Array:
    """One slope per parameter, in the shape of the prediction."""
    return np.stack(columns, axis=1).reshape(pred.shape)
