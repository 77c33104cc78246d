"""Columns that Arrow has typed → arrays, and the columns of a table of such."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from msgspec import Struct

from losscli.arrays import INEXACT, inexact
from losscli.errors import DataError
from losscli.inputs.source import Array, Selection

if TYPE_CHECKING:
    import pyarrow as pa

# How pandas stores an index without a name.
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


class Column(Struct, frozen=True):
    """One column of a table: a field, or item number `item` of a field of lists of one length.

    `path` are the names of nested fields that lead to it from the `field`.
    """

    name: str
    field: str
    type: Any
    item: int | None = None
    width: int = 0
    path: tuple[str, ...] = ()


# How Spark writes a vector; its values stand for it.
_VECTOR = frozenset(("type", "size", "indices", "values"))

# So many words are read one by one: the functions of Arrow's that number them take 60 ms to load.
_FEW = 1 << 12


class Misplaced(Exception):
    """A value that is not what its column is read as; `row` counts within the batch.

    `list` says that the value is a whole list, of whose items each is a column.
    """

    def __init__(
        self, row: int | None, problem: str, value: str = "", *, list: bool = False
    ) -> None:
        super().__init__(problem)
        self.row, self.problem, self.value, self.list = row, problem, value, list


class TypedColumns:
    """A table whose columns have types of Arrow's: Parquet, Arrow, JSON Lines.

    A field of lists stands for as many columns as its lists have items: `probs.0`, `probs.1`, ….
    """

    shape: tuple[int, ...] | None = None
    index = False

    def __init__(self, schema: pa.Schema, name: str) -> None:
        self.name = name
        self._fields = [found for found in schema if not _PANDAS_INDEX.fullmatch(found.name)]
        if not self._fields:
            raise DataError("has no columns", file=name)
        self._typed = tuple(self._leaves())
        self.columns: tuple[str, ...] = tuple(column.name for column in self._typed)

    @property
    def lists_of_numbers(self) -> tuple[str, ...]:
        """The fields that hold lists of numbers."""
        return tuple(found.name for found in self._fields if _item(found.type) is not None)

    def _first_rows(self, fields: Sequence[str]) -> pa.RecordBatch | None:
        """Up to `LOOK` rows of some fields; None where the table has no rows."""
        raise NotImplementedError

    @property
    def rows(self) -> int | None:
        """Unknown before reading."""
        return None

    @property
    def starts(self) -> Sequence[int]:
        """The first row alone."""
        return (0,)

    def part(self, row: int) -> tuple[Self, int]:
        """The file itself."""
        return self, row

    def position(self, row: int) -> str:
        """The row's number, counted from 0 as data frames do."""
        return f"row {row}"

    def column(self, index: int) -> str:
        """The column's name."""
        return self.columns[index]

    def is_text(self, column: int) -> bool:
        """Whether the column is of a type that holds no numbers."""
        return not _is_number(self._typed[column].type)

    def firsts(self, column: int) -> list[float | str | None]:
        """The first values of a column."""
        chosen = self._typed[column]
        if self._sample is None:
            return []
        values = nested(self._sample.column(chosen.field), chosen.path)
        try:
            if chosen.item is not None:
                values = _items(values, chosen.item, chosen.width)
            if not _is_number(chosen.type):
                return list(words(values).tolist())
            return [None if value != value else float(value) for value in numbers(values).tolist()]
        except Misplaced:
            return []

    def decimals(self, columns: Sequence[int]) -> int | None:
        """None: the numbers are binary."""
        return None

    def dtype(self, columns: Sequence[int] | None) -> np.dtype[Any] | None:
        """The dtype that holds the numbers of all these columns; object where some are words."""
        types = [self._typed[place].type for place in columns or ()]
        if not types or not all(map(_is_number, types)):
            return np.dtype(object)
        return np.result_type(*(_dtype(each) for each in types))

    @cached_property
    def _sample(self) -> pa.RecordBatch | None:
        return self._first_rows([found.name for found in self._fields])

    def _leaves(self) -> Iterator[Column]:
        for found in self._fields:
            yield from self._leaves_of(found.name, found.name, found.type, ())

    def _leaves_of(
        self, name: str, field: str, kind: pa.DataType, path: tuple[str, ...]
    ) -> Iterator[Column]:
        """The columns of a field; those of nested fields by dotted names: `output.prob`."""
        import pyarrow as pa

        if pa.types.is_struct(kind) and kind.num_fields:
            inner = [kind.field(place) for place in range(kind.num_fields)]
            vector = "values" in {each.name for each in inner} <= _VECTOR
            for each in inner:
                if vector and each.name != "values":
                    continue
                longer = name if vector else f"{name}.{each.name}"
                yield from self._leaves_of(longer, field, each.type, (*path, each.name))
            return
        item = _item(kind)
        if item is None:
            yield Column(name, field, kind, path=path)
            return
        width = self._width(field, kind, path)
        for place in range(width):
            yield Column(f"{name}.{place}", field, item, place, width, path)

    def _width(self, field: str, kind: pa.DataType, path: tuple[str, ...]) -> int:
        """How many items the lists of a field have: those of the first that is not missing."""
        import pyarrow as pa

        if pa.types.is_fixed_size_list(kind):
            return int(kind.list_size)
        if self._sample is None:
            return 0
        lists = nested(self._sample.column(field), path)
        return next((len(each) for each in lists if each.is_valid), 0)

    def _tables(
        self, roles: Mapping[str, Selection], batches: Iterator[pa.RecordBatch], start: int
    ) -> Iterator[dict[str, Array]]:
        """The columns of every role, batch by batch; `start` is the row of the first batch."""
        every = tuple(range(len(self._typed)))
        for batch in batches:
            tables = {}
            for role, chosen in roles.items():
                arrays = [
                    self._array(batch, place, chosen.text, start)
                    for place in chosen.columns or every
                ]
                tables[role] = arrays[0][:, None] if len(arrays) == 1 else np.column_stack(arrays)
            yield tables
            start += batch.num_rows

    def _fields_of(self, roles: Mapping[str, Selection]) -> list[str]:
        every = tuple(range(len(self._typed)))
        names = {
            self._typed[place].field: None
            for chosen in roles.values()
            for place in chosen.columns or every
        }
        present = [found.name for found in self._fields]
        for name in names:
            if present.count(name) > 1:
                raise DataError(
                    f"has {present.count(name)} columns named {name!r}",
                    file=self.name,
                    hint="Give each a name of its own.",
                )
        return list(names)

    def _array(self, batch: pa.RecordBatch, place: int, text: bool, start: int) -> Array:
        column = self._typed[place]
        found = batch.column(batch.schema.get_field_index(column.field))
        found = nested(found, column.path)
        try:
            if column.item is not None:
                found = _items(found, column.item, column.width)
            return words(found) if text else numbers(found)
        except Misplaced as misfit:
            row = misfit.row
            raise DataError(
                misfit.problem,
                file=self.name,
                position="" if row is None else self.position(start + row),
                column=column.name.rpartition(".")[0] if misfit.list else column.name,
                value=misfit.value,
                hint="Lists of one length are columns; of others, write a row for each item."
                if misfit.list
                else "",
            ) from None


