"""What the program refuses: bad data by exit code 3, wrong usage by 2, never by a traceback."""

from __future__ import annotations

import gzip
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.conftest import environment
from tests.cli.program import PATIENCE, Answer, Here, Program, Write

PAIRED = ["-p", "prob", "-y", "label"]


def npy(array: Any) -> bytes:
    import io

    file = io.BytesIO()
    np.save(file, np.asarray(array), allow_pickle=True)
    return file.getvalue()


PRED, LABEL = npy([0.9, 0.2, 0.6]), npy([1, 0, 0])
OBJECTS = np.array([1, "a", None], dtype=object)

# What is wrong; the files; the words; what the message must say.
BAD: dict[str, tuple[dict[str, bytes | str], list[str], list[str]]] = {
    "missing prediction": ({"y.npy": LABEL}, ["p.npy", "y.npy"], ["p.npy", "no such file"]),
    "missing label": ({"p.npy": PRED}, ["p.npy", "y.npy"], ["y.npy", "no such file"]),
    "parts that differ": ({"y.npy": LABEL, "t.csv": "p,q\n1,2\n"}, [".", "y.npy"], ["table"]),
    "empty file": ({"p.csv": "", "y.npy": LABEL}, ["p.csv", "y.npy"], ["p.csv", "empty"]),
    "empty NPY": ({"p.npy": b"", "y.npy": LABEL}, ["p.npy", "y.npy"], ["p.npy", "empty"]),
    "header only": ({"t.csv": "prob,label\n"}, ["t.csv"], ["t.csv", "no rows"]),
    "NPY without rows": (
        {"p.npy": npy(np.zeros(0)), "y.npy": npy(np.zeros(0))},
        ["p.npy", "y.npy"],
        ["p.npy", "no rows"],
    ),
    "text in a number column": (
        {"t.csv": "prob,label\n0.9,1\n0.2,0\noops,0\n"},
        ["t.csv", *PAIRED],
        ["t.csv, line 4, column prob", "'oops'", "not a number"],
    ),
    "text far below": (
        {"t.csv": "prob,label\n" + "0.9,1\n" * 200_000 + "oops,0\n"},
        ["t.csv", *PAIRED],
        ["t.csv, line 200002, column prob", "'oops'", "not a number"],
    ),
    "ragged row, short": (
        {"t.csv": "prob,label\n0.9,1\n0.2\n"},
        ["t.csv", *PAIRED],
        ["t.csv, line 3", "1 cell", "2"],
    ),
    "ragged row, long": (
        {"t.csv": "prob,label\n0.9,1\n0.2,0,7\n"},
        ["t.csv", *PAIRED],
        ["t.csv, line 3", "3 cells", "2"],
    ),
    "lengths that differ, NPY": (
        {"p.npy": PRED, "y.npy": npy([1, 0])},
        ["p.npy", "y.npy"],
        ["p.npy", "(3,)", "y.npy", "(2,)"],
    ),
    "lengths that differ, CSV": (
        {"p.csv": "prob\n0.9\n0.2\n0.6\n", "y.csv": "label\n1\n0\n"},
        ["p.csv", "y.csv"],
        ["p.csv", "3 rows", "y.csv", "2"],
    ),
    "lengths that differ, weights": (
        {"p.npy": PRED, "y.npy": LABEL, "w.npy": npy([1.0, 2.0])},
        ["p.npy", "y.npy", "--weight", "w.npy"],
        ["p.npy", "(3,)", "w.npy", "(2,)"],
    ),
    "(n, c) against (c, n)": (
        {"p.npy": npy(np.full((3, 2), 0.5)), "y.npy": npy(np.zeros((2, 3)))},
        ["p.npy", "y.npy"],
        ["p.npy", "(3, 2)", "y.npy", "(2, 3)", "transposed"],
    ),
    "label that is no class index": (
        {"p.npy": npy(np.full((3, 3), 1 / 3)), "y.npy": npy([0, 1, 7])},
        ["p.npy", "y.npy"],
        ["y.npy, row 2", "7 is not a class index", "0 to 2"],
    ),
    "label that is neither no nor yes": (
        {"t.csv": "prob,label\n0.9,1\n0.2,0\n0.6,3\n"},
        ["t.csv", "-l", "bce"],
        ["t.csv, line 4, column label", "3 is not"],
    ),
    "label that is none of --classes": (
        {"t.csv": "p_a,p_b,label\n0.9,0.1,a\n0.2,0.8,c\n"},
        ["t.csv", "--classes", "a,b"],
        ["t.csv, line 3, column label", "'c'"],
    ),
    "probability above 1, CSV": (
        {"t.csv": "prob,label\n0.9,1\n1.7,0\n0.6,0\n"},
        ["t.csv", "-l", "bce"],
        ["t.csv, line 3, column prob", "1.7 is not a probability", "--kind logit"],
    ),
    "probability below 0, NPY": (
        {"p.npy": npy([0.9, -0.2, 0.6]), "y.npy": LABEL},
        ["p.npy", "y.npy", "-l", "bce", "--kind", "probability"],
        ["p.npy, row 1", "-0.2 is not a probability"],
    ),
    "probability in one of several columns": (
        {"p.npy": npy([[0.5, 0.5], [0.5, 1.5]]), "y.npy": npy([[1, 0], [0, 1]])},
        ["p.npy", "y.npy", "--task", "multilabel", "--kind", "probability"],
        ["p.npy, row 1, column 1", "1.5 is not a probability"],
    ),
    "classes that do not sum to 1": (
        {"t.csv": "p_a,p_b,label\n0.9,0.1,a\n0.2,0.7,b\n"},
        ["t.csv", "-l", "ce"],
        ["t.csv, line 3", "0.9", "sum to 1"],
    ),
    "NaN in the prediction, CSV": (
        {"t.csv": "prob,label\n0.9,1\n,0\n"},
        ["t.csv", "-l", "bce"],
        ["t.csv, line 3, column prob", "missing", "--nan drop"],
    ),
    "NaN in the prediction, NPY": (
        {"p.npy": npy([0.9, np.nan, 0.6]), "y.npy": LABEL},
        ["p.npy", "y.npy", "-l", "bce"],
        ["p.npy, row 1", "NaN", "--nan drop"],
    ),
    "NaN in the label": (
        {"p.npy": PRED, "y.npy": npy([1.0, 0.0, np.nan])},
        ["p.npy", "y.npy", "-l", "bce"],
        ["y.npy, row 2", "missing", "--nan drop"],
    ),
    "infinity": (
        {"p.npy": npy([0.9, np.inf, 0.6]), "y.npy": npy([1.5, 2.5, 3.5])},
        ["p.npy", "y.npy", "-l", "mse"],
        ["p.npy, row 1", "inf"],
    ),
    "negative weight": (
        {"t.csv": "prob,label,w\n0.9,1,1\n0.2,0,-1\n"},
        ["t.csv", *PAIRED, "--weight-col", "w"],
        ["t.csv, line 3, column w", "-1"],
    ),
    "key that stands twice": (
        {"p.csv": "id,prob\na,0.5\na,0.6\n", "y.csv": "id,label\na,0\nb,1\n"},
        ["p.csv", "y.csv", "--id-col", "id"],
        ["p.csv, line 3", "'a'", "twice"],
    ),
    "key that is missing": (
        {"p.csv": "id,prob\na,0.5\nc,0.6\n", "y.csv": "id,label\na,0\nb,1\n"},
        ["p.csv", "y.csv", "--id-col", "id"],
        ["p.csv, line 3", "'c'", "y.csv"],
    ),
    "pickle": (
        {"p.npy": pickle.dumps([1, 2]), "y.npy": LABEL},
        ["p.npy", "y.npy"],
        ["p.npy", "pickle", "never loaded"],
    ),
    "object NPY": (
        {"p.npy": npy(OBJECTS), "y.npy": LABEL},
        ["p.npy", "y.npy"],
        ["p.npy", "objects", "never loaded"],
    ),
    "object NPY, label": (
        {"p.npy": PRED, "y.npy": npy(OBJECTS)},
        ["p.npy", "y.npy"],
        ["y.npy", "objects", "never loaded"],
    ),
    "complex NPY": (
        {"p.npy": npy([1j, 2, 3]), "y.npy": LABEL},
        ["p.npy", "y.npy"],
        ["p.npy", "complex"],
    ),
    "NPY of three dimensions": (
        {"p.npy": npy(np.zeros((2, 2, 2))), "y.npy": LABEL},
        ["p.npy", "y.npy"],
        ["p.npy", "3 dimensions"],
    ),
    "NPY of none": (
        {"p.npy": npy(0.5), "y.npy": LABEL},
        ["p.npy", "y.npy"],
        ["p.npy", "single number"],
    ),
    "truncated NPY, data": (
        {"p.npy": PRED[:-5], "y.npy": LABEL},
        ["p.npy", "y.npy"],
        ["p.npy", "truncated", "24", "19"],
    ),
    "truncated NPY, header": (
        {"p.npy": PRED[:20], "y.npy": LABEL},
        ["p.npy", "y.npy"],
        ["p.npy", "damaged NPY header"],
    ),
    "text called NPY": (
        {"p.npy": "0.5\n0.6\n0.7\n", "y.npy": LABEL},
        ["p.npy", "y.npy"],
        ["p.npy", "no NPY file"],
    ),
    "truncated gzip": (
        {"t.csv.gz": gzip.compress(b"prob,label\n" + b"0.9,1\n0.3,0\n" * 9999)[:-20]},
        ["t.csv.gz", *PAIRED],
        ["t.csv.gz"],
    ),
    "bytes that are no text": ({"t.csv": b"\0\1\2\3"}, ["t.csv"], ["t.csv", "neither text"]),
    "archive": ({"t.csv": b"PK\x03\x04...."}, ["t.csv"], ["t.csv", "damaged NPZ"]),
    "words for predictions": (
        {"p.csv": "prob\ncat\ndog\n", "y.npy": npy([1, 0])},
        ["p.csv", "y.npy", "-p", "prob"],
        ["p.csv", "prob"],
    ),
}


