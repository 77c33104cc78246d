"""The options that every verb shares: one frozen object behind their keyword arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from msgspec import Struct, field
from msgspec.structs import force_setattr, replace

from losscli.conventions.table import convention
from losscli.errors import UsageError
from losscli.inputs.columns import Columns
from losscli.vocabulary import Kind, Reduction, Task, member

# What --kind says of probabilities that are written in percent.
_PERCENT = "percent"
_WORDS = {"kind": Kind, "task": Task, "reduction": Reduction}
_CHOICES = {
    "nan": ("error", "drop", "drop-items"),
    "ci": ("auto", "normal", "bootstrap", "none"),
    "engine": ("local", "dask"),
    "cast": (None, "float16", "float32", "float64"),
}


def _is_bool(given: object) -> bool:
    return isinstance(given, (bool, np.bool_))


def _is_whole(given: object) -> bool:
    return isinstance(given, (int, np.integer)) and not isinstance(given, bool)


def _or_none(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda given: given is None or fits(given)


# What an option may be, beside those of words: a value of another type would be left unheeded.
_TYPES: Mapping[tuple[str, ...], tuple[Callable[[object], bool], str]] = {
    ("higher_is_better", "score", "shift", "explain", "by_class"): (_is_bool, "True or False"),
    ("resamples", "seed"): (_is_whole, "a whole number"),
    ("block_length", "threads"): (_or_none(_is_whole), "a whole number"),
    ("like",): (lambda given: isinstance(given, str), "the name of a convention"),
    ("scheduler",): (_or_none(lambda given: isinstance(given, str)), "an address"),
    ("announce", "progress"): (_or_none(callable), "a function"),
    ("columns",): (_or_none(lambda given: isinstance(given, Columns)), "losscli.Columns(…)"),
    ("inputs",): (_or_none(lambda given: isinstance(given, Mapping)), "a mapping from names"),
    ("class_weight",): (
        lambda given: not isinstance(given, (str, bytes)),
        "one number per class, or a mapping from class to number",
    ),
}


class Options(Struct, frozen=True, kw_only=True):
    """How predictions are read and evaluated; `losscli.evaluate` says what each option means.

    `params` are the parameters that every loss takes which has them. Checked when it is made:
    raises UsageError for a value that an option cannot have.
    """

    kind: str | None = None
    task: str | None = None
    like: str = "standard"
    weight: Any = None
    class_weight: Sequence[float] | Mapping[Any, float] | None = None
    classes: Sequence[str] | None = None
    reduction: str | None = None
    nan: str = "error"
    columns: Columns | None = None
    inputs: Mapping[str, Any] | None = None
    cast: str | None = None
    higher_is_better: bool = False
    score: bool = False
    shift: bool = False
    explain: bool = False
    by_class: bool = False
    ci: str = "auto"
    block_length: int | None = None
    resamples: int = 2000
    seed: int = 0
    threads: int | None = None
    engine: str = "local"
    scheduler: str | None = None
    announce: Callable[[str], Any] | None = None
    progress: Callable[[int], Any] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for names, (fits, said) in _TYPES.items():
            for name in names:
                if not fits(given := getattr(self, name)):
                    raise UsageError(f"{name}={given!r}: say {said}")
        if self.kind is not None and str(self.kind).lower() == _PERCENT:
            columns = replace(self.columns or Columns(), percent=True)
            force_setattr(self, "columns", columns)
            force_setattr(self, "kind", Kind.PROBABILITY)
        for name, words in _WORDS.items():
            if (given := getattr(self, name)) is not None:
                force_setattr(self, name, member(words, given, name))
        for name, choices in _CHOICES.items():
            if (given := getattr(self, name)) not in choices:
                raise UsageError(
                    f"{name}={given!r}: say {' or '.join(repr(each) for each in choices if each)}"
                )
        convention(self.like)
        if self.block_length is not None and self.block_length < 1:
            raise UsageError(f"a block of {self.block_length} rows: say a number from 1 up")
        if self.threads is not None and self.threads < 1:
            raise UsageError(f"threads={self.threads}: at least one thread has to work")
        if self.columns is None:
            force_setattr(self, "columns", Columns())
        params = dict(self.params)
        # scikit-learn's name for the classes, in whatever order they are given.
        labels = params.pop("labels", None)
        force_setattr(self, "params", params)
        classes = self.classes if labels is None or self.classes else sorted(labels)
        if classes is not None:
            force_setattr(self, "classes", tuple(map(class_word, classes)))

    @classmethod
    def of(cls, verb: str, params: Mapping[str, Any], **given: Any) -> Options:
        """The options of a verb: those `given`, and those among its further keywords `params`.

        What names no option is a parameter of the losses. Raises UsageError for an option that the
        verb cannot serve, and says what to do instead.
        """
        known = _named()
        for name in params:
            if name in known and (why := _refusal(verb, name)):
                raise UsageError(f"{verb} takes no {name!r}: {why[0]}", hint=why[1])
        if given.get("nan") == "drop-items" and verb in ROWS_WHOLE:
            raise UsageError(
                f"{verb} leaves out no single items", hint="losscli.evaluate leaves them out."
            )
        asked = {name: value for name, value in params.items() if name in known}
        rest = {name: value for name, value in params.items() if name not in known}
        return cls(params=rest, **given, **asked)

    @property
    def scored(self) -> bool:
        """Whether the rows are said to be scored already, so that losses are names of columns."""
        return self.task == Task.SCORES or bool(self.columns and self.columns.score)

    def refuse_parameters(self, verb: str) -> None:
        """Raise UsageError for a keyword that no option has, where losses take no parameters."""
        for name in self.params:
            raise UsageError(f"{verb} has no option {name!r}")

    def given(self) -> dict[str, Any]:
        """The options that differ from their defaults, by name."""
        default = _defaults()
        pairs = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {
            name: value
            for name, value in pairs
            if value is not getattr(default, name) and value != getattr(default, name)
        }


@cache
def _defaults() -> Options:
    return Options()


@cache
def _named() -> frozenset[str]:
    """The names of all options but `params`."""
    return frozenset(Options.__struct_fields__) - {"params"}


def class_word(name: object) -> str:
    """A class as labels are compared with it: 2.0 is the class 2, and True the class 1."""
    number: object = name.item() if isinstance(name, np.generic) else name
    if isinstance(number, bool) or (isinstance(number, float) and number.is_integer()):
        return str(int(number))
    return str(number)


_CHANCE = ("ci", "resamples", "seed")
_INTERVALS = (*_CHANCE, "block_length")
_WHERE = ("engine", "scheduler")
_NO_INTERVAL = ("it gives no interval", "losscli.evaluate gives intervals.")
_NO_PARTS = ("it takes no loss apart", "losscli.evaluate(…, explain=True) does.")
_NO_GROUPS = ("it has no groups of rows", "losscli.evaluate(…, by_class=True) has.")
_NO_SCORES = ("it reads predictions, not scores", "losscli.evaluate reads scores.")
_NO_TOKENS = ("it reads no arrays of tokens", "losscli.evaluate does.")
_HERE = ("it works on this machine alone", "Leave it out.")
_SILENT = ("it announces nothing", "Leave it out.")

# Verbs that take each row as a whole.
ROWS_WHOLE = ("rows", "gradient", "compare")

# What a verb cannot serve: why, and what to do instead.
_REFUSED: Mapping[str, Mapping[tuple[str, ...], tuple[str, str]]] = {
    "rows": {
        ("score",): ("rows are shown by what they cost", "losscli.evaluate gives scores."),
        ("reduction",): ("each row has a loss of its own", "losscli.evaluate reduces them."),
        ("explain",): _NO_PARTS,
        ("by_class",): _NO_GROUPS,
        _INTERVALS: _NO_INTERVAL,
        _WHERE: _HERE,
    },
    "gradient": {
        ("higher_is_better",): _NO_SCORES,
        ("score",): ("it differentiates losses", "Leave it out."),
        ("explain",): _NO_PARTS,
        ("by_class",): _NO_GROUPS,
        _INTERVALS: _NO_INTERVAL,
        _WHERE: _HERE,
    },
    "compare": {
        ("reduction",): ("it compares each loss as it is reduced by itself", "Leave it out."),
        ("explain",): _NO_PARTS,
        ("ci",): ("its intervals invert its tests", "Leave it out."),
        _WHERE: _HERE,
        ("announce",): _SILENT,
    },
    "check": {("explain",): _NO_PARTS},
    "batch": {
        ("explain",): _NO_PARTS,
        ("by_class",): _NO_GROUPS,
        _CHANCE: _NO_INTERVAL,
        ("threads",): ("it shares its work among processes", "Say jobs."),
        ("announce",): _SILENT,
    },
    "match": {
        ("higher_is_better",): _NO_SCORES,
        ("score",): ("it tries 1 − loss by itself", "Leave it out."),
        ("shift",): _NO_TOKENS,
        ("like",): ("it tries every convention", "Leave it out."),
        ("reduction",): ("it tries every reduction", "Leave it out."),
        ("cast",): ("it tries every type", "Leave it out."),
        ("class_weight", "nan", "inputs"): (
            "it evaluates predictions and labels as they stand",
            "losscli.evaluate takes it.",
        ),
        ("explain",): _NO_PARTS,
        ("by_class",): _NO_GROUPS,
        _INTERVALS: _NO_INTERVAL,
        ("threads", *_WHERE): _HERE,
        ("progress",): _SILENT,
    },
    "recommend": {
        ("higher_is_better",): _NO_SCORES,
        ("score",): ("it recommends losses", "losscli.evaluate gives scores."),
        ("shift",): _NO_TOKENS,
        ("like", "weight", "class_weight", "reduction", "nan", "inputs", "cast"): (
            "it looks at predictions and labels and evaluates no loss",
            "losscli.evaluate takes it.",
        ),
        ("explain",): _NO_PARTS,
        ("by_class",): _NO_GROUPS,
        _INTERVALS: _NO_INTERVAL,
        ("threads", *_WHERE): _HERE,
        ("announce", "progress"): _SILENT,
    },
}


def _refusal(verb: str, option: str) -> tuple[str, str] | None:
    refused = _REFUSED.get(verb, {})
    return next((why for names, why in refused.items() if option in names), None)
