"""How each framework prints the same loss: a table of choices, one row per framework.

A kernel knows none of this. It is handed predictions that the convention's `floor` has guarded,
and its rows are reduced by the denominators that the convention names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from losscli.conventions.axes import UNGUARDED, Axes, Denominator, MeanOver, Renormalise
from losscli.errors import UsageError
from losscli.losses.definition.loss import RowLoss
from losscli.losses.forms.floors import Floor, Guard
from losscli.vocabulary import Reduction

# The spacing of floating-point numbers at 1, in the type that the predictions are stored in.
_EPS = Floor(Guard.CLIP_EPS)


@dataclass(frozen=True, slots=True)
class Convention:
    """One framework's choices.

    `axes` hold for every loss but those in `exceptions` (loss id → axes that differ there);
    `defaults` are parameters whose default the framework sets otherwise (loss id → values),
    `mean_defaults` those that hold for a mean alone, and `renamed` those that go by another name
    there (loss id → name → how it reads here).
    """

    name: str
    summary: str
    axes: Axes = field(default_factory=Axes)
    exceptions: Mapping[str, Mapping[str, Any]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    mean_defaults: Mapping[str, Mapping[str, Any]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    renamed: Mapping[str, Mapping[str, Callable[[Any], Mapping[str, Any]]]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def axes_of(self, loss: str) -> Axes:
        """The choices that hold for the loss of that canonical id."""
        exceptions = self.exceptions.get(loss)
        return replace(self.axes, **exceptions) if exceptions else self.axes

    def defaults_of(self, loss: str, reduction: Reduction = Reduction.MEAN) -> Mapping[str, Any]:
        """The parameters of that loss whose default differs here."""
        of_mean = self.mean_defaults.get(loss, {}) if reduction is Reduction.MEAN else {}
        return {**self.defaults.get(loss, {}), **of_mean}

    def read_params(self, loss: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters under this framework's names, as the loss calls them."""
        table = self.renamed.get(loss, {})
        params: dict[str, Any] = {}
        for name, value in given.items():
            params.update(table[name](value) if name in table else {name: value})
        return params

    def stored_as(self, dtype: np.dtype[Any] | None) -> Convention:
        """The same choices for predictions stored in that type."""
        stored = dtype if dtype is not None and dtype.kind == "f" else np.dtype(np.float64)
        floor, class_floor = (
            one.in_type(stored) for one in (self.axes.floor, self.axes.class_floor)
        )
        if (floor, class_floor) == (self.axes.floor, self.axes.class_floor):
            return self
        return replace(self, axes=replace(self.axes, floor=floor, class_floor=class_floor))


def _alpha_on_request(on: Any) -> Mapping[str, Any]:
    return {} if on else {"alpha": None}


def _same(name: str) -> Callable[[Any], Mapping[str, Any]]:
    return lambda value: {name: value}


def _negative_is_off(value: Any) -> Mapping[str, Any]:
    return {"alpha": None if value is None or float(value) < 0 else value}


def _only_half(value: Any) -> Mapping[str, Any]:
    if value != 0.5:
        raise UsageError("Dice loss with weights is Tversky loss", hint="Say -l tversky.")
    return {}


_ADD = Floor(Guard.ADD, 1e-7)
_NO_FLOOR = MappingProxyType({"floor": UNGUARDED, "class_floor": UNGUARDED})
_COUNT = Denominator.COUNT
_EXACT = Axes(floor=UNGUARDED, class_floor=UNGUARDED)

