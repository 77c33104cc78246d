"""Which column plays which role: what the user named, or else what the names say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from losscli.errors import UsageError

# The names that columns of each role go by, in lower case.
LABEL_NAMES = frozenset(
    "label labels target targets y y_true ytrue true truth ground_truth groundtruth gt actual "
    "actuals real obs observed class reference".split()
)
PRED_NAMES = frozenset(
    "pred preds prediction predictions predicted y_pred ypred yhat y_hat prob probs proba "
    "probability p p_hat phat score scores logit logits output outputs forecast model".split()
)
ID_NAMES = frozenset("id ids key index idx row_id rowid sample_id uuid guid filename".split())
WEIGHT_NAMES = frozenset("weight weights sample_weight sample_weights".split())

_SEPARATORS = "_.:- "
_PRED_PREFIXES = frozenset(
    "p prob proba probs probability pred prediction logit logits score y_pred yhat logp logprob "
    "output class".split()
)
_LABEL_PREFIXES = frozenset("label target y true y_true gt actual class".split())


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

    def __post_init__(self) -> None:
        for name in ("pred", "label"):
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
    """Positions of the columns that play each role in one file, and what to say about a guess."""

    pred: tuple[int, ...] = ()
    label: tuple[int, ...] = ()
    note: str = ""


def pick(table: Table, patterns: Sequence[str], flag: str) -> tuple[int, ...]:
    """The columns that names or globs pick, in the order given (globs: in the file's).

    Raises UsageError for a pattern that picks nothing, and for a name that stands twice.
    """
    picked: list[int] = []
    for pattern in patterns:
        exact = [place for place, name in enumerate(table.columns) if name == pattern]
        if len(exact) > 1:
            raise UsageError(f"{table.file} has {len(exact)} columns named {pattern!r}")
        found = exact or [
            place for place, name in enumerate(table.columns) if fnmatchcase(name, pattern)
        ]
        if not found:
            close = get_close_matches(pattern, table.columns, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"It has: {_listed(table.columns)}."
            raise UsageError(f"{table.file} has no column {pattern!r} ({flag})", hint=hint)
        picked.extend(place for place in found if place not in picked)
    return tuple(picked)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:20])
    return f"{shown}, … ({len(names)} in all)" if len(names) > 20 else shown


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
    guessed = (want_pred and not columns.pred) or (want_label and not columns.label)
    return Roles(pred, label, _said(table, pred, label) if guessed else "")


def _said(table: Table, pred: Sequence[int], label: Sequence[int]) -> str:
    """What a reader should know of a choice that was made for them; nothing if there was none."""
    if len(pred) == len(table.columns) or len(label) == len(table.columns):
        return ""
    parts = [
        f"{role} from column{'s' if len(places) > 1 else ''} "
        + _listed([table.columns[place] for place in places])
        for role, places in (("prediction", pred), ("label", label))
        if places
    ]
    return f"{table.file}: {'; '.join(parts)}"


def _reserved(table: Table, columns: Columns) -> set[int]:
    """The columns that are neither prediction nor label: ids, weights, a nameless index."""
    named = {name for name in (columns.id, columns.weight) if name is not None}
    return {
        place
        for place, name in enumerate(table.columns)
        if place == table.index
        or name in named
        or name.lower() in ID_NAMES
        or name.lower() in WEIGHT_NAMES
    }


def stem(name: str, prefixes: Iterable[str]) -> str | None:
    """What follows a prefix and a separator: `p_cat` → `cat`; None without such a prefix."""
    for place, letter in enumerate(name):
        if letter in _SEPARATORS and name[:place].lower() in prefixes and name[place + 1 :]:
            return name[place + 1 :]
    return None


def _groups(table: Table, places: Sequence[int], prefixes: frozenset[str]) -> list[list[int]]:
    """Columns of several items each: those that share a prefix such as `p_`."""
    groups: dict[str, list[int]] = {}
    for place in places:
        name = table.columns[place]
        rest = stem(name, prefixes)
        if rest is not None:
            groups.setdefault(name[: len(name) - len(rest)], []).append(place)
    return list(groups.values())


def _pred_among(table: Table, free: Sequence[int], label: Sequence[int]) -> tuple[int, ...]:
    numeric = [c for c in free if c not in table.text]
    exact = [c for c in numeric if table.columns[c].lower() in PRED_NAMES]
    groups = _groups(table, [c for c in numeric if c not in exact], _PRED_PREFIXES)
    readings = [(c,) for c in exact] + [tuple(group) for group in groups]
    if len(readings) == 1:
        return readings[0]
    if readings:
        raise _ambiguous(table, "prediction", "--pred-col", readings)
    rest = [c for c in numeric if table.columns[c].lower() not in LABEL_NAMES]
    if not rest:
        raise UsageError(
            f"{table.file} has no column of numbers that could be a prediction",
            hint=f"It has: {_listed(table.columns)}. Name one: --pred-col NAME.",
        )
    if len(rest) == 1 or not label:
        return tuple(rest)
    # Columns named after the classes that the labels speak of.
    names = {table.columns[c] for c in rest}
    if len(label) == 1 and table.words and table.words[label[0]] <= names:
        return tuple(rest)
    raise _ambiguous(table, "prediction", "--pred-col", [(c,) for c in rest])


def _label_beside(table: Table, free: Sequence[int], pred: Sequence[int]) -> tuple[int, ...]:
    """The labels of a file that holds predictions too, by their names."""
    exact = [c for c in free if table.columns[c].lower() in LABEL_NAMES]
    if len(exact) == 1:
        return (exact[0],)
    if exact:
        raise _ambiguous(table, "label", "--label-col", [(c,) for c in exact])
    # Labels of several columns are named after their predictions: `even` beside `p_even`.
    by_name = {table.columns[c]: c for c in free}
    for group in [list(pred)] if pred else _groups(table, free, _PRED_PREFIXES):
        rests = [stem(table.columns[c], _PRED_PREFIXES) for c in group]
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
    exact = [c for c in free if table.columns[c].lower() in LABEL_NAMES]
    if len(exact) == 1:
        return (exact[0],)
    if exact:
        raise _ambiguous(table, "label", "--label-col", [(c,) for c in exact])
    groups = _groups(table, free, _LABEL_PREFIXES)
    if len(groups) == 1:
        return tuple(groups[0])
    rest = [c for c in free if table.columns[c].lower() not in PRED_NAMES]
    if not rest:
        raise UsageError(
            f"{table.file} has no column that could be a label",
            hint=f"It has: {_listed(table.columns)}. Name one: --label-col NAME.",
        )
    if len(rest) > 1 and any(c in table.text for c in rest):
        raise _ambiguous(table, "label", "--label-col", [(c,) for c in rest])
    return tuple(rest)


def _ambiguous(table: Table, role: str, flag: str, readings: Sequence[Sequence[int]]) -> UsageError:
    choices = [
        f"  {flag} {_flag_value([table.columns[place] for place in reading])}"
        for reading in readings[:20]
    ]
    return UsageError(
        f"{table.file}: which column is the {role}?", hint="Say one of\n" + "\n".join(choices)
    )


def _flag_value(names: Sequence[str]) -> str:
    if len(names) == 1:
        return _quoted(names[0])
    prefix = names[0]
    while not all(name.startswith(prefix) for name in names):
        prefix = prefix[:-1]
    return f"'{prefix}*'"


def _quoted(name: str) -> str:
    from shlex import quote

    return quote(name)


def class_names(columns: Sequence[str]) -> tuple[str, ...]:
    """The names of classes: those of the prediction's columns without their common prefix."""
    stems = [stem(name, _PRED_PREFIXES) for name in columns]
    if all(rest is not None for rest in stems):
        return tuple(rest for rest in stems if rest is not None)
    return tuple(columns)


def align(pred: Sequence[str], label: Sequence[str]) -> tuple[int, ...] | None:
    """Where labels of several columns name the prediction's items in another order, that order.

    None where they stand in the same order, or their names tell nothing.
    """
    items = class_names(pred)
    stems = [stem(name, _LABEL_PREFIXES) for name in label]
    named = [name if rest is None else rest for name, rest in zip(label, stems, strict=True)]
    if sorted(named) != sorted(items) or list(named) == list(items):
        return None
    return tuple(named.index(item) for item in items)
