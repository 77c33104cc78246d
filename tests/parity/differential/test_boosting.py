"""XGBoost's, LightGBM's and CatBoost's metrics against the libraries that are installed.

Each is asked of a model that changes nothing: predictions are handed in as the scores to start
from. XGBoost computes in float32, LightGBM and CatBoost store labels in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import losscli
from tests.parity.differential import data as made
from tests.parity.differential.asked import Asked, every_name
from tests.parity.differential.data import Data

_SINGLE = 3e-6


def _xgboost(data: Data, metric: str, settings: dict[str, Any]) -> float:
    xgboost = pytest.importorskip("xgboost", reason="XGBoost is not installed")
    rows = len(data.pred)
    matrix = xgboost.DMatrix(np.zeros((rows, 1)), label=data.label, weight=data.weight)
    # A model of no trees, whose objective leaves the scores as they are.
    matrix.set_base_margin(np.asarray(data.pred, dtype=np.float32))
    several = data.pred.ndim == 2 and data.label.ndim == 1
    objective = {"objective": "reg:squarederror"}
    if several:
        # Scores of classes go through a softmax: of log-probabilities it is they themselves.
        matrix.set_base_margin(np.log(data.pred).astype(np.float32))
        objective = {"objective": "multi:softprob", "num_class": data.pred.shape[1]}
    model = xgboost.train(
        {**objective, "eval_metric": metric, "verbosity": 0, **settings}, matrix, num_boost_round=0
    )
    return float(model.eval(matrix).rpartition(":")[2])


def _lightgbm(data: Data, metric: str, settings: dict[str, Any]) -> float:
    lightgbm = pytest.importorskip("lightgbm", reason="LightGBM is not installed")
    columns = np.random.default_rng(0).normal(size=(len(data.pred), 1))
    several = data.pred.ndim == 2
    scores = np.log(data.pred).T.ravel() if several else data.pred
    objective = {"objective": "regression"}
    if several:
        objective = {"objective": "multiclass", "num_class": data.pred.shape[1]}
    params = {
        **objective,
        "metric": metric,
        "verbosity": -1,
        # No split is allowed, so the one tree adds nothing.
        "min_data_in_leaf": 10**6,
        "boost_from_average": False,
        **settings,
    }
    train = lightgbm.Dataset(
        columns, label=data.label, weight=data.weight, init_score=scores, params=params
    )
    test = lightgbm.Dataset(
        columns, label=data.label, weight=data.weight, init_score=scores, reference=train
    )
    found: dict[str, Any] = {}
    watch = [lightgbm.record_evaluation(found)]
    lightgbm.train(params, train, 1, valid_sets=[test], callbacks=watch)
    (values,) = next(iter(found.values())).values()
    return float(values[0])


def _catboost(data: Data, metric: str, settings: dict[str, Any]) -> float:
    utils = pytest.importorskip("catboost.utils", reason="CatBoost is not installed")
    written = ";".join(f"{name}={value}" for name, value in settings.items())
    asked = f"{metric}:{written}" if written else metric
    return float(utils.eval_metric(data.label, data.pred, asked, weight=data.weight)[0])


_CALLS = {"xgboost": _xgboost, "lightgbm": _lightgbm, "catboost": _catboost}


def asked_of_booster(
    name: str,
    loss: str,
    data: Data,
    kind: str | None = None,
    ours: dict[str, Any] | None = None,
    **settings: Any,
) -> Iterator[Asked]:
    framework, _, metric = name.partition(".")
    call = _CALLS[framework]
    for each in (data, data.weighted()):
        if framework == "xgboost" and each.weight is not None:
            # XGBoost takes no weight of 0 where labels are classes.
            each = replace(each, name=f"{each.name} above 0", weight=each.weight + 0.5)
        yield Asked(
            name,
            loss,
            each,
            lambda data: call(data, metric, settings),
            settings if ours is None else ours,
            kind,
            rtol=_SINGLE,
            like_params=({"power": float(metric.partition("@")[2])} if "@" in metric else None),
        )


def _wrong_and_sure() -> Iterator[Data]:
    """A single row each, where the libraries' floors show."""
    for pred, label in ((0.0, 1), (1.0, 0), (1e-20, 1)):
        name = f"{pred:g} for {label}"
        yield Data(f"(n,) {name}", np.full(4, pred), np.full(4, label))


