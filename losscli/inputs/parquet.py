"""Parquet files: the columns that are wanted, row group by row group."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import TYPE_CHECKING

from losscli.errors import DataError, NoRows
from losscli.inputs.arrow import TypedColumns, readable
from losscli.inputs.evidence.looks import LOOK
from losscli.inputs.file import File
from losscli.inputs.source import Array, Selection, between

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAGIC = b"PAR1"

# Bytes that are read at once.
_BUFFER = 1 << 20
# A column of a row group that grows beyond this, and to more than so many times its size on disk,
# is taken for a bomb.
_GROWN, _TIMES = 1 << 30, 100


class ParquetSource(TypedColumns):
    """One Parquet file.

    Raises DataError where it is damaged or encrypted, or has no rows.
    """

    def __init__(self, file: File) -> None:
        self._file = file
        with self._opened() as parquet:
            schema = parquet.schema_arrow
            groups = range(parquet.metadata.num_row_groups)
            self._ends = list(
                accumulate(parquet.metadata.row_group(place).num_rows for place in groups)
            )
        if not self.rows:
            raise NoRows("has no rows", file=file.name)
        super().__init__(schema, file.name)

    @property
    def rows(self) -> int:
        """As the file's footer says."""
        return self._ends[-1] if self._ends else 0

    @property
    def about(self) -> int:
        """As the file's footer says."""
        return self.rows

    @property
    def starts(self) -> Sequence[int]:
        """The first row of every row group."""
        return tuple(sorted({0, *self._ends[:-1]}))

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Batches of `rows` rows, the last of a row group shorter."""
        stop = self.rows if stop is None else min(stop, self.rows)
        first, last = bisect_right(self._ends, start), bisect_right(self._ends, stop - 1)
        begin = self._ends[first - 1] if first else 0
        read = self._read(self._fields_of(roles), rows, range(first, last + 1))
        return between(self._tables(roles, read, begin), start - begin, stop - begin)

    def record_batches(self, rows: int) -> Iterator[pa.RecordBatch]:
        """All fields of all rows, `rows` at a time."""
        names = [found.name for found in self._fields]
        return self._read(names, rows, range(len(self._ends)))

    def _first_rows(self, fields: Sequence[str]) -> pa.RecordBatch | None:
        return next(self._read(fields, LOOK, range(len(self._ends))), None)

    def _read(
        self, fields: Sequence[str], rows: int, groups: Sequence[int]
    ) -> Iterator[pa.RecordBatch]:
        with self._opened() as parquet:
            self._check_growth(parquet.metadata, fields, groups)
            yield from parquet.iter_batches(
                # A column of plain numbers is decoded faster than threads are woken.
                rows,
                row_groups=list(groups),
                columns=list(fields),
                use_threads=False,
            )

    @contextmanager
    def _opened(self) -> Iterator[pq.ParquetFile]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        with self._file.opened() as file, readable(self._file.name, "Parquet"):
            yield pq.ParquetFile(
                pa.PythonFile(file, "r"),
                buffer_size=_BUFFER,
                pre_buffer=False,
                page_checksum_verification=True,
            )

    def _check_growth(
        self, metadata: pq.FileMetaData, fields: Sequence[str], groups: Sequence[int]
    ) -> None:
        for group in map(metadata.row_group, groups):
            if group.total_byte_size <= _GROWN:
                # Nor are its columns looked at: Arrow ends the process where one is damaged.
                continue
            for chunk in map(group.column, range(group.num_columns)):
                grown = chunk.total_uncompressed_size
                if (
                    chunk.path_in_schema.partition(".")[0] in fields
                    and grown > _GROWN
                    and grown > _TIMES * chunk.total_compressed_size
                ):
                    raise DataError(
                        f"holds {chunk.total_compressed_size:,} bytes that would grow to "
                        f"{grown:,} at once",
                        file=self.name,
                        column=chunk.path_in_schema,
                        hint="Write it with smaller row groups.",
                    )
