"""Losses from outside: a function that is named `package.module:function`, or an entry point."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.errors import UsageError
from losscli.losses.definition.loss import Example, Labels, Loss, Param, Reading
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Task

ENTRY_POINTS = "losscli.losses"


def load(name: str) -> Loss:
    """The loss that `package.module:function` names, looked for in the current folder too.

    Raises UsageError where there is no such function, or it cannot be a loss.
    """
    module, _, attribute = name.partition(":")
    try:
        with _working_folder_last():
            found = getattr(import_module(module), attribute)
    except ImportError as error:
        raise UsageError(f"--loss {name}: {error}") from None
    except AttributeError:
        raise UsageError(f"--loss {name}: {module} has no {attribute!r}") from None
    except (Exception, SystemExit) as error:
        raise _raised(f"--loss {name}: {module}", error) from error
    return as_loss(name, found)


@contextmanager
def _working_folder_last() -> Iterator[None]:
    """Modules of the working folder can be imported, and hide none that are installed."""
    before = list(sys.path)
    if "" not in before:
        sys.path.append("")
    try:
        yield
    finally:
        sys.path[:] = before


def installed(name: str) -> Loss | None:
    """The loss that an installed package offers under that name, if any does."""
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS):
        if entry.name == name:
            try:
                found = entry.load()
            except (Exception, SystemExit) as error:
                raise _raised(f"--loss {name}: the plug-in {entry.value}", error) from error
            return as_loss(name, found)
    return None


def as_loss(name: str, found: Any) -> Loss:
    """A Loss as it is; a function `f(pred, label, *, parameter=default, …)` made into one.

    The function is given arrays of shape (n,) or (n, c) in float64, and returns one loss per row
    or per element. Raises UsageError for anything else.
    """
    if isinstance(found, Loss):
        return found
    if not callable(found):
        raise UsageError(f"{name} is no function", hint="Write f(pred, label) that returns losses.")
    try:
        parameters = list(inspect.signature(found).parameters.values())
    except (ValueError, TypeError):
        raise UsageError(
            f"{name} does not say what it takes",
            hint="Wrap it in a function of your own: f(pred, label).",
        ) from None
    positional = [p for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    keywords = [p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
    if len(positional) != 2 or any(p.default is inspect.Parameter.empty for p in keywords):
        raise UsageError(
            f"{name} takes ({', '.join(map(str, parameters))})",
            hint="Write f(pred, label, *, parameter=default, …).",
        )
    about = (inspect.getdoc(found) or "A loss of your own.").splitlines()[0]
    params = {p.name: Param(p.default, "a parameter of the function") for p in keywords}
    kernel = _checked(name, found)
    return Loss(
        id=name,
        title=name.rpartition(":")[2].replace("_", " "),
        family="own",
        params=params,
        readings=(
            Reading(kernel, Form.VALUE, Labels.REAL, (Task.REGRESSION,), given=tuple(params)),
        ),
        formula="mean of what the function returns",
        summary=about,
        when="It is yours to say.",
        reference=name,
        example=Example((2.5, 0.0, 2.0), (3.0, -0.5, 2.0), Kind.VALUE, Task.REGRESSION),
        lower=-np.inf,
        zero_at_perfect=False,
        featured=False,
    )


def _checked(name: str, function: Callable[..., Any]) -> Callable[..., Array]:
    """The function, with what it returns checked: one number per row or per element."""

    @wraps(function)
    def kernel(pred: Array, label: Array, **params: Any) -> Array:
        try:
            found = function(_for_reading(pred), _for_reading(label), **params)
            losses = np.asarray(found)
        except (Exception, SystemExit) as error:
            raise _raised(name, error) from error
        if np.ma.is_masked(found):
            raise UsageError(
                f"{name} returned losses that are masked",
                hint="Leave rows out by a weight of 0: the mask would be lost.",
            )
        if losses.shape not in (pred.shape, pred.shape[:1]):
            raise UsageError(
                f"{name} returned the shape {losses.shape} for predictions {pred.shape}",
                hint="Return one loss per row or per element; losscli takes the mean.",
            )
        if losses.dtype.kind not in "fiub":
            raise UsageError(f"{name} returned items of type {losses.dtype}, not numbers")
        numbers = losses.astype(np.float64)
        if np.isnan(numbers).any():
            row = int(np.argwhere(np.isnan(numbers))[0][0])
            raise UsageError(f"{name} returned NaN for row {row}")
        return numbers

    return kernel


def _for_reading(array: Array) -> Array:
    """A copy, for a function that must not change what other losses read too.

    It is read-only, so that a function that tries is told of it.
    """
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


def _raised(name: str, error: BaseException) -> UsageError:
    return UsageError(f"{name} raised {type(error).__name__}: {error}", hint="--debug shows where.")
