"""One loss with every choice settled, and one block of rows that several losses share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from losscli.arrays import Extent
from losscli.conventions.axes import Axes
from losscli.conventions.convention import Convention
from losscli.engine.gate import Settled
from losscli.losses.definition.bounds import Bounds
from losscli.losses.definition.loss import Loss, Reading
from losscli.losses.forms.floors import Floor
from losscli.task.labels import LabelCode, Misfit
from losscli.vocabulary import Kind, Reduction, Task

Array = NDArray[Any]
Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True)
class Evaluation:
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

    @property
    def pred_bounds(self) -> Bounds | None:
        """What predictions may be for this loss, beside what their kind says."""
        if self.reading.bounds_by is not None:
            return self.reading.bounds_by(self.params)[0]
        return None if self._bounds_lifted else self.reading.pred_bounds

    @property
    def label_bounds(self) -> Bounds | None:
        """What labels may be for this loss."""
        if self.reading.bounds_by is not None:
            return self.reading.bounds_by(self.params)[1]
        return None if self._bounds_lifted else self.reading.label_bounds

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


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What holds for every block of a run.

    `code` is how labels are written, `tolerance` how far sums may be off 1, and `outside_unit`
    says whether any prediction of the whole run lies outside [0, 1]. `left_out` are the labels that
    mark single items to leave out, as NaN then does; None where a missing label is an error.
    """

    code: LabelCode
    tolerance: float
    class_weight: tuple[float, ...] | None = None
    outside_unit: bool = False
    left_out: frozenset[float] | None = None


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
        if key not in self._memo:
            self._memo[key] = make()
        return self._memo[key]

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
