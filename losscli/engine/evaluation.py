"""One loss with every choice settled, and one block of rows that several losses share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.arrays import Extent
from losscli.conventions.axes import Axes, Renormalise
from losscli.conventions.convention import Convention
from losscli.engine.gate import Settled, bounds_of
from losscli.losses.definition.bounds import SHARES, Bounds
from losscli.losses.definition.loss import Loss, Reading
from losscli.losses.forms.categorical import Form
from losscli.losses.forms.floors import Floor
from losscli.task.labels import LabelCode, Misfit
from losscli.task.rounding import NO_ROUNDING, UnitRounding
from losscli.vocabulary import Kind, Reduction, Task

Array = NDArray[Any]
Number = TypeVar("Number", bound=np.generic)

_NOT_MADE = object()


class Key:
    """What a block's shared results are known by: parts that are hashed once, not at every look."""

    __slots__ = ("_hash", "_parts")

    def __init__(self, *parts: Any) -> None:
        self._parts = parts
        self._hash = hash(parts)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Key) and self._parts == other._parts)

    def __reduce__(self) -> tuple[Any, ...]:
        # Strings have another hash in another process.
        return Key, self._parts


class Evaluation(Struct, frozen=True, dict=True):
    """One loss as it will be computed: every choice settled.

    `asked_as` is the name that it was asked for by, `remark` what was understood by that.
    """

    loss: Loss
    reading: Reading
    task: Task
    kind: Kind
    params: Mapping[str, Any]
    convention: Convention
    reduction: Reduction
    recommended: bool = False
    asked_as: str = ""
    remark: str = ""

    @cached_property
    def pred_bounds(self) -> Bounds | None:
        """What predictions may be for this loss, beside what their kind says."""
        if self.reading.bounds_by is not None:
            return self.reading.bounds_by(self.params)[0]
        return None if self._bounds_lifted else self.reading.pred_bounds

    @cached_property
    def label_bounds(self) -> Bounds | None:
        """What labels may be for this loss."""
        if self.reading.bounds_by is not None:
            return self.reading.bounds_by(self.params)[1]
        return None if self._bounds_lifted else self.reading.label_bounds

    @cached_property
    def upper(self) -> float:
        """The largest loss of a row, and of a mean of rows."""
        by = self.reading.upper_by
        return self.loss.upper if by is None else by(self.params)

    def in_range(self, ends: tuple[float, float], value: float) -> tuple[float, float]:
        """The ends of an interval about a value, cut to the range of the loss.

        A sum has no upper end, nor has a mean that divides by rows what their weights multiply.
        """
        low, high = ends
        ceiling = self.upper
        if self.reduction is Reduction.SUM or value > ceiling:
            ceiling = math.inf
        return max(self.loss.lower, low), min(ceiling, high)

    @property
    def by_row(self) -> bool:
        """Whether a function of sums is finished for each row on its own, and these averaged."""
        of_texts = self.task is Task.TEXTS and self.params.get("average") == "macro"
        return of_texts or self.params.get("per") == "row"

    @property
    def _bounds_lifted(self) -> bool:
        return self.params.get(self.reading.bounds_lifted_by) is not None

    @cached_property
    def axes(self) -> Axes:
        """The convention's choices for this loss; what takes no logarithm is not clipped."""
        axes = self.convention.axes_of(self.loss.id)
        return axes if self.reading.logs else replace(axes, floor=Floor(), class_floor=Floor())

    @cached_property
    def kernel_params(self) -> Mapping[str, Any]:
        """The parameters that reach the kernel; one number per item becomes an array."""
        given = self.params
        return {
            name: np.asarray(given[name]) if isinstance(given[name], tuple) else given[name]
            for name in self.reading.params
            if name in given
        }

    @cached_property
    def divided(self) -> bool:
        """Whether each row of probabilities is divided by its sum."""
        classes = self.reading.form is Form.CATEGORICAL and self.kind is Kind.PROBABILITY
        return classes and self.axes.renormalise is not Renormalise.NO

    @cached_property
    def pred_checks(self) -> tuple[tuple[Key, Bounds], ...]:
        """What predictions may be, by their kind and for the loss, each with its key."""
        of_kind = SHARES if self.divided else bounds_of(self.kind, self.reading)
        found = (of_kind, self.pred_bounds)
        return tuple(
            (Key("checked", bounds, self.reading.tokens), bounds)
            for bounds in found
            if bounds is not None
        )

    @cached_property
    def pred_key(self) -> Key:
        """What the form that predictions are read in depends on."""
        reading, axes = self.reading, self.axes
        floors = (axes.floor, axes.class_floor)
        return Key("read", reading.form, self.kind, *floors, self.divided, reading.tokens)

    @cached_property
    def label_key(self) -> Key:
        """What the reading of labels depends on."""
        reading, axes, params = self.reading, self.axes, self.params
        return Key(
            "label",
            self.task,
            reading.labels,
            self.label_bounds,
            reading.tokens,
            bool(reading.dims),
            self.loss.linear_in_label,
            axes.renormalise,
            axes.label_floor,
            axes.sums_checked,
            axes.unit_labels,
            axes.zero_is_no_sign,
            params.get("label_smoothing", 0.0),
            params.get("ignore_index"),
            params.get("log_target", False),
        )

    @cached_property
    def kernel_key(self) -> Key:
        """What a kernel's losses depend on, beside the kernel and the block."""
        axes = self.axes
        return Key(
            self.reading.form,
            self.kind,
            axes.floor,
            axes.class_floor,
            axes.renormalise,
            axes.squash,
            self.label_key,
            tuple((name, self.params[name]) for name in self.kernel_params),
        )


