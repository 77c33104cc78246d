"""Files of results: written as they come, taken up after a kill, written by one batch at a time."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import losscli
from tests.batching.conftest import Pairs
from tests.cli.conftest import environment

LABEL = "{dir}/labels.npy"
FILE = Path("r.jsonl")


def batch(**options: object) -> losscli.BatchReport:
    asked: dict[str, object] = {"losses": "bce,brier", "jobs": 1, "output": FILE, **options}
    return losscli.batch(".", LABEL, **asked)  # type: ignore[arg-type]


class TestResuming:
    def test_after_a_cut_anywhere_gives_the_file_of_an_uninterrupted_batch(
        self, pairs: Pairs
    ) -> None:
        pairs(6)
        Path("run4/preds.npy").write_text("broken")
        batch()
        whole = FILE.read_bytes()
        draw = random.Random(20)
        for length in (0, 1, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(20))):
            FILE.write_bytes(whole[:length])
            report = batch(resume=True)
            assert FILE.read_bytes() == whole
            assert report.kept == whole[:length].count(b"\n")

    def test_lines_come_in_any_order(self, pairs: Pairs) -> None:
        pairs(4)
        batch()
        whole = FILE.read_bytes()
        FILE.write_bytes(b"".join(reversed(whole.splitlines(keepends=True)[1:])))
        assert batch(resume=True).kept == 3
        assert FILE.read_bytes() == whole

    def test_a_batch_killed_at_random_moments_repeats_and_loses_nothing(self, pairs: Pairs) -> None:
        pairs(60)
        draw = random.Random(7)
        batch(jobs=2)
        whole = FILE.read_bytes()
        command = [sys.executable, "-m", "losscli", "batch", ".", "--label", LABEL]
        command += ["-l", "bce,brier", "-o", str(FILE), "--resume", "--jobs", "2"]
        for _ in range(3):
            FILE.unlink()
            running = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL)
            after = draw.randrange(1, 60)
            while running.poll() is None and _lines() < after:
                time.sleep(0.0005)
            running.send_signal(signal.SIGKILL)
            running.wait()
            held = _lines()
            report = batch(resume=True)
            assert report.kept == held
            assert FILE.read_bytes() == whole

    @pytest.mark.parametrize(
        "change",
        [
            lambda: np.save("run1/preds.npy", np.full(50, 0.5)),
            lambda: np.save("run1/labels.npy", np.ones(50)),
            lambda: Path("run1/preds.npy").unlink(),
        ],
        ids=["prediction", "label", "gone"],
    )
    def test_what_changed_is_evaluated_again(self, pairs: Pairs, change: object) -> None:
        pairs(3)
        batch()
        state = Path("run1/preds.npy").stat(), Path("run1/labels.npy").stat()
        change()  # type: ignore[operator]
        for name, old in zip(("preds", "labels"), state, strict=True):
            if Path(f"run1/{name}.npy").exists():
                os.utime(f"run1/{name}.npy", ns=(old.st_atime_ns, old.st_mtime_ns))
        names = ["run0/preds.npy", "run1/preds.npy", "run2/preds.npy"]
        again = losscli.batch(names, LABEL, "bce,brier", output=FILE, resume=True, jobs=1)
        assert again.kept == 2
        assert again.rows == losscli.batch(names, LABEL, "bce,brier", jobs=1).rows

    def test_touched_files_are_not(self, pairs: Pairs) -> None:
        pairs(3)
        batch()
        Path("run1/preds.npy").touch()
        assert batch(resume=True).kept == 3

    @pytest.mark.parametrize(
        "options", [{"like": "torch"}, {"losses": "bce"}, {"kind": "logit"}], ids=str
    )
    def test_other_options_are_other_results(
        self, pairs: Pairs, options: dict[str, object]
    ) -> None:
        pairs(2)
        batch()
        assert batch(resume=True, **options).kept == 0

    @pytest.mark.parametrize(
        "options",
        [{"like": "standard"}, {"nan": "error"}, {"losses": ["bce", "brier"]}, {"jobs": 2}],
        ids=str,
    )
    def test_the_same_options_in_other_words_are_not(
        self, pairs: Pairs, options: dict[str, object]
    ) -> None:
        pairs(2)
        batch()
        assert batch(resume=True, **options).kept == 2

    def test_another_version_is_another_result(
        self, pairs: Pairs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pairs(2)
        batch()
        monkeypatch.setattr("losscli.batching.fingerprint.__version__", "99")
        assert batch(resume=True).kept == 0

    def test_pairs_that_are_gone_leave_the_file(self, pairs: Pairs) -> None:
        names = pairs(3)
        batch()
        report = losscli.batch(names[:2], LABEL, "bce,brier", output=FILE, resume=True)
        assert (report.kept, _lines()) == (2, 2)

    def test_large_files_are_known_by_the_file_system(
        self, pairs: Pairs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("losscli.batching.fingerprint.READ_UP_TO", 100)
        names = pairs(2)
        batch()
        assert batch(resume=True).kept == 2
        state = Path(names[0]).stat()
        np.save(names[0], np.full(50, 0.25))
        os.utime(names[0], ns=(state.st_atime_ns, state.st_mtime_ns))
        assert batch(resume=True).kept == 1


class TestTheFile:
    def test_of_an_earlier_batch_is_not_overwritten(self, pairs: Pairs) -> None:
        pairs(2)
        batch()
        before = FILE.read_bytes()
        with pytest.raises(losscli.UsageError, match=r"there already.*--resume"):
            batch()
        assert FILE.read_bytes() == before

    @pytest.mark.parametrize("text", ["a,b\n1,2\n", '{"a": 1}\n', "{", "0.5"])
    def test_of_somebody_else_is_left_alone(self, pairs: Pairs, text: str) -> None:
        pairs(1)
        FILE.write_text(f"{text}\n{text}")
        with pytest.raises(losscli.UsageError, match="line 1: this is no result of a batch"):
            batch(resume=True)
        assert FILE.read_text() == f"{text}\n{text}"

    def test_is_written_by_one_batch_at_a_time(self, pairs: Pairs) -> None:
        pairs(3)
        refused = []

        def second(*_: int) -> None:
            with pytest.raises(losscli.UsageError, match="written by another batch"):
                batch(resume=True)
            refused.append(True)

        batch(progress=second)
        assert len(refused) == 3
        assert batch(resume=True).kept == 3

    def test_is_free_again_at_once_when_a_batch_is_killed(self, pairs: Pairs) -> None:
        pairs(2)
        os.mkfifo("run1/slow.npy")
        command = [sys.executable, "-m", "losscli", "batch", "run0/preds.npy", "run1/slow.npy"]
        command += ["--label", LABEL, "-l", "bce,brier", "-o", str(FILE), "--jobs", "2"]
        running = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL)
        while not _lines():
            time.sleep(0.005)
        with pytest.raises(losscli.UsageError, match="written by another batch"):
            batch(resume=True)
        running.send_signal(signal.SIGKILL)
        running.wait()
        # Its worker still waits for the pipe to be written to.
        assert (
            losscli.batch("run0/preds.npy", LABEL, "bce,brier", output=FILE, resume=True).kept == 1
        )
        # … unless it was killed before it came to that.
        with contextlib.suppress(OSError):
            os.close(os.open("run1/slow.npy", os.O_WRONLY | os.O_NONBLOCK))

    def test_that_cannot_be_written_is_refused_before_any_work(self, pairs: Pairs) -> None:
        pairs(1)
        with pytest.raises(losscli.UsageError, match=r"nowhere/r\.jsonl cannot be written"):
            batch(output="nowhere/r.jsonl")


def _lines() -> int:
    return FILE.read_bytes().count(b"\n") if FILE.exists() else 0
