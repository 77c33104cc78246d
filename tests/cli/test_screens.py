"""What a person sees at a terminal: the table with its notes, each thing said once."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import environment
from tests.cli.program import SAMPLES, Answer, Here

Terminal = Callable[..., Answer]
CANCER = ("breast_cancer.csv", "-p", "prob")


@pytest.fixture(autouse=True)
def _samples(tmp_path: Path) -> None:
    """The sample data beside the program: the length of a path changes no screen."""
    for file in SAMPLES.iterdir():
        (tmp_path / file.name).symlink_to(file)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Run the program with stdout (and, if asked, stderr) on a terminal of so many columns."""

    def program(*words: str | Path, columns: int = 80, stderr: bool = False) -> Answer:
        ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        raw = termios.tcgetattr(theirs)
        raw[1] &= ~termios.OPOST
        termios.tcsetattr(theirs, termios.TCSANOW, raw)
        with subprocess.Popen(
            [sys.executable, "-m", "losscli", *map(str, words)],
            cwd=tmp_path,
            env=environment(env={"NO_COLOR": "1"}),
            stdout=theirs,
            stderr=theirs if stderr else subprocess.PIPE,
        ) as process:
            os.close(theirs)
            shown = b""
            while True:
                try:
                    part = os.read(ours, 1 << 16)
                except OSError:
                    break
                if not part:
                    break
                shown += part
            said = b"" if process.stderr is None else process.stderr.read()
        os.close(ours)
        return Answer(process.returncode, shown.decode(), said.decode())

    return program


class TestEval:
    def test_notes_stand_beneath_the_table_on_a_terminal(self, terminal: Terminal) -> None:
        answer = terminal("eval", *CANCER)
        assert answer.err == ""
        assert "read     prob as the prediction; label as the label · not used: id" in answer.out
        assert answer.out.count("clipped") == 1

    @pytest.mark.parametrize("words", [("-q",), ("--format", "json"), ("--format", "csv"), ()])
    def test_elsewhere_they_are_said_on_stderr(self, here: Here, words: list[str]) -> None:
        answer = here("eval", *CANCER, *words)
        assert "label from column label" in answer.err
        assert "clipped" in answer.err

    def test_the_number_comes_first(self, terminal: Terminal) -> None:
        first = terminal("eval", *CANCER).out.splitlines()[0]
        assert first.startswith("binary cross entropy  0.07177571 nats")

    @pytest.mark.parametrize(
        "words",
        [
            CANCER,
            ("diabetes.csv",),
            ("wine.csv",),
            ("digits_probs.npy", "digits_labels.npy"),
        ],
        ids=["binary", "regression", "multiclass", "npy"],
    )
    def test_a_screen_shows_all_of_it_at_once(
        self, terminal: Terminal, words: tuple[str, ...]
    ) -> None:
        assert len(terminal("eval", *words).out.splitlines()) <= 16


class TestCompare:
    WORDS = ("compare", "model_a.csv", "model_b.csv", "--label", "labels.csv")

    def test_the_verdict_comes_first_and_all_fits_a_screen(self, terminal: Terminal) -> None:
        answer = terminal(*self.WORDS)
        lines = answer.out.splitlines()
        assert lines[2].startswith("No winner yet: ")
        assert len(lines) <= 24

    def test_the_command_that_it_shows_runs(self, terminal: Terminal, here: Here) -> None:
        lines = terminal(*self.WORDS, columns=200).out.splitlines()
        [command] = [line.strip() for line in lines if line.strip().startswith("losscli rows")]
        answer = here(*command.split()[1:])
        assert answer.code == 0, answer.err


def test_notes_and_errors_keep_to_the_screen(terminal: Terminal) -> None:
    answer = terminal("eval", "there is no file of such a long name.csv", columns=40, stderr=True)
    assert answer.code == 3
    assert max(map(len, answer.out.splitlines())) <= 40


READING = {
    "recommend": ("recommend", *CANCER),
    "check": ("check", *CANCER, "--max", "bce=0.5"),
    "gradients": ("rows", *CANCER, "-l", "bce", "--check-grad"),
    "match": ("match", "0.0717757", *CANCER),
    "why": ("why", "0.0717757", "0.018", *CANCER),
}


@pytest.mark.parametrize("words", READING.values(), ids=READING)
def test_the_answer_comes_first_and_what_was_read_last_and_once(
    words: tuple[str, ...], terminal: Terminal, here: Here
) -> None:
    answer = terminal(*words)
    assert answer.code == 0, answer.err
    assert "from column" not in answer.err
    above, _, beneath = answer.out.rstrip().rpartition("\n\n")
    said = " ".join(beneath.split())
    assert said.startswith(("read ", "note ", "breast_cancer.csv: "))
    assert "label" in said
    assert "not used: " in said
    assert "from column" not in above
    assert "by its name" not in above
    assert "label from column label" in here(*words).err
