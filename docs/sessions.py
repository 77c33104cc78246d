"""The sessions of the documentation: commands, and what they print on a terminal.

A session is a block fenced as `console`; its lines that begin with `$ ` are commands. It is played
in a folder of its own, which holds the sample data and the files that its section shows before it:
blocks whose fence has a title, such as `csv title="submission.csv"`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

_BLOCK = re.compile(r'^```(\w+)(?: title="([^"\n]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## ", re.MULTILINE)
_COLUMNS = 100

# Runs a shell command in a folder, with these variables in its environment; what it prints.
Play = Callable[[str, Path, Mapping[str, str]], str]


def written_pages() -> list[Path]:
    """The pages that people write, by path; those of the losses and commands are made."""
    return [ROOT / "README.md", *sorted(set(DOCS.glob("*.md")) - {DOCS / "cli.md"})]


@dataclass(frozen=True)
class Session:
    """One session: where its text stands in its page, and the files that it needs by name."""

    start: int
    end: int
    text: str
    files: Mapping[str, str]

    @property
    def first_command(self) -> str:
        """Its first line without the prompt."""
        return self.text.partition("\n")[0].removeprefix("$ ")


def sessions(page: str) -> Iterator[Session]:
    """The sessions of a page's text, in their order."""
    starts = [0, *(found.start() for found in _HEADING.finditer(page)), len(page)]
    for begin, end in pairwise(starts):
        files: dict[str, str] = {}
        for block in _BLOCK.finditer(page, begin, end):
            language, title, body = block.groups()
            if title is not None:
                files[title] = body
            elif language == "console":
                yield Session(block.start(3), block.end(3), body, dict(files))


def refreshed(page: str) -> str:
    """A page's text with what the commands of its sessions print now."""
    found = list(sessions(page))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        texts = list(pool.map(played, found))
    for session, text in zip(reversed(found), reversed(texts), strict=True):
        page = page[: session.start] + text + page[session.end :]
    return page


def played(session: Session, by: Play | None = None) -> str:
    """The text of a session with what its commands print now, on a terminal of 100 columns.

    `by` runs a command in a folder, as `printed` does.
    """
    commands = [line for line in session.text.splitlines() if line.startswith("$ ")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sample_data").symlink_to(ROOT / "sample_data")
        for file, content in session.files.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        screen = {"COLUMNS": str(_COLUMNS), "NO_COLOR": "1"}
        texts = ((by or printed)(line[2:], folder, screen) for line in commands)
        ended = (text if text.endswith("\n") or not text else f"{text}\n" for text in texts)
        return "".join(f"{line}\n{text}" for line, text in zip(commands, ended, strict=True))


def printed(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """What a shell command prints on a terminal: what it says on stderr first, then its result.

    `losscli` and `python` are those that run this.
    """
    functions = (
        f'python() {{ \'{sys.executable}\' "$@"; }}; losscli() {{ python -m losscli "$@"; }}'
    )
    terminal, stdout = os.openpty()
    raw = termios.tcgetattr(stdout)
    raw[1] &= ~termios.OPOST
    termios.tcsetattr(stdout, termios.TCSANOW, raw)
    with subprocess.Popen(
        ["bash", "-c", f"{functions}; {command}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(stdout)
        shown = b"".join(_arriving(terminal))
        assert process.stderr is not None
        text = (process.stderr.read() + shown).decode()
    os.close(terminal)
    return text


def _arriving(terminal: int) -> Iterator[bytes]:
    """What is written to a terminal, until nobody is left who could."""
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:
            # Linux says so when the last writer has gone.
            return
        if not part:
            return
        yield part