def place(files: dict[str, bytes | str], write: Write) -> None:
    for name, content in files.items():
        write(name, content)


def assert_refused(answer: Answer, code: int) -> None:
    assert (answer.code, answer.out) == (code, "")
    assert "Traceback" not in answer.err
    assert answer.err.startswith("losscli: ")
    assert answer.err.endswith("\n")


class TestBadData:
    @pytest.mark.parametrize("case", BAD)
    def test_eval_says_what_is_wrong_and_where(self, here: Here, write: Write, case: str) -> None:
        files, words, says = BAD[case]
        place(files, write)
        answer = here("eval", *words)
        assert_refused(answer, 3)
        *notes, message = answer.err.splitlines()
        assert all("column" in note for note in notes)
        for part in says:
            assert part in message

    @pytest.mark.parametrize("format", ["table", "json", "jsonl", "csv", "markdown"])
    def test_in_no_format_anything_reaches_stdout(
        self, here: Here, write: Write, format: str
    ) -> None:
        files, words, _ = BAD["label that is no class index"]
        place(files, write)
        assert_refused(here("eval", *words, "--format", format), 3)
        assert_refused(here("eval", *words, "-q"), 3)

    @pytest.mark.parametrize(
        "case",
        [
            "missing prediction",
            "empty file",
            "header only",
            "text in a number column",
            "ragged row, short",
            "lengths that differ, NPY",
            "(n, c) against (c, n)",
            "pickle",
            "object NPY",
            "truncated NPY, data",
        ],
    )
    def test_recommend_refuses_it_too(self, here: Here, write: Write, case: str) -> None:
        files, words, says = BAD[case]
        place(files, write)
        answer = here("recommend", *words)
        assert_refused(answer, 3)
        for part in says:
            assert part in answer.err

    def test_the_process_ends_so_too(self, losscli: Program, write: Write) -> None:
        files, words, says = BAD["probability above 1, CSV"]
        place(files, write)
        answer = losscli(*words)
        assert_refused(answer, 3)
        assert all(part in answer.err for part in says)

    def test_a_file_that_may_not_be_read(
        self, here: Here, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = write("p.npy", PRED)

        def refuse(*_: Any, **__: Any) -> Any:
            raise PermissionError(13, "Permission denied", name)

        monkeypatch.setattr(os, "open", refuse)
        answer = here(name, name)
        assert_refused(answer, 3)
        assert "p.npy: cannot be read (permission denied)" in answer.err


class TestUsage:
    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["eval"], "Usage: losscli eval PRED"),
            (["recommend"], "--values"),
            (["p.npy", "y.npy", "more.npy"], "more.npy"),
            (["p.npy", "y.npy", "--bogus"], "--bogus"),
            (["p.npy", "y.npy", "-l"], "-l"),
            (["p.npy", "y.npy", "-l", "nonsense"], "nonsense"),
            (["p.npy", "y.npy", "-l", "focal:gamma"], "NAME:PARAMETER=VALUE"),
            (["p.npy", "y.npy", "-l", "gamma=2"], "NAME:PARAMETER=VALUE"),
            (["p.npy", "y.npy", "-l", "focal:gamma=two"], "'two' is not a number"),
            (["p.npy", "y.npy", "-l", "focal:gamma=-1"], "gamma"),
            (["p.npy", "y.npy", "-l", "mse:gamma=1"], "has no parameter 'gamma'"),
            (["p.npy", "y.npy", "--like", "nobody"], "standard, exact"),
            (["p.npy", "y.npy", "--kind", "nonsense"], "probability"),
            (["p.npy", "y.npy", "--task", "nonsense"], "multilabel"),
            (["p.npy", "y.npy", "--reduction", "xyz"], "batchmean"),
            (["p.npy", "y.npy", "--nan", "nonsense"], "drop"),
            (["p.npy", "y.npy", "--format", "xml"], "markdown"),
            (["p.npy", "y.npy", "-p", "prob"], "--pred-col"),
            (["p.npy", "y.npy", "--id-col", "id"], "--id-col"),
            (["p.npy", "y.npy", "--weight-col", "w"], "--weight FILE"),
            (["p.npy", "y.npy", "--classes", "a,b,c"], "names 3 classes"),
            (["p.npy", "--task", "regression"], "--label-col"),
            (["recommend", "p.npy", "--values", "0.5"], "not both"),
            (["recommend", "--values", "a,b"], "not numbers"),
            (["recommend", "--values", "1,2", "--values", "1"], "different lengths"),
            (["recommend", "--values", "0.5", "--format", "csv"], "json"),
            (["losses", "nonsense"], "nonsense"),
            (["losses", "bce", "ce"], "ce"),
            (["losses", "--format", "csv"], "json"),
        ],
        ids=lambda given: " ".join(given) if isinstance(given, list) else "",
    )
    def test_exit_code_2_and_what_to_type(
        self, here: Here, write: Write, words: list[str], says: str
    ) -> None:
        write("p.npy", [0.9, 0.2, 0.6])
        write("y.npy", [1, 0, 0])
        answer = here(*words)
        assert_refused(answer, 2)
        assert says in answer.err

    def test_no_words_at_all(self, here: Here) -> None:
        answer = here()
        assert_refused(answer, 2)
        assert "losscli --help" in answer.err


