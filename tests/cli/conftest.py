"""The program, and the folder that it runs in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pytest

import losscli as package
from losscli.cli.app import execute
from tests.cli.program import PATIENCE, Answer, Here, Program, Write

_SCREEN = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM", "LINES")


def environment(columns: int | None = None, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment with a screen of that width, or of none."""
    shared = {name: value for name, value in os.environ.items() if name not in _SCREEN}
    shared["PYTHONPATH"] = str(Path(package.__file__).parents[1])
    if columns is not None:
        shared["COLUMNS"] = str(columns)
    return {**shared, **(env or {})}


@pytest.fixture
def losscli(tmp_path: Path) -> Program:
    def program(
        *words: str | Path,
        stdin: str | bytes = "",
        columns: int | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "losscli", *map(str, words)],
            cwd=tmp_path,
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env=environment(columns, env),
            timeout=PATIENCE,
            check=False,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    return program


def piped(content: str | bytes) -> TextIO:
    """The end of a pipe that holds some content."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(content.encode() if isinstance(content, str) else content)
    return os.fdopen(reading)


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    monkeypatch.chdir(tmp_path)
    for name in _SCREEN:
        monkeypatch.delenv(name, raising=False)

    def program(
        *words: str | Path,
        stdin: str | bytes | None = None,
        columns: int | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Answer:
        screen = {} if columns is None else {"COLUMNS": str(columns)}
        capsys.readouterr()
        with pytest.MonkeyPatch.context() as patched, ExitStack() as opened:
            for name, value in {**screen, **(env or {})}.items():
                patched.setenv(name, value)
            if stdin is not None:
                patched.setattr(sys, "stdin", opened.enter_context(piped(stdin)))
            code = execute([str(word) for word in words])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return program


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Text and bytes as they are, anything else as an NPY file."""

    def writer(name: str, content: Any) -> str:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        else:
            np.save(path, np.asarray(content), allow_pickle=True)
        return name

    return writer


@pytest.fixture
def pair(write: Write) -> tuple[str, str]:
    """Three probabilities, the last of them on the wrong side, and their labels."""
    return write("p.npy", [0.9, 0.2, 0.6]), write("y.npy", [1, 0, 0])