def questions() -> Iterator[Asked]:
    chances = made.inner_chances()
    for data in (chances, *_wrong_and_sure()):
        yield from asked_of_booster("xgboost.logloss", "bce", data, "probability")
        yield from asked_of_booster("lightgbm.binary_logloss", "bce", data, "probability")
    yield from asked_of_booster("xgboost.mlogloss", "ce", made.classes())
    yield from asked_of_booster("lightgbm.multi_logloss", "ce", made.classes())
    real, positive = made.real(), made.positive()
    for name, ours in {"rmse": "rmse", "mae": "mae"}.items():
        for data in (real, made.real(2)):
            yield from asked_of_booster(f"xgboost.{name}", ours, data)
    yield from asked_of_booster("xgboost.mape", "mape", positive)
    yield from asked_of_booster("xgboost.rmsle", "rmsle", positive)
    yield from asked_of_booster("xgboost.mphe", "pseudo_huber", real)
    yield from asked_of_booster("xgboost.mphe", "pseudo_huber", real, huber_slope=0.5)
    yield from asked_of_booster("xgboost.poisson-nloglik", "poisson", made.counts())
    yield from asked_of_booster("xgboost.gamma-nloglik", "gamma_nll", positive)
    yield from asked_of_booster("xgboost.gamma-deviance", "gamma_deviance", positive)
    for power in (1.2, 1.5, 1.9):
        yield from asked_of_booster(
            f"xgboost.tweedie-nloglik@{power}", "tweedie_nll", positive, ours={}
        )
    yield from asked_of_booster("xgboost.quantile", "pinball", real, quantile_alpha=0.3)
    for name, ours in {"l1": "mae", "l2": "mse", "rmse": "rmse"}.items():
        yield from asked_of_booster(f"lightgbm.{name}", ours, real)
    for name, ours in {"mape": "mape", "huber": "huber", "fair": "fair"}.items():
        yield from asked_of_booster(f"lightgbm.{name}", ours, real)
    yield from asked_of_booster("lightgbm.quantile", "pinball", real)
    yield from asked_of_booster("lightgbm.quantile", "pinball", real, alpha=0.3)
    yield from asked_of_booster("lightgbm.huber", "huber", real, alpha=0.5)
    yield from asked_of_booster("lightgbm.fair", "fair", real, fair_c=2.0)
    yield from asked_of_booster("lightgbm.poisson", "poisson", made.counts())
    yield from asked_of_booster("lightgbm.gamma", "gamma_nll", positive)
    yield from asked_of_booster("lightgbm.gamma_deviance", "gamma_deviance", positive)
    yield from asked_of_booster("lightgbm.tweedie", "tweedie_nll", positive)
    yield from asked_of_booster(
        "lightgbm.tweedie", "tweedie_nll", positive, tweedie_variance_power=1.2
    )
    for name in ("Logloss", "CrossEntropy"):
        yield from asked_of_booster(f"catboost.{name}", "bce", made.logits(), "logit")
    yield from asked_of_booster("catboost.MultiClass", "ce", made.class_logits(), "logit")
    yield from asked_of_booster(
        "catboost.Focal", "binary_focal", made.logits(), "logit", focal_alpha=0.3, focal_gamma=1.5
    )
    for name, ours in {"RMSE": "rmse", "MAE": "mae", "MAPE": "mape", "SMAPE": "smape"}.items():
        yield from asked_of_booster(f"catboost.{name}", ours, real)
    yield from asked_of_booster("catboost.Quantile", "pinball", real, alpha=0.3)
    yield from asked_of_booster("catboost.Expectile", "expectile", real, alpha=0.3)
    yield from asked_of_booster("catboost.Huber", "huber", real, delta=0.5)
    yield from asked_of_booster("catboost.FairLoss", "fair", real, smoothness=0.5)
    yield from asked_of_booster("catboost.Lq", "lq", real, q=1.5)
    yield from asked_of_booster("catboost.MSLE", "msle", positive)
    yield from asked_of_booster("catboost.R2", "r2", real)


@pytest.mark.filterwarnings("ignore")
@every_name(questions())
class TestBoosters:
    def test_its_name_prints_its_number(self, questions: list[Asked]) -> None:
        for asked in questions:
            asked.agrees(asked.by_name())

    def test_its_convention_prints_its_number(self, questions: list[Asked]) -> None:
        for asked in questions:
            asked.agrees(asked.by_like())


