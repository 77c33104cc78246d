"""Rows that are lists of classes with their scores, as Hugging Face pipelines write them.

With `top_k=None`, a text-classification pipeline gives for each text
`[{"label": "pos", "score": 0.7}, {"label": "neg", "score": 0.3}]`, the likeliest class first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from losscli.errors import DataError
from losscli.inputs.cells import shown
from losscli.inputs.file import File
from losscli.inputs.json_lines import JsonLinesSource

if TYPE_CHECKING:
    import pyarrow as pa

PREFIX = "p_"
_ITEM = {"label", "score"}
_ALL = "Write the score of every class: pipeline(…, top_k=None)."
# Lines that are read at once.
_LINES = 1 << 12


def holds_label_scores(row: Any) -> bool:
    """Whether a row is a list of classes with their scores."""
    return (
        isinstance(row, list)
        and bool(row)
        and all(
            isinstance(item, dict) and item.keys() == _ITEM and isinstance(item["label"], str)
            for item in row
        )
    )


class LabelScores:
    """Turns rows into records of one field for each class; all rows have to name the same."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._classes: list[str] = []

    def record(self, row: Any, position: str) -> dict[str, Any]:
        """The scores by class, `p_pos`, `p_neg`, … Raises DataError for any other row."""
        if not holds_label_scores(row):
            raise DataError(
                "is no list of classes with their scores, as the first row is",
                file=self._file,
                position=position,
                value=shown(json.dumps(row)),
            )
        found = {item["label"]: item["score"] for item in row}
        # LABEL_2 stands before LABEL_10.
        classes = sorted(found, key=lambda name: (len(name), name))
        if len(found) < len(row):
            raise DataError("names a class twice", file=self._file, position=position)
        if not self._classes:
            self._classes = classes
        if classes != self._classes or len(classes) == 1:
            raise DataError(
                f"has scores of {', '.join(classes)} alone"
                if classes == self._classes
                else f"has scores of {', '.join(classes)}, the first row of "
                f"{', '.join(self._classes)}",
                file=self._file,
                position=position,
                hint=_ALL,
            )
        return {f"{PREFIX}{name}": found[name] for name in classes}


class LabelScoresSource(JsonLinesSource):
    """Such rows, one list a line."""

    unordered = True

    def __init__(self, file: File, codec: str | None = None) -> None:
        self._scores = LabelScores(file.name)
        super().__init__(file, codec)

    def _row(self, found: Any, line: int, text: str) -> dict[str, Any]:
        return self._scores.record(found, self._where(line))

    def _read(self, fields: Sequence[str], texts: Collection[str] = ()) -> Iterator[pa.RecordBatch]:
        rows = self._objects()
        while chunk := list(islice(rows, _LINES)):
            yield self._batch(chunk, fields, texts)
