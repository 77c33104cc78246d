"""What gives a number, as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from losscli.matching.report import Match
from losscli.render.screen import Screen

_WIDEST = 100
_MOST = 8
# More conventions than this are named by their number.
_FEW = 4


def render_matches(value: str, found: Sequence[Match], screen: Screen) -> str:
    """What agrees with the number, the simplest first, then what comes near."""
    columns = min(screen.width or _WIDEST, _WIDEST)
    return "\n".join(_lines(value, found, columns)) + "\n"


def _lines(value: str, found: Sequence[Match], columns: int) -> Iterator[str]:
    hits = [match for match in found if match.agrees]
    near = [match for match in found if not match.agrees]
    if not hits:
        yield from textwrap.wrap(f"Nothing that was tried gives {value}.", columns)
    for match in hits[:_MOST]:
        yield from _entry(match, columns)
    if len(hits) > _MOST:
        yield f"… and {len(hits) - _MOST} less simple ways; --format json lists all"
    if near:
        if hits:
            yield ""
        yield "Near misses"
        for match in near:
            yield from _entry(match, columns)


def _entry(match: Match, columns: int) -> Iterator[str]:
    head = f"{match.value!r}  {match.title}, as {match.convention} has it"
    yield from textwrap.wrap(head, columns, subsequent_indent="    ")
    for line in _remarks(match):
        yield from textwrap.wrap(
            line,
            columns,
            initial_indent="    ",
            subsequent_indent="      ",
            break_on_hyphens=False,
        )


def _remarks(match: Match) -> Iterator[str]:
    yield match.flags
    if match.unusual:
        yield f"unusual: {'; '.join(match.unusual)}"
    if match.shared:
        many = len(match.shared) > _FEW
        also = f"{len(match.shared)} other conventions" if many else ", ".join(match.shared)
        yield f"the same in: {also}"
    if not match.agrees:
        yield f"off by {match.distance:+.3g}"