_TABLE = (
    Convention(
        "standard",
        "float64; probabilities clipped to [1e-7, 1 − 1e-7] and counted; means over elements; "
        "weighted means divide by the sum of the weights",
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
            soft_class_mean=_COUNT,
            sums_checked=False,
        ),
        exceptions={
            "mean_squared_error": {"weighted_mean": Denominator.WEIGHTS},
            "mean_absolute_error": {"weighted_mean": Denominator.WEIGHTS},
            "kl_divergence": {"row": RowLoss.ELEMENTS},
            "multi_margin": {"class_weighted_mean": _COUNT},
        },
        defaults={
            "binary_focal": {"alpha": 0.25},
            "poisson_nll": {"log_input": True, "eps": 1e-8},
            "ctc": {"layout": "TNC"},
            "categorical_cross_entropy": {"ignore_index": -100},
            "nll": {"ignore_index": -100},
        },
        mean_defaults={"ctc": {"per_target": True}},
        renamed={
            "pinball": {"alpha": _same("quantile")},
            "margin_ranking": {"input2": _same("x2")},
        },
    ),
    Convention(
        "torchvision",
        "torchvision 0.29 sigmoid_focal_loss",
        axes=_EXACT,
        defaults={"binary_focal": {"alpha": 0.25}},
        renamed={"binary_focal": {"alpha": _negative_is_off}},
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
            "generalized_cross_entropy": {
                "class_floor": UNGUARDED,
                "renormalise": Renormalise.NO,
            },
            "dice": {"floor": UNGUARDED},
            "tversky": {"floor": UNGUARDED},
        },
        defaults={
            "mean_absolute_percentage_error": {"eps": 1e-7, "scale": 100.0},
            "mean_squared_log_error": {"floor": 1e-7},
            "poisson_nll": {"eps": 1e-7},
            "cosine_similarity_loss": {"eps": 1e-7},
            "categorical_focal": {"alpha": 0.25},
        },
        renamed={
            "binary_focal": {"apply_class_balancing": _alpha_on_request},
            "categorical_cross_entropy": {"ignore_class": _same("ignore_index")},
            "tversky": {"alpha": _same("beta"), "beta": _same("alpha")},
        },
    ),
    Convention(
        "sklearn",
        "scikit-learn 1.9: probabilities clipped by the spacing of their own type; weighted means "
        "divide by the sum of the weights; columns are finished one by one",
        axes=Axes(floor=_EPS, class_floor=_EPS, separate=True, sums_checked=False),
        exceptions={"brier": _NO_FLOOR, "d2_brier": _NO_FLOOR},
        renamed={
            "pinball": {"alpha": _same("quantile")},
            "d2_pinball": {"alpha": _same("quantile")},
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
        renamed={
            "cosine_distance": {"epsilon": lambda value: {"eps": math.sqrt(value)}},
            "cosine_similarity": {"epsilon": lambda value: {"eps": math.sqrt(value)}},
            "dice": {"alpha": _only_half, "beta": _only_half},
        },
    ),
    Convention(
        "torchmetrics",
        "TorchMetrics 1.9: nothing clipped; distributions divided by their sum; scores outside "
        "[0, 1] are turned into probabilities first",
        axes=replace(_EXACT, renormalise=Renormalise.BOTH, squash=True),
        defaults={
            "mean_absolute_percentage_error": {"eps": 1.17e-6},
            "cosine_similarity": {"eps": 0.0},
        },
    ),
    Convention(
        "scoringrules",
        "scoringrules 0.10: nothing clipped, one score per row",
        axes=replace(_EXACT, sums_checked=False),
        defaults={"crps_ensemble": {"estimator": "qd"}},
        renamed={"pinball": {"alpha": _same("quantile")}},
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
        renamed={
            "pinball": {"alpha": _same("quantile")},
            "expectile": {"alpha": _same("expectile")},
        },
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
    floor = Floor(Guard(policy), size)
    words = floor.words
    return Convention(name, words, axes=replace(_EXACT, floor=floor, class_floor=floor))


def convention(name: str) -> Convention:
    """The convention of that name, or `clip=SIZE`, `add=SIZE`. Raises UsageError for any other."""
    from difflib import get_close_matches

    if name in CONVENTIONS:
        return CONVENTIONS[name]
    if name.startswith(("clip=", "add=")):
        return guarded(name)
    close = get_close_matches(name, CONVENTIONS, n=1)
    known = ", ".join(CONVENTIONS)
    raise UsageError(
        f"no convention {name!r}", hint=f"Did you mean {close[0]}?" if close else f"Known: {known}."
    )
