"""Labels as they stand in a file → labels as kernels want them, or the item that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import EXACT, INEXACT, WHOLE_NUMBERS, Extent, inexact
from losscli.errors import Choice, UsageError
from losscli.inputs.evidence.words import split
from losscli.losses.forms.categorical import Classes
from losscli.task.profile import MARKS, LabelProfile
from losscli.vocabulary import YES_OR_NO, Task

Array = NDArray[Any]


class Misfit(Exception):
    """An item of a block that cannot be what it is taken for.

    `row` and `column` count from 0 within the block.
    """

    def __init__(
        self, role: str, row: int, problem: str, *, value: str = "", hint: str = "", column: int = 0
    ) -> None:
        super().__init__(role, row, problem, value, hint, column)
        self.role = role
        self.row = row
        self.problem = problem
        self.value = value
        self.hint = hint
        self.column = column


# The tasks whose labels are answers or classes; those of all others are numbers as they stand.
CODED_TASKS = frozenset(
    (Task.BINARY, Task.MULTILABEL, Task.MULTICLASS, Task.DISTRIBUTION, Task.PAIRS)
)


class LabelCode(Struct, frozen=True):
    """How the labels of one evaluation are written.

    `width` is the number of classes or items of the prediction; `classes` are the labels' words or
    numbers in the order of the prediction's columns (binary: the negative one first); `signs` says
    that −1 and +1 stand for no and yes.
    """

    width: int
    classes: tuple[str, ...] | None = None
    signs: bool = False

    def encode(self, label: Array, task: Task, extent: Extent | None = None) -> Any:
        """The labels of one block for `task`; `extent` is that of labels that are numbers.

        Binary, multilabel and pairs: shares in [0, 1], (n,) or (n, c).
        Multiclass and distribution: `Classes`. All others: float64 as they are. Raises Misfit for
        the first item that does not fit.
        """
        if task not in CODED_TASKS:
            return self._numbers(label)
        if task in (Task.BINARY, Task.MULTILABEL, Task.PAIRS):
            return self._shares(label, extent)
        return self._classes(label, extent)

    def _numbers(self, label: Array) -> Array:
        if label.dtype == object:
            bad = np.array([not _is_number(word) for word in label.ravel().tolist()])
            row, column = _first((bad if bad.any() else ~bad).reshape(label.shape))
            raise Misfit(
                "label",
                row,
                "is not a number",
                value=_written(label, row, column),
                column=column,
            )
        if (place := inexact(label)) is not None:
            raise Misfit(
                "label",
                place,
                INEXACT,
                column=-1,
                value=str(label[place].max()),
                hint=WHOLE_NUMBERS,
            )
        return label.astype(np.float64, copy=False)

    def _shares(self, label: Array, extent: Extent | None) -> Array:
        if self.width > 1 and label.ndim == 1:
            return self._classes(label, extent).share(self.width)
        if self.classes is not None and (self.width == 1 or label.dtype == object):
            return self._positions(label, self.classes).astype(np.float64)
        shares = self._numbers(label)
        if self.signs:
            shares, extent = (shares + 1.0) / 2.0, None
        extent = Extent.of(shares) if extent is None else extent
        if not extent.within(0.0, 1.0):
            bad = ~((shares >= 0.0) & (shares <= 1.0))
            row, column = _first(bad)
            raise Misfit(
                "label",
                row,
                "is not a label of a yes-or-no question (0 or 1)",
                value=_written(label, row, column),
                column=column,
                hint=_left_out_or_other(shares, row, column),
            )
        return shares

    def _classes(self, label: Array, extent: Extent | None) -> Classes:
        if label.ndim == 2:
            rows = self._numbers(label)
            extent = Extent.of(rows) if extent is None else extent
            if not extent.low >= 0.0:
                bad = ~(rows >= 0.0)
                row, column = _first(bad)
                raise Misfit(
                    "label",
                    row,
                    "is not a share of a class (0 or more)",
                    value=_written(label, row, column),
                    column=column,
                )
            return Classes(rows=rows)
        if self.classes is not None:
            return Classes(index=self._positions(label, self.classes).astype(np.intp))
        numbers = label if label.dtype.kind in "iub" else self._numbers(label)
        extent = Extent.of(numbers) if extent is None else extent
        with np.errstate(invalid="ignore"):
            index = numbers.astype(np.intp, copy=False)
        fits = extent.within(0, self.width - 1)
        if not fits or (numbers.dtype.kind == "f" and (index != numbers).any()):
            bad = (index != numbers) | (index < 0) | (index >= self.width)
            row, _ = _first(bad)
            raise Misfit(
                "label",
                row,
                f"is not a class index (0 to {self.width - 1})",
                value=_written(label, row, 0),
                hint=self._hint_for(numbers),
            )
        return Classes(index=index)

    def _hint_for(self, numbers: Array) -> str:
        """What to type for labels that are no indexes of the prediction's columns."""
        seen = sorted({int(number) for number in np.unique(numbers) if number == np.rint(number)})
        inside = [number for number in seen if 0 <= number < self.width]
        if seen and seen[0] == 1 and seen[-1] == self.width:
            counted = ",".join(map(str, range(1, self.width + 1)))
            return f"If labels count the classes from 1, say --classes {counted}."
        strays = [number for number in seen if number not in inside]
        if len(strays) == 1 and (inside or strays[0] in (-1, -100, 255)):
            return (
                f"If {strays[0]} marks rows to leave out, say so: -l ce:ignore_index={strays[0]}."
            )
        return "Name the labels in the order of the prediction's columns: --classes A,B,…"

    def numbered(self, words: Array, role: str) -> Array:
        """Words as their places among the classes, float64. Raises Misfit at one that is none."""
        return self._positions(words, self.classes or (), role).astype(np.float64)

    def _positions(self, label: Array, classes: Sequence[str], role: str = "label") -> Array:
        """Where each label stands among `classes`, the shape of `label`."""
        places = {name: place for place, name in enumerate(classes)}
        if label.dtype == object:
            found = [places.get(item, -1) for item in label.ravel().tolist()]
            positions = np.array(found, dtype=np.intp).reshape(label.shape)
        else:
            _check_told_apart(label)
            unique, inverse = np.unique(label, return_inverse=True)
            table = [places.get(_number_word(item), -1) for item in unique.tolist()]
            positions = np.array(table, dtype=np.intp)[inverse].reshape(label.shape)
        if (positions < 0).any():
            row, column = _first(positions < 0)
            raise Misfit(
                role,
                row,
                f"is none of the classes {_some(classes)}",
                value=_written(label, row, column),
                column=column,
                hint="Say --classes with every label, in the order of the prediction's columns.",
            )
        return positions


