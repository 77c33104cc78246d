"""What was read as what, what was not used, and why: plain data for every report."""

from __future__ import annotations

from msgspec import Struct

from losscli.vocabulary import Evidence

_SHOWN = 20
# And so many where all have to stand on one line.
_FEW = 5
# The roles as a reader calls them; those to group by are `by NAME`.
_NOUNS = {"pred": "prediction", "key": "key", "weight": "weight", "label": "label"}


class ReadRole(Struct, frozen=True):
    """Columns of one file and the role they play: `pred`, `label`, `weight`, `key` or `by NAME`.

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
        roles: dict[str, list[str]] = {}
        for each in self.read:
            known = roles.setdefault(_NOUNS.get(each.role, each.role), [])
            known += [name for name in each.columns if name not in known]
        taken = [f"{listed(names, _FEW)} as {noun}" for noun, names in roles.items() if names]
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
        parts = ["; ".join(map(_said, guessed))] if guessed else []
        if unused:
            parts.append(f"not used: {listed(unused)}")
        return f"{file}: {' · '.join(parts)}" if parts else ""


NOTHING_CHOSEN = Findings()


def _said(read: ReadRole) -> str:
    noun = _NOUNS.get(read.role, read.role)
    return f"{noun} from column{'s' if len(read.columns) > 1 else ''} {listed(read.columns)}"


def _flagged(column: UnusedColumn) -> str:
    return f"{column.name} ({column.flag})" if column.flag else column.name


def listed(names: tuple[str, ...] | list[str], most: int = _SHOWN) -> str:
    """Names for a message, the first twenty (or `most`) of many."""
    shown = ", ".join(names[:most])
    return f"{shown}, … ({len(names)} in all)" if len(names) > most else shown
