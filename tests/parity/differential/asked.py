"""One number asked of a framework, and of losscli by the framework's name and by --like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import losscli
from tests.parity.differential.data import Data


@dataclass(frozen=True)
class Asked:
    """`call(data)` is the framework's number (or array of numbers).

    `name` is its own name for the loss, `loss` what losscli calls it under `--like`; `params` are
    written as the framework writes them, `kind` is given where the predictions do not show it.
    Without a `loss`, only the name asks for it.
    """

    name: str
    loss: str
    data: Data
    call: Callable[[Data], Any]
    params: Mapping[str, Any] = field(default_factory=dict)
    kind: str | None = None
    like_params: Mapping[str, Any] | None = None
    rtol: float = 1e-12

    @property
    def framework(self) -> str:
        """The framework that is asked."""
        return self.name.partition(".")[0]

    def __str__(self) -> str:
        params = ",".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.name}[{params}] {self.data.name}"

    def by_name(self) -> Any:
        """losscli's number under the framework's own name."""
        return self._value(self.name, "standard", self.params, None)

    def by_like(self) -> Any:
        """losscli's number for its own name of the loss under the framework's convention."""
        params = self.params if self.like_params is None else self.like_params
        return self._value(self.loss, self.framework, params, self.kind)

    def _value(self, loss: str, like: str, params: Mapping[str, Any], kind: str | None) -> Any:
        data = self.data
        result = losscli.evaluate(
            data.pred,
            data.label,
            [loss],
            like=like,
            kind=kind,
            weight=data.weight,
            class_weight=data.class_weight,
            **params,
        ).results[0]
        return result.value if result.values is None else result.values

    def agrees(self, ours: Any) -> None:
        """Assert that a number is the framework's."""
        theirs = np.asarray(self.call(self.data), dtype=np.float64)
        mine = np.asarray(ours, dtype=np.float64)
        np.testing.assert_allclose(
            np.squeeze(mine), np.squeeze(theirs), rtol=self.rtol, atol=1e-14, err_msg=str(self)
        )


def every_name(questions: Iterable[Asked]) -> pytest.MarkDecorator:
    """Parametrise a test by the `questions` of each name: thousands of tests would cost more."""
    found: dict[str, list[Asked]] = {}
    for asked in questions:
        found.setdefault(asked.name, []).append(asked)
    return pytest.mark.parametrize("questions", list(found.values()), ids=list(found))