@contextmanager
def readable(name: str, what: str) -> Iterator[None]:
    """Arrow's errors as errors of the data: `what` is the format that the file is no whole of."""
    import pyarrow as pa

    from losscli.inputs.compressed import first_line

    try:
        yield
    except (pa.ArrowException, OSError, EOFError, ValueError, MemoryError) as error:
        raise DataError(f"is a damaged {what} file ({first_line(error)})", file=name) from None


def held_by_arrow(block: bytes) -> pa.BufferReader:
    """A block of text in memory of Arrow's own.

    A thread of Arrow's may be the last to let go of it. Were that memory Python's, the thread would
    need the interpreter, and abort the process where that is ending.
    """
    import pyarrow as pa

    buffer = pa.allocate_buffer(len(block))
    memoryview(buffer).cast("B")[:] = block
    return pa.BufferReader(buffer)


def nested(column: pa.Array, path: Sequence[str]) -> pa.Array:
    """The field of a column of records that a path leads to; without a path, the column itself."""
    if not path:
        return column
    import pyarrow.compute as pc

    for name in path:
        column = pc.struct_field(column, name)
    return column


def _item(kind: pa.DataType) -> pa.DataType | None:
    """The type of a list's items, where they are numbers."""
    import pyarrow as pa

    test = pa.types
    if test.is_list(kind) or test.is_large_list(kind) or test.is_fixed_size_list(kind):
        return kind.value_type if _is_number(kind.value_type) else None
    return None


