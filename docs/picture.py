"""The picture of a terminal in the README: what the program prints, in its colours, as SVG."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from docs.sessions import ROOT, printed

FOLDER = Path(__file__).parent / "assets"

_COLUMNS = 88
_COMMANDS = (
    "losscli sample_data/wine.csv",
    "losscli match 0.5511 sample_data/breast_cancer.csv -p prob_rf",
)


def _theme(background: str, words: str, colours: str) -> TerminalTheme:
    """A theme of colours in hexadecimal: black, red, green, yellow, blue, magenta, cyan, grey."""
    first, second, *rest = (
        (code[0], code[1], code[2])
        for code in map(bytes.fromhex, f"{background} {words} {colours}".split())
    )
    return TerminalTheme(first, second, rest)


_LIGHT = _theme("ffffff", "24292f", "24292f b42318 116329 7d4e00 0550ae 8250df 1b7c83 6e7781")
_DARK = _theme("0d1117", "e6edf3", "484f58 ff7b72 3fb950 d29922 58a6ff bc8cff 39c5cf b1bac4")

# As Rich draws it, but for the font: one that each system has, so that nothing is fetched.
_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>losscli in a terminal</title>
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
    font-variant-east-asian: full-width;
}}
.{unique_id}-title {{
    font-family: system-ui, sans-serif;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def pictures() -> Mapping[str, str]:
    """The picture for pages of either brightness, by file name."""
    screen = _screen()
    return {
        "terminal-light.svg": _drawn(screen, _LIGHT),
        "terminal-dark.svg": _drawn(screen, _DARK),
    }


def _screen() -> Text:
    """The commands with their prompts, and what they print in colour."""
    colours = {"COLUMNS": str(_COLUMNS), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sample_data").symlink_to(ROOT / "sample_data")
        parts = []
        for command in _COMMANDS:
            shown = Text.from_ansi(printed(command, folder, colours).rstrip())
            parts.append(Text.assemble(("$ ", "bold green"), (command, "bold"), "\n", shown))
    return Text("\n\n").join(parts)


def _drawn(screen: Text, theme: TerminalTheme) -> str:
    console = Console(
        width=_COLUMNS, record=True, file=io.StringIO(), force_terminal=True, highlight=False
    )
    # A line more than there are words: Rich cuts the last one below its letters' feet.
    console.print(screen, end="\n\n")
    return console.export_svg(
        title="losscli", theme=theme, code_format=_FORMAT, unique_id="losscli"
    )
