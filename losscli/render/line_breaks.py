"""Where a line may end: not between a number and its unit, and in a long name at a separator."""

from __future__ import annotations

import re
import textwrap
from itertools import pairwise
from unicodedata import combining, east_asian_width

# Stands for a blank at which no line ends. `visible` lets no private character through from a file.
GLUE = "\ue000"
# A number and its percent sign, a relation and its number, and what stands in short brackets:
# 46.5 %, p = 0.009, ± 0.03, (95 %), [0.0222, 0.0422].
_TOGETHER = re.compile(
    r"\d %"
    r"|(?:\b\w )?[=<>≤≥±≈] [-−]?[\d.]"
    r"|[(\[][^()\[\]\n]{1,20}[)\]]"
)
# A name goes on in the next line behind one of these.
_PARTS = re.compile(r"[^/\\_.:,|=-]*[/\\_.:,|=-]+|[^/\\_.:,|=-]+")


def glued(text: str) -> str:
    """The text, as long as before, with `GLUE` for the blanks at which no line may end."""
    return _TOGETHER.sub(lambda found: found[0].replace(" ", GLUE), text)


def unglued(text: str) -> str:
    """The text with its blanks again."""
    return text.replace(GLUE, " ")


def cuts(text: str, width: int) -> list[int]:
    """The places within words wider than `width` at which they go on in a next line.

    They lie behind separators, so that each line holds as much of a name as it can; a part that
    is too wide by itself is left whole.
    """
    places = []
    for word in re.finditer(r"\S+", text):
        if _cells(word[0]) <= width:
            continue
        room = width
        for part in _PARTS.finditer(word[0]):
            wide = _cells(part[0])
            if wide > room and part.start():
                places.append(word.start() + part.start())
                room = width
            room -= wide
    return places


def filled(text: str, columns: int, first: str = "", rest: str = "") -> list[str]:
    """A text in lines of so many columns, the first behind `first` and the others behind `rest`."""
    text = glued(text)
    places = [0, *cuts(text, columns - max(_cells(first), _cells(rest))), len(text)]
    # Two parts of a name never fit one line, so no blank comes between them.
    parted = " ".join(text[a:b] for a, b in pairwise(places))
    lines = textwrap.wrap(
        parted,
        columns,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )
    return list(map(unglued, lines))


def _cells(text: str) -> int:
    """The columns that a text takes; rich, which says it too, is slow to import."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)
