"""Where a command's result goes: stdout or a file; notes go to stderr."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from losscli.errors import LosscliError, UsageError

if TYPE_CHECKING:
    from losscli.render.screen import Screen

_NARROWEST, _WIDEST = 20, 10_000
# Of a terminal that does not say how wide it is.
_USUAL = 80


def emit(text: str, output: str | None, *, tell: bool = True) -> None:
    """Write the whole of a result to `output`, and `tell` of it, or to stdout.

    Raises UsageError where it cannot be written.
    """
    if output is not None:
        from losscli.machine.whole_files import write_whole

        write_whole(output, text)
        if tell:
            tell_written(output)
        return
    if sys.stdout is None:
        raise UsageError("standard output is closed", hint="Say -o FILE.")
    try:
        sys.stdout.write(without_commands(text))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        silence_stdout()
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"standard output cannot be written ({reason})") from None


def tell_written(file: str) -> None:
    """Say on stderr where a result is."""
    note([f"written to {file}"])


def silence_stdout() -> None:
    """Let nothing more be written, not even what is still buffered at the end of the process."""
    _silence(sys.stdout, sys.__stdout__)


def _silence(stream: TextIO | None, real: TextIO | None) -> None:
    if real is not None and stream is real:
        os.dup2(os.open(os.devnull, os.O_WRONLY), real.fileno())


# Where a line of a log begins so, or holds so, GitHub's runner takes it for a command.
_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#\[)", re.MULTILINE)


def without_commands(text: str) -> str:
    """The text, with what would command GitHub's runner written as JSON writes such characters."""
    if os.environ.get("GITHUB_ACTIONS") is None:
        return text
    return _COMMAND.sub(lambda found: (found[1] or "") + f"\\u{ord(found[0][-1]):04x}", text)


def command_line() -> str:
    """What was typed, as a shell takes it."""
    import shlex

    return shlex.join(["losscli", *sys.argv[1:]])


def note(texts: Iterable[str]) -> None:
    """Say something beside the result, on stderr; nothing in it can drive a terminal.

    On a terminal no word is cut at its edge, and commands can be copied as they stand.
    """
    if sys.stderr is None:
        return
    from losscli.render.visible import visible

    columns = _stderr_columns()
    try:
        for text in texts:
            said = f"losscli: {text}".split("\n")
            shown = "\n".join(_fitting(visible(line), columns) for line in said)
            print(without_commands(shown), file=sys.stderr)
    except BrokenPipeError:
        raise
    except (OSError, ValueError):
        # What is said beside a result changes neither it nor the exit code.
        _silence(sys.stderr, sys.__stderr__)


@contextmanager
def noting(notes: list[str], *, beneath: bool) -> Iterator[Callable[[str], None]]:
    """What announces something: on stderr, or into `notes`, which stand `beneath` the result.

    Where there is no result, because an error of the user's or the data's ends it, they go to
    stderr: what was read as what belongs to what went wrong.
    """
    try:
        yield notes.append if beneath else lambda said: note((said,))
    except LosscliError:
        note(notes)
        raise


def _stderr_columns() -> int | None:
    """The columns of the terminal that stderr goes to; None where it is none."""
    if not sys.stderr.isatty():
        return None
    if (told := _told_columns()) is not None:
        return told
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except OSError:
        columns = 0
    return max(_NARROWEST, columns or _USUAL)


def _told_columns() -> int | None:
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns):
        return min(_WIDEST, max(_NARROWEST, int(columns[:9])))
    return None


def _fitting(line: str, columns: int | None) -> str:
    if columns is None or len(line) <= columns:
        return line
    if line.lstrip().startswith("losscli "):
        from losscli.render.commands import command_lines

        indent = line[: len(line) - len(line.lstrip())]
        lines = command_lines(line.lstrip(), columns - len(indent))
        return "\n".join(f"{indent}{each}" for each in lines)
    from losscli.render.line_breaks import filled

    indent = line[: len(line) - len(line.lstrip())]
    return "\n".join(filled(line.strip(), columns, indent, f"{indent}  "))


def width(output: str | None = None) -> int | None:
    """The columns to write for: COLUMNS, or the terminal's; None where it is no terminal."""
    if (told := _told_columns()) is not None:
        return told
    if not on_terminal(output):
        return None
    import shutil

    return max(_NARROWEST, shutil.get_terminal_size().columns)


def reader_width() -> int | None:
    """The columns to wrap sentences for: those of stdout, or of a terminal that a pager may fill.

    None where neither tells.
    """
    columns = width()
    if columns is not None or sys.stderr is None:
        return columns
    return _stderr_columns()


def color(output: str | None = None) -> bool:
    """Whether to write colours: on a terminal, unless NO_COLOR; always with FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return on_terminal(output)


def on_terminal(output: str | None = None) -> bool:
    """Whether a result goes to a terminal, and so to a person."""
    return output is None and sys.stdout is not None and sys.stdout.isatty()


def screen(output: str | None = None, **shown: bool) -> Screen:
    """What a result is written on; `shown` says how much is written."""
    from losscli.render.screen import Screen

    return Screen(width(output), color(output), ascii_only(output), **shown)


def ascii_only(output: str | None = None) -> bool:
    """Whether charts must do with ASCII: in the C locale, or where stdout can write no more."""
    if output is not None or sys.stdout is None:
        return False
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return locale in ("C", "POSIX") or not encoding.startswith("utf")
