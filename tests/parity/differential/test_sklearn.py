"""scikit-learn's losses, by name and by --like, against the scikit-learn that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.parity.differential import data as made
from tests.parity.differential.asked import Asked, every_name
from tests.parity.differential.data import Data

metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")


def _call(name: str, *, labels: bool = False, weight: bool = True) -> Callable[..., Any]:
    function = getattr(metrics, name)

    def call(data: Data, **params: Any) -> Any:
        if labels:
            width = 2 if data.pred.ndim == 1 or data.pred.shape[1] == 1 else data.pred.shape[1]
            params["labels"] = list(range(width))
        if weight:
            params["sample_weight"] = data.weight
        return function(data.label, data.pred, **params)

    return call


def _asked(name: str, loss: str, data: Data, *, labels: bool = False, **params: Any) -> Asked:
    ask = _call(name, labels=labels, weight=data.weight is not None)
    given = dict(params)
    return Asked(f"sklearn.{name}", loss, data, lambda data: ask(data, **given), params)


def _each(data: Data) -> Iterator[Data]:
    yield data
    yield data.weighted()


CHANCES = [
    made.chances(),
    made.column(made.chances()),
    made.column_of_both(made.chances()),
    made.two_columns(),
    made.classes(),
    made.uneven_classes(),
]
VALUES = [made.real(), made.column_of_both(made.real()), made.real(1), made.real(2), made.real(5)]
POSITIVES = [made.positive(), made.positive(2)]
REGRESSION = (
    "mean_squared_error",
    "root_mean_squared_error",
    "mean_absolute_error",
    "median_absolute_error",
    "mean_absolute_percentage_error",
    "mean_pinball_loss",
    "r2_score",
    "explained_variance_score",
    "d2_pinball_score",
    "d2_absolute_error_score",
)
OURS = {
    "mean_pinball_loss": "pinball",
    "r2_score": "r2",
    "explained_variance_score": "explained_variance",
    "d2_pinball_score": "d2_pinball",
    "d2_absolute_error_score": "d2_absolute_error",
    "root_mean_squared_error": "rmse",
}


def questions() -> Iterator[Asked]:
    for plain in CHANCES:
        for data in _each(plain):
            yield _asked("log_loss", "log_loss", data, labels=True)
            yield _asked("log_loss", "log_loss", data, labels=True, normalize=False)
            several = data.pred.ndim == 2 and data.pred.shape[1] > 1
            yield _asked("brier_score_loss", "brier", data, labels=several)
            for half in (True, False, "auto"):
                yield _asked("brier_score_loss", "brier", data, labels=several, scale_by_half=half)
            yield _asked("d2_brier_score", "d2_brier", data)
            yield _asked("d2_log_loss_score", "d2_log_loss", data)
    for shape in (made.classes(), made.uneven_classes(), made.two_columns()):
        for data in _each(made.one_hot(shape)):
            yield _asked("log_loss", "ce", data)
            yield _asked("brier_score_loss", "brier", data)
    for data in _each(made.indicators()):
        yield _asked("log_loss", "log_loss", data)
        yield _asked("log_loss", "bce", data)
        yield _asked("brier_score_loss", "brier", data)
    for data in _each(made.logits()):
        yield _asked("hinge_loss", "hinge", data)
    for data in _each(made.class_logits()):
        yield _asked("hinge_loss", "hinge", data)
        yield _asked("hinge_loss", "multiclass_hinge", data, labels=True)
    for shape in VALUES:
        for data in _each(shape):
            for name in REGRESSION:
                yield _asked(name, OURS.get(name, name), data)
                yield _asked(name, OURS.get(name, name), data, multioutput="raw_values")
            yield _asked("mean_pinball_loss", "pinball", data, alpha=0.9)
            yield _asked("r2_score", "r2", data, multioutput="variance_weighted")
    for shape in POSITIVES:
        for data in _each(shape):
            yield _asked("mean_squared_log_error", "msle", data)
            yield _asked("root_mean_squared_log_error", "rmsle", data)
    for data in _each(made.positive()):
        yield _asked("mean_poisson_deviance", "poisson_deviance", data)
        yield _asked("mean_gamma_deviance", "gamma_deviance", data)
        yield _asked("mean_tweedie_deviance", "tweedie_deviance", data, power=1.5)
        yield _asked("d2_tweedie_score", "d2_tweedie", data, power=1)
    yield _asked("max_error", "max_error", made.real())
    for force_finite in (True, False):
        yield _asked("r2_score", "r2", made.constant(), force_finite=force_finite)
        yield _asked(
            "explained_variance_score",
            "explained_variance",
            made.constant(),
            force_finite=force_finite,
        )
    yield _asked("r2_score", "r2", made.near_constant())


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@every_name(questions())
class TestScikitLearn:
    def test_its_name_prints_its_number(self, questions: list[Asked]) -> None:
        for asked in questions:
            asked.agrees(asked.by_name())

    def test_its_convention_prints_its_number(self, questions: list[Asked]) -> None:
        for asked in questions:
            asked.agrees(asked.by_like())
