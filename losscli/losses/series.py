"""Scaled errors of many series: each series by its own scale, then their mean.

This is how the M4 and M5 competitions, utilsforecast and statsforecast average MASE and RMSSE: a
series counts as one, however long its horizon. The rows of a series, wherever they stand, belong
together, and rows are held until the last has come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.errors import DataError, UsageError
from losscli.losses.definition.loss import Loss, Shape
from losscli.losses.definition.parameters import NamedNumbers

SERIES = "group"
NAIVE = "naive"


class OfSeries(Struct, frozen=True):
    """The kernel: what a loss of rows comes to in each series, in the order of their first rows.

    `kernel` is that of the rows, `transform` what becomes of a series' mean (a root).
    """

    kernel: Callable[..., Array]
    transform: Callable[[float, Mapping[str, Any]], float] | None

    def __call__(
        self,
        pred: Array,
        label: Array,
        *,
        naive: NamedNumbers,
        group: NDArray[Any],
        weight: Array | None,
    ) -> Array:
        """The loss of each series; `pred`, `label` and `group`, its name, are (n,).

        Raises UsageError for weights, DataError for a series that `naive` does not know.
        """
        if weight is not None:
            raise UsageError("a series has no weights of its rows", hint="Leave the weights out.")
        names, first, place = np.unique(
            group.reshape(-1).astype(str), return_index=True, return_inverse=True
        )
        unknown = [name for name in names.tolist() if name not in naive.numbers]
        if unknown:
            raise DataError(
                f"{len(unknown):,} of {len(names):,} series are not in the training series: "
                f"{', '.join(unknown[:5])}{', …' if len(unknown) > 5 else ''}"
            )
        scale = np.array([naive.numbers[name] for name in names.tolist()])
        errors = self.kernel(pred, label, naive=scale[place])
        means = np.bincount(place, errors) / np.bincount(place)
        if self.transform is not None:
            means = np.array([self.transform(mean, {}) for mean in means.tolist()])
        return np.asarray(means[np.argsort(first)])


def over_series(loss: Loss) -> Loss:
    """The mean over series of a scaled error, where `naive` is a number for each of them."""
    rows = loss.readings[0]
    kernel = OfSeries(rows.kernel, loss.transform)
    return replace(
        loss,
        title=f"{loss.title}, mean over series",
        readings=(
            replace(
                rows,
                kernel=kernel,
                given=(NAIVE, SERIES, "weight"),
                shape=Shape.WHOLE,
                inputs={SERIES: "the series of each row: --group-col COL"},
                gradient=None,
            ),
        ),
        transform=None,
        transform_slope=None,
        constant=None,
        derivative="",
        derivative_says="Each series pulls by its own scale.",
    )
