"""The data as they are, and as common choices or slips would have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import permutations

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from losscli.arrays import Array
from losscli.conventions.axes import Renormalise
from losscli.conventions.convention import Convention
from losscli.conventions.table import CONVENTIONS, guarded
from losscli.engine.gate import Settled
from losscli.losses.definition.loss import Loss
from losscli.matching.candidates import Data
from losscli.matching.command import Command
from losscli.matching.report import IN_SINGLE
from losscli.task.labels import LabelCode
from losscli.vocabulary import Kind, Task

Change = Callable[[Settled], Settled]

# Up to so many classes, every order of them is tried.
_MOST_ORDERS = 4


def _same(command: Command) -> Command | None:
    return command


def _none(_: Command) -> Command | None:
    return None


class Variant(Struct, frozen=True):
    """One way in which the data may have reached the loss.

    `change` makes it of a block, `command` the request to `eval` of the one for the data as they
    are (None where no request does), `data` is what is known of the changed data. Where
    `conventions` are given these alone are tried; `fits` says for which losses it makes sense.
    """

    data: Data
    unusual: tuple[str, ...] = ()
    cost: float = 0.0
    change: Change = lambda settled: settled
    command: Callable[[Command], Command | None] = _same
    conventions: Sequence[tuple[Convention, float]] | None = None
    fits: Callable[[Loss], bool] = lambda _: True


def ordinary_variants(data: Data) -> Iterator[Variant]:
    """Choices that people make: a smaller type, weights or none, another order of classes."""
    yield from _casts(data)
    if data.weighted:
        yield Variant(
            replace(data, weighted=False),
            ("row weights left out",),
            2.0,
            lambda settled: replace(settled, weight=None),
            lambda command: replace(command, unweighted=True),
        )
    if data.class_weight is not None:
        yield Variant(replace(data, class_weight=None), ("class weights left out",), 2.0)
    elif (balanced := _balanced(data)) is not None:
        yield Variant(
            replace(data, class_weight=balanced),
            ("class weights balanced: rows / (classes · rows of the class)",),
            2.5,
        )
    yield from _class_orders(data)
    if data.zeros and data.width == 1:
        yield Variant(
            data,
            ("rows whose label is zero left out",),
            2.0,
            _without_zeros,
            _none,
            fits=lambda loss: "percentage" in loss.id,
        )
    if _is_rows_of_shares(data) and not data.even:
        yield Variant(
            data,
            ("rows divided by their sum first",),
            2.0,
            lambda settled: replace(settled, pred=settled.pred / _sums(settled.pred)),
            _none,
            [(guarded("clip=1e-15"), 0.0), (CONVENTIONS["exact"], 0.5)],
            lambda loss: loss.reads_distributions,
        )


def mistaken_variants(data: Data, *, whole: bool) -> Iterator[Variant]:
    """Slips: arguments exchanged, a normalisation left out or taken over the wrong axis.

    `whole` says that all rows come in one block.
    """
    logits = data.verdict.kind is Kind.LOGIT
    if data.same_shape and data.verdict.task is not Task.MULTILABEL:
        yield Variant(
            data,
            ("prediction and label swapped",),
            4.0,
            _swapped,
            lambda command: replace(command, swapped=True),
        )
    if logits and data.width == 1:
        yield Variant(
            _as_probabilities(data),
            ("logits taken for probabilities, held in [0, 1]: from_logits forgotten",),
            2.5,
            lambda settled: replace(settled, pred=np.clip(settled.pred, 0.0, 1.0)),
            _none,
            _IN_KERAS,
        )
    if logits and data.width > 1:
        yield Variant(
            _as_probabilities(data),
            ("logits divided by the sum of their row, as if probabilities: from_logits forgotten",),
            2.5,
            lambda settled: replace(
                settled, pred=np.clip(settled.pred / _sums(settled.pred), 0.0, 1.0)
            ),
            _none,
            _IN_KERAS,
            lambda loss: loss.reads_distributions,
        )
        yield Variant(
            _as_probabilities(data),
            ("logits taken for probabilities, held in [0, 1]: a softmax forgotten",),
            3.0,
            lambda settled: replace(settled, pred=np.clip(settled.pred, 0.0, 1.0)),
            _none,
            [*_IN_KERAS, (_taken_as_they_are("sklearn"), 0.1)],
            lambda loss: loss.reads_distributions,
        )
    if data.width > 1 and whole and data.verdict.task in (Task.MULTICLASS, Task.DISTRIBUTION):
        yield Variant(
            _as_probabilities(data),
            ("softmax over the rows (axis 0) instead of the classes",),
            3.0,
            _softmax_over_rows,
            _none,
            [(_taken_as_they_are(name), 0.0) for name in ("exact", "keras")],
            lambda loss: loss.reads_distributions,
        )


def _as_probabilities(data: Data) -> Data:
    verdict = replace(data.verdict, kind=Kind.PROBABILITY)
    return replace(data, verdict=verdict, inside=True, even=False)


def _taken_as_they_are(name: str, stored: str = "float64") -> Convention:
    """A framework's convention for rows that need not sum to 1 and stay so."""
    row = CONVENTIONS[name].stored_as(np.dtype(stored))
    axes = replace(row.axes, renormalise=Renormalise.NO, sums_checked=False)
    return replace(row, axes=axes)


