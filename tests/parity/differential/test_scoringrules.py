"""scoringrules' scores, by name and by --like, against the scoringrules that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.parity.differential import data as made
from tests.parity.differential.asked import Asked, every_name
from tests.parity.differential.data import Data

scoringrules = pytest.importorskip("scoringrules", reason="scoringrules is not installed")


def _asked(name: str, loss: str, data: Data, *fixed: Any, **params: Any) -> Asked:
    def call(data: Data) -> Any:
        return np.mean(getattr(scoringrules, name)(data.label, data.pred, *fixed, **params))

    return Asked(f"scoringrules.{name}", loss, data, call, params)


def _ensemble() -> Data:
    members = made.real(5)
    return Data("(n, m) members", members.pred, members.label[:, 0])


def questions() -> Iterator[Asked]:
    yield _asked("brier_score", "brier", made.inner_chances())
    yield _asked("log_score", "bce", made.inner_chances())
    yield _asked("quantile_score", "pinball", made.real(), alpha=0.3)
    for estimator in ("qd", "fair", "pwm", "akr"):
        yield _asked("crps_ensemble", "crps", _ensemble(), estimator=estimator)


@every_name(questions())
class TestScoringRules:
    def test_its_name_prints_its_number(self, questions: list[Asked]) -> None:
        for asked in questions:
            asked.agrees(asked.by_name())

    def test_its_convention_prints_its_number(self, questions: list[Asked]) -> None:
        for asked in questions:
            asked.agrees(asked.by_like())
