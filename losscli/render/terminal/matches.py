"""What gives a number, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from losscli.conventions.table import CONVENTIONS
from losscli.describing.loss_page import deviations
from losscli.losses.registry import REGISTRY
from losscli.matching.report import IN_SINGLE, Match
from losscli.render.commands import command_lines
from losscli.render.line_breaks import filled
from losscli.render.screen import Screen
from losscli.render.visible import visible

WIDEST = 100
# Other ways to the same number that are listed without being asked for.
_MOST = 3
# More conventions than this are named by their number.
_FEW = 4

Shown = tuple[Match, str]


def render_matches(
    value: str,
    found: Sequence[Shown],
    screen: Screen,
    *,
    near: bool = False,
    notes: Sequence[str] = (),
    otherwise: str = "",
) -> str:
    """The best hit first and its command last; near misses and chance hits where `near` asks.

    `notes` say what was read as what, and stand beneath all. Where nothing gives the number, the
    command is `otherwise`, which shows what the rows score.
    """
    columns = min(screen.width or WIDEST, WIDEST)
    lines = [*_lines(value, found, columns, near=near, notes=notes)]
    if otherwise and not any(match.agrees and match.likely for match, _ in found):
        lines += wrapped("It may be of other rows, columns or weights. What these score:", columns)
        lines += command_block(otherwise, columns)
    return "\n".join(lines) + "\n"


def _lines(
    value: str, found: Sequence[Shown], columns: int, *, near: bool, notes: Sequence[str]
) -> Iterator[str]:
    hits = [pair for pair in found if pair[0].agrees and pair[0].likely]
    lucky = [pair for pair in found if pair[0].agrees and not pair[0].likely]
    misses = [pair for pair in found if not pair[0].agrees]
    if not hits:
        yield from wrapped(f"Nothing that was tried gives {value}{_but(lucky)}.", columns)
    else:
        yield from _hit(value, *hits[0], columns)
    others = hits[1:] if near else hits[1 : 1 + _MOST]
    if others:
        yield "also"
    for pair in others:
        yield from _entry(*pair, columns, command=near)
    if near:
        yield from _section("No better than chance", lucky, columns)
        yield from _section("Near misses", misses, columns)
    hidden = {
        ("more hit", "more hits"): len(hits[1 + _MOST :]),
        ("hit no better than chance", "hits no better than chance"): len(lucky),
        ("near miss", "near misses"): len(misses),
    }
    said = [
        f"{count} {one if count == 1 else many}"
        for (one, many), count in hidden.items()
        if count and not near
    ]
    line = " · ".join(filter(None, [_chance(value, hits), _more(said)]))
    if line:
        yield from wrapped(line, columns)
    if hits:
        yield from _command(*hits[0], columns)
    yield from noted_beneath(notes, columns)


def noted_beneath(notes: Sequence[str], columns: int) -> Iterator[str]:
    """Notes behind an empty line, each on lines of its own; nothing where there are none."""
    if notes:
        yield ""
    for note in notes:
        yield from wrapped(visible(note), columns)


def _hit(value: str, match: Match, command: str, columns: int) -> Iterator[str]:
    yield from wrapped(f"{value} is {whose(match)}", columns)
    yield from indented(repr(match.value), columns)
    yield from _remarks(match, columns)
    if match.convention != "standard" and match.convention in CONVENTIONS:
        loss, convention = REGISTRY.get(match.loss), CONVENTIONS[match.convention]
        differs = deviations(loss, convention, CONVENTIONS["standard"])
        if differs:
            yield from indented(f"{match.convention}: {'; '.join(differs)}", columns)
    if not command:
        yield from indented("no command of eval prints it", columns)


def _entry(match: Match, text: str, columns: int, *, command: bool) -> Iterator[str]:
    head = f"{match.value!r}  {whose(match)}"
    yield from filled(head, columns, "  ", "    ")
    yield from _remarks(match, columns)
    if not match.agrees:
        yield from indented(f"off by {match.distance:+.3g}", columns)
    if command:
        yield from _command(match, text, columns)


def whose(match: Match) -> str:
    """The loss, its id to type, and whose convention."""
    short = REGISTRY.get(match.loss).short
    return f"{match.title} ({short}) by the {match.convention} convention"


def _remarks(match: Match, columns: int) -> Iterator[str]:
    if IN_SINGLE in match.unusual:
        yield from indented(f"{IN_SINGLE}, the default of Keras and PyTorch", columns)
    if unusual := [said for said in match.unusual if said != IN_SINGLE]:
        yield from indented(f"unusual: {'; '.join(unusual)}", columns)
    if match.shared:
        many = len(match.shared) > _FEW
        also = f"{len(match.shared)} other conventions" if many else ", ".join(match.shared)
        yield from indented(f"the same in: {also}", columns)


def _section(title: str, found: Sequence[Shown], columns: int) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield title
    for pair in found:
        yield from _entry(*pair, columns, command=True)


def _command(match: Match, command: str, columns: int) -> Iterator[str]:
    if not command:
        return
    if match.base is not None:
        yield from indented(f"made from {match.base!r}, which this prints:", columns)
    yield from command_block(command, columns)


def _but(lucky: Sequence[Shown]) -> str:
    if not lucky:
        return ""
    chance = max(match.chance for match, _ in lucky)
    ways = "odd mixture agrees" if len(lucky) == 1 else "odd mixtures agree"
    return f", but {len(lucky)} {ways}, where chance alone would give {_few(chance)}"


def _chance(value: str, hits: Sequence[Shown]) -> str:
    if not hits:
        return ""
    digits = len("".join(filter(str.isdigit, value.lower().partition("e")[0])).lstrip("0"))
    agree = "digits agree" if digits != 1 else "digit agrees"
    return f"{digits} {agree}; chance alone would give {_few(hits[0][0].chance)} such hits"


def _few(number: float) -> str:
    return f"{number:.2g}" if number >= 0.01 else "fewer than 0.01"


def _more(said: Sequence[str]) -> str:
    return f"{', '.join(said)}: --near" if said else ""


def command_block(command: str, columns: int) -> list[str]:
    """A command to copy, below what it is for."""
    return [f"    {line}" for line in command_lines(command, columns - 4)]


def wrapped(text: str, columns: int) -> list[str]:
    """A sentence in lines of so many columns."""
    return filled(text, columns, "", "  ")


def indented(text: str, columns: int) -> list[str]:
    """What stands below a sentence."""
    return filled(text, columns, "    ", "      ")
