"""JSON documents, held whole: an array of numbers, rows or records, or an object of columns."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from losscli.errors import DataError, NoRows
from losscli.inputs.array import ArraySource
from losscli.inputs.compressed import DAMAGE, decompressing, first_line
from losscli.inputs.evidence.looks import LOOK
from losscli.inputs.file import File
from losscli.inputs.json_lines import JsonLinesSource, once
from losscli.inputs.label_scores import LabelScores, holds_label_scores
from losscli.inputs.log_probabilities import reader_of
from losscli.inputs.source import Source
from losscli.inputs.texts import TextRecords

if TYPE_CHECKING:
    import pyarrow as pa

# A document is held as a whole; beyond this it should be one object a line.
_LARGEST = 1 << 30
_ROWS = 1 << 12


def open_document(file: File, codec: str | None) -> Source | None:
    """The reader of a JSON document; None where the file is JSON Lines, or no JSON.

    Raises DataError for a document of no shape that rows could be read from.
    """
    if file.size > _LARGEST:
        return None
    try:
        with decompressing(file, codec) as stream:
            found = json.loads(stream.read().decode("utf-8-sig"), object_pairs_hook=once)
    except DAMAGE as error:
        if isinstance(error, (UnicodeDecodeError, json.JSONDecodeError, ValueError)):
            return None
        raise DataError(f"cannot be read ({first_line(error)})", file=file.name) from None
    except RecursionError:
        return None
    return _source(file, codec, found)


def _source(file: File, codec: str | None, found: Any) -> Source | None:
    if isinstance(found, list):
        if not found:
            raise NoRows("has no rows", file=file.name)
        if all(isinstance(row, dict) for row in found):
            return _records(file, codec, found)
        if any(isinstance(row, dict) for row in found):
            raise DataError("mixes records and other items", file=file.name)
        if holds_label_scores(found[0]):
            scores = LabelScores(file.name)
            records = [scores.record(row, f"record {place}") for place, row in enumerate(found)]
            return LabelScoresDocument(file, codec, records)
        return ArraySource(found, file.name)
    if not isinstance(found, dict):
        raise DataError("holds a single value, not rows", file=file.name)
    rows = _rows_of(found, file.name)
    return None if rows is None else _records(file, codec, rows)


def _records(file: File, codec: str | None, rows: Sequence[Mapping[str, Any]]) -> Source:
    """Records as a table: of texts, where the first of them hold log-probabilities of tokens."""
    found = reader_of(rows[:LOOK])
    if found is not None:
        return TextRecords(file, codec, found, rows)
    return JsonRecordsSource(file, codec, rows)


def _rows_of(found: dict[str, Any], name: str) -> list[dict[str, Any]] | None:
    """The records of an object; None for one record, as JSON Lines has them.

    Columns (`{"a": [..], "b": [..]}`), pandas' split, table, columns and index.
    """
    values = list(found.values())
    data, titles = found.get("data"), found.get("columns")
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        return data
    if isinstance(data, list) and isinstance(titles, list):
        return [dict(zip(map(str, titles), row, strict=True)) for row in data]
    columns = {key: value for key, value in found.items() if isinstance(value, list)}
    lengths = {len(value) for value in columns.values()}
    if len(columns) > 1 and len(lengths) == 1 and min(lengths) > 1:
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if len(columns) > 1 and len(lengths) > 1 and len(columns) == len(found):
        said = ", ".join(f"{key} has {len(value):,}" for key, value in columns.items())
        raise DataError(f"holds arrays of different lengths: {said}", file=name)
    if len(columns) == 1 and all(isinstance(row, dict) for row in next(iter(columns.values()))):
        return next(iter(columns.values())) or None
    if len(values) > 1 and all(isinstance(value, dict) and value for value in values):
        keys = list(values[0])
        if all(list(value) == keys for value in values) and not all(
            isinstance(item, dict) for item in values[0].values()
        ):
            by_row = all(key.lstrip("-").isdigit() for key in found)
            if by_row and not all(key.lstrip("-").isdigit() for key in keys):
                return values
            return [{key: found[key][row] for key in found} for row in keys]
    return None


class JsonRecordsSource(JsonLinesSource):
    """The records of a JSON document; a row is counted as the document's item, from 0."""

    def __init__(self, file: File, codec: str | None, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = [dict(row) for row in rows]
        super().__init__(file, codec)

    @property
    def rows(self) -> int:
        """How many records there are."""
        return len(self._rows)

    @property
    def about(self) -> int:
        """How many records there are."""
        return len(self._rows)

    def position(self, row: int) -> str:
        """The place of a record in the document."""
        return f"record {row}"

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        return iter(enumerate(self._rows))

    def _where(self, line: int) -> str:
        return self.position(line)

    def _read(self, fields: Sequence[str], texts: Collection[str] = ()) -> Iterator[pa.RecordBatch]:
        rows = self._objects()
        while chunk := list(islice(rows, _ROWS)):
            yield self._batch(chunk, fields, texts)


class LabelScoresDocument(JsonRecordsSource):
    """The rows of a document of lists of classes with their scores."""

    unordered = True
