"""Two numbers of the same predictions: whose they are, and what makes the difference."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from losscli.arrays import Array
from losscli.evaluating.one_pass import Losses
from losscli.inputs.columns import Columns
from losscli.losses.registry import REGISTRY
from losscli.matching.command import Command, Source, number_word
from losscli.matching.match import ClassWeights, tried
from losscli.matching.report import Match, Part, RowPart, Why
from losscli.matching.verdict import Tried

# Rows named one by one.
MOST_ROWS = 5

# A row that changes less than this share of what the first does is not worth a line.
_NOTHING = 1e-6

# The choices of a command, in the order in which they are changed from one number to the other.
_ORDER = (
    "swapped",
    "cast",
    "classes",
    "unweighted",
    "class_weight",
    "task",
    "kind",
    "loss",
    "like",
    "reduction",
)


def why(
    first: str | float,
    second: str | float,
    pred: Any,
    label: Any = None,
    losses: Losses = None,
    *,
    kind: str | None = None,
    task: str | None = None,
    weight: Any = None,
    class_weight: ClassWeights = None,
    classes: Sequence[str] | None = None,
    columns: Columns | None = None,
    progress: Callable[[int], Any] | None = None,
    announce: Callable[[str], Any] | None = None,
) -> Why:
    """Say whose two numbers are, and which choices and which rows make the difference.

    The arguments are those of `match`. The losses of the rows are held in memory for the rows'
    parts, one number per row (or item) and command.

    Raises UsageError and DataError as `evaluate` does.

    >>> found = why("0.4149", "0.2017", [0.9, 0.2, 0.6], [1, 0, 0], ["bce", "brier"])
    >>> bool(abs(sum(part.change for part in found.parts) - found.change) < 1e-12)
    True
    """
    source = Source(pred, label, weight, kind, task, classes, columns or Columns())
    one, other = (
        _best(tried(value, source, losses, class_weight, progress=progress, announce=told))
        for value, told in ((first, announce), (second, None))
    )
    if one is None or other is None:
        return Why(
            first=None if one is None else one[0], second=None if other is None else other[0]
        )
    start, end = _start(one, source), _start(other, source)
    change = other[0].value - one[0].value
    parts = [part for part in _parts(one, other, start, end, source) if part.change]
    found = Why(one[0], other[0], change, tuple(parts))
    return _with_rows(found, start, end, source)


def _best(found: Sequence[Tried]) -> Tried | None:
    return next((each for each in found if each[0].agrees and each[0].likely), None)


def _start(found: Tried, source: Source) -> tuple[Command, float] | None:
    """The command that a number is made from, and what it prints."""
    match, command = found
    if command is None:
        command = Command(REGISTRY.get(match.loss).short)
    value = source.value(command)
    return None if value is None else (command, value)


def _parts(
    one: Tried,
    other: Tried,
    start: tuple[Command, float] | None,
    end: tuple[Command, float] | None,
    source: Source,
) -> Iterator[Part]:
    """The way from one number to the other, one choice at a time; the changes add up."""
    if start is None or end is None:
        said = f"{_named(other[0])} instead of {_named(one[0])}"
        yield Part(said, other[0].value - one[0].value)
        return
    if one[0].unusual:
        yield Part(f"without: {'; '.join(one[0].unusual)}", start[1] - one[0].value)
    yield from _changed(start, end, source)
    if other[0].unusual:
        yield Part("; ".join(other[0].unusual), other[0].value - end[1])


def _changed(
    start: tuple[Command, float], end: tuple[Command, float], source: Source
) -> Iterator[Part]:
    """What each choice of the commands changes; those that make sense only together as one."""
    at, value = start
    waiting: list[str] = []
    pending = [name for name in _ORDER if getattr(at, name) != getattr(end[0], name)]
    assert set(_ORDER) == set(Command.__struct_fields__)
    trial = at
    for place, name in enumerate(pending):
        trial = replace(trial, **{name: getattr(end[0], name)})
        waiting.append(_said(name, at, end[0]))
        last = place == len(pending) - 1
        reached = end[1] if last else source.value(trial)
        if reached is None or not math.isfinite(reached):
            if not last:
                continue
            reached = end[1]
        yield Part(", ".join(waiting), reached - value)
        value, waiting = reached, []


def _said(name: str, at: Command, to: Command) -> str:
    old, new = getattr(at, name), getattr(to, name)
    if name == "loss":
        return f"{new} instead of {old}"
    if name == "like":
        return f"by the {new} convention, not {old}"
    if name == "swapped":
        return "prediction and label change places"
    if name == "unweighted":
        return "row weights left out" if new else "row weights taken in"
    words = name.replace("_", " ")
    if name == "class_weight":
        new = new and ",".join(map(number_word, new))
    if name == "classes":
        words, new = "classes in the order", new and ",".join(new)
    return f"{words} {new}" if new is not None else f"{words} as the data say, not {old}"


def _named(match: Match) -> str:
    return f"{match.title} by the {match.convention} convention"


def _with_rows(
    found: Why,
    start: tuple[Command, float] | None,
    end: tuple[Command, float] | None,
    source: Source,
) -> Why:
    """The same with the rows that carry the difference of the two losses, where they have rows."""
    if start is None or end is None or not math.isfinite(end[1] - start[1]):
        return found
    losses: list[Array] = []
    shares: list[Array] = []
    for command, value in (start, end):
        each = source.rows(command)
        if each is None:
            return found
        by_row = each.sum(axis=1) if each.ndim == 2 else each
        total = math.fsum(by_row.tolist())
        if not math.isfinite(total) or total == 0.0:
            return found
        losses.append(each)
        # A value that is no multiple of the sum of its rows has no parts that are rows.
        shares.append(by_row * (value / total))
    if len(shares[0]) != len(shares[1]) or not _additive(start[0], end[0]):
        return found
    if np.array_equal(losses[0], losses[1]):
        # The rows are the same, only what is made of them differs.
        return found
    change = shares[1] - shares[0]
    top = np.argsort(-np.abs(change), kind="stable")[:MOST_ROWS]
    rows = tuple(
        RowPart(
            row=int(row) + 1,
            first=float(losses[0][row].mean()),
            second=float(losses[1][row].mean()),
            change=float(change[row]),
        )
        for row in top
        if abs(change[row]) > _NOTHING * float(np.abs(change).max())
    )
    left = np.delete(change, [row.row - 1 for row in rows])
    return replace(
        found,
        rows=rows,
        rest=math.fsum(left.tolist()),
        others=len(left),
        of_rows=end[1] - start[1],
    )


def _additive(*commands: Command) -> bool:
    """Whether the losses are sums or means of rows, with nothing done to them afterwards."""
    return all(
        REGISTRY.get(command.loss.partition(":")[0]).transform is None
        for command in commands
        if REGISTRY.knows(command.loss.partition(":")[0])
    )
