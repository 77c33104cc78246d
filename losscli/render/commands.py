"""Commands to copy, on lines that a shell takes as one."""

from __future__ import annotations

import re

from rich.cells import cell_len

# A word of a command, with what is quoted in it; a flag stays with its value.
_QUOTED = r"""(?:'[^']*'|"[^"]*"|\\.|[^\s'"])+"""
_WORD = re.compile(rf"-\S+ (?!-){_QUOTED}|{_QUOTED}")


def command_lines(command: str, width: int) -> list[str]:
    """A command on lines of at most so many columns, where its words allow; but the last end in \\.

    Nothing is broken within quotes.
    """
    lines: list[str] = []
    for word in _WORD.findall(command):
        if lines and cell_len(f"{lines[-1]} {word} \\") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word if not lines else f"  {word}")
    # What fits without the backslash fits as the last line.
    if len(lines) > 1 and cell_len(f"{lines[-2]} {lines[-1].strip()}") <= width:
        lines[-2:] = [f"{lines[-2]} {lines[-1].strip()}"]
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]
