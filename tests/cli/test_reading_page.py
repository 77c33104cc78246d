"""docs/reading.md: its files are written, its commands are run, and print what stands there.

LOSSCLI_UPDATE_SNAPSHOTS=1 writes what they print anew.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Here

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reading.md"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SESSION = re.compile(r"(?<=^```ShellSession\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def sessions(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Each shape of files: its title, the files by name (Python under no name), the session."""
    for part in text.partition("## Ten shapes")[2].split("\n### ")[1:]:
        blocks = FENCE.findall(part)
        files = {name: body for kind, name, body in blocks if kind != "ShellSession"}
        [session] = [body for kind, _, body in blocks if kind == "ShellSession"]
        yield part.splitlines()[0], files, session


SHAPES = {title: (files, session) for title, files, session in sessions(PAGE.read_text("utf-8"))}


def test_there_are_ten_shapes() -> None:
    assert len(SHAPES) == 10


@pytest.mark.parametrize("title", SHAPES)
def test_a_shape_is_read_as_the_page_says(title: str, here: Here) -> None:
    files, session = SHAPES[title]
    for name, body in files.items():
        if name:
            Path(name).write_text(body, encoding="utf-8")
        else:
            exec(body, {"np": np})
    printed = ""
    for line in session.splitlines():
        if line.startswith("$ losscli "):
            answer = here(*shlex.split(line)[2:])
            printed += f"{line}\n{answer.err}{answer.out}"
    if os.environ.get("LOSSCLI_UPDATE_SNAPSHOTS"):
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(
            text.replace(f"```ShellSession\n{session}```", f"```ShellSession\n{printed}```"),
            "utf-8",
        )
        return
    assert printed == session
