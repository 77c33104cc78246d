"""Which column plays which role: what the user named, or else what the names say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from glob import escape
from shlex import quote

from losscli.errors import UsageError
from losscli.inputs.findings import listed
from losscli.inputs.names import (
    ID_NAMES,
    LABEL_NAMES,
    LABEL_PREFIXES,
    PRED_NAMES,
    PRED_PREFIXES,
    WEIGHT_NAMES,
    stem,
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a user names: names or globs; empty where their names are to tell.

    >>> Columns(pred="p_*", label="species").pred
    ('p_*',)
    """

    pred: str | Sequence[str] = ()
    label: str | Sequence[str] = ()
    weight: str | None = None
    id: str | None = None
    by: str | Sequence[str] = ()

    def __post_init__(self) -> None:
        for name in ("pred", "label", "by"):
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of one file, as far as its first rows tell.

    `text` are the columns that hold words, `words` what the first rows of each column say, `index`
    is a nameless row index.
    """

    file: str
    columns: tuple[str, ...]
    text: frozenset[int] = frozenset()
    words: tuple[frozenset[str], ...] = ()
    index: int | None = None

    def named(self, places: Iterable[int]) -> str:
        """The names of columns, for a message."""
        return ", ".join(self.columns[place] for place in places)


@dataclass(frozen=True, slots=True)
class Roles:
    """Positions of the columns that play each role in one file."""

    pred: tuple[int, ...] = ()
    label: tuple[int, ...] = ()


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
            close = get_close_matches(pattern, table.columns, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"It has: {listed(table.columns)}."
            raise UsageError(f"{table.file} has no column {pattern!r} ({flag})", hint=hint)
        picked.extend(place for place in found if place not in picked)
    return tuple(picked)


def matching(table: Table, pattern: str) -> list[int]:
    """The columns of just that name, or else those that the glob picks."""
    exact = [place for place, name in enumerate(table.columns) if name == pattern]
    return exact or [
        place for place, name in enumerate(table.columns) if fnmatchcase(name, pattern)
    ]


def resolve(table: Table, columns: Columns, *, want_pred: bool, want_label: bool) -> Roles:
    """Which columns of a file are predictions and labels.

    Raises UsageError, with the flags to type, where names allow several readings or none.
    """
    used = _reserved(table, columns)
    pred = pick(table, columns.pred, "--pred-col") if want_pred and columns.pred else ()
    label = pick(table, columns.label, "--label-col") if want_label and columns.label else ()
    both = set(pred) & set(label)
    if both:
        raise UsageError(f"{table.named(sorted(both))} cannot be prediction and label at once")
    free = [c for c in range(len(table.columns)) if c not in used and c not in (*pred, *label)]
    if want_label and not label and want_pred:
        label = _label_beside(table, free, pred)
        free = [c for c in free if c not in label]
    if want_pred and not pred:
        pred = _pred_among(table, free, label)
        free = [c for c in free if c not in pred]
    if want_label and not label:
        # In a file with columns of both roles, labels whose names tell nothing.
        label = _label_left(table, free, pred) if want_pred else _label_alone(table, free)
    return Roles(pred, label)


def _reserved(table: Table, columns: Columns) -> set[int]:
    """The columns that are neither prediction nor label: ids, weights, a nameless index."""
    named = {name for name in (columns.id, columns.weight) if name is not None}
    grouping = {place for pattern in columns.by for place in matching(table, pattern)}
    return grouping | {
        place
        for place, name in enumerate(table.columns)
        if place == table.index
        or name in named
        or name.lower() in ID_NAMES
        or name.lower() in WEIGHT_NAMES
    }


def _groups(table: Table, places: Sequence[int], prefixes: frozenset[str]) -> list[list[int]]:
    """Columns of several items each: those that share a prefix such as `p_`."""
    groups: dict[str, list[int]] = {}
    for place in places:
        name = table.columns[place]
        rest = stem(name, prefixes)
        if rest is not None:
            groups.setdefault(name[: len(name) - len(rest)], []).append(place)
    return list(groups.values())


def _pred_named(table: Table, places: Sequence[int]) -> list[tuple[int, ...]]:
    """The columns, or groups of columns, that go by a prediction's name."""
    exact = [c for c in places if table.columns[c].lower() in PRED_NAMES]
    groups = _groups(table, [c for c in places if c not in exact], PRED_PREFIXES)
    return [(c,) for c in exact] + [tuple(group) for group in groups]


