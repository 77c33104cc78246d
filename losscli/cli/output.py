"""Where a command's result goes: stdout or a file; notes go to stderr."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable


def emit(text: str, output: str | None) -> None:
    """Write the whole of a result to `output`, or to stdout."""
    if output is not None:
        from losscli.render.writing import write_whole

        write_whole(output, text)
        return
    sys.stdout.write(text)
    sys.stdout.flush()


def note(lines: Iterable[str]) -> None:
    """Say something beside the result, on stderr."""
    for line in lines:
        print(f"losscli: {line}", file=sys.stderr)


def width() -> int | None:
    """The columns to write for: COLUMNS, or the terminal's; None where stdout is no terminal."""
    if os.environ.get("COLUMNS", "").isdigit():
        return max(20, int(os.environ["COLUMNS"]))
    if not sys.stdout.isatty():
        return None
    return max(20, shutil.get_terminal_size().columns)


def color(output: str | None) -> bool:
    """Whether to write colours: on a terminal, unless NO_COLOR; always with FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return output is None and sys.stdout.isatty()
