"""What the columns of rows are called, and rows as columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.engine.row_losses import Measured
from losscli.evaluating.report import Result
from losscli.inputs.scores import UNDIVIDED_WEIGHT, WEIGHT
from losscli.losses.registry import REGISTRY
from losscli.plain import differences

Array = NDArray[Any]


class RowColumns(Struct, frozen=True):
    """The names of the columns: of the items of prediction and label, and of each loss.

    No two columns have the same name: a name that is taken gets a number.
    """

    pred: tuple[str, ...]
    label: tuple[str, ...]
    losses: tuple[str, ...]

    def joined(
        self,
        numbers: NDArray[np.int64],
        ids: Array | None,
        label: Array | None,
        pred: Array,
        losses: Array,
        shares: Array,
        gradients: Sequence[Array],
        weight: Mapping[str, Array] = MappingProxyType({}),
    ) -> dict[str, Array]:
        """The columns (n,) by name, of arrays of n rows; `weight` as `weight_column` gives it.

        `losses` and `shares` are (n, k) for k losses, `gradients` one array (n, items) for each.
        """
        made: dict[str, Array] = dict(zip(self.losses, losses.T, strict=True))
        made |= zip((f"share_of_{name}" for name in self.losses), shares.T, strict=True)
        marks = [""] if len(self.pred) == 1 else [f"[{place}]" for place in range(len(self.pred))]
        for name, found in zip(self.losses, gradients, strict=False):
            made |= zip((f"grad_of_{name}{mark}" for mark in marks), found.T, strict=True)
        columns: dict[str, Array] = {"row": numbers}
        if ids is not None:
            columns["id"] = ids
        columns |= weight
        given = [] if label is None else list(zip(self.label, _items_of(label), strict=True))
        given += zip(self.pred, _items_of(pred), strict=True)
        # Names of the data give way to those of the losses.
        free = unique((name for name, _ in given), {*columns, *made})
        columns |= zip(free, (column for _, column in given), strict=True)
        return columns | made


def weight_column(measured: Sequence[Measured]) -> dict[str, Array]:
    """The weight of each row (n,), named so that a reader takes a mean as it was meant.

    It is called `weight` where all losses have the same weights and a mean divides by them, else
    `undivided_weight`; without weights there is none.
    """
    numerators = [item.multiplier for item in measured]
    if all(multiplier is None for multiplier in numerators):
        return {}
    first = next(multiplier for multiplier in numerators if multiplier is not None)
    divided = all(
        item.multiplier is not None
        and item.counted is not None
        and item.counted.ndim == 1
        and np.array_equal(item.multiplier, first)
        and np.array_equal(item.counted, first)
        for item in measured
    )
    if divided:
        return {WEIGHT: first}
    return {UNDIVIDED_WEIGHT: first if first.ndim == 1 else first.mean(axis=1)}


def unique(names: Iterable[str], taken: Iterable[str] = ()) -> Iterator[str]:
    """The names, each once: one that is taken gets a number."""
    seen = set(taken)
    for name in names:
        free, number = name, 2
        while free in seen:
            free, number = f"{name}_{number}", number + 1
        seen.add(free)
        yield free


def item_names(role: str, columns: Sequence[str] | None, width: int) -> tuple[str, ...]:
    """What the columns of a role are called: the role, or its items' own names."""
    if width == 1:
        return (role,)
    if columns is not None and len(columns) == width:
        return tuple(columns)
    return tuple(f"{role}[{place}]" for place in range(width))


def loss_names(results: Sequence[Result]) -> tuple[str, ...]:
    """The ids of the losses, with the parameters and conventions that tell them apart."""
    several = len({result.convention for result in results}) > 1
    names = []
    for differing, result in zip(differences(results), results, strict=True):
        params = differing or _of_transform(result)
        name = f"{result.loss}:{','.join(params)}" if params else result.loss
        names.append(f"{name} ({result.convention})" if several else name)
    return tuple(unique(names))


def _of_transform(result: Result) -> list[str]:
    """The parameters of a function of a mean that are not at their defaults.

    Its rows do not show them, so that the name of their column has to.
    """
    loss = REGISTRY.get(result.loss) if REGISTRY.knows(result.loss) else None
    if loss is None or loss.transform is None:
        return []
    return [
        f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in result.params.items()
        if value != loss.params[name].default
    ]


def _items_of(array: Array) -> Array:
    return array.reshape(len(array), -1).T