class TestHostileNames:
    ESCAPE = "\x1b]0;owned\x07\x1b[31m\u202e"

    def assert_tame(self, answer: Answer) -> None:
        written = (answer.out + answer.err).replace("\n", "")
        assert written.isprintable()

    def test_of_a_file_that_is_missing(self, here: Here) -> None:
        answer = here(f"{self.ESCAPE}.npy", "y.npy")
        assert_refused(answer, 3)
        self.assert_tame(answer)
        assert "\\x1b]0;owned" in answer.err

    @pytest.mark.parametrize("format", ["table", "json", "jsonl", "csv", "markdown"])
    def test_of_files_and_columns_that_are_read(
        self, here: Here, write: Write, format: str
    ) -> None:
        file = write(f"{self.ESCAPE}.csv", "p_\x1b[1ma,p_\x9bb,label\n0.9,0.1,0\n0.2,0.8,1\n")
        answer = here(file, "--format", format)
        assert answer.code == 0
        assert "prediction from column" in answer.err
        self.assert_tame(answer)

    def test_of_a_column_in_an_error(self, here: Here, write: Write) -> None:
        file = write("t.csv", "p_\x1b[1ma,p_b,label\n0.9,oops\x1b[2m,0\n0.2,0.8,1\n")
        answer = here(file, "-p", "p_*", "-y", "label")
        assert answer.code == 3
        self.assert_tame(answer)

    @pytest.mark.parametrize("words", [["p", "y", ESCAPE], [f"--{ESCAPE}"], ["-l", ESCAPE, "p"]])
    def test_of_words_that_are_not_understood(self, here: Here, words: list[str]) -> None:
        answer = here(*words)
        assert answer.code in (2, 3)
        self.assert_tame(answer)

    def test_of_bytes_that_are_no_text(self, losscli: Program) -> None:
        answer = losscli(os.fsdecode(b"\xff\xfe.npy"), "y.npy")
        assert_refused(answer, 3)