def label_code(
    profile: LabelProfile | None,
    width: int,
    *,
    given: tuple[str, ...] | None,
    columns: tuple[str, ...] | None,
    titled: bool = True,
) -> LabelCode:
    """How labels of that profile are written, from what was `given` or the columns' names.

    `given` are the words of --classes, `columns` the prediction columns' names without their
    common prefix, which say nothing where they are not `titled` by their file. Raises UsageError
    where words could be read in several ways.
    """
    wanted = max(2, width)
    if given is not None:
        if len(given) != wanted:
            raise UsageError(
                f"--classes names {len(given)} classes; the prediction has {wanted}",
                hint="Name one class per prediction column, in their order."
                if width > 1
                else "Name the negative class first, then the positive one.",
            )
        return LabelCode(width, given)
    if profile is None:
        return LabelCode(width)
    if not titled:
        columns = _counted(profile, width)
    if profile.text:
        return LabelCode(width, _word_classes(profile, width, columns))
    if width > 1 and profile.width == 1 and columns and profile.values is not None:
        words = {_number_word(value) for value in profile.values}
        if words and words <= set(columns):
            return LabelCode(width, columns)
        if _numbered(columns) and profile.values & set(range(width)):
            raise UsageError(
                f"the labels ({_some(sorted(words, key=float))}) are not all among the classes "
                f"that the prediction's columns are named after ({_some(columns)})",
                hint="If labels count the columns from 0:",
                choices=(Choice(("--classes", ",".join(map(str, range(width))))),),
            )
    return LabelCode(width, signs=profile.signs)


def _counted(profile: LabelProfile, width: int) -> tuple[str, ...] | None:
    """The classes of columns without names, where labels count them from 1; None from 0.

    Raises UsageError where labels without the first and the last class do not tell.
    """
    if width == 1 or profile.width > 1 or profile.text or profile.low < 0:
        return None
    from_one = tuple(map(str, range(1, width + 1)))
    if profile.low == 0 or profile.high != width:
        if profile.low >= 1 and profile.high < width and profile.whole:
            raise UsageError(
                f"do the labels ({_some(_words_of(profile))}) count the {width} columns of "
                f"classes from 0 or from 1? Neither 0 nor {width} occurs",
                choices=[
                    Choice(("--classes", ",".join(map(str, range(width)))), "from 0"),
                    Choice(("--classes", ",".join(from_one)), "from 1"),
                ],
            )
        return None
    return from_one