def test_the_floors_are_those_of_the_frameworks() -> None:
    sure = next(_wrong_and_sure())
    for framework, metric, floor in (
        ("xgboost", "logloss", 1e-16),
        ("lightgbm", "binary_logloss", 1e-15),
    ):
        theirs = _CALLS[framework](sure, metric, {})
        assert theirs == pytest.approx(-math.log(floor), rel=_SINGLE)


_LISTS = (9, 8, 6, 10)


def _ranked() -> tuple[Any, Any]:
    """Scores with ties and grades 0 to 3, in four lists of which one holds nothing relevant."""
    random = np.random.default_rng(0)
    rows = sum(_LISTS)
    scores, grades = np.round(random.normal(size=rows)), random.integers(0, 4, rows)
    grades[17:23] = 0
    return scores, grades


def _xgboost_ranking(metric: str, **settings: Any) -> float:
    xgboost = pytest.importorskip("xgboost", reason="XGBoost is not installed")
    scores, grades = _ranked()
    matrix = xgboost.DMatrix(np.zeros((len(scores), 1)), label=grades, group=_LISTS)
    matrix.set_base_margin(scores.astype(np.float32))
    how = {"objective": "rank:ndcg", "eval_metric": metric, "verbosity": 0, **settings}
    return float(xgboost.train(how, matrix, 0).eval(matrix).rpartition(":")[2])


def _lightgbm_ranking(k: int) -> float:
    lightgbm = pytest.importorskip("lightgbm", reason="LightGBM is not installed")
    scores, grades = _ranked()
    columns = np.random.default_rng(0).normal(size=(len(scores), 1))
    how = {"objective": "lambdarank", "metric": "ndcg", "eval_at": [k], "verbosity": -1}
    how |= {"min_data_in_leaf": 10**6, "learning_rate": 1e-12}
    data = {"label": grades, "group": list(_LISTS), "init_score": scores}
    train = lightgbm.Dataset(columns, params=how, **data)
    test = lightgbm.Dataset(columns, reference=train, **data)
    found: dict[str, Any] = {}
    lightgbm.train(how, train, 1, valid_sets=[test], callbacks=[lightgbm.record_evaluation(found)])
    return float(found["valid_0"][f"ndcg@{k}"][0])


# The values are those of XGBoost 3.2.0 and LightGBM 4.7.0.
_RANKINGS: list[tuple[str, dict[str, Any], float, Any]] = [
    ("xgboost.ndcg", {}, 0.8841254911969378, lambda: _xgboost_ranking("ndcg")),
    ("xgboost.ndcg@3", {}, 0.7844558781857013, lambda: _xgboost_ranking("ndcg@3")),
    (
        "xgboost.ndcg",
        {"ndcg_exp_gain": False},
        0.9161986593557169,
        lambda: _xgboost_ranking("ndcg", ndcg_exp_gain=False),
    ),
    ("lightgbm.ndcg@1", {}, 0.7857142857142857, lambda: _lightgbm_ranking(1)),
    ("lightgbm.ndcg@5", {}, 0.8250366245946619, lambda: _lightgbm_ranking(5)),
]


@pytest.mark.parametrize(("name", "params", "stored", "call"), _RANKINGS)
class TestRankings:
    def test_its_name_prints_the_number_that_was_stored(
        self, name: str, params: dict[str, Any], stored: float, call: Any
    ) -> None:
        scores, grades = _ranked()
        lists = np.repeat(np.arange(len(_LISTS)), _LISTS)
        [found] = losscli.evaluate(
            scores, grades, name, inputs={"group": lists}, ci="none", **params
        ).results
        assert found.value == pytest.approx(stored, rel=1e-12)

    def test_the_number_that_was_stored_is_the_frameworks(
        self, name: str, params: dict[str, Any], stored: float, call: Any
    ) -> None:
        assert call() == pytest.approx(stored, rel=1e-12)


def test_lightgbms_ranking_has_no_number_without_its_depth() -> None:
    scores, grades = _ranked()
    with pytest.raises(losscli.UsageError, match="only with its k"):
        losscli.evaluate(scores, grades, "lightgbm.ndcg")