def _items(lists: pa.Array, item: int, width: int) -> pa.Array:
    """Item number `item` of every list. Raises Misplaced for a list of another length."""
    import pyarrow.compute as pc

    lengths = pc.list_value_length(lists)
    bad = pc.fill_null(pc.not_equal(lengths, width), fill_value=False)
    if bad.true_count:
        row = pc.index(bad, value=True).as_py()
        problem = f"has {lengths[row]} items where the first row has {width}"
        raise Misplaced(row, problem, list=True)
    return pc.list_element(lists, item)


def _is_number(kind: pa.DataType) -> bool:
    import pyarrow as pa

    test = pa.types
    if test.is_dictionary(kind):
        return _is_number(kind.value_type)
    return bool(
        test.is_floating(kind)
        or test.is_integer(kind)
        or test.is_boolean(kind)
        or test.is_decimal(kind)
        or test.is_null(kind)
    )


def _dtype(kind: pa.DataType) -> np.dtype[Any]:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return np.dtype(np.float64)
    return np.dtype(kind.to_pandas_dtype())


def numbers(column: pa.Array) -> Array:
    """A column as float64 with NaN for what is missing; whole numbers and booleans as they are.

    The buffers are taken as they are: Arrow's own `to_numpy` would import pandas.
    """
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if not _is_number(kind):
        raise Misplaced(None, f"is a column of type {kind}, not of numbers")
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    if pa.types.is_decimal(kind):
        # By their digits, which rounds once; Arrow's own cast multiplies.
        column = _cast(_cast(column, pa.string()), pa.float64())
        kind = column.type
    if pa.types.is_boolean(kind):
        values = _bits(column.buffers()[1], column)
    else:
        dtype = _dtype(kind)
        values = np.frombuffer(
            column.buffers()[1] or b"", dtype, len(column), dtype.itemsize * column.offset
        )
    if values.dtype.kind == "f":
        values = values.astype(np.float64, copy=False)
    if column.null_count == 0:
        return values
    present = _bits(column.buffers()[0], column)
    if (row := inexact(np.where(present, values, values.dtype.type(0)))) is not None:
        raise Misplaced(row, INEXACT, str(values[row]))
    return np.where(present, values.astype(np.float64), np.nan)


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """The column as another type. Raises Misplaced where it holds what cannot be that."""
    if column.type == kind:
        return column
    import pyarrow as pa

    try:
        return column.cast(kind)
    except pa.ArrowException:
        raise Misplaced(None, f"holds items that cannot be read as {kind}") from None


def _bits(buffer: pa.Buffer | None, column: pa.Array) -> Array:
    packed = np.frombuffer(buffer or b"", np.uint8)
    first = column.offset // 8
    packed = packed[first : (column.offset + len(column) + 7) // 8]
    bits = np.unpackbits(packed, bitorder="little")
    return bits[column.offset - 8 * first :][: len(column)].view(np.bool_)


def words(column: pa.Array, *, strip: bool = False) -> Array:
    """A column as str, with None where it is missing.

    `strip` leaves out blanks around words, and takes an empty one as missing.
    """
    import pyarrow as pa

    test = pa.types
    if test.is_string(column.type) and len(column) <= _FEW:
        return np.array(_texts(column, strip=strip), dtype=object)
    if not test.is_dictionary(column.type):
        if test.is_nested(column.type) or test.is_binary(column.type):
            raise Misplaced(None, f"is a column of type {column.type}, not of words")
        column = _cast(column, pa.string()).dictionary_encode()
    elif not test.is_string(column.type.value_type):
        column = _cast(column, pa.dictionary(column.type.index_type, pa.string()))
    # None stands last, where −1 finds it.
    table = np.array([*_texts(column.dictionary, strip=strip), None], dtype=object)
    places = numbers(column.indices)
    if places.dtype.kind == "f":
        places = np.where(np.isnan(places), -1, places).astype(np.intp)
    return table[places]


def _texts(column: pa.Array, *, strip: bool) -> list[str | None]:
    try:
        found: list[str | None] = column.to_pylist()
    except UnicodeDecodeError:
        raise Misplaced(None, "holds words that are not UTF-8") from None
    return [(word and word.strip()) or None for word in found] if strip else found
