"""Blocks → the text of a screen."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.text import Text

from losscli.render.line_breaks import cuts, glued, unglued
from losscli.render.screen import Screen

# Where lines may have any length, nothing is ever wrapped.
BOUNDLESS = 100_000
# Blanks at the end of a line, also those within its colour.
_BLANKS = re.compile(r"[ \t]+((?:\x1b\[0m)?)[ \t]*$", re.MULTILINE)


class _Console(Console):
    """A console that ends lines where `line_breaks` lets them end."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """What rich does, but for where a text is broken."""
        if isinstance(renderable, Text):
            renderable = _breakable(renderable, (options or self.options).max_width)
        return super().render(renderable, options)


def text_of(parts: list[RenderableType], screen: Screen) -> str:
    """The parts as text, a blank line between them and no blanks at the ends of lines."""
    buffer = io.StringIO()
    console = _Console(
        file=buffer,
        width=screen.width or BOUNDLESS,
        force_terminal=screen.color,
        color_system="standard" if screen.color else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
    spaced = [item for part in parts for item in (Text(), part)]
    console.print(Group(*spaced[1:]))
    return _BLANKS.sub(r"\1", unglued(buffer.getvalue())).strip("\n") + "\n"


def _breakable(text: Text, width: int) -> Text:
    """The text with no blank at which it must not be broken, and names in parts that fit."""
    shown = text.copy()
    shown.plain = glued(text.plain)
    places = cuts(shown.plain, width)
    return shown.blank_copy("\n").join(shown.divide(places)) if places else shown
