"""Columns whose names say that rows of one value belong together, and whose values repeat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from shlex import quote

from msgspec import Struct

from losscli.errors import DataError
from losscli.inputs.evidence.words import Says, says, split
from losscli.inputs.pairing import KEY, Feed
from losscli.inputs.source import Selection, Source

# So many first rows are looked at.
_ROWS = 10_000
# Fewer values are groups to compare rather than clusters; of this share of the rows, nearly each
# row is one of its own.
_FEWEST, _ALONE = 10, 0.9

# Whoever or whatever several rows may come from, and the times that several rows may share.
_WHOLES = frozenset(
    "user users patient patients subject subjects participant participants respondent person "
    "individual customer client member account household family student pupil teacher employee "
    "doc document documents article author writer speaker rater annotator reviewer session visit "
    "conversation dialog dialogue thread query question prompt passage paragraph page sequence "
    "cluster group site hospital clinic center centre ward school classroom store shop product "
    "item station sensor device machine vehicle driver trip video clip scene slide image photo "
    "recording domain url game match player team animal plant plot specimen batch well".split()
)
_TIMES = frozenset("date day week month year hour timestamp datetime time period".split())

# A column by its source and place, and the flag that would say that its values name dependent rows.
Suspect = tuple[Source, int, str]


class Repeating(Struct, frozen=True):
    """A column of a file with `values` different values in its first `rows` rows, and its flag."""

    column: str
    file: str
    values: int
    rows: int
    flag: str

    @property
    def words(self) -> str:
        """What it says of the rows, in a sentence that ends with the flag to type."""
        return (
            f"{self.file}: {self.rows:,} rows have {self.values:,} values of {self.column}; if "
            "rows of one value depend on each other, intervals and tests are too sure without "
            f"{self.flag} {quote(self.column)}"
        )


def suspects(feeds: Iterable[Feed]) -> tuple[Suspect, ...]:
    """The columns of tables that may name dependent rows, with the flag for each.

    Those that are evaluated are none.
    """
    found = []
    for feed in feeds:
        roles = [(role, part.columns or ()) for role, part in feed.roles.items() if role != KEY]
        used = {place for _, places in roles for place in places}
        for place, name in enumerate(feed.source.columns or ()):
            words = {word.removesuffix("id") for word in split(name)} | set(split(name))
            if place in used or (feed.source.index and place == 0):
                continue
            if words & _WHOLES or says(name) is Says.KEY:
                found.append((feed.source, place, "--cluster-col"))
            elif words & _TIMES:
                found.append((feed.source, place, "--block-col"))
    return tuple(found)


def repeating(columns: Iterable[Suspect]) -> Iterator[Repeating]:
    """Those of the columns whose values repeat in the first rows."""
    for source, place, flag in columns:
        selection = {"first": Selection((place,), text=True)}
        try:
            values = next(iter(source.batches(selection, _ROWS)))["first"][:_ROWS, 0]
        except (DataError, StopIteration):
            continue
        given = [str(value) for value in values.tolist() if value is not None]
        different = len(set(given))
        if different >= _FEWEST and different <= _ALONE * len(given):
            name = source.column(place)
            yield Repeating(name, source.name, different, len(given), flag)
