"""JSON Lines: one object a line, its fields the columns."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from losscli.errors import DataError
from losscli.inputs.arrow import TypedColumns, held_by_arrow
from losscli.inputs.cells import shown
from losscli.inputs.compressed import DAMAGE, decompressing, first_line, text_size
from losscli.inputs.evidence.looks import LOOK
from losscli.inputs.file import File
from losscli.inputs.numerals import decimals_of
from losscli.inputs.source import Array, Selection, between
from losscli.inputs.text import bounded_lines, characters, line_blocks
from losscli.machine.threads import available, in_order

if TYPE_CHECKING:
    import pyarrow as pa

# Lines that are read slowly at once.
_LINES = 1 << 12


class JsonLinesSource(TypedColumns):
    """A text of JSON objects, one a line, plain or compressed by `codec`.

    The first lines say which fields there are and what they hold; in later ones a field may be
    missing. Raises DataError where these lines are no JSON objects.
    """

    unordered = False
    """Whether the columns are classes that the file holds in no order of theirs."""

    def __init__(self, file: File, codec: str | None = None) -> None:
        import pyarrow as pa

        self.name = file.name
        self._bytes = partial(decompressing, file, codec)
        self._size = text_size(file, codec)
        first = [found for _, found in islice(self._objects(), LOOK)]
        fields: dict[str, list[Any]] = {}
        for found in first:
            for name, value in found.items():
                if name != name.encode(errors="replace").decode():
                    raise DataError(f"has the field {name!r}, which is no text", file=self.name)
                fields.setdefault(name, []).append(value)
        schema = pa.schema([(name, _type(values)) for name, values in fields.items()])
        self._types = {found.name: found.type for found in schema}
        self._first = first
        super().__init__(schema, file.name)

    @property
    def first_records(self) -> list[dict[str, Any]]:
        """The first records, as they stand in the file."""
        return self._first

    @property
    def about(self) -> int:
        """By the length of the first lines."""
        return self._size * len(self._first) // sum(len(json.dumps(row)) for row in self._first)

    def position(self, row: int) -> str:
        """The line on which a row stands."""
        line, _ = next(islice(self._lines(), row, None))
        return f"line {line}"

    def dtype(self, columns: Sequence[int] | None) -> None:
        """None: the numbers are written out."""
        return

    def decimals(self, columns: Sequence[int]) -> int | None:
        """The most decimals in the first rows of these columns."""
        chosen = [self._typed[place] for place in columns]
        found = []
        for row in self._first:
            for column in chosen:
                value = row.get(column.field)
                for name in column.path:
                    value = value.get(name) if isinstance(value, dict) else None
                if isinstance(value, list) and column.item is not None:
                    value = value[column.item] if column.item < len(value) else None
                if isinstance(value, (int, float)) and value - value == 0:
                    found.append(decimals_of(repr(value), "."))
        return max(found, default=None)

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Batches as they come: about a megabyte of text each."""
        texts = {
            self._typed[place].field
            for chosen in roles.values()
            if chosen.text
            for place in chosen.columns or range(len(self._typed))
        }
        read = self._read(self._fields_of(roles), texts)
        return between(self._tables(roles, read, 0), start, stop)

    def _first_rows(self, fields: Sequence[str]) -> pa.RecordBatch | None:
        rows = list(enumerate(self._first, 1))
        return self._batch(rows, fields, ()) if rows else None

    def _read(self, fields: Sequence[str], texts: Collection[str]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        done = 0
        with contextlib.suppress(pa.ArrowException, *DAMAGE):
            for batch in self._by_arrow(fields, texts):
                yield batch
                done += batch.num_rows
            return
        rows = islice(self._objects(), done, None)
        while chunk := list(islice(rows, _LINES)):
            yield self._batch(chunk, fields, texts)

    def _by_arrow(self, fields: Sequence[str], texts: Collection[str]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyarrow import json as arrow_json

        schema = pa.schema([(name, self._types[name]) for name in fields])
        read = arrow_json.ReadOptions(use_threads=False, block_size=1 << 30)
        # A later line may have a fraction where the first ones had whole numbers.
        wider = pa.schema(
            [
                (field.name, field.type if field.name in texts else _with_fractions(field.type))
                for field in schema
            ]
        )

        def read_as(block: bytes, types: pa.Schema) -> pa.Table:
            parse = arrow_json.ParseOptions(
                explicit_schema=types, newlines_in_values=False, unexpected_field_behavior="ignore"
            )
            return arrow_json.read_json(held_by_arrow(block), read, parse)

        def parsed(found: tuple[int, bytes]) -> pa.Table:
            _, block = found
            if not block.strip():
                return schema.empty_table()
            try:
                return read_as(block, schema)
            except pa.ArrowInvalid:
                if wider == schema:
                    raise
                return read_as(block, wider)

        with self._bytes() as stream:
            blocks = line_blocks(stream, b"\n", self.name)
            for table in in_order(parsed, blocks, available()):
                yield from table.to_batches()

    def _lines(self) -> Iterator[tuple[int, str]]:
        """The lines that are not blank, with their numbers."""
        line = 0
        try:
            with self._bytes() as stream:
                text = characters(stream, "utf-8-sig")
                for line, found in enumerate(bounded_lines(text, self.name), 1):
                    if not found.isspace():
                        yield line, found
        except DAMAGE as error:
            raise DataError(
                f"cannot be read further ({first_line(error)})",
                file=self.name,
                position=f"after line {line}",
            ) from None

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for line, text in self._lines():
            try:
                found = json.loads(text, object_pairs_hook=once)
            except (ValueError, RecursionError) as error:
                raise DataError(
                    f"is not JSON ({first_line(error)})",
                    file=self.name,
                    position=f"line {line}",
                    hint="Each line is one object: JSON Lines.",
                ) from None
            yield line, self._row(found, line, text)

    def _row(self, found: Any, line: int, text: str) -> dict[str, Any]:
        """The record that a line holds. Raises DataError where it holds none."""
        if not isinstance(found, dict):
            raise DataError(
                "is not a JSON object",
                file=self.name,
                position=f"line {line}",
                value=shown(text.strip()),
            )
        return found

    def _where(self, line: int) -> str:
        return f"line {line}"

    def _batch(
        self,
        rows: Sequence[tuple[int, dict[str, Any]]],
        fields: Sequence[str],
        texts: Collection[str],
    ) -> pa.RecordBatch:
        import pyarrow as pa

        arrays = []
        for name in fields:
            kind = self._types[name]
            convert = _converter(kind)
            values = []
            for line, row in rows:
                value = row.get(name)
                try:
                    values.append(None if value is None else convert(value))
                except (TypeError, ValueError, OverflowError):
                    raise DataError(
                        "is not a number"
                        if kind in (pa.int64(), pa.uint64(), pa.float64())
                        else f"is no {kind}",
                        file=self.name,
                        position=self._where(line),
                        column=name,
                        value=shown(json.dumps(value)),
                    ) from None
            arrays.append(_array(values, kind, text=name in texts))
        return pa.record_batch(arrays, names=list(fields))


def _type(values: Sequence[Any]) -> pa.DataType:
    """What a field holds, by its first values; one of another kind than the rest is a slip."""
    import pyarrow as pa

    given = [value for value in values if value is not None]
    kinds = Counter(_kind(value) for value in given)
    if len(given) > 2 and len(kinds) > 1:
        given = [value for value in given if kinds[_kind(value)] > 1]
    if given and all(isinstance(value, bool) for value in given):
        return pa.bool_()
    if any(isinstance(value, dict) for value in given):
        inner: dict[str, list[Any]] = {}
        for value in given:
            for name, item in value.items() if isinstance(value, dict) else ():
                inner.setdefault(name, []).append(item)
        return pa.struct([(name, _type(items)) for name, items in inner.items()])
    if any(isinstance(value, list) for value in given):
        items = [item for value in given if isinstance(value, list) for item in value]
        numeric = all(item is None or isinstance(item, (int, float)) for item in items)
        return pa.list_(pa.float64() if numeric else pa.string())
    if any(isinstance(value, str) for value in given):
        return pa.string()
    if given and all(type(value) is int for value in given):
        return _whole_type(given)
    return pa.float64()


def _whole_type(given: Sequence[int]) -> pa.DataType:
    """The type that holds these whole numbers: digits, where no type of numbers does."""
    import pyarrow as pa

    low, high = min(given), max(given)
    if low >= -(1 << 63) and high < 1 << 63:
        return pa.int64()
    if low >= 0 and high < 1 << 64:
        return pa.uint64()
    return pa.float64() if all(int(float(value)) == value for value in given) else pa.string()


def _with_fractions(kind: pa.DataType) -> pa.DataType:
    """The type of numbers that need not be whole."""
    import pyarrow as pa

    return pa.float64() if pa.types.is_integer(kind) else kind


def _array(values: Sequence[Any], kind: pa.DataType, *, text: bool) -> pa.Array:
    """The values of a field as a column.

    Whole numbers stay whole, as digits if they are wanted as `text`: float64 does not tell those
    beyond 2⁵³ apart.
    """
    import pyarrow as pa

    if not pa.types.is_integer(kind):
        return _column(values, kind)
    if text:
        fractions = [None if value is None else float(value) for value in values]
        words = _column(fractions, pa.float64()).cast(pa.string()).to_pylist()
        return _column(
            [
                str(value) if type(value) is int else word
                for value, word in zip(values, words, strict=True)
            ],
            pa.string(),
        )
    given = [value for value in values if value is not None]
    whole = given and all(type(value) is int for value in given)
    return _column(values, _whole_type(given) if whole else pa.float64())


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """The values as a column of a type; what `pyarrow.array` gives, which imports pandas."""
    import pyarrow as pa

    if kind == pa.string():
        return _words(values)
    if kind not in (pa.float64(), pa.int64(), pa.uint64()):
        return pa.array(values, kind)
    given = np.array([value is not None for value in values], bool)
    numbers = np.array([0 if value is None else value for value in values], kind.to_pandas_dtype())
    return pa.Array.from_buffers(kind, len(values), [_places(given), pa.py_buffer(numbers)])


def _words(values: Sequence[str | None]) -> pa.Array:
    import pyarrow as pa

    given = np.array([value is not None for value in values], bool)
    texts = [b"" if value is None else value.encode() for value in values]
    ends = np.cumsum([0, *map(len, texts)])
    if ends[-1] > np.iinfo(np.int32).max:
        return pa.array(values, pa.string())
    offsets = pa.py_buffer(ends.astype(np.int32))
    buffers = [_places(given), offsets, pa.py_buffer(b"".join(texts))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _places(given: NDArray[np.bool_]) -> pa.Buffer | None:
    """A bit for each value that is there; None where all are."""
    import pyarrow as pa

    return None if given.all() else pa.py_buffer(np.packbits(given, bitorder="little"))


def _kind(value: Any) -> type:
    """The type of a value of JSON, whole numbers among the others."""
    return float if type(value) is int else type(value)


def _converter(kind: pa.DataType) -> Callable[[Any], Any]:
    """What makes a value of JSON one of that type. It raises TypeError where there is none."""
    import pyarrow as pa

    if kind == pa.string():
        return _word
    if kind == pa.bool_():
        return _truth
    if pa.types.is_struct(kind):
        fields = {
            kind.field(place).name: kind.field(place).type for place in range(kind.num_fields)
        }
        inner = {name: _converter(each) for name, each in fields.items()}
        return lambda value: {
            name: None if (found := _record(value).get(name)) is None else convert(found)
            for name, convert in inner.items()
        }
    if pa.types.is_list(kind) and kind.value_type == pa.float64():
        return lambda value: [None if item is None else _number(item) for item in _list(value)]
    if pa.types.is_integer(kind):
        return _whole_or_not
    return _number if kind == pa.float64() else _nothing


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of these keys and values. Raises ValueError where a key is given twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {shown(twice)} is given twice")
    return found


def _nothing(value: Any) -> None:
    """What is never read: objects, lists of words."""


def _word(value: Any) -> str:
    word = value if isinstance(value, str) else json.dumps(value)
    # A lone half of a pair of code units is no text.
    word.encode()
    return word


def _number(value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(value)
    return float(value)


def _whole_or_not(value: Any) -> int | float:
    return value if type(value) is int else _number(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _record(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value
