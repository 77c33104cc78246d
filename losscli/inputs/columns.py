"""The columns that a user names, and the columns that a table has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from losscli.errors import UsageError
from losscli.inputs.evidence.looks import Look
from losscli.inputs.evidence.words import Says, says
from losscli.inputs.findings import listed

_NO_LOOK = Look()


class Columns(Struct, frozen=True):
    """The columns that a user names: names or globs; empty where the evidence is to tell.

    `id` are the columns that together identify a row, `group` that of the list (query) to which a
    row belongs; `decimal` is the mark before decimals in text, where the numbers themselves do not
    tell. `percent` says that predictions are written in percent.

    >>> Columns(pred="p_*", label="species").pred
    ('p_*',)
    """

    pred: str | Sequence[str] = ()
    label: str | Sequence[str] = ()
    weight: str | None = None
    id: str | Sequence[str] | None = None
    by: str | Sequence[str] = ()
    cluster: str | Sequence[str] = ()
    score: str | Sequence[str] = ()
    group: str | None = None
    decimal: str | None = None
    percent: bool = False

    def __post_init__(self) -> None:
        for name in ("pred", "label", "by", "cluster", "score"):
            given = getattr(self, name)
            force_setattr(self, name, (given,) if isinstance(given, str) else tuple(given))
        if self.decimal not in (None, ".", ","):
            raise UsageError(f"decimal={self.decimal!r}: say '.' or ','")
        if self.id is not None:
            keys = (self.id,) if isinstance(self.id, str) else tuple(self.id)
            force_setattr(self, "id", keys or None)

    def changed(self, **fields: Any) -> Columns:
        """The same with other `fields`."""
        return replace(self, **fields)


class Table(Struct, frozen=True):
    """The columns of one file, as far as its first rows tell.

    `text` are the columns that hold words, `looks` what the first rows of each column hold, `index`
    is a nameless row index, `keys` what identifies the rows.
    """

    file: str
    columns: tuple[str, ...]
    text: frozenset[int] = frozenset()
    looks: tuple[Look, ...] = ()
    index: int | None = None
    keys: frozenset[int] = frozenset()

    def named(self, places: Iterable[int]) -> str:
        """The names of columns, for a message."""
        return ", ".join(self.columns[place] for place in places)

    def look(self, place: int) -> Look:
        """What a column looks like."""
        return self.looks[place] if place < len(self.looks) else _NO_LOOK

    def says(self, place: int) -> Says | None:
        """What the name of a column says."""
        return says(self.columns[place])


def pick(table: Table, patterns: Sequence[str], flag: str) -> tuple[int, ...]:
    """The columns that names or globs pick, in the order given (globs: in the file's).

    Raises UsageError for a pattern that picks nothing, and for a name that stands twice.
    """
    picked: list[int] = []
    for pattern in patterns:
        exact = [place for place, name in enumerate(table.columns) if name == pattern]
        if len(exact) > 1:
            raise UsageError(
                f"{table.file} has {len(exact)} columns named {pattern!r}",
                hint="Give each a name of its own.",
            )
        found = matching(table, pattern)
        if not found:
            items = [name for name in table.columns if name.rpartition(".")[0] == pattern]
            close = [f"{pattern}.*"] if items else get_close_matches(pattern, table.columns, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"It has: {listed(table.columns)}."
            raise UsageError(f"{table.file} has no column {pattern!r} ({flag})", hint=hint)
        picked.extend(place for place in found if place not in picked)
    return tuple(picked)


def matching_any(table: Table, patterns: Iterable[str]) -> frozenset[int]:
    """The columns that any of the names or globs means."""
    return frozenset(place for each in patterns for place in matching(table, each))


def matching(table: Table, pattern: str) -> list[int]:
    """The columns of just that name, or else those that the glob picks."""
    exact = [place for place, name in enumerate(table.columns) if name == pattern]
    return exact or [
        place for place, name in enumerate(table.columns) if fnmatchcase(name, pattern)
    ]