@pytest.fixture
def sparse(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make the evaluation raise."""

    def raising(error: BaseException) -> None:
        def evaluate(*_: Any, **__: Any) -> Any:
            raise error

        monkeypatch.setattr("losscli.evaluating.evaluate.evaluate", evaluate)

    return raising


# The first is read without Typer, the second by Typer.
ROADS = [["eval", "p.npy", "y.npy", "-q"], ["eval", "p.npy", "y.npy", "-ql", "bce"]]


class TestEnds:
    @pytest.mark.parametrize("words", ROADS)
    def test_an_interrupt_is_silent(
        self, here: Here, sparse: Callable[[BaseException], None], words: list[str]
    ) -> None:
        sparse(KeyboardInterrupt())
        assert here(*words) == Answer(130, "", "")

    @pytest.mark.parametrize("words", ROADS)
    def test_a_bug_is_no_traceback_either(
        self, here: Here, sparse: Callable[[BaseException], None], words: list[str]
    ) -> None:
        sparse(ZeroDivisionError("by \x1b zero"))
        answer = here(*words)
        assert_refused(answer, 70)
        assert "a bug of losscli (ZeroDivisionError: by \\x1b zero)" in answer.err
        assert "--debug" in answer.err
        assert "Traceback" in here(*words, "--debug").err

    def test_debug_shows_where_and_changes_nothing_else(self, here: Here, write: Write) -> None:
        files, words, _ = BAD["probability above 1, CSV"]
        place(files, write)
        quiet = here(*words)
        for loud in (here(*words, "--debug"), here("--debug", *words)):
            assert (loud.code, loud.out) == (3, "")
            assert loud.err.startswith("Traceback") or "\nTraceback" in loud.err
            assert loud.err.endswith(quiet.err.splitlines()[-1] + "\n")

    def test_debug_says_nothing_where_all_is_well(self, here: Here, pair: tuple[str, str]) -> None:
        assert here(*pair, "--debug") == here(*pair)

    def test_ctrl_c_ends_the_process_by_130(self, tmp_path: Path) -> None:
        def default_interrupt() -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)

        with subprocess.Popen(
            [sys.executable, "-m", "losscli", "-", "-l", "bce"],
            cwd=tmp_path,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=default_interrupt,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            # More than a pipe holds: once it is written, the program is at work reading it.
            process.stdin.write(b"prob,label\n" + b"0.5,1\n" * 200_000)
            process.stdin.flush()
            process.send_signal(signal.SIGINT)
            # A signal just before a read waits for the read to end.
            process.stdin.close()
            assert process.wait(timeout=PATIENCE) == 130
            assert process.stdout.read() == b""
            assert process.stderr.read() == b""

    @pytest.mark.parametrize("options", [["-q"], ["-q", "-lbce"], ["--format", "jsonl"]])
    def test_a_reader_that_leaves_early_is_no_error(
        self, tmp_path: Path, write: Write, options: list[str]
    ) -> None:
        write("p.npy", np.full(100_000, 0.5))
        write("y.npy", np.arange(100_000) % 2)
        words = [sys.executable, "-m", "losscli", "p.npy", "y.npy", "--reduction", "none"]
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as gone:
            done = subprocess.run(
                [*words, *options, "--loss", "bce"],
                cwd=tmp_path,
                env=environment(),
                stdout=gone,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert done.stderr == b""
        assert done.returncode == 141

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    @pytest.mark.parametrize("options", [["-q"], ["--format", "json"]])
    def test_a_full_disk_is_said(self, tmp_path: Path, write: Write, options: list[str]) -> None:
        write("p.npy", PRED)
        write("y.npy", LABEL)
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "losscli", "p.npy", "y.npy", *options],
                cwd=tmp_path,
                env=environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert done.returncode == 2
        assert b"standard output cannot be written (no space left on device)" in done.stderr
        assert b"Traceback" not in done.stderr
        assert b"Exception ignored" not in done.stderr

    @pytest.mark.parametrize(("closed", "code"), [(">&-", 2), ("2>&-", 0)])
    def test_a_closed_stream_is_no_crash(
        self, tmp_path: Path, write: Write, closed: str, code: int
    ) -> None:
        file = write("t.csv", "prob,label\n0.9,1\n0.2,0\n")
        done = subprocess.run(
            f'"$PYTHON" -m losscli {file} -l bce -q {closed}',
            shell=True,
            cwd=tmp_path,
            env={**environment(), "PYTHON": sys.executable},
            capture_output=True,
            check=False,
        )
        assert done.returncode == code
        assert b"Traceback" not in done.stderr
        # What belongs to stderr does not go to stdout instead.
        assert done.stdout.count(b"\n") == (1 if code == 0 else 0)
