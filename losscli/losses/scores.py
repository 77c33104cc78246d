"""Scores that are 1 minus a loss (accuracy, AUC, F1), derived from the loss's definition."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from losscli.losses.definition.loss import Loss, Reading, Shape

_ONE_MINUS = "1 − "


class OneMinus(Struct, frozen=True):
    """A function whose results are 1 minus those of another."""

    function: Callable[..., Any]

    def __call__(self, *given: Any, **named: Any) -> Any:
        """1 minus what the function gives."""
        return 1.0 - self.function(*given, **named)


def score_of(loss: Loss) -> Loss:
    """The score that is 1 minus a loss with a `complement`; its readings stand in the same order.

    Higher is better. It has neither a baseline nor a gradient.
    """
    return replace(
        loss,
        id=loss.complement,
        title=loss.title.removeprefix(_ONE_MINUS)
        if loss.title.startswith(_ONE_MINUS)
        else loss.complement.replace("_", " "),
        formula=f"1 − {loss.id}",
        aliases=(),
        names=MappingProxyType({}),
        readings=tuple(map(_reading, loss.readings)),
        finish=None if loss.finish is None else OneMinus(loss.finish),
        lower=1.0 - loss.upper,
        upper=1.0 - loss.lower,
        lower_is_better=False,
        zero_at_perfect=False,
        constant=None,
        score=None,
        complement="",
        complement_names=(),
        score_names=MappingProxyType({}),
    )


def _reading(reading: Reading) -> Reading:
    # What is finished from sums is turned when it is finished.
    if reading.shape is Shape.SUMS:
        return replace(reading, gradient=None)
    return replace(
        reading,
        kernel=OneMinus(reading.kernel),
        given=reading.keywords,
        by_element=None,
        of_answers=None,
        gradient=None,
    )
