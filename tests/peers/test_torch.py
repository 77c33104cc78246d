"""The inputs of PyTorch's own tests of its loss modules, which ship in its wheel.

PyTorch answers each by its module, losscli by the module's name and parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import losscli

torch = pytest.importorskip("torch", reason="PyTorch, whose tests these are, is not installed")
pytest.importorskip("expecttest", reason="PyTorch's own tests need it")

# Modules that read a prediction and a label, and how many of their inputs losscli can be asked for.
MODULES = {
    "BCELoss": 4,
    "BCEWithLogitsLoss": 4,
    "CrossEntropyLoss": 54,
    "HingeEmbeddingLoss": 5,
    "HuberLoss": 4,
    "L1Loss": 4,
    "MSELoss": 4,
    "MultiLabelMarginLoss": 4,
    "MultiLabelSoftMarginLoss": 4,
    "MultiMarginLoss": 6,
    "NLLLoss": 28,
    "PoissonNLLLoss": 7,
    "SmoothL1Loss": 4,
    "SoftMarginLoss": 4,
}


def inputs_of(module: str) -> Iterator[tuple[Any, Any, dict[str, Any], Any]]:
    """Prediction, label, parameters and the module's answer, for each input of its tests."""
    from torch.testing._internal.common_modules import module_db

    [info] = [info for info in module_db if info.name == f"nn.{module}"]
    torch.manual_seed(0)
    for given in info.module_inputs_func(
        info, device="cpu", dtype=torch.float64, requires_grad=False, training=True
    ):
        params = {
            name: value
            for name, value in given.constructor_input.kwargs.items()
            if value is not None
        }
        pred, label = given.forward_input.args
        asked = info.module_cls(**params).double()(pred, label)
        yield pred.numpy(), label.numpy(), params, asked.numpy()


def left_out(pred: Any, label: Any) -> bool:
    """What losscli refuses: single numbers and single rows, which no file holds without a shape.

    Of soft labels of more dimensions it asks which axis holds the classes.
    """
    single = pred.ndim == 0 or label.ndim == 0
    single_row = pred.ndim == 1 and label.ndim == 1 and label.dtype.kind == "i"
    several_axes = pred.ndim > 2 and pred.shape == label.shape
    return single or single_row or several_axes


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("module", MODULES)
def test_its_inputs_give_its_numbers(module: str) -> None:
    answered = 0
    for pred, label, params, expected in inputs_of(module):
        weight = params.pop("weight", None)
        # Weights are drawn from a normal distribution: those below 0 are refused.
        weighed = weight is not None and (module not in OF_CLASSES or bool((weight < 0).any()))
        if weighed or (left_out(pred, label) and not (module in ELEMENTWISE and pred.ndim)):
            continue
        asked: dict[str, Any] = params if weight is None else {**params, "class_weight": weight}
        report = losscli.evaluate(pred, label, f"torch.nn.{module}", ci="none", **asked)
        [found] = report.results
        mine = found.value if found.values is None else found.values
        np.testing.assert_allclose(np.ravel(mine), np.ravel(expected), rtol=1e-10, atol=1e-14)
        answered += 1
    assert answered == MODULES[module]


OF_CLASSES = ("CrossEntropyLoss", "NLLLoss", "MultiMarginLoss")
ELEMENTWISE = ("L1Loss", "MSELoss", "PoissonNLLLoss", "SmoothL1Loss", "HuberLoss")
