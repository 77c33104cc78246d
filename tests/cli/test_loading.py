"""Garbage is collected from when a command reads data on, and not while it loads."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from losscli.cli.loading import begin_loading, end_loading
from tests.cli.conftest import environment
from tests.cli.program import Write

# What is collected at the end of each command, in one process.
_RUN = """
import gc, json, sys
from losscli.cli.app import main
ends = []
for words in json.loads(sys.argv[1]):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as done:
        ends.append((done.code, gc.isenabled()))
print(json.dumps(ends), file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def test_loading_collects_nothing() -> None:
    begin_loading()
    assert not gc.isenabled()
    end_loading()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_what_was_made_since_is_still_looked_through() -> None:
    begin_loading()
    end_loading()
    frozen = gc.get_freeze_count()
    made = [[place] for place in range(1000)]
    end_loading()
    assert gc.get_freeze_count() <= frozen
    assert len(made) == 1000


def test_every_command_that_reads_data_collects_garbage(tmp_path: Path, write: Write) -> None:
    file = write("t.csv", "label,prob,prob_b\n1,0.9,0.8\n0,0.2,0.3\n1,0.7,0.4\n")
    one = [file, "-p", "prob"]
    commands = [
        ["eval", *one, "-q", "-l", "bce"],
        ["eval", *one, "-o", "page.html"],
        ["rows", *one],
        ["recommend", *one],
        ["check", *one, "--max", "bce=9"],
        ["compare", file, "-p", "prob", "-p", "prob_b"],
        ["batch", file, "--pred-col", "prob", "-o", "out.csv"],
        ["match", "0.2284", *one],
        ["why", "0.2284", "0.3284", *one],
    ]
    done = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(commands)],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    ends = json.loads(done.stderr.splitlines()[-1])
    assert ends == [[0, True]] * len(commands), done.stderr