class RunSettings(Struct, frozen=True):
    """What holds for every block of a run.

    `code` is how labels are written, `tolerance` how far sums may be off 1, and `outside_unit`
    says whether any prediction of the whole run lies outside [0, 1]. `left_out` are the labels that
    mark single items to leave out, as NaN then does; None where a missing label is an error.
    `rounding` says which probabilities outside [0, 1] are there by rounding, and are moved to 0 or
    1 and counted.
    """

    code: LabelCode
    tolerance: float
    class_weight: tuple[float, ...] | None = None
    outside_unit: bool = False
    left_out: frozenset[float] | None = None
    rounding: UnitRounding = NO_ROUNDING


@dataclass
class Batch:
    """One settled block and everything that several losses can share of it.

    Predictions that are words are numbered, and their labels with them, by the places of the words
    among the classes; `given` is the block as it was given. Raises Misfit at a word that is no
    class.
    """

    block: Settled
    setting: RunSettings
    given: Settled = field(init=False)
    _memo: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.given = self.block
        block, code = self.block, self.setting.code
        if block.pred.dtype == object and block.label is not None:
            self.block = replace(
                block,
                pred=code.numbered(block.pred, "prediction"),
                label=code.numbered(block.label, "label"),
            )

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, computed at the first request for `key`."""
        found = self._memo.get(key, _NOT_MADE)
        if found is _NOT_MADE:
            found = self._memo[key] = make()
        return found

    def extent(self, numbers: Array) -> Extent:
        """The extent of one of the block's arrays, or of what is made of it, looked at once."""
        return self.block.extents.of(numbers)

    def encoded(self, task: Task) -> Any:
        """The labels as they stand, read for a task. Raises Misfit where one is no such label."""
        label = self.block.label
        assert label is not None
        extent = None if label.dtype == object else self.extent(label)
        return self.once(("encoded", task), lambda: self.setting.code.encode(label, task, extent))

    def pred_as(self, reading: Reading) -> Array:
        """The prediction in the dimensions that the reading wants.

        Raises Misfit where it has others.
        """
        pred = self.block.pred
        if reading.dims or not reading.paired:
            self._check_dims(reading)
            return pred
        if pred.ndim <= 2:
            return pred
        if reading.tokens:
            return pred.reshape(-1, pred.shape[-1])
        return pred.reshape(len(pred), -1)

    def label_as(self, reading: Reading) -> Array:
        """The labels in the dimensions that the reading wants."""
        label = self.block.label
        assert label is not None
        if reading.dims or not reading.paired or self.block.pred.ndim <= 2:
            return label
        if reading.tokens:
            return label.reshape(-1)
        if label.shape != self.block.pred.shape:
            raise Misfit(
                "label",
                0,
                f"has the shape {label.shape}, the prediction {self.block.pred.shape}: "
                "with more than two dimensions they must be the same",
                column=-1,
            )
        return label.reshape(len(label), -1)

    def _check_dims(self, reading: Reading) -> None:
        """Raise Misfit where an array's shape is not what the reading's `dims` say."""
        arrays = {"pred": self.block.pred, "label": self.block.label, **self.block.inputs}
        lengths: dict[str, int] = {}
        for role, names in reading.dims.items():
            array = arrays.get(role)
            if array is None:
                continue
            letters = names.split()
            fits = array.ndim == len(letters) and all(
                lengths.setdefault(letter, length) == length
                for letter, length in zip(letters, array.shape, strict=False)
            )
            if not fits:
                wanted = "; ".join(f"{r} ({n.replace(' ', ', ')})" for r, n in reading.dims.items())
                raise Misfit(
                    "prediction" if role == "pred" else role,
                    0,
                    f"has the shape {array.shape} where this loss reads {wanted}",
                    column=-1,
                )


def rows_of(array: NDArray[Number]) -> NDArray[Number]:
    """An array as rows of items: (n,) becomes (n, 1)."""
    return array[:, None] if array.ndim == 1 else array
