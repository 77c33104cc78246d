"""How often the numbers of a block are gone over: counted by an array type, not by a clock."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from losscli.engine.accumulators import accumulator
from losscli.engine.run import Outcome, Pass
from losscli.evaluating.one_pass import requests_of
from losscli.evaluating.options import Options
from losscli.evaluating.reading import read_as, tolerance_of
from losscli.inputs.assembling import open_dataset
from losscli.inputs.block import Block

ROWS = 1 << 12

# What the engine does to every block of one number per row, beside the kernel.
ARRAYS = Counter({"minimum.reduce": 2, "maximum.reduce": 2})
LOSSES = Counter(
    {
        "minimum.reduce": 1,
        "maximum.reduce": 1,
        "add": 1,
        "subtract": 2,
        "add.reduce": 2,
        "einsum": 1,
    }
)
OUTSIDE_UNIT = Counter({"less": 1, "greater": 1, "count_nonzero": 2})
ZEROS_AND_ONES = Counter({"equal": 2, "count_nonzero": 2})

KERNELS = {
    "mse": Counter({"subtract": 1, "multiply": 1}),
    "mae": Counter({"subtract": 1, "absolute": 1}),
    "bce": Counter({"subtract": 4, "add": 1, "absolute": 1, "log": 1, "negative": 1}),
}


class Counted(np.ndarray[Any, Any]):
    """An array that notes each function that goes over all rows of it, or of what came of it."""

    passes: ClassVar[Counter[str]] = Counter()

    def __array_ufunc__(self, ufunc: Any, method: str, *given: Any, **named: Any) -> Any:
        name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        _note(name, given)
        if "out" in named:
            named["out"] = tuple(map(_plain, named["out"]))
        return _counted(getattr(ufunc, method)(*map(_plain, given), **named))

    def __array_function__(self, function: Any, types: Any, given: Any, named: Any) -> Any:
        _note(function.__name__, given)
        return _counted(function(*map(_plain, given), **named))

    def astype(self, dtype: Any, *given: Any, copy: bool = True, **named: Any) -> Any:
        if not copy and self.dtype == dtype:
            return self
        _note("astype", [self])
        return _counted(_plain(self).astype(dtype, *given, copy=copy, **named))


def _note(name: str, given: Any) -> None:
    if any(np.size(each) >= ROWS for each in map(_plain, given)):
        Counted.passes[name] += 1


def _plain(item: Any) -> Any:
    return item.view(np.ndarray) if isinstance(item, Counted) else item


def _counted(found: Any) -> Any:
    return found.view(Counted) if isinstance(found, np.ndarray) and found.ndim else found


def passes(pred: NDArray[Any], label: NDArray[Any], losses: str) -> Counter[str]:
    """What goes over a block for these losses, by the name of the function."""
    dataset = open_dataset(pred, label)
    look = Outcome()
    look.add_profiles(Block(0, pred, label, None), tolerance_of(dataset))
    reading = read_as(dataset, look, requests_of(losses), Options())
    outcome = Outcome([accumulator(item) for item in reading.evaluations])
    Counted.passes.clear()
    block = Block(0, pred.view(Counted), label.view(Counted), None)
    Pass(dataset, reading.setting).over([block], outcome)
    return Counter(Counted.passes)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("loss", ["mse", "mae"])
def test_a_block_of_values_is_gone_over_sixteen_times_and_for_the_kernel(
    loss: str, rng: np.random.Generator
) -> None:
    pred, label = rng.normal(size=(2, ROWS))
    found = passes(pred, label, loss)
    assert found == ARRAYS + OUTSIDE_UNIT + LOSSES + KERNELS[loss]
    assert found.total() == 18


def test_a_block_of_probabilities_and_answers_is_gone_over_sixteen_times_and_for_the_kernel(
    rng: np.random.Generator,
) -> None:
    pred = rng.uniform(0.1, 0.9, ROWS)
    label = (rng.uniform(size=ROWS) < pred).astype(float)
    found = passes(pred, label, "bce")
    assert found == ARRAYS + ZEROS_AND_ONES + LOSSES + KERNELS["bce"]
    assert found.total() == 24


def test_a_second_loss_of_the_same_data_adds_no_look_at_them(rng: np.random.Generator) -> None:
    pred, label = rng.normal(size=(2, ROWS))
    both = passes(pred, label, "mse,mae")
    assert both - passes(pred, label, "mse") == LOSSES + KERNELS["mae"]


def test_what_two_losses_share_is_computed_and_summed_once(rng: np.random.Generator) -> None:
    pred, label = rng.normal(size=(2, ROWS))
    assert passes(pred, label, "mse,rmse") == passes(pred, label, "mse")


def test_a_block_that_was_looked_at_for_its_reading_is_not_looked_at_again(
    rng: np.random.Generator,
) -> None:
    pred, label = rng.normal(size=(2, ROWS))
    block = Block(0, pred.view(Counted), label.view(Counted), None)
    for_reading, in_the_pass = Outcome(), Outcome()
    for_reading.add_profiles(block, 1e-6)
    Counted.passes.clear()
    in_the_pass.add_profiles(block, 1e-6)
    assert not Counted.passes
    assert (in_the_pass.pred, in_the_pass.label) == (for_reading.pred, for_reading.label)
    assert in_the_pass.pred.low == pred.min()


def test_a_look_with_another_tolerance_is_another_look() -> None:
    block = Block(0, np.full((4, 2), 0.5005), np.zeros(4), None)
    strict, loose = Outcome(), Outcome()
    strict.add_profiles(block, 1e-6)
    loose.add_profiles(block, 1e-2)
    assert (strict.pred.uneven, loose.pred.uneven) == (4, 0)
