"""A worked step of gradient descent leads downhill, for every loss that has a gradient."""

from __future__ import annotations

import numpy as np
import pytest

import losscli
from losscli.describing.descent import descend
from losscli.losses.definition.loss import Loss
from losscli.losses.registry import REGISTRY


@pytest.mark.parametrize(
    "loss", [loss for loss in REGISTRY if loss.differentiable], ids=lambda loss: loss.id
)
def test_a_step_makes_the_value_of_the_example_better(loss: Loss) -> None:
    found = descend(loss)
    better = found.new_value < found.value if found.sign < 0 else found.new_value > found.value
    assert better
    step = found.sign * found.step * np.array(found.gradient)
    np.testing.assert_array_equal(np.array(found.pred) + step, np.array(found.new_pred))


def test_its_numbers_are_those_of_the_api() -> None:
    found = descend(REGISTRY.get("ce"))
    assert found.kind == "logit"
    before, after = (
        losscli.evaluate(pred, [0, 1, 0], "ce", kind="logit", like="exact")["ce"].value
        for pred in (found.pred, found.new_pred)
    )
    assert (before, after) == (found.value, found.new_value)
    slopes = losscli.gradient(found.pred, [0, 1, 0], "ce", kind="logit")
    assert slopes.tolist() == found.gradient
