"""Which columns of one table are prediction and label: what the user named, or else the evidence.

What the names say comes first, then what the columns look like beside each other. Where several
readings are left, none is taken: the flags of each are named, the likeliest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from glob import escape
from shlex import quote

from losscli.errors import UsageError
from losscli.inputs.evidence.looks import Look
from losscli.inputs.evidence.words import TRUTH, Says, alike, base, parted, says, split
from losscli.inputs.findings import listed
from losscli.inputs.names import LABEL_NAMES, LABEL_PREFIXES, PRED_NAMES, PRED_PREFIXES, stem
from losscli.vocabulary import Evidence

_NO_LOOK = Look()


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a user names: names or globs; empty where the evidence is to tell.

    `id` are the columns that together identify a row, `group` that of the list (query) to which a
    row belongs; `decimal` is the mark before decimals in
    text, where the numbers themselves do not tell.

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

    def __post_init__(self) -> None:
        for name in ("pred", "label", "by", "cluster", "score"):
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
        if self.decimal not in (None, ".", ","):
            raise UsageError(f"decimal={self.decimal!r}: say '.' or ','")
        if self.id is not None:
            keys = (self.id,) if isinstance(self.id, str) else tuple(self.id)
            object.__setattr__(self, "id", keys or None)


@dataclass(frozen=True, slots=True)
class Table:
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


@dataclass(frozen=True, slots=True)
class Roles:
    """Positions of the columns that play each role in one file, and why they do."""

    pred: tuple[int, ...] = ()
    label: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = field(default=(), compare=False)


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


def resolve(
    table: Table,
    columns: Columns,
    *,
    want_pred: bool,
    want_label: bool,
    items: Sequence[Sequence[str]] = (),
) -> Roles:
    """Which columns of a file are predictions and labels.

    `items` are the names of the items that the losses asked for take, such as mean and std.

    Raises UsageError, with the flags to type, where the evidence allows several readings or none.
    """
    return _Decision(table, columns, want_pred, want_label, items).roles()


class _Decision:
    """The joint decision on one table."""

    def __init__(
        self,
        table: Table,
        columns: Columns,
        want_pred: bool,
        want_label: bool,
        items: Sequence[Sequence[str]],
    ) -> None:
        self.table = table
        self.columns = columns
        self.want_pred = want_pred
        self.want_label = want_label
        self.items = items
        self.evidence: list[Evidence] = []
        self.pred = pick(table, columns.pred, "--pred-col") if want_pred else ()
        self.label = pick(table, columns.label, "--label-col") if want_label else ()
        both = set(self.pred) & set(self.label)
        if both:
            raise UsageError(f"{table.named(sorted(both))} cannot be prediction and label at once")
        used = self._reserved() | {*self.pred, *self.label}
        self.free = [place for place in range(len(table.columns)) if place not in used]

    def roles(self) -> Roles:
        """The decision. Raises UsageError where there is none."""
        both = self.want_pred and self.want_label
        if both and not self.pred and not self.label and self._by_relation():
            return self._decided()
        if self.want_label and not self.label and both:
            self._take_label(self._label_beside())
        if self.want_pred and not self.pred:
            self._take_pred(self._pred_among())
        if self.want_label and not self.label:
            self._take_label(self._label_left() if both else self._label_alone())
        return self._decided()

    def _decided(self) -> Roles:
        return Roles(self.pred, self.label, tuple(self.evidence))

    def _take_pred(self, places: tuple[int, ...]) -> None:
        self.pred = places
        self.free = [place for place in self.free if place not in places]

    def _take_label(self, places: tuple[int, ...]) -> None:
        self.label = places
        self.free = [place for place in self.free if place not in places]

    def _because(self, places: Sequence[int], found: str, follows: str) -> None:
        self.evidence.append(Evidence(f"column {self.table.named(places[:3])}", found, follows))

    def _reserved(self) -> set[int]:
        """The columns that are neither prediction nor label: keys, weights, a nameless index."""
        table, columns = self.table, self.columns
        named = {name for name in (columns.weight, *(columns.id or ())) if name is not None}
        grouping = {
            place
            for pattern in (*columns.by, *columns.cluster, *filter(None, [columns.group]))
            for place in matching(table, pattern)
        }
        return (
            grouping
            | table.keys
            | {
                place
                for place, name in enumerate(table.columns)
                if place == table.index
                or name in named
                or any(alike(name, key) for key in columns.id or ())
                or table.says(place) in (Says.KEY, Says.WEIGHT)
            }
        )

    def _numeric(self) -> list[int]:
        return [place for place in self.free if place not in self.table.text]

    def _says(self, role: Says) -> list[int]:
        return [place for place in self.free if self.table.says(place) is role]

    def _by_relation(self) -> bool:
        """Take a column and the one named after it: `price` and `predicted_price`."""
        found = []
        for pred in self._says(Says.PREDICTION):
            rest = base(self.table.columns[pred])
            twins = [
                place
                for place in self.free
                if place != pred
                and self.table.says(place) in (None, Says.LABEL)
                and rest
                and base(self.table.columns[place]) == rest
            ]
            found += [(pred, twin) for twin in twins]
        others = [p for p in self._says(Says.PREDICTION) if not found or p != found[0][0]]
        if len(found) != 1 or others:
            return False
        pred, label = found[0]
        if pred in self.table.text and label not in self.table.text:
            return False
        self._because([pred], f"named after {self.table.columns[label]}", "its prediction")
        self._take_pred((pred,))
        self._take_label((label,))
        return True

    def _groups(self, prefixes: frozenset[str]) -> list[tuple[int, ...]]:
        """Columns of several items each: those that share a prefix such as `p_` or `p`."""
        groups: dict[str, list[int]] = {}
        for place in self._numeric():
            name = self.table.columns[place]
            rest = stem(name, prefixes)
            parts = parted(name)
            if rest is not None:
                groups.setdefault(name[: len(name) - len(rest)], []).append(place)
            elif parts is not None and _is_prefix(parts[0], prefixes):
                groups.setdefault(parts[0], []).append(place)
        return [tuple(group) for group in groups.values()]

    def _pred_named(self) -> list[tuple[int, ...]]:
        """The columns, or groups of columns, that go by a prediction's name."""
        groups = [
            group
            for group in self._groups(PRED_PREFIXES)
            if len(group) > 1
            or (
                stem(self.table.columns[group[0]], PRED_PREFIXES) is not None
                and self.table.columns[group[0]].lower() not in PRED_NAMES
                and self.table.says(group[0]) in (Says.PREDICTION, None)
            )
        ]
        grouped = {place for group in groups for place in group}
        numeric = [place for place in self._numeric() if place not in grouped]
        single = [
            place
            for place in numeric
            if self.table.says(place) is Says.PREDICTION
            or self.table.columns[place].lower() in PRED_NAMES
        ]
        readings: list[tuple[int, ...]] = [(place,) for place in single]
        return readings + groups

    def _pred_among(self) -> tuple[int, ...]:
        table = self.table
        if by_items := self._by_items():
            return by_items
        if self.label and (classes := self._named_after_classes()):
            return classes
        readings = self._pred_named()
        if len(readings) == 1:
            self._because(readings[0], "by its name", "the prediction")
            return readings[0]
        if readings:
            return self._softest(readings)
        hard = self._says(Says.HARD_CLASS) + [
            place for place in self._says(Says.PREDICTION) if place in table.text
        ]
        if len(hard) == 1:
            self._because(hard, "by its name", "the predicted class")
            return (hard[0],)
        rest = [
            place
            for place in self._numeric()
            if table.says(place) is not Says.LABEL
            and table.columns[place].lower() not in LABEL_NAMES
        ]
        if not rest and not self.want_label and len(self.free) == 1:
            # Alone beside the key, in a file of predictions: one whatever it is called.
            self._because(self.free, "the only column that is no key", "the prediction")
            return (self.free[0],)
        if not rest:
            raise UsageError(
                f"{table.file} has no column of numbers that could be a prediction",
                hint=f"It has: {listed(table.columns)}. Name one: --pred-col NAME.",
            )
        if not self.want_label:
            return self._pred_alone(rest)
        if not self.label:
            return self._pair_by_look(rest)
        if len(rest) > 1:
            rest = [place for place in rest if not self._counts(place)] or rest
        if len(rest) == 1:
            self._because(rest, table.look(rest[0]).said(), "left beside the label")
            return (rest[0],)
        raise _ambiguous(table, "prediction", "--pred-col", [(c,) for c in self._likely(rest)])

    def _pred_alone(self, rest: list[int]) -> tuple[int, ...]:
        """The prediction of a file whose labels stand elsewhere: all its numbers."""
        others = [place for place in rest if not self._counts(place)]
        return tuple(others or rest)

    def _counts(self, place: int) -> bool:
        """Whether a column only counts or numbers the rows."""
        look = self.table.look(place)
        return look.counting or (look.whole and look.unique and min(look.numbers) > 1)

    def _by_items(self) -> tuple[int, ...]:
        """The columns named after the items that the loss takes: mean and std, in its order."""
        spoken = {
            "mean": Says.MEAN,
            "mu": Says.MEAN,
            "loc": Says.MEAN,
            "std": Says.SCALE,
            "sigma": Says.SCALE,
            "scale": Says.SCALE,
            "variance": Says.VARIANCE,
            "var": Says.VARIANCE,
        }
        for wanted in self.items:
            found = []
            for item in wanted:
                exact = [p for p in self.free if self.table.columns[p].lower() == item.lower()]
                said = spoken.get(item.lower())
                near = [p for p in self.free if said is not None and self.table.says(p) is said]
                found += (exact or near)[:1] if len(exact or near) == 1 else []
            if len(found) == len(wanted) > 1:
                self._because(found, f"named {' and '.join(wanted)}", "what the loss takes")
                return tuple(found)
        return ()

    def _named_after_classes(self) -> tuple[int, ...]:
        """The columns whose names, or endings, are the classes that the labels speak of."""
        table = self.table
        if len(self.label) != 1:
            return ()
        words = table.look(self.label[0]).words
        numeric = self._numeric()
        if not words or len(numeric) < 2:
            return ()
        whole = [place for place in numeric if words and table.columns[place] in words]
        names = {table.columns[place] for place in numeric}
        if words <= names:
            # Numbers are classes only where every column is named by one.
            named = [
                place
                for place in numeric
                if table.columns[place] in words or _is_like(table.columns[place], words)
            ]
            self._because(whole, "the classes of the labels", "one column per class")
            return tuple(named)
        groups: dict[str, list[int]] = {}
        for place in numeric:
            parts = parted(table.columns[place])
            if parts is not None:
                groups.setdefault(parts[0], []).append(place)
        fits = [
            tuple(group)
            for prefix, group in groups.items()
            if len(group) > 1
            and words <= {table.columns[place][len(prefix) :] for place in group}
            and not all(table.look(place).zero_one for place in group)
        ]
        if len(fits) == 1:
            self._because(fits[0], "endings that are the labels' classes", "one column per class")
            return fits[0]
        return ()

    def _softest(self, readings: list[tuple[int, ...]]) -> tuple[int, ...]:
        """Of several predictions the one that is no hard class. Raises UsageError for several."""
        table = self.table
        hard = [
            reading for reading in readings if len(reading) == 1 and _hard(table.look(reading[0]))
        ]
        soft = [reading for reading in readings if reading not in hard]
        labels = [table.look(place) for place in self.label]
        yes_or_no = not labels or all(look.text or look.whole for look in labels if look.values)
        if hard and len(soft) == 1 and yes_or_no:
            names = table.named([place for reading in hard for place in reading])
            self._because(soft[0], f"{names} holds whole classes beside it", "the prediction")
            return soft[0]
        raise _ambiguous(table, "prediction", "--pred-col", [*soft, *hard])

    def _pair_by_look(self, rest: list[int]) -> tuple[int, ...]:
        """Prediction and label of a table whose names tell nothing, by what they look like."""
        table = self.table
        candidates = [place for place in rest if not self._counts(place)]
        looks = [table.look(place) for place in candidates]
        if len(candidates) == 2:
            for label, pred in ((0, 1), (1, 0)):
                if looks[label].zero_one and looks[pred].fractional:
                    self._because([candidates[label]], "0 or 1", "the label")
                    self._because([candidates[pred]], looks[pred].said(), "the prediction")
                    self._take_label((candidates[label],))
                    return (candidates[pred],)
        if len(candidates) == 1 and len(table.columns) == 1:
            return tuple(candidates)
        if len(candidates) > 1 and all(look.in_unit for look in looks):
            sums = [sum(row) for row in zip(*(look.numbers for look in looks), strict=False)]
            if sums and all(abs(each - 1.0) < 0.02 for each in sums):
                self._because(candidates, "rows that sum to 1", "probabilities of classes")
                return tuple(candidates)
        if len(candidates) == len(rest) == 2 or (len(candidates) >= 2):
            raise _several_pairs(table, candidates)
        raise UsageError(
            f"{table.file}: which column is the prediction, and which the label?",
            hint=f"It has: {listed(table.columns)}. Name them: --pred-col NAME --label-col NAME.",
        )

    def _likely(self, places: list[int]) -> list[int]:
        """Columns with those that look most like predictions first."""
        return sorted(places, key=lambda place: not self.table.look(place).fractional)

    def _label_named(self) -> tuple[int, ...]:
        """The one column that goes by a label's name; none where there is none."""
        said = self._says(Says.LABEL)
        exact = [c for c in said if self.table.columns[c].lower() in LABEL_NAMES]
        # What is called true or gold is so, also beside what is called a label.
        true = [c for c in said if TRUTH & set(split(self.table.columns[c]))]
        exact = list(dict.fromkeys([*exact, *true])) or said
        if len(exact) > 1:
            groups = [g for g in self._groups(LABEL_PREFIXES) if len(g) > 1]
            if any(set(exact) <= set(group) for group in groups):
                return next(group for group in groups if set(exact) <= set(group))
            exact = [c for c in exact if not any(c in group for group in groups)] or exact
        if len(exact) > 1:
            raise _ambiguous(self.table, "label", "--label-col", [(c,) for c in exact])
        if exact:
            self._because(exact, "by its name", "the label")
        return tuple(exact)

    def _label_beside(self) -> tuple[int, ...]:
        """The labels of a file that holds predictions too, by their names."""
        if twins := self._twins():
            return twins
        if named := self._label_named():
            return named
        return ()

    def _twins(self) -> tuple[int, ...]:
        """Labels of several columns are named after their predictions: `even` beside `p_even`."""
        table = self.table
        by_name = {table.columns[c]: c for c in self.free}
        for group in [self.pred] if self.pred else self._groups(PRED_PREFIXES):
            if len(group) < 2:
                continue
            rests = [stem(table.columns[c], PRED_PREFIXES) for c in group]
            for form in ("{}", "label_{}", "y_{}", "true_{}", "target_{}"):
                twins = [by_name.get(form.format(rest)) for rest in rests if rest is not None]
                if twins and len(twins) == len(rests) and None not in twins:
                    return tuple(place for place in twins if place is not None)
        return ()

    def _label_left(self) -> tuple[int, ...]:
        """The one column that is left where the prediction is known; none where there is none."""
        free, table = self.free, self.table
        if not self.pred:
            return ()
        words = [c for c in free if c in table.text]
        if len(words) == 1 and len(self.pred) > 1:
            return (words[0],)
        soft = len(self.pred) > 1 or table.look(self.pred[0]).in_unit
        likely = [
            c
            for c in free
            if c not in table.text and not self._counts(c) and table.says(c) in (None, Says.LABEL)
        ]
        if len(free) == 1 and (free[0] in likely or not table.look(free[0]).unique):
            return (free[0],)
        if len(likely) == 1:
            self._because(likely, table.look(likely[0]).said(), "left beside the prediction")
            return (likely[0],)
        if len(likely) > 1:
            zero_one = [c for c in likely if table.look(c).zero_one]
            if soft and len(self.pred) == 1 and len(zero_one) == 1:
                self._because(zero_one, "0 or 1", "the label of a probability")
                return (zero_one[0],)
            near = sorted(likely, key=lambda c: -_likeness(table.look(c), table.look(self.pred[0])))
            raise _ambiguous(table, "label", "--label-col", [(c,) for c in near])
        if len(words) == 1 and self.pred[0] in table.text:
            return (words[0],)
        return ()

    def _label_alone(self) -> tuple[int, ...]:
        """The labels of a file that holds nothing else that matters."""
        if named := self._label_named():
            return named
        table = self.table
        groups = self._groups(LABEL_PREFIXES)
        if len(groups) == 1 and len(groups[0]) > 1:
            return groups[0]
        rest = [
            c
            for c in self.free
            if table.columns[c].lower() not in PRED_NAMES and table.says(c) is not Says.PREDICTION
        ]
        if not rest:
            raise UsageError(
                f"{table.file} has no column that could be a label",
                hint=f"It has: {listed(table.columns)}. Name one: --label-col NAME.",
            )
        numbers = [c for c in rest if c not in table.text]
        if len(rest) > 1 and len(numbers) == 1:
            self._because(numbers, table.look(numbers[0]).said(), "the only numbers")
            return tuple(numbers)
        if len(rest) > 1 and any(c in table.text for c in rest):
            raise _ambiguous(table, "label", "--label-col", [(c,) for c in rest])
        return tuple(rest)


