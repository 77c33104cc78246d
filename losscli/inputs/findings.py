"""What was read as what, what was not used, and why: plain data for every report."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from losscli.vocabulary import Evidence

_SHOWN = 20
# And so many where all have to stand on one line.
_FEW = 5
# The roles as a reader calls them.
_NOUNS = {"pred": "prediction", "score": "scores", "group": "list"}


class ReadRole(Struct, frozen=True):
    """Columns of one file and the role they play: `pred`, `label`, `weight`, `key` or `score`.

    Those to group by are `by NAME`, those that name dependent rows `cluster NAME`, and the one that
    names the lists of a ranking is `group`.

    `guessed` says that the role was found from names and values, not named by the user. `columns`
    is empty for an array, which has none.
    """

    role: str
    file: str
    columns: tuple[str, ...]
    guessed: bool


class UnusedColumn(Struct, frozen=True):
    """A column that was not read; `flag` would use it, and is empty where none suggests itself."""

    name: str
    file: str
    flag: str = ""


class Findings(Struct, frozen=True):
    """What the columns of all inputs were taken for, and the evidence for it."""

    read: tuple[ReadRole, ...] = ()
    unused: tuple[UnusedColumn, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def notes(self) -> list[str]:
        """A line for each file of which a choice was made: what was read, what was not used."""
        files = dict.fromkeys(each.file for each in self.read)
        return [line for file in files if (line := self._line(file))]

    def summary(self) -> str:
        """All in one line for a screen: each role with its columns, and what was not used."""
        roles = _by_role(self.read, _as_what)
        taken = [f"{listed(names, _FEW)} {what}" for what, names in roles.items() if names]
        words = ["; ".join(taken)] if taken else []
        if self.unused:
            names = list(dict.fromkeys(map(_flagged, self.unused)))
            words.append(f"not used: {listed(names, _FEW)}")
        return " · ".join(words)

    def _line(self, file: str) -> str:
        guessed = [each for each in self.read if each.file == file and each.guessed]
        # Of a file whose roles the user named, only what is easily forgotten is worth a word.
        unused = [
            _flagged(each) for each in self.unused if each.file == file and (guessed or each.flag)
        ]
        found = _by_role(guessed, _noun)
        parts = ["; ".join(_said(noun, names) for noun, names in found.items())] if found else []
        if unused:
            parts.append(f"not used: {listed(unused)}")
        return f"{file}: {' · '.join(parts)}" if parts else ""


NOTHING_CHOSEN = Findings()


def _by_role(read: Iterable[ReadRole], called: Callable[[str], str]) -> dict[str, list[str]]:
    """The columns of every role, as the role is called."""
    roles: dict[str, list[str]] = {}
    for each in read:
        known = roles.setdefault(called(each.role), [])
        known += [name for name in each.columns if name not in known]
    return roles


def _noun(role: str) -> str:
    return _NOUNS.get(role, role)


def _as_what(role: str) -> str:
    """What columns were taken as: `as the label`, `to group by`."""
    kind, _, name = role.partition(" ")
    if name and kind == "by":
        return "to group by"
    return f"as the {kind if name else _noun(role)}"


def _said(noun: str, names: list[str]) -> str:
    return f"{noun} from column{'s' if len(names) > 1 else ''} {listed(names)}"


def _flagged(column: UnusedColumn) -> str:
    return f"{column.name} ({column.flag})" if column.flag else column.name


def listed(names: tuple[str, ...] | list[str], most: int = _SHOWN) -> str:
    """Names for a message, the first twenty (or `most`) of many."""
    shown = ", ".join(names[:most])
    return f"{shown}, … ({len(names)} in all)" if len(names) > most else shown
