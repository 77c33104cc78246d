"""The two ways a user can be told no: wrong usage (exit code 2) and bad data (exit code 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class LosscliError(Exception):
    """Whatever losscli refuses; `exit_code` is what the command line ends with."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several readings: the words of a command line that settle on it.

    They go behind what was typed, or take the place of `instead_of`, one of its values. `means`
    says what the reading is, where the words do not. Those of another `verb` are of the command
    line alone.
    """

    words: tuple[str, ...]
    means: str = ""
    instead_of: str = ""
    verb: str = ""


class UsageError(LosscliError):
    """The request makes no sense as it stands: an unknown loss, a flag that does not fit.

    `hint` says what to type instead. Where one of several readings is, each is one of `choices`,
    the likeliest first, and `more` says that there are others; what can be done besides is
    `advice`.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        *,
        hint: str = "",
        choices: Sequence[Choice] = (),
        more: str = "",
    ) -> None:
        super().__init__(problem, hint, choices, more)
        self.problem = problem
        self.advice = hint
        self.choices = tuple(choices)
        self.more = more
        self.hint = _with_choices(hint, self._words(), more) if choices else hint

    def __str__(self) -> str:
        return _sentences(self.problem, self.hint)

    @property
    def without_choices(self) -> str:
        """The message without the readings of which one is to be chosen."""
        return _sentences(self.problem, self.advice if self.choices else self.hint)

    def as_commands(self, commands: Sequence[str]) -> str:
        """The message, with a whole command for each choice in place of its words."""
        return _sentences(self.problem, _with_choices(self.advice, commands, self.more))

    def _words(self) -> tuple[str, ...]:
        import shlex

        return tuple(shlex.join(choice.words) for choice in self.choices if not choice.verb)


class DataError(LosscliError):
    """The data cannot be what the request takes them for.

    `file` is the name the user gave, `position` the row as that file counts it (`line 5` of a CSV
    file, `row 4` of an array), `value` the offending item as it stands there.
    """

    exit_code = 3

    def __init__(
        self,
        problem: str,
        *,
        file: str = "",
        position: str = "",
        column: str = "",
        value: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(problem, file, position, column, value, hint)
        self.problem = problem
        self.file = file
        self.position = position
        self.column = column
        self.value = value
        self.hint = hint

    def __str__(self) -> str:
        column = f"column {self.column}" if self.column else ""
        place = ", ".join(part for part in (self.file, self.position, column) if part)
        statement = f"{self.value} {self.problem}" if self.value else self.problem
        return _sentences(f"{place}: {statement}" if place else statement, self.hint)


def did_you_mean(name: str, known: Iterable[str], *, otherwise: str = "Known") -> str:
    """A hint for a name that is none of those `known`: the nearest, or else all of them."""
    from difflib import get_close_matches

    names = list(known)
    close = get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]}?" if close else f"{otherwise}: {', '.join(names)}."


class NoRows(DataError):
    """A file without a single row; among part files it is left out."""


def _with_choices(advice: str, choices: Sequence[str], more: str) -> str:
    """Advice, and choices of which one is to be typed, each on a line of its own."""
    if not choices:
        return advice
    # Advice that ends with a colon introduces them itself.
    said = "Say one of" if len(choices) > 1 else "Say"
    first = advice if advice.endswith(":") else _sentences(advice, said)
    return "\n  ".join((first, *choices, *([more] if more else ())))


def _sentences(problem: str, hint: str) -> str:
    if problem and not problem.endswith((".", "?", "!", ":")):
        problem = f"{problem}."
    return " ".join(filter(None, (problem, hint)))
