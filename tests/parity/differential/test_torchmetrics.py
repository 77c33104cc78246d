"""TorchMetrics' losses, by name and by --like, against the TorchMetrics that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.parity.differential import data as made
from tests.parity.differential.asked import Asked, every_name
from tests.parity.differential.data import Data

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
functional = pytest.importorskip("torchmetrics.functional", reason="TorchMetrics is not installed")


def _asked(
    name: str, loss: str, data: Data, *, swapped: bool = False, rtol: float = 1e-12, **params: Any
) -> Asked:
    def call(data: Data) -> Any:
        homes = (functional, functional.classification, functional.regression)
        function = next(getattr(home, name) for home in homes if hasattr(home, name))
        pred, label = torch.tensor(data.pred), torch.tensor(data.label)
        first, second = (label, pred) if swapped else (pred, label)
        if name.startswith("multiclass"):
            params["num_classes"] = data.pred.shape[1]
        if name.startswith("multilabel"):
            params["num_labels"] = data.pred.shape[1]
        return function(first, second, **params).numpy()

    return Asked(f"torchmetrics.functional.{name}", loss, data, call, dict(params), rtol=rtol)


def questions() -> Iterator[Asked]:
    for data in (made.real(), made.real(1), made.real(2), made.real(5)):
        for name, ours in OF_VALUES.items():
            yield _asked(name, ours, data)
        for way in ("mean", "range", "std", "l2"):
            name = "normalized_root_mean_squared_error"
            yield _asked(name, "nrmse", data, normalization=way)
        for way in ("raw_values", "uniform_average", "variance_weighted"):
            yield _asked("r2_score", "r2", data, multioutput=way)
            yield _asked("explained_variance", "explained_variance", data, multioutput=way)
        yield _asked("minkowski_distance", "minkowski_distance", data, p=3)
    for data in (made.real(2), made.real(5)):
        width = data.pred.shape[1]
        yield _asked("mean_squared_error", "mse", data, num_outputs=width)
        yield _asked("mean_absolute_error", "mae", data, num_outputs=width)
    for data in (made.near_constant(), made.constant()):
        yield _asked("r2_score", "r2", data)
    small = made.real()
    small = replace(small, name="(n,) tiny", pred=small.pred * 1e-4, label=small.label * 1e-4)
    yield _asked("r2_score", "r2", small)
    yield _asked("relative_squared_error", "rse", made.constant())
    for data in (made.positive(), made.positive(2)):
        yield _asked("mean_squared_log_error", "msle", data)
        yield _asked("tweedie_deviance_score", "tweedie_deviance", data, power=1.5)
    yield _asked("kl_divergence", "kl", made.soft(made.classes()), swapped=True)
    yield _asked("kl_divergence", "kl", made.soft(made.uneven_classes()), swapped=True)
    js = "jensen_shannon_divergence"
    yield _asked(js, "js", made.soft(made.classes()), swapped=True)
    yield _asked("binary_hinge_loss", "hinge", made.logits())
    yield _asked("binary_hinge_loss", "hinge", made.inner_chances())
    yield _asked("multiclass_hinge_loss", "multiclass_hinge", made.class_logits())
    yield _asked(
        "multiclass_hinge_loss",
        "multiclass_hinge",
        made.class_logits(),
        multiclass_mode="one-vs-all",
    )
    yield _asked("binary_calibration_error", "ece", made.inner_chances(), rtol=1e-6)
    yield _asked("multiclass_calibration_error", "ece", made.classes(), rtol=1e-6)
    yield _asked("cosine_similarity", "cosine_similarity", made.real(5), rtol=1e-6)
    for name, ours in {
        "multilabel_coverage_error": "coverage_error",
        "multilabel_ranking_loss": "label_ranking_loss",
    }.items():
        yield _asked(name, ours, made.indicators(), rtol=1e-6)


OF_VALUES = {
    "mean_squared_error": "mse",
    "mean_absolute_error": "mae",
    "mean_absolute_percentage_error": "mape",
    "symmetric_mean_absolute_percentage_error": "smape",
    "weighted_mean_absolute_percentage_error": "wmape",
    "log_cosh_error": "log_cosh",
    "concordance_corrcoef": "ccc",
    "r2_score": "r2",
    "explained_variance": "explained_variance",
    "relative_squared_error": "rse",
    "normalized_root_mean_squared_error": "nrmse",
}


@every_name(questions())
class TestTorchMetrics:
    def test_its_name_prints_its_number(self, questions: list[Asked]) -> None:
        for asked in questions:
            asked.agrees(asked.by_name())

    def test_its_convention_prints_its_number(self, questions: list[Asked]) -> None:
        for asked in questions:
            asked.agrees(asked.by_like())