def _casts(data: Data) -> Iterator[Variant]:
    for name, cost in (("float32", 1.5), ("float16", 3.0)):
        stored = np.dtype(name)
        if data.dtype is None or data.dtype.itemsize > stored.itemsize:
            yield Variant(
                replace(data, dtype=stored),
                (IN_SINGLE if name == "float32" else f"predictions cast to {name}",),
                cost,
                partial(_rounded, stored),
                partial(replace, cast=name),
            )


def _balanced(data: Data) -> tuple[float, ...] | None:
    count = data.count
    if count is None or min(count) <= 0.0 or len(set(count)) == 1:
        return None
    return tuple(sum(count) / (len(count) * rows) for rows in count)


def _class_orders(data: Data) -> Iterator[Variant]:
    """Labels counted in another order than the columns: sorted, reversed, off by one."""
    if data.verdict.task not in (Task.BINARY, Task.MULTICLASS) or data.count is None:
        return
    words = _words(data)
    seen = {words}
    for order, said, cost in _orders(words):
        if order in seen:
            continue
        seen.add(order)
        yield Variant(
            replace(data, code=LabelCode(data.code.width, order)),
            (said,),
            cost,
            command=partial(replace, classes=order),
        )


def _words(data: Data) -> tuple[str, ...]:
    if data.code.classes is not None:
        return data.code.classes
    if data.code.signs:
        return ("-1", "1")
    return tuple(str(place) for place in range(max(2, data.width)))


def _orders(words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, float]]:
    if len(words) == 2:
        yield words[::-1], "the positive class taken for the negative one", 3.0
        return
    yield tuple(sorted(words)), "labels counted in sorted order (the alphabet's), columns not", 2.5
    by_case = tuple(sorted(words, key=str.lower))
    yield by_case, "labels counted in sorted order (small and capital alike), columns not", 3.0
    yield words[::-1], "the classes in reversed order", 3.5
    up = (words[-1], *words[:-1])
    down = (*words[1:], words[0])
    yield up, "labels one too high, as if counted from 1, and around the classes", 3.0
    yield down, "labels one too low, counted around the classes", 3.5
    if len(words) <= _MOST_ORDERS:
        for order in permutations(words):
            yield order, f"the classes in the order {', '.join(order)}", 4.5


def _is_rows_of_shares(data: Data) -> bool:
    return data.width > 1 and data.inside and data.verdict.task is not Task.REGRESSION


def _sums(pred: Array) -> Array:
    return np.asarray(pred.sum(axis=1, keepdims=True))


def _rounded(stored: np.dtype[np.floating], settled: Settled) -> Settled:
    return replace(settled, pred=settled.pred.astype(stored).astype(np.float64))


def _without_zeros(settled: Settled) -> Settled:
    assert settled.label is not None
    return settled.take(np.flatnonzero(settled.label.reshape(len(settled.label), -1)[:, 0]))


def _swapped(settled: Settled) -> Settled:
    assert settled.label is not None
    return replace(settled, pred=settled.label.astype(np.float64), label=settled.pred)


def _softmax_over_rows(settled: Settled) -> Settled:
    shifted = settled.pred - settled.pred.max(axis=0, keepdims=True)
    power = np.exp(shifted)
    return replace(settled, pred=power / power.sum(axis=0, keepdims=True))


# Keras computes in float32, which shows where probabilities are held away from 1.
_IN_KERAS = [(_taken_as_they_are("keras", "float32"), 0.0), (_taken_as_they_are("keras"), 0.1)]