def _pred_among(table: Table, free: Sequence[int], label: Sequence[int]) -> tuple[int, ...]:
    numeric = [c for c in free if c not in table.text]
    readings = _pred_named(table, numeric)
    if len(readings) == 1:
        return readings[0]
    if readings:
        raise _ambiguous(table, "prediction", "--pred-col", readings)
    rest = [c for c in numeric if table.columns[c].lower() not in LABEL_NAMES]
    if not rest:
        # A column that is named a prediction and holds words is refused where it is read.
        if named := [c for c in free if table.columns[c].lower() in PRED_NAMES]:
            return tuple(named[:1])
        raise UsageError(
            f"{table.file} has no column of numbers that could be a prediction",
            hint=f"It has: {listed(table.columns)}. Name one: --pred-col NAME.",
        )
    if len(rest) == 1 or not label:
        return tuple(rest)
    # Columns named after the classes that the labels speak of.
    names = {table.columns[c] for c in rest}
    words = table.words[label[0]] if table.words and len(label) == 1 else frozenset()
    if words and words <= names:
        return tuple(rest)
    raise _ambiguous(table, "prediction", "--pred-col", [(c,) for c in rest])


def _label_named(table: Table, free: Sequence[int]) -> tuple[int, ...]:
    """The one column that goes by a label's name; none where there is none."""
    exact = [c for c in free if table.columns[c].lower() in LABEL_NAMES]
    if len(exact) > 1:
        raise _ambiguous(table, "label", "--label-col", [(c,) for c in exact])
    return tuple(exact)


def _label_beside(table: Table, free: Sequence[int], pred: Sequence[int]) -> tuple[int, ...]:
    """The labels of a file that holds predictions too, by their names."""
    if named := _label_named(table, free):
        return named
    # Labels of several columns are named after their predictions: `even` beside `p_even`.
    by_name = {table.columns[c]: c for c in free}
    for group in [list(pred)] if pred else _groups(table, free, PRED_PREFIXES):
        rests = [stem(table.columns[c], PRED_PREFIXES) for c in group]
        for form in ("{}", "label_{}", "y_{}", "true_{}", "target_{}"):
            twins = [by_name.get(form.format(rest)) for rest in rests if rest is not None]
            if twins and len(twins) == len(rests) and None not in twins:
                return tuple(place for place in twins if place is not None)
    return ()


def _label_left(table: Table, free: Sequence[int], pred: Sequence[int]) -> tuple[int, ...]:
    """The one column that is left where the prediction is known; none where there is none."""
    if len(free) <= 1 or len(pred) == 0:
        return tuple(free)
    words = [c for c in free if c in table.text]
    if len(words) == 1 and len(pred) > 1:
        return (words[0],)
    return ()


def _label_alone(table: Table, free: Sequence[int]) -> tuple[int, ...]:
    """The labels of a file that holds nothing else that matters."""
    if named := _label_named(table, free):
        return named
    groups = _groups(table, free, LABEL_PREFIXES)
    if len(groups) == 1:
        return tuple(groups[0])
    rest = [c for c in free if table.columns[c].lower() not in PRED_NAMES]
    if not rest:
        raise UsageError(
            f"{table.file} has no column that could be a label",
            hint=f"It has: {listed(table.columns)}. Name one: --label-col NAME.",
        )
    if len(rest) > 1 and any(c in table.text for c in rest):
        raise _ambiguous(table, "label", "--label-col", [(c,) for c in rest])
    return tuple(rest)


def _ambiguous(table: Table, role: str, flag: str, readings: Sequence[Sequence[int]]) -> UsageError:
    choices = [f"  {_flags(table, flag, reading)}" for reading in readings[:20]]
    if len(readings) > 20:
        choices.append(f"  … ({len(readings)} in all)")
    for name in (table.columns[place] for reading in readings for place in reading):
        if table.columns.count(name) > 1:
            return UsageError(
                f"{table.file}: which column is the {role}? "
                f"{table.columns.count(name)} columns are named {name!r}",
                hint="Give each a name of its own.",
            )
    return UsageError(
        f"{table.file}: which column is the {role}?", hint="Say one of\n" + "\n".join(choices)
    )


def _flags(table: Table, flag: str, reading: Sequence[int]) -> str:
    """What to type for these columns: a glob where one picks just them, else each name."""
    names = [table.columns[place] for place in reading]
    prefix = names[0]
    while not all(name.startswith(prefix) for name in names):
        prefix = prefix[:-1]
    glob = escape(prefix) + "*"
    picked = [place for place, name in enumerate(table.columns) if fnmatchcase(name, glob)]
    if len(names) > 1 and picked == list(reading):
        return f"{flag} {quote(glob)}"
    return " ".join(
        f"{flag}={quote(name)}" if name.startswith("-") else f"{flag} {quote(name)}"
        for name in names
    )
