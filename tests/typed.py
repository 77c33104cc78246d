"""Command lines as somebody types them, run in this process where no shell is needed."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from losscli.cli.app import execute
from tests.cli.conftest import environment
from tests.cli.program import Answer

# Commands of losscli with nothing outside quotes that a shell would act on.
_PLAIN = re.compile(r"losscli (?:[^|<>;&$`*?('\"\n]|'[^'\n]*')+")


class _Terminal(io.StringIO):
    """A screen, as far as the program asks."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def is_plain(command: str) -> bool:
    """Whether a shell would do nothing but run losscli with these words."""
    return _PLAIN.fullmatch(command) is not None


def in_this_process(
    words: Sequence[str], folder: Path, env: Mapping[str, str], *, terminal: bool = False
) -> Answer:
    """What losscli answers to these words in a folder, and in this environment alone."""
    shown, said = _Terminal() if terminal else io.StringIO(), io.StringIO()
    with (
        chdir(folder),
        patch.dict(os.environ, env, clear=True),
        patch.object(sys, "argv", ["losscli", *words]),
        redirect_stdout(shown),
        redirect_stderr(said),
    ):
        code = execute(words)
    return Answer(code, shown.getvalue(), said.getvalue())


def shell(folder: Path, command: str) -> Answer:
    """What a command answers, with losscli and dask on the PATH; bash runs what is not plain."""
    if is_plain(command.strip()):
        return in_this_process(shlex.split(command)[1:], folder, environment())
    bin = folder / "bin"
    bin.mkdir(exist_ok=True)
    for name in ("losscli", "dask"):
        program = bin / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {name} "$@"\n')
        program.chmod(0o755)
    path = os.pathsep.join([str(bin), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={**environment(), "PATH": path},
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
