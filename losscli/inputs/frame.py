"""Data frames in memory: those of pandas and polars, and Arrow tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from losscli.errors import DataError, NoRows
from losscli.inputs.arrow import TypedColumns
from losscli.inputs.evidence.looks import LOOK
from losscli.inputs.source import Array, Selection

if TYPE_CHECKING:
    import pyarrow as pa


class FrameSource(TypedColumns):
    """A data frame whose columns have names; it is read as a file of the same columns is.

    `row_labels` is its index, if it is one of pandas. Raises DataError where it has no rows.
    """

    def __init__(self, table: pa.Table, name: str, row_labels: Any = None) -> None:
        self._table = table
        self.row_labels = row_labels
        if not table.num_rows:
            raise NoRows("has no rows", file=name)
        super().__init__(table.schema, name)

    @property
    def rows(self) -> int:
        """The length of the frame."""
        return int(self._table.num_rows)

    @property
    def about(self) -> int:
        """The length of the frame."""
        return self.rows

    @property
    def starts(self) -> Sequence[int]:
        """Every row."""
        return range(self.rows)

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Batches of at most `rows` rows, as the frame holds them."""
        stop = self.rows if stop is None else min(stop, self.rows)
        wanted = self._table.select(self._fields_of(roles)).slice(start, stop - start)
        return self._tables(roles, iter(wanted.to_batches(max_chunksize=rows)), start)

    def _first_rows(self, fields: Sequence[str]) -> pa.RecordBatch | None:
        first = self._table.select(fields).slice(0, LOOK).combine_chunks()
        return next(iter(first.to_batches()), None)


def table_of(given: Any, name: str) -> pa.Table | None:
    """A data frame as an Arrow table; None for an array, and for a frame of unnamed columns.

    A pandas index with a name is a column. Raises DataError for columns that Arrow has no type for.
    """
    columns = getattr(given, "column_names", getattr(given, "columns", None))
    if columns is None or not all(isinstance(each, str) for each in columns):
        return None
    import pyarrow as pa

    try:
        return pa.Table.from_pandas(given) if hasattr(given, "iloc") else pa.table(given)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise DataError(f"cannot be read as a table: {error}", file=name) from None
