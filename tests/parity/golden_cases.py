"""The golden cases, and each case's question put to losscli in its own words."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import losscli
from losscli.conventions import CONVENTIONS
from losscli.losses.registry import REGISTRY

FOLDER = Path(os.environ.get("LOSSCLI_GOLDEN") or Path(__file__).parent / "golden")

# How the cases say what losscli calls otherwise.
_KINDS = {"distribution": "probability", "class_index": "class", "label_indicator": "class"}
_PARAMS = {"log_base": "base"}
# What a case says about its own formula, which losscli's convention already holds.
_SETTLED = {"reduction", "from_logits", "example", "eps_policy", "half"}


@dataclass(frozen=True)
class Case:
    """One number that a framework computed."""

    data: dict[str, Any]
    folder: Path

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def loss(self) -> str:
        return str(self.data["loss"])

    @property
    def framework(self) -> str:
        # RMSELoss is a torch idiom in the textbook: its mean is torch's.
        return "torch" if "torch.nn" in self.data["call"] else str(self.data["framework"])

    @property
    def expected(self) -> np.ndarray:
        return np.asarray(self.data["expected"], dtype=float)

    def is_there(self) -> bool:
        """Whether losscli has the loss."""
        return self.loss in {loss.id for loss in REGISTRY}

    def conventions(self) -> list[str]:
        """The framework's own, or, where losscli has none of that name yet, the neutral ones."""
        return [self.framework] if self.framework in CONVENTIONS else ["exact", "standard"]

    def _array(self, name: str) -> np.ndarray | None:
        value = self.data.get(name)
        if isinstance(value, dict):
            return np.load(self.folder / value["file"])
        return None if value is None else np.asarray(value)

    def value(self, like: str) -> np.ndarray:
        """losscli's number for the case under a convention."""
        pred, label = self._array("pred"), self._array("label")
        if pred is None:
            pred, label = label, None
        elif REGISTRY.get(self.loss).reads_distributions and pred.ndim == 1:
            pred, label = pred[None, :], None if label is None else np.asarray([label])
        if label is None and pred.ndim == 1:
            pred = pred[None, :]
        params = dict(self.data["params"])
        reduction = params.get("reduction")
        if like == "textbook" and "eps" in params and self.loss.endswith("cross_entropy"):
            assert params.pop("eps") == CONVENTIONS["textbook"].axes_of(self.loss).floor.size
        report = losscli.evaluate(
            pred,
            label,
            self.loss,
            kind=_KINDS.get(self.data["prediction_kind"], self.data["prediction_kind"]),
            like=like,
            weight=self._array("weights"),
            class_weight=self._class_weight(),
            reduction=None if reduction == "mean_first_axis" else reduction,
            **{
                _PARAMS.get(name, name): _number(value)
                for name, value in params.items()
                if name not in _SETTLED and value is not None
            },
        )
        result = report.results[0]
        return np.asarray(result.value if result.rows is None else result.rows, dtype=float)

    def _class_weight(self) -> list[float] | None:
        weights = self._array("class_weights")
        return None if weights is None else weights.tolist()

    def agrees(self, got: np.ndarray) -> bool:
        """Whether a number is the expected one, at the case's own tolerance."""
        expected = self.expected
        if got.shape != expected.shape and got.size != expected.size:
            return False
        got = got.reshape(expected.shape)
        with np.errstate(invalid="ignore"):
            near = np.abs(got - expected) <= 1e-14 + self.data["rtol"] * np.abs(expected)
        same = (got == expected) | (np.isnan(got) & np.isnan(expected))
        return bool(np.all(near | same))


def _number(value: Any) -> Any:
    if value == "e":
        return float(np.e)
    return float(value) if isinstance(value, str) else value


def cases() -> Iterator[Case]:
    """All cases of the folder, in the order of its files."""
    for file in sorted(FOLDER.glob("*.json")):
        for data in json.loads(file.read_text(encoding="utf-8")):
            yield Case(data, FOLDER)
