"""The two ways a user can be told no: wrong usage (exit code 2) and bad data (exit code 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class LosscliError(Exception):
    """Whatever losscli refuses; `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(LosscliError):
    """The request makes no sense as it stands: an unknown loss, a flag that does not fit.

    `hint` says what to type instead. Where one of several things is, `choices` are the words to
    add to what was typed (or to type `instead_of` one of its words), the likeliest first, and
    `more` says that there are others.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        *,
        hint: str = "",
        choices: tuple[str, ...] = (),
        more: str = "",
        instead_of: str = "",
    ) -> None:
        super().__init__(problem, hint, choices, more, instead_of)
        self.problem = problem
        self.hint = hint or _one_of(choices, more)
        self.choices = choices
        self.more = more
        self.instead_of = instead_of

    def __str__(self) -> str:
        return _sentences(self.problem, self.hint)

    def typed_after(self, words: Sequence[str]) -> str:
        """The message, with each choice as a whole command made of the words that were typed."""
        if not self.choices or (self.instead_of and self.instead_of not in words):
            return str(self)
        import shlex

        place = words.index(self.instead_of) if self.instead_of else len(words)
        before, after = shlex.join(words[:place]), shlex.join(words[place + 1 :])
        commands = tuple(f"{before} {choice} {after}".rstrip() for choice in self.choices)
        return _sentences(self.problem, _one_of(commands, self.more))


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


def _one_of(choices: tuple[str, ...], more: str) -> str:
    if not choices:
        return ""
    return "\n  ".join(("Say one of", *choices, *([more] if more else ())))


def _sentences(problem: str, hint: str) -> str:
    problem = problem if problem.endswith((".", "?", "!", ":")) else f"{problem}."
    return f"{problem} {hint}" if hint else problem
