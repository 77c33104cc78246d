"""The one gate in front of all kernels: after it, values fit their kind and nothing is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.arrays import Extent, Extents
from losscli.inputs.block import Block
from losscli.losses.definition.bounds import (
    FINITE,
    LOG_PROBABILITY,
    LOGIT_OF_CLASS,
    PROBABILITY,
    TANH,
    Bounds,
)
from losscli.losses.definition.loss import Labels, Reading
from losscli.losses.forms.categorical import Form
from losscli.task.labels import Misfit
from losscli.vocabulary import Kind

Array = NDArray[Any]

# Outside of these a weight times a loss leaves the range of float64.
LIGHTEST, HEAVIEST = 1e-100, 1e100


class Settled(Struct, frozen=True):
    """A block without missing values. `kept` are the positions of its rows in the file's block.

    `by` are the columns to group by, `clusters` those that name dependent rows, `ids` the rows'
    key, where they were asked for.
    """

    start: int
    pred: Array
    label: Array | None
    weight: Array | None
    dropped: int
    kept: NDArray[np.intp] | None = None
    inputs: Mapping[str, Array] = field(default_factory=dict)
    by: Mapping[str, Array] = field(default_factory=dict)
    ids: Array | None = None
    clusters: Mapping[str, Array] = field(default_factory=dict)
    extents: Extents = field(default_factory=Extents)

    def take(self, places: NDArray[np.intp]) -> Settled:
        """Some of the rows, by their positions in this block."""
        return Settled(
            self.start,
            self.pred[places],
            None if self.label is None else self.label[places],
            None if self.weight is None else self.weight[places],
            0,
            places if self.kept is None else self.kept[places],
            {name: array[places] for name, array in self.inputs.items()},
            {name: array[places] for name, array in self.by.items()},
            None if self.ids is None else self.ids[places],
            {name: array[places] for name, array in self.clusters.items()},
        )


def settle(block: Block, *, drop_missing: bool, label_items: bool = False) -> Settled:
    """The rows of a block that are whole.

    Raises Misfit at the first missing or infinite item, unless `drop_missing` leaves out the rows
    where something is missing. With `label_items`, labels may be missing.
    """
    arrays = {
        "prediction": block.pred,
        "label": None if label_items else block.label,
        "weight": block.weight,
        **block.inputs,
    }
    missing = {
        role: _missing(array, block.extents) for role, array in arrays.items() if array is not None
    }
    hit = {role: where for role, where in missing.items() if where is not None}
    if hit and not drop_missing:
        role, where = min(hit.items(), key=lambda pair: int(np.argmax(_by_row(pair[1]))))
        row, column = np.argwhere(where.reshape(len(where), -1))[0].tolist()
        raise Misfit(
            role,
            row,
            "is missing (NaN)" if role == "prediction" else "is missing",
            column=column,
            value="a value",
            hint="Say --nan drop to leave such rows out"
            + (", or --nan drop-items for the single labels" if role == "label" else "")
            + "; their number is reported.",
        )
    if block.weight is not None:
        _check_weight(block.weight)
    settled = Settled(
        block.start,
        block.pred,
        block.label,
        block.weight,
        0,
        inputs=block.inputs,
        by=block.by,
        ids=block.ids,
        clusters=block.clusters,
        extents=block.extents,
    )
    if not hit:
        return settled
    whole = ~np.any([_by_row(where) for where in hit.values()], axis=0)
    kept = np.flatnonzero(whole)
    return replace(settled.take(kept), dropped=len(whole) - kept.size)


def _missing(array: Array, extents: Extents) -> Array | None:
    """Where items are missing, None where none is."""
    if array.dtype == object:
        where = np.equal(array, np.array(None)).astype(bool)
        return where if where.any() else None
    if array.dtype.kind != "f" or not extents.of(array).missing:
        return None
    return np.isnan(array)


def _by_row(where: Array) -> Array:
    return np.asarray(where.reshape(len(where), -1).any(axis=1))


def _check_weight(weight: Array) -> None:
    bad = (weight < 0) | np.isinf(weight)
    problem = "is not a weight (0 or more, finite)"
    if not bad.any():
        bad = (weight > HEAVIEST) | ((weight < LIGHTEST) & (weight > 0))
        problem = f"is a weight that a loss is lost in (not 0, nor {LIGHTEST:g} to {HEAVIEST:g})"
    if bad.any():
        row, column = _first(bad)
        raise Misfit(
            "weight",
            row,
            problem,
            value=_shown(weight, row, column),
            column=column,
        )


_BOUNDS = {
    Kind.PROBABILITY: PROBABILITY,
    Kind.TANH: TANH,
    Kind.LOG_PROBABILITY: LOG_PROBABILITY,
}


def bounds_of(kind: Kind, reading: Reading) -> Bounds:
    """What an item of a prediction of that kind may be."""
    of_classes = reading.form is Form.CATEGORICAL or (
        reading.form is Form.DECISION and reading.labels is Labels.CLASSES
    )
    if of_classes and kind is Kind.LOGIT:
        return LOGIT_OF_CLASS
    if reading.items and reading.form is Form.VALUE:
        # Of named items each is what its own bounds say.
        return FINITE
    if reading.unnormalised and kind is Kind.LOG_PROBABILITY:
        return LOGIT_OF_CLASS
    return _BOUNDS.get(kind, FINITE)


def check_item_bounds(pred: Array, reading: Reading) -> None:
    """Raise Misfit where a named item of a row, such as a scale, is out of its bounds."""
    for column, name in enumerate(reading.items):
        bounds = reading.item_bounds.get(name)
        if bounds is not None:
            items = pred if pred.ndim == 1 else pred[:, column]
            try:
                check_bounds(items, bounds, "prediction")
            except Misfit as misfit:
                misfit.column = column
                misfit.problem = f"is the {name}, but not {bounds.noun}"
                raise


def check_bounds(items: Array, bounds: Bounds, role: str, extent: Extent | None = None) -> None:
    """Raise Misfit at the first item that is out of bounds; `extent` is that of the items."""
    extent = Extent.of(items) if extent is None else extent
    if extent.within(bounds.low, bounds.high) and not (
        bounds.open_low and extent.low == bounds.low
    ):
        return
    above = items > bounds.low if bounds.open_low else items >= bounds.low
    row, column = _first(~(above & (items <= bounds.high)))
    raise Misfit(
        role,
        row,
        f"is not {bounds.noun}",
        value=_shown(items, row, column),
        column=column,
        hint=bounds.perhaps,
    )


def check_sums(rows: Array, tolerance: float, role: str, hint: str) -> None:
    """Raise Misfit at the first row of shares (n, c) that do not sum to 1."""
    sums = rows.sum(axis=1)
    bad = ~(np.abs(sums - 1.0) <= tolerance)
    if bad.any():
        row, _ = _first(bad)
        raise Misfit(
            role,
            row,
            f"the {rows.shape[1]} items sum to {sums[row]:.6g}, not to 1",
            column=-1,
            hint=hint,
        )


def _first(bad: Array) -> tuple[int, int]:
    row, column = np.argwhere(bad.reshape(len(bad), -1))[0].tolist()
    return row, column


def _shown(array: Array, row: int, column: int) -> str:
    return repr(float(array.reshape(len(array), -1)[row, column]))
