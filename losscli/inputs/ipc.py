"""Arrow IPC: files (Feather) and streams, one record batch after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from losscli.errors import NoRows
from losscli.inputs.arrow import TypedColumns, readable
from losscli.inputs.evidence.looks import LOOK
from losscli.inputs.file import File
from losscli.inputs.source import Array, Selection, between

if TYPE_CHECKING:
    import pyarrow as pa


class IpcSource(TypedColumns):
    """One Arrow IPC file or stream; memory holds one of its record batches.

    Raises DataError where it is damaged, or has no rows.
    """

    def __init__(self, file: File, *, stream: bool) -> None:
        self.name = file.name
        self._file = file
        self._stream = stream
        with self._opened([]) as (schema, _):
            pass
        super().__init__(schema, file.name)
        if self._sample is None:
            raise NoRows("has no rows", file=file.name)

    @property
    def about(self) -> int:
        """As many as would fill the file with numbers."""
        return self._file.size // (8 * len(self.columns))

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Batches as the file has them, cut to `rows` rows."""
        read = self._read(self._fields_of(roles), rows)
        return between(self._tables(roles, read, 0), start, stop)

    def _first_rows(self, fields: Sequence[str]) -> pa.RecordBatch | None:
        return next(self._read(fields, LOOK), None)

    def _read(self, fields: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
        with self._opened(fields) as (_, batches):
            for batch in batches:
                # Nothing else would notice an index or an offset that points out of the file.
                batch.validate(full=True)
                for first in range(0, batch.num_rows, rows):
                    yield batch.slice(first, rows)

    @contextmanager
    def _opened(self, fields: Sequence[str]) -> Iterator[tuple[pa.Schema, Iterator[Any]]]:
        """The schema, and the record batches with no more than these fields."""
        import pyarrow as pa

        start = pa.ipc.open_stream if self._stream else pa.ipc.open_file
        with self._file.opened() as file, readable(self._file.name, "Arrow"):
            # By name: threads of Arrow's read it, which may call no Python where the process ends.
            path = self._file.native_path(file)
            with pa.OSFile(path) as beginning:
                schema = start(beginning).schema
            wanted = [place for place, name in enumerate(schema.names) if name in fields]
            options = pa.ipc.IpcReadOptions(included_fields=wanted, use_threads=False)
            with pa.OSFile(path) as whole:
                reader = start(whole, options=options)
                places = () if self._stream else range(reader.num_record_batches)
                yield schema, iter(reader) if self._stream else map(reader.get_batch, places)
