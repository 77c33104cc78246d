"""A leaderboard as JSON, CSV, Markdown or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from losscli.batching.report import Leaderboard
from losscli.render.csv import cell
from losscli.render.json import dump
from losscli.render.leaderboard_columns import flat, headings
from losscli.render.markdown import escape
from losscli.render.numbers import NOTHING, number


def as_json(board: Leaderboard) -> str:
    """One document of schema `losscli-batch/1`."""
    return f"{dump(board.to_dict(), indent=2)}\n"


def as_csv(board: Leaderboard) -> str:
    """A line for each pair, a column for each loss."""
    text = io.StringIO()
    columns = flat(board)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(cell, columns))
    writer.writerows(map(cell, row) for row in zip(*columns.values(), strict=True))
    return text.getvalue()


def as_markdown(board: Leaderboard) -> str:
    """A table of the pairs with losses, and a list of those without."""
    return "\n".join(_markdown(board)) + "\n"


def _markdown(board: Leaderboard) -> Iterator[str]:
    heads = ["rank", "pair", *headings(board)]
    yield f"| {' | '.join(map(escape, heads))} |"
    yield f"| --: | :-- {'| --: ' * len(board.columns)}|"
    for place in board.places:
        if place.row.failure is None:
            values = (NOTHING if value is None else number(value) for value in place.values)
            rank = NOTHING if place.rank is None else f"{place.rank:,}"
            yield f"| {' | '.join([rank, escape(place.row.name), *values])} |"
    failed = [place.row for place in board.places if place.row.failure is not None]
    if failed:
        yield ""
        yield f"{len(failed):,} without losses:"
        yield ""
    for row in failed:
        assert row.failure is not None
        message = row.failure.said
        named = message if message.startswith(row.name) else f"{row.name}: {message}"
        yield f"- {escape(named)}"


def as_parquet(board: Leaderboard) -> bytes:
    """A row for each pair: numbers as float64 and int64, words as text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    own: dict[str, Any] = {"rank": pa.int64(), "n": pa.int64()}
    words = ("name", "task", "kind", "pred", "label", "error")
    own |= dict.fromkeys(words, pa.string())
    columns = flat(board)
    arrays = [
        pa.array(map(_storable, values), own.get(name, pa.float64()))
        for name, values in columns.items()
    ]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=list(columns)), buffer)
    return buffer.getvalue()


def _storable(value: Any) -> Any:
    """Text as Parquet can hold it: a file's name may be no UTF-8."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


TEXTS: Mapping[str, Callable[[Leaderboard], str]] = {
    "json": as_json,
    "csv": as_csv,
    "markdown": as_markdown,
}
