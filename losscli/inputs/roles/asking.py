"""What is asked where several readings fit: the words of each, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from glob import escape

from losscli.errors import Choice, UsageError
from losscli.inputs.columns import Table

_MOST = 20


def ambiguous(
    table: Table,
    role: str,
    flag: str,
    readings: Sequence[Sequence[int]],
    extra: Sequence[Choice] = (),
) -> UsageError:
    """The error that several columns could play a role, with the flags of each to type.

    `extra` are choices that take more than columns, which go first.
    """
    choices = [*extra, *(Choice(flags(table, flag, reading)) for reading in readings[:_MOST])]
    more = f"… ({len(readings)} in all)" if len(readings) > _MOST else ""
    for name in (table.columns[place] for reading in readings for place in reading):
        if table.columns.count(name) > 1:
            return UsageError(
                f"{table.file}: which column is the {role}? "
                f"{table.columns.count(name)} columns are named {name!r}",
                hint="Give each a name of its own.",
            )
    return UsageError(f"{table.file}: which column is the {role}?", choices=choices, more=more)


def several_pairs(table: Table, candidates: Sequence[int]) -> UsageError:
    """The error that names do not tell prediction from label, with each pair of flags to type."""
    pairs = [(pred, label) for pred in candidates for label in candidates if pred != label]
    pairs.sort(key=lambda pair: -_fitness(table, *pair))
    choices = [
        Choice((*flags(table, "--pred-col", [pred]), *flags(table, "--label-col", [label])))
        for pred, label in pairs[:_MOST]
    ]
    return UsageError(
        f"{table.file}: which column is the prediction, and which the label?",
        choices=choices,
    )


def _fitness(table: Table, pred: int, label: int) -> int:
    """How much two columns look like prediction and label: fractions, and 0 or 1 beside them."""
    fractional, answer = table.look(pred).fractional, table.look(label).zero_one
    return 2 * fractional + (fractional and answer and table.look(pred).in_unit)


def flags(table: Table, flag: str, reading: Sequence[int]) -> tuple[str, ...]:
    """The words that name these columns: a glob where one picks just them, else each name."""
    names = [table.columns[place] for place in reading]
    prefix = names[0]
    while not all(name.startswith(prefix) for name in names):
        prefix = prefix[:-1]
    glob = escape(prefix) + "*"
    picked = [place for place, name in enumerate(table.columns) if fnmatchcase(name, glob)]
    if len(names) > 1 and picked == list(reading):
        return flag, glob
    named = [(f"{flag}={name}",) if name.startswith("-") else (flag, name) for name in names]
    return tuple(word for words in named for word in words)
