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
from losscli.conventions.table import CONVENTIONS
from losscli.losses.registry import REGISTRY

FOLDER = Path(os.environ.get("LOSSCLI_GOLDEN") or Path(__file__).parent / "golden")

# How the cases say what losscli calls otherwise.
_KINDS = {
    "class_index": "class",
    "label_indicator": "class",
    "one_hot": "class",
    "log_rate": "value",
    "sample": "value",
}
_PARAMS = {"log_base": "base"}
# What a case says about its own formula, which losscli's convention or shapes already hold.
_SETTLED = {
    "reduction",
    "from_logits",
    "example",
    "eps_policy",
    "half",
    "columns",
    "axis",
    "num_classes",
}
_REDUCTIONS = {"mean_first_axis": "mean", "mean_with_sample_weight": "weighted_mean"}
_INPUTS = {"input2": "x2"}


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

    @property
    def gradient(self) -> np.ndarray | None:
        """d expected / d pred, where the framework gave it."""
        found = self.data.get("grad")
        return None if found is None else np.asarray(found, dtype=float)

    def value(self, like: str) -> np.ndarray:
        """losscli's number for the case under a convention."""
        pred, label, keywords = self._question(like)
        result = losscli.evaluate(pred, label, self.loss, **keywords).results[0]
        return np.asarray(result.value if result.values is None else result.values, dtype=float)

    def value_gradient(self, like: str) -> np.ndarray:
        """losscli's gradient of that number."""
        pred, label, keywords = self._question(like)
        return losscli.gradient(pred, label, self.loss, **keywords)

    def _question(self, like: str) -> tuple[Any, Any, dict[str, Any]]:
        """Prediction, label and settings as losscli calls them."""
        pred, label = self._array("pred"), self._array("label")
        if pred is None:
            pred, label = label, None
        elif REGISTRY.get(self.loss).reads_distributions and pred.ndim == 1:
            pred, label = pred[None, :], None if label is None else np.asarray([label])
        if label is None and pred.ndim == 1:
            pred = pred[None, :]
        keywords = {
            "kind": self._kind(),
            "like": like,
            "weight": self._array("weights"),
            "class_weight": self._class_weight(),
            "reduction": self._reduction(),
            "inputs": self._inputs(),
            **self._params(like),
        }
        return pred, label, keywords

    def _kind(self) -> str:
        kind = self.data["prediction_kind"]
        if kind == "distribution" and self.loss == "entropy":
            return "probability"
        if kind == "probability" and self.loss.endswith("hinge"):
            return "score"
        return _KINDS.get(kind, kind)

    def _reduction(self) -> str | None:
        params = self.data["params"]
        if params.get("multioutput") == "raw_values" or params.get("mode") == "one-vs-all":
            return "columns"
        reduction = params.get("reduction")
        if (
            reduction is None
            and self.expected.ndim
            and self.loss in ("dice", "tversky", "dice_score")
        ):
            return "none"
        return _REDUCTIONS.get(reduction, reduction)

    def _params(self, like: str) -> dict[str, Any]:
        params = dict(self.data["params"])
        if like == "textbook" and "eps" in params and self.loss.endswith("cross_entropy"):
            assert params.pop("eps") == CONVENTIONS["textbook"].axes_of(self.loss).floor.size
        if params.get("multioutput") == "raw_values":
            del params["multioutput"]
        if ".safe_" in self.data["call"]:
            params["safe"] = True
        if "axis" in params:
            params["per"] = "all" if params["axis"] is None else "row"
        return {
            _PARAMS.get(name, name): _number(value)
            for name, value in params.items()
            if name not in _SETTLED and (value is not None or name in ("k", "alpha"))
        }

    def _inputs(self) -> dict[str, np.ndarray]:
        return {
            _INPUTS.get(name, name): np.asarray(value)
            for name, value in (self.data.get("inputs") or {}).items()
        }

    def _class_weight(self) -> list[float] | None:
        weights = self._array("class_weights")
        return None if weights is None else weights.tolist()

    def agrees(self, got: np.ndarray, expected: np.ndarray | None = None) -> bool:
        """Whether what is got is the expected number (or array), at the case's own tolerance."""
        expected = self.expected if expected is None else expected
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
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def cases() -> Iterator[Case]:
    """All cases of the folder, in the order of its files."""
    for file in sorted(FOLDER.glob("*.json")):
        for data in json.loads(file.read_text(encoding="utf-8")):
            yield Case(data, FOLDER)