def _words_of(profile: LabelProfile) -> list[str]:
    """The labels as they are written, in their order."""
    return [_number_word(value) for value in sorted(profile.values or ())]


def _left_out_or_other(label: Array, row: int, column: int) -> str:
    """What to type for a label that is neither 0 nor 1."""
    if (label[row, column] if label.ndim == 2 else label[row]) in MARKS:
        return (
            f"If {_written(label, row, column)} marks items to leave out, say --nan drop-items; "
            "their number is reported."
        )
    return (
        "For two other words or numbers say --classes NEGATIVE,POSITIVE; for real values say "
        "--task regression."
    )


def _numbered(columns: Sequence[str]) -> bool:
    """Whether columns are named after whole numbers that do not count them from 0."""
    return all(name.isdecimal() for name in columns) and sorted(columns, key=int) != [
        str(place) for place in range(len(columns))
    ]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")


def _word_classes(
    profile: LabelProfile, width: int, columns: tuple[str, ...] | None
) -> tuple[str, ...]:
    words = sorted(profile.values or ())
    if width > 1:
        # A word that is none of the columns' is then named with its row.
        if columns is not None and set(words) & set(columns):
            return columns
        shown = ", ".join(words[:8])
        raise UsageError(
            f"the labels are words ({shown}) that do not match the prediction columns"
            + (f" ({', '.join(columns[:8])})" if columns else ""),
            hint="Name the classes in the order of the prediction's columns"
            + (": --classes A,B,…" if len(words) != width else "."),
            choices=_in_order(words, "the columns stand in the order of the words")
            if len(words) == width
            else (),
        )
    for pair in YES_OR_NO:
        if set(words) <= set(pair) or {word.lower() for word in words} <= set(pair):
            by_lower = {word.lower(): word for word in words}
            return tuple(by_lower.get(word, word) for word in pair)
    if len(words) > 2:
        raise UsageError(
            f"the labels are {len(words)} different words ({', '.join(words[:8])}), "
            "and there is one prediction per row",
            hint="Several classes need a prediction column each: --pred-col 'p_*'.",
        )
    if (positive := _named_in(columns, words)) is not None:
        return (words[words[0] == positive], positive)
    words = words + ["other"] * (2 - len(words))
    raise UsageError(
        f"which label does the prediction speak of? They are {words[0]} and {words[1]}",
        choices=[
            *_in_order(words, f"the probability of {words[1]}"),
            *_in_order(words[::-1], f"the probability of {words[0]}"),
        ],
    )


def _named_in(columns: tuple[str, ...] | None, words: Sequence[str]) -> str | None:
    """Of two classes the one that the name of the prediction speaks of: `spam_probability`."""
    if not columns or len(words) != 2:
        return None
    name = set(split(columns[0]))
    found = [word for word in words if split(word) and name >= set(split(word))]
    return found[0] if len(found) == 1 else None


def _in_order(words: Sequence[str], means: str) -> tuple[Choice, ...]:
    """Classes in that order; none where --classes cannot name them."""
    if any("," in word or word != word.strip() for word in words):
        return ()
    return (Choice(("--classes", ",".join(words)), means),)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return word.isascii() and "_" not in word


def _first(bad: Array) -> tuple[int, int]:
    row, *rest = np.argwhere(bad)[0].tolist()
    return row, rest[0] if rest else 0


def _written(label: Array, row: int, column: int) -> str:
    item = label[row, column] if label.ndim == 2 else label[row]
    return repr(item) if isinstance(item, str) else _number_word(item)


def _check_told_apart(label: Array) -> None:
    """Raise Misfit at a float that may stand for several whole numbers."""
    if label.dtype.kind != "f":
        return
    beyond = np.abs(label) >= EXACT
    if beyond.any():
        row, column = _first(beyond)
        raise Misfit(
            "label",
            row,
            "may be any of several classes: float64 does not tell whole numbers beyond 2⁵³ apart",
            value=_written(label, row, column),
            column=column,
            hint="Save the labels as int64 or as words.",
        )


def _number_word(number: Any) -> str:
    if isinstance(number, (int, np.integer)) and not isinstance(number, bool):
        return str(number)
    value = float(number)
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
