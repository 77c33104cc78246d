"""How each framework prints the same loss: a table of choices, one row per framework.

A kernel knows none of this. It is handed predictions that the convention's `floor` has guarded,
and its rows are reduced by the denominators that the convention names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from losscli.conventions.axes import UNGUARDED, Axes, Denominator, MeanOver, Renormalise
from losscli.conventions.convention import Convention
from losscli.conventions.spelling import (
    Said,
    another_loss,
    balanced_alpha,
    called,
    exponential_gain,
    half_of_two,
    instead,
    mode_of_classes,
    negative_is_off,
    only,
    only_half,
    plain_value,
)
from losscli.errors import UsageError, did_you_mean
from losscli.losses.definition.loss import RowLoss
from losscli.losses.forms.floors import Floor, Guard

# The spacing of floating-point numbers at 1, in the type that the predictions are stored in.
_EPS = Floor(Guard.CLIP_EPS, logs_only=True)


def _root_of_eps(value: Any, _: Mapping[str, Any]) -> Said:
    """A floor on squared norms, as a floor on norms."""
    return Said({"eps": math.sqrt(plain_value(value))})


_ADD = Floor(Guard.ADD, 1e-7)
_NO_FLOOR = MappingProxyType({"floor": UNGUARDED, "class_floor": UNGUARDED})
_COUNT = Denominator.COUNT
_EXACT = Axes(floor=UNGUARDED, class_floor=UNGUARDED)

# Boosters' ranking: gains 2^relevance − 1, the earlier of two equal scores first.
_BOOSTED_RANKS = {
    "gain": "exponential",
    "ignore_ties": True,
    "earlier_first": True,
    "empty": 1.0,
}

_OLD_CLIP = Floor(Guard.CLIP, 1e-15, logs_only=True)


def _clamped(least: float) -> Axes:
    """No logarithm below that of `least`."""
    floor = Floor(Guard.CLAMP_LOG, math.log(least))
    return replace(_EXACT, floor=floor, class_floor=floor, sums_checked=False)


_TABLE = (
    Convention(
        "standard",
        "float64; inside logarithms probabilities are clipped to [1e-7, 1 − 1e-7] and counted; "
        "means over elements; weighted means divide by the sum of the weights",
        exceptions={"ranked_logarithmic_score": {"class_floor": Floor(Guard.CLIP, 1e-7)}},
    ),
    Convention(
        "exact",
        "the formula on paper: no clipping, so a sure and wrong prediction costs infinity",
        axes=_EXACT,
    ),
    Convention(
        "textbook",
        "1e-7 added inside each log; means divide by the length of the first axis",
        axes=Axes(floor=_ADD, class_floor=_ADD, mean_over=MeanOver.ROWS),
        exceptions={
            "cross_entropy_distribution": _NO_FLOOR,
            "entropy": _NO_FLOOR,
            "kl_divergence": _NO_FLOOR,
        },
    ),
    Convention(
        "scipy",
        "no clipping; distributions are divided by their sum",
        axes=replace(_EXACT, renormalise=Renormalise.BOTH),
    ),
    Convention(
        "torch",
        "PyTorch 2.13: the log of a probability is held at −100; weighted means mostly divide by "
        "the number of items, class-weighted cross entropy by the sum of the weights",
        axes=replace(
            _EXACT,
            floor=Floor(Guard.CLAMP_LOG, -100.0),
            weighted_mean=_COUNT,
            class_weighted_mean=_COUNT,
            soft_class_mean=_COUNT,
            sums_checked=False,
        ),
        exceptions={
            "categorical_cross_entropy": {"class_weighted_mean": Denominator.WEIGHTS},
            "nll": {"class_weighted_mean": Denominator.WEIGHTS},
            "mean_squared_error": {"weighted_mean": Denominator.WEIGHTS},
            "mean_absolute_error": {"weighted_mean": Denominator.WEIGHTS},
            "kl_divergence": {"row": RowLoss.ELEMENTS},
        },
        defaults={
            "binary_focal": {"alpha": 0.25},
            "poisson_nll": {"log_input": True, "eps": 1e-8},
            "ctc": {"layout": "TNC"},
            "categorical_cross_entropy": {"ignore_index": -100},
            "nll": {"ignore_index": -100},
        },
        mean_defaults={"ctc": {"per_target": True}},
        spellings={
            "pinball": {"alpha": called("quantile")},
            "margin_ranking": {"input2": called("x2")},
        },
    ),
    Convention(
        "torchvision",
        "torchvision 0.29 sigmoid_focal_loss",
        axes=_EXACT,
        defaults={"binary_focal": {"alpha": 0.25}},
        spellings={"binary_focal": {"alpha": negative_is_off}},
    ),
    Convention(
        "keras",
        "Keras 3 in float64: probabilities clipped to [1e-7, 1 − 1e-7] inside the logs, rows of "
        "classes divided by their sum; a row costs the mean of its items, and weighted means "
        "divide by the number of rows",
        axes=Axes(
            floor=Floor(Guard.CLIP, 1e-7, logs_only=True, rounded="float64"),
            class_floor=Floor(Guard.CLIP, 1e-7, rounded="float64"),
            renormalise=Renormalise.PREDICTIONS,
            row=RowLoss.MEAN,
            nothing_is_zero=True,
            sums_checked=False,
            weighted_mean=_COUNT,
            class_weighted_mean=_COUNT,
            soft_class_mean=_COUNT,
        ),
        exceptions={
            "kl_divergence": {
                "class_floor": Floor(Guard.CLIP, 1e-7, one_sided=True),
                "label_floor": Floor(Guard.CLIP, 1e-7, one_sided=True),
                "renormalise": Renormalise.NO,
                "row": None,
            },
            "generalized_cross_entropy": {"renormalise": Renormalise.NO},
        },
        defaults={
            "mean_absolute_percentage_error": {"eps": 1e-7, "scale": 100.0},
            "mean_squared_log_error": {"floor": 1e-7},
            "poisson_nll": {"eps": 1e-7},
            "cosine_similarity_loss": {"eps": 1e-7},
            "categorical_focal": {"alpha": 0.25},
        },
        spellings={
            "binary_focal": {"apply_class_balancing": balanced_alpha(0.25)},
            "categorical_cross_entropy": {"ignore_class": called("ignore_index")},
            "tversky": {"alpha": called("beta"), "beta": called("alpha")},
        },
        switched={"binary_focal": {"alpha": "apply_class_balancing"}},
    ),
    Convention(
        "sklearn",
        "scikit-learn 1.9: probabilities clipped by the spacing of their own type; weighted means "
        "divide by the sum of the weights; columns are finished one by one",
        axes=Axes(
            floor=_EPS, class_floor=_EPS, separate=True, sums_checked=False, unit_labels=True
        ),
        exceptions={
            loss: {"several_compete": True} for loss in ("brier", "d2_brier", "d2_log_loss")
        },
        defaults={"brier": {"scale_by_half": "of_two"}},
        spellings={
            "pinball": {"alpha": called("quantile")},
            "d2_pinball": {"alpha": called("quantile")},
            "brier": {"scale_by_half": half_of_two},
            "binary_cross_entropy": {"eps": instead("Say --like clip=EPS.")},
            "categorical_cross_entropy": {"eps": instead("Say --like clip=EPS.")},
            "mean_squared_error": {"squared": another_loss(False, "sklearn.rmse")},
            "auc_loss": {"multi_class": only("ovr"), "average": only("macro")},
            "average_precision_loss": {"average": only("macro")},
        },
    ),
    Convention(
        "optax",
        "optax 0.2.8: logits and log-probabilities, nothing clipped; labels of margins are ±1 as "
        "they stand",
        axes=replace(_EXACT, zero_is_no_sign=True, sums_checked=False),
        exceptions={
            "sparsemax": {"zero_is_no_sign": False},
        },
        defaults={
            "cosine_distance": {"eps": 0.0},
            "cosine_similarity": {"eps": 0.0},
            "dice": {"smooth": 1.0, "smooth_both": True, "per": "row"},
            "tversky": {"smooth": 1.0, "smooth_both": True, "per": "row"},
            "triplet_margin": {"eps_in": "root"},
            "categorical_cross_entropy": {"safe": False},
        },
        spellings={
            "cosine_distance": {"epsilon": _root_of_eps},
            "cosine_similarity": {"epsilon": _root_of_eps},
            "dice": {"alpha": only_half, "beta": only_half},
        },
    ),
    Convention(
        "torchmetrics",
        "TorchMetrics 1.9: nothing clipped; distributions divided by their sum; scores outside "
        "[0, 1] are turned into probabilities first",
        axes=replace(_EXACT, renormalise=Renormalise.BOTH, squash=True),
        exceptions={"normalized_root_mean_squared_error": {"pooled": True}},
        defaults={
            "mean_absolute_percentage_error": {"eps": 1.17e-6},
            "cosine_similarity": {"eps": 0.0},
            "r2": {"near_zero": 1e-4},
            "relative_squared_error": {"eps": 2.0**-52},
        },
        spellings={
            "mean_squared_error": {"squared": another_loss(False, "rmse --like torchmetrics")},
            "hinge": {"squared": another_loss(True, "squared_hinge --like torchmetrics")},
            "relative_squared_error": {"squared": another_loss(False, "rse, and take the root")},
            "multiclass_hinge": {"multiclass_mode": mode_of_classes},
        },
    ),
    Convention(
        "scoringrules",
        "scoringrules 0.10: nothing clipped, one score per row",
        axes=replace(_EXACT, sums_checked=False),
        defaults={"crps_ensemble": {"estimator": "qd"}},
        spellings={"pinball": {"alpha": called("quantile")}},
    ),
    Convention(
        "catboost",
        "CatBoost 1.2: logits and log rates; absolute errors less 1e-6",
        axes=_EXACT,
        defaults={
            "mean_absolute_percentage_error": {"eps": 1.0},
            "symmetric_mean_absolute_percentage_error": {"eps": 0.0, "scale": 100.0},
            "poisson_nll": {"log_input": True},
            "mean_absolute_error": {"delta": 1e-6},
            "pinball": {"delta": 1e-6},
        },
        spellings={
            "pinball": {"alpha": called("quantile")},
            "expectile": {"alpha": called("expectile")},
            "binary_focal": {"focal_alpha": called("alpha"), "focal_gamma": called("gamma")},
            "fair": {"smoothness": called("c")},
        },
    ),
    Convention(
        "xgboost",
        "XGBoost 3.2 in float64: no logarithm of a probability below that of 1e-16; rows of "
        "classes need not sum to 1; weighted means divide by the sum of the weights",
        axes=_clamped(1e-16),
        defaults={
            "mean_absolute_percentage_error": {"eps": 0.0},
            "poisson_nll": {"floor": 1e-16, "log_factorial": True},
            "gamma_nll": {"floor": 1e-6},
            "gamma_deviance": {"pred_eps": 1e-6, "label_eps": 1e-6},
            "ndcg": _BOOSTED_RANKS,
        },
        spellings={
            "pinball": {"quantile_alpha": called("quantile")},
            "pseudo_huber": {"huber_slope": called("delta")},
            "tweedie_nll": {"tweedie_variance_power": called("power")},
            "ndcg": {"ndcg_exp_gain": exponential_gain},
        },
    ),
    Convention(
        "lightgbm",
        "LightGBM 4.7: no logarithm of a probability below that of 1e-15; rows of classes need "
        "not sum to 1; weighted means divide by the sum of the weights",
        axes=_clamped(1e-15),
        defaults={
            "mean_absolute_percentage_error": {"eps": 1.0},
            "huber": {"delta": 0.9},
            "pinball": {"quantile": 0.9},
            "poisson_nll": {"floor": 1e-10},
            "tweedie_nll": {"floor": 1e-10},
            "gamma_deviance": {"pred_eps": 1e-9},
            "ndcg": _BOOSTED_RANKS,
        },
        spellings={
            "pinball": {"alpha": called("quantile")},
            "huber": {"alpha": called("delta")},
            "fair": {"fair_c": called("c")},
            "tweedie_nll": {"tweedie_variance_power": called("power")},
        },
    ),
    Convention(
        "kaggle",
        "Kaggle's logarithmic loss of old: rows of classes divided by their sum, then "
        "probabilities clipped to [1e-15, 1 − 1e-15]",
        axes=Axes(
            floor=_OLD_CLIP,
            class_floor=_OLD_CLIP,
            renormalise=Renormalise.PREDICTIONS,
            sums_checked=False,
        ),
    ),
)

CONVENTIONS: Mapping[str, Convention] = MappingProxyType({row.name: row for row in _TABLE})


def guarded(name: str) -> Convention:
    """The convention `exact` with one floor: `clip=1e-15` or `add=1e-8`.

    Raises UsageError for a size that is no small positive number.
    """
    policy, _, text = name.partition("=")
    try:
        size = float(text)
    except ValueError:
        size = -1.0
    if not 0.0 < size < 0.5:
        raise UsageError(f"--like {name}: the size is a number between 0 and 0.5")
    floor = Floor(Guard(policy), size, logs_only=policy == Guard.CLIP)
    return Convention(name, floor.words, axes=replace(_EXACT, floor=floor, class_floor=floor))


def convention(name: str) -> Convention:
    """The convention of that name, or `clip=SIZE`, `add=SIZE`. Raises UsageError for any other."""
    if name in CONVENTIONS:
        return CONVENTIONS[name]
    if name.startswith(("clip=", "add=")):
        return guarded(name)
    raise UsageError(f"no convention {name!r}", hint=did_you_mean(name, CONVENTIONS))
