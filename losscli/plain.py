"""Reports as plain data: JSON-ready, every number finite; and what tells results apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any, Protocol

import numpy as np
from msgspec import Struct


class Named(Protocol):
    """A loss with its parameters."""

    @property
    def loss(self) -> str:
        """The canonical id."""

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters by name."""


def differences(results: Sequence[Named]) -> list[list[str]]:
    """For each result the parameters in which it differs from others of the same loss."""
    told = []
    for result in results:
        namesakes = [other for other in results if other.loss == result.loss]
        differing = [
            f"{param}={_word(value)}"
            for param, value in result.params.items()
            if any(other.params.get(param) != value for other in namesakes)
        ]
        told.append(differing)
    return told


def _word(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)


# What is absent from JSON, and not null, where there is none.
_LEFT_OUT = ("values", "decomposition", "slices")


def field_names(item: Any) -> tuple[str, ...]:
    """The fields of a struct, or of a dataclass (`Result`, some of which is computed late)."""
    return getattr(item, "__struct_fields__", None) or tuple(item.__dataclass_fields__)


def plain(item: Any) -> dict[str, Any]:
    """A part of a report as JSON-ready data, every number finite or None."""
    data: dict[str, Any] = {}
    for name in field_names(item):
        value = getattr(item, name)
        if name in _LEFT_OUT and value is None:
            continue
        data[name] = _plain(value)
        if lost := _nonfinite(value):
            data["nonfinite" if name == "value" else f"{name}_nonfinite"] = lost
    return data


# What is plain already; most of a report is.
_PLAIN = (str, int, type(None))


def _plain(value: Any) -> Any:
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    if isinstance(value, Struct) or is_dataclass(value):
        return plain(value)
    return value


def _nonfinite(value: Any) -> str | dict[str, Any] | None:
    """What `_plain` replaced by None: `repr` of a number, {index: repr} of a collection."""
    if isinstance(value, _PLAIN):
        return None
    if isinstance(value, float):
        return None if math.isfinite(value) else repr(float(value))
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        value = {str(place): entry for place, entry in enumerate(value)}
    if not isinstance(value, Mapping):
        return None
    lost = {key: _nonfinite(entry) for key, entry in value.items()}
    return {key: word for key, word in lost.items() if word} or None
