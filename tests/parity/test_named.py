"""Names print the numbers that the frameworks stored under them, by name and by --like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.parity.differential.asked import Asked, every_name
from tests.parity.differential.data import Data

FOLDER = Path(__file__).parent / "named"


def _array(document: dict[str, Any], name: str) -> np.ndarray | None:
    return None if name not in document else np.asarray(document[name])


def _data(name: str, document: dict[str, Any]) -> Data:
    pred, label = np.asarray(document["pred"]), np.asarray(document["label"])
    weight, class_weight = _array(document, "weight"), _array(document, "class_weight")
    return Data(name, pred, label, weight, class_weight)


def stored() -> Iterator[Asked]:
    for file in sorted(FOLDER.glob("*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        data = {name: _data(name, arrays) for name, arrays in document["data"].items()}
        for item in document["asked"]:
            expected = item.pop("expected")
            found = data[item.pop("data")]
            yield Asked(data=found, call=lambda _, expected=expected: expected, **item)


@every_name(stored())
class TestStored:
    def test_its_name_prints_its_number(self, questions: list[Asked]) -> None:
        for asked in questions:
            asked.agrees(asked.by_name())

    def test_its_convention_prints_its_number(self, questions: list[Asked]) -> None:
        for asked in questions:
            if asked.loss:
                asked.agrees(asked.by_like())


def test_every_file_says_which_version_computed_it() -> None:
    files = sorted(FOLDER.glob("*.json"))
    assert files
    for file in files:
        assert json.loads(file.read_text(encoding="utf-8"))["version"]
