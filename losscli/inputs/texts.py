"""Texts by the log-probabilities of their tokens → a table, a row for each text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from losscli.errors import DataError
from losscli.inputs.cells import shown
from losscli.inputs.file import File
from losscli.inputs.json_lines import JsonLinesSource
from losscli.inputs.log_probabilities import Found, NoLogProbability

if TYPE_CHECKING:
    import pyarrow as pa

    from losscli.inputs.parquet import ParquetSource

# Records that are read at once.
_ROWS = 1 << 12


class DerivedTable(JsonLinesSource, ABC):
    """A table whose rows are derived from the records of a file, some of them several from one."""

    @property
    @abstractmethod
    def where(self) -> str:
        """Where in a record the numbers stand."""

    @abstractmethod
    def _derived(self, record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The rows of a record. Raises NoLogProbability where it holds none."""

    def _records(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The records as they stand in the file, with their places."""
        return super()._objects()

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for place, record in self._records():
            try:
                for row in self._derived(record):
                    # What else stands in the record may group or name the rows.
                    rest = {
                        name: item
                        for name, item in record.items()
                        if name not in row and isinstance(item, (str, int, float))
                    }
                    yield place, {**row, **rest}
            except NoLogProbability as error:
                raise self._error(place, error) from None

    def _error(self, place: int, error: NoLogProbability) -> DataError:
        """The error of a record, in the words of the file."""
        return DataError(
            error.problem,
            file=self.name,
            position=self._where(place),
            value=shown(str(error.value)),
        )

    def position(self, row: int) -> str:
        """Where the record of a row stands."""
        place, _ = next(islice(self._objects(), row, None))
        return self._where(place)

    def _read(self, fields: Sequence[str], texts: Collection[str] = ()) -> Iterator[pa.RecordBatch]:
        rows = self._objects()
        while chunk := list(islice(rows, _ROWS)):
            yield self._batch(chunk, fields, texts)


class TextTable(DerivedTable):
    """Texts as a table: the columns of `LAYOUT`, then what else stands in the records.

    Several texts of one record (the choices of a response) are rows of their own.
    """

    def __init__(self, file: File, codec: str | None, found: Found) -> None:
        self._found = found
        super().__init__(file, codec)

    @property
    def where(self) -> str:
        """Where in a record the log-probabilities stand."""
        return self._found.where

    def _derived(self, record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for text in self._found.read(record):
            yield text.units()


class TextRecords(TextTable):
    """The same of the records of a JSON document, which are held; a row is counted from 0."""

    def __init__(
        self, file: File, codec: str | None, found: Found, records: Sequence[Mapping[str, Any]]
    ) -> None:
        self._held = records
        super().__init__(file, codec, found)

    def _records(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        return iter(enumerate(self._held))

    def _where(self, line: int) -> str:
        return f"record {line}"


class ParquetTexts(TextTable):
    """The same of a Parquet file, whose lists of log-probabilities have unlike lengths."""

    def __init__(self, parquet: ParquetSource, file: File, found: Found) -> None:
        self._parquet = parquet
        super().__init__(file, None, found)

    def _records(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        row = 0
        for batch in self._parquet.record_batches(_ROWS):
            for record in batch.to_pylist():
                yield row, record
                row += 1

    def _where(self, line: int) -> str:
        return f"row {line}"
