"""Stores what the installed frameworks compute, for where they are not installed.

    python -m tests.parity.differential.store

Writes one file per framework to tests/parity/named, with the versions that computed the numbers.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tests.parity.differential.asked import Asked
from tests.parity.differential.data import Data

FOLDER = Path(__file__).resolve().parents[1] / "named"
MODULES = (
    "sklearn",
    "torch",
    "keras",
    "optax",
    "torchmetrics",
    "scoringrules",
    "boosting",
    "scores",
)
_PACKAGES = {"sklearn": "scikit-learn"}
_ARRAYS = ("pred", "label", "weight", "class_weight")


def asked_of_all() -> Iterator[Asked]:
    """All questions, once the frameworks compute in float64."""
    for name in MODULES:
        module = import_module(f"tests.parity.differential.test_{name}")
        started = getattr(module, "in_float64", None)
        if started is None:
            yield from module.questions()
            continue
        running = started.__wrapped__()
        next(running)
        yield from module.questions()
        next(running, None)


def written(data: Data) -> dict[str, Any]:
    """A data set as JSON has it."""
    arrays = {name: getattr(data, name) for name in _ARRAYS}
    return {name: array.tolist() for name, array in arrays.items() if array is not None}


def stored() -> Mapping[str, dict[str, Any]]:
    """The documents, by framework: versions, data sets by name, and each question's number."""
    documents: dict[str, dict[str, Any]] = {}
    for asked in asked_of_all():
        package = _PACKAGES.get(asked.framework, asked.framework)
        document = documents.setdefault(
            asked.framework, {"framework": package, "version": version(package), "data": {}}
        )
        held = document["data"].setdefault(asked.data.name, written(asked.data))
        if held != written(asked.data):
            raise ValueError(f"two data sets are called {asked.data.name}")
        document.setdefault("asked", []).append(
            {
                "name": asked.name,
                "loss": asked.loss,
                "data": asked.data.name,
                "params": dict(asked.params),
                "like_params": None if asked.like_params is None else dict(asked.like_params),
                "kind": asked.kind,
                "rtol": asked.rtol,
                "expected": np.asarray(asked.call(asked.data), dtype=np.float64).tolist(),
            }
        )
    return documents


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    FOLDER.mkdir(exist_ok=True)
    for framework, document in stored().items():
        text = json.dumps(document, separators=(",", ":"))
        (FOLDER / f"{framework}.json").write_text(text.replace('},{"name"', '},\n{"name"') + "\n")