def _is_prefix(prefix: str, prefixes: frozenset[str]) -> bool:
    """Whether the beginning of a name speaks of a prediction (or of a label)."""
    words = split(prefix)
    return bool(words) and (words[-1] in prefixes or "_".join(words) in prefixes)


def _hard(look: Look) -> bool:
    """Whether a column holds classes, few different whole numbers, and no probabilities."""
    return look.whole and len(look.words) <= max(2, len(look.values) // 3)


def _is_like(name: str, words: frozenset[str]) -> bool:
    """Whether a name is written as these words are: 9 beside 7, `Class_9` beside `Class_7`."""
    if all(word.lstrip("-").isdigit() for word in words):
        return name.lstrip("-").isdigit()
    heads = {parts[0] for word in words if (parts := parted(word))}
    own = parted(name)
    if heads:
        return own is not None and own[0] in heads
    return own is None and says(name) is None


def _likeness(one: Look, other: Look) -> float:
    """How well two columns go together: the size of their correlation in the first rows."""
    a, b = one.numbers, other.numbers
    count = min(len(a), len(b))
    if count < 2 or len(a) != len(b):
        return 0.0
    mean_a, mean_b = sum(a) / count, sum(b) / count
    covariance = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    spread = sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)
    return abs(covariance) / spread**0.5 if spread > 0 else 0.0


def _several_pairs(table: Table, candidates: Sequence[int]) -> UsageError:
    """The error that names do not tell prediction from label, with each pair of flags to type."""
    likely = sorted(candidates, key=lambda place: not table.look(place).fractional)
    pairs = [(pred, label) for pred in likely for label in likely if pred != label]
    lines = [
        f"  {_flags(table, '--pred-col', [pred])} {_flags(table, '--label-col', [label])}"
        for pred, label in pairs[:20]
    ]
    return UsageError(
        f"{table.file}: which column is the prediction, and which the label?",
        hint="Say one of\n" + "\n".join(lines),
    )


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
