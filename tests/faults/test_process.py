"""What befalls a process: signals, full disks, little memory, other locales, odd places."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import environment
from tests.cli.program import PATIENCE, SAMPLES, Here, Program, Write

MEBIBYTE = 1 << 20
PAIR = (str(SAMPLES / "breast_cancer.csv"), "-p", "prob", "-l", "bce")


def start(
    folder: Path,
    *words: str,
    env: Mapping[str, str] | None = None,
    limit: Callable[[], None] | None = None,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "losscli", *words],
        cwd=folder,
        env=environment(env=env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=limit,
    )


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def wait_until_it_writes(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Until the process holds a file of the folder open for writing, by a name or without one."""
    held = Path(f"/proc/{process.pid}/fdinfo")
    while True:
        for number in os.listdir(held):  # noqa: PTH208
            with contextlib.suppress(OSError):
                flags = int((held / number).read_text().split("flags:")[1].split()[0], 8)
                path = str((held.parent / "fd" / number).readlink())
                if flags & os.O_ACCMODE == os.O_WRONLY and path.startswith(str(folder)):
                    return
        assert process.poll() is None
        time.sleep(0.002)


@pytest.fixture
def rows(tmp_path: Path) -> tuple[str, ...]:
    """The losses of many rows, into a file: long enough to be caught writing."""
    random = np.random.default_rng(0)
    np.save(tmp_path / "p.npy", random.uniform(size=400_000))
    np.save(tmp_path / "y.npy", random.integers(0, 2, 400_000))
    return "rows", "p.npy", "y.npy", "-l", "bce", "-o", "out.csv"


class TestSignals:
    @pytest.mark.parametrize("killing", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    def test_an_output_file_is_whole_or_not_there(
        self, tmp_path: Path, rows: tuple[str, ...], killing: signal.Signals
    ) -> None:
        process = start(tmp_path, *rows, limit=_default_interrupt)
        wait_until_it_writes(process, tmp_path)
        process.send_signal(killing)
        out, err = process.communicate(timeout=PATIENCE)
        said = b"losscli: out.csv was not written\n" if killing is signal.SIGINT else b""
        assert (out, err) == (b"", said)
        assert "out.csv" not in left(tmp_path)
        code = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}
        assert process.returncode == code[killing]
        # Also of a kill nothing is left: what is not whole has no name.
        assert left(tmp_path) == {"p.npy", "y.npy"}

    def test_an_old_output_file_stays_as_it_was(
        self, tmp_path: Path, rows: tuple[str, ...]
    ) -> None:
        (tmp_path / "out.csv").write_text("old")
        process = start(tmp_path, *rows)
        wait_until_it_writes(process, tmp_path)
        process.kill()
        process.communicate(timeout=PATIENCE)
        assert (tmp_path / "out.csv").read_text() == "old"

    def test_head_is_silent(self, tmp_path: Path, rows: tuple[str, ...]) -> None:
        words = f'"$PYTHON" -m losscli {" ".join(rows[:5])} --reduction none -q | head -1'
        done = subprocess.run(
            words.replace("rows", "eval"),
            shell=True,
            cwd=tmp_path,
            env={**environment(), "PYTHON": sys.executable},
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.stderr == b""
        assert done.stdout.count(b"\n") == 1


def _default_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class TestLimits:
    def test_a_file_that_may_not_grow(self, tmp_path: Path, rows: tuple[str, ...]) -> None:
        def small_files() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (MEBIBYTE, MEBIBYTE))

        process = start(tmp_path, *rows, limit=small_files)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (2, b"")
        assert b"out.csv cannot be written (file too large)" in err
        assert err.count(b"\n") == 1
        assert left(tmp_path) == {"p.npy", "y.npy"}

    def test_too_little_memory(self, tmp_path: Path) -> None:
        # A loss of whole arrays has to hold them: 400 MB where 1 GiB has to be enough for all.
        np.save(tmp_path / "p.npy", np.zeros(50_000_000))

        def little_memory() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (1024 * MEBIBYTE, 1024 * MEBIBYTE))

        env = {"OPENBLAS_NUM_THREADS": "1"}
        process = start(
            tmp_path, "p.npy", "p.npy", "-l", "medae", "-q", env=env, limit=little_memory
        )
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (3, b"")
        assert b"memory" in err
        assert b"Traceback" not in err
        assert b"internal error" not in err


class TestPlaces:
    def assert_same(self, there: Program | Here, here: Here, env: dict[str, str]) -> None:
        usual = here(*PAIR, "--format", "json")
        found = there(*PAIR, "--format", "json", env=env)
        assert (found.code, json.loads(found.out)) == (0, json.loads(usual.out))
        table = there(*PAIR, env=env)
        assert table.code == 0
        assert "Traceback" not in table.err

    @pytest.mark.parametrize(
        "env",
        [
            {"LC_ALL": "C", "HOME": ""},
            {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Nowhere/Land"},
            {"PYTHONOPTIMIZE": "2", "PYTHONHASHSEED": "1"},
            {"PYTHONDONTWRITEBYTECODE": "1", "HOME": "/nonexistent"},
            {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        ],
        ids=lambda env: ",".join(f"{name}={value}" for name, value in env.items()),
    )
    def test_the_numbers_are_the_same(
        self, losscli: Program, here: Here, env: dict[str, str]
    ) -> None:
        self.assert_same(losscli, here, env)

    @pytest.mark.parametrize(
        "env",
        [
            {"COLUMNS": "20"},
            {"COLUMNS": "0"},
            {"COLUMNS": "wide"},
            {"TERM": "dumb", "NO_COLOR": "1"},
        ],
        ids=lambda env: ",".join(f"{name}={value}" for name, value in env.items()),
    )
    def test_the_numbers_are_the_same_on_any_screen(self, here: Here, env: dict[str, str]) -> None:
        self.assert_same(here, here, env)

    def test_without_a_home(self, here: Here) -> None:
        words = ["env", "-u", "HOME", sys.executable, "-m", "losscli", *PAIR, "-q"]
        done = subprocess.run(words, env=environment(), capture_output=True, check=False)
        assert (done.returncode, float(done.stdout)) == (0, here(*PAIR, "-q").number)

    def test_a_folder_that_may_not_be_written_to(self, here: Here) -> None:
        # Nobody may write there, not even root.
        answer = here(*PAIR, "-o", "/proc/losscli.json")
        assert (answer.code, answer.out) == (2, "")
        assert "/proc/losscli.json cannot be written" in answer.err

    def test_a_working_folder_that_is_gone(self, tmp_path: Path) -> None:
        gone = tmp_path / "gone"
        gone.mkdir()
        words = f'cd gone && rmdir ../gone && "$PYTHON" -m losscli {" ".join(PAIR)} -q'
        done = subprocess.run(
            words,
            shell=True,
            cwd=tmp_path,
            env={**environment(), "PYTHON": sys.executable},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "two words.csv",
            "line\nend.csv",
            "tab\t.csv",
            "[bold]red[bold].csv",
            "\x1b[31mred.csv",
            "--help.csv",
            "-l",
            "ünïcödé.csv",
            "\u202egpj.csv",
            "'quoted' \"twice\".csv",
            "$(true).csv",
            "a::b.csv",
            "100%.csv",
            "{stem}.csv",
            "x" * 200 + ".csv",
        ],
    )
    def test_a_file_may_have_any_name(self, here: Here, write: Write, name: str) -> None:
        write(name, "prob,label\n0.9,1\n0.2,0\n")
        named = f"./{name}"
        assert here(named, "-l", "mae", "-q").number == pytest.approx(0.15)
        for format in ("table", "markdown", "csv", "json"):
            answer = here(named, "-l", "mae", "--format", format)
            assert answer.code == 0
            assert (answer.out + answer.err).replace("\n", "").isprintable()
        write(name, "prob,label\n0.9,1\noops,0\n")
        answer = here(named, "-l", "mae")
        assert (answer.code, answer.out) == (3, "")
        assert answer.err.replace("\n", "").isprintable()

    def test_what_is_no_file(self, tmp_path: Path, here: Here, write: Write) -> None:
        label = write("y.npy", [1, 0])
        (tmp_path / "folder").mkdir()
        (tmp_path / "loop").symlink_to("loop")
        (tmp_path / "nowhere").symlink_to("gone")
        for name in ("folder", "loop", "nowhere", "gone", "y.npy/p.npy", "", "*.csv", "\0"[:0]):
            answer = here(name, label, "-l", "mae")
            assert (answer.code, answer.out) in ((3, ""), (2, "")), name
            assert answer.err.startswith("losscli: ")
            assert "internal error" not in answer.err

    def test_a_pipe_by_name(self, tmp_path: Path, write: Write) -> None:
        os.mkfifo(tmp_path / "pipe")
        label = write("y.npy", [1, 0])
        process = start(tmp_path, "pipe", label, "-l", "mae", "-q")
        with (tmp_path / "pipe").open("w") as pipe:
            pipe.write("prob\n0.9\n0.2\n")
        out, _ = process.communicate(timeout=PATIENCE)
        assert float(out) == pytest.approx(0.15)


class TestLossesFromOutside:
    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("raise ValueError('no luck')", "no luck"),
            ("return 1 / 0", "division by zero"),
            ("return None", "own"),
            ("return pred[:-1]", "own"),
            ("return 'x'", "own"),
            ("return pred + 1j", "own"),
            ("raise SystemExit(0)", "own"),
        ],
    )
    def test_one_that_raises_is_named(self, here: Here, write: Write, body: str, said: str) -> None:
        # A module is imported once.
        module = f"own_{sum(body.encode())}"
        write(f"{module}.py", f"def own(pred, label):\n    {body}\n")
        files = write("p.npy", [0.9, 0.2]), write("y.npy", [1, 0])
        answer = here(*files, "-l", f"{module}:own", "-q")
        assert (answer.code, answer.out) == (2, "")
        assert f"{module}:own" in answer.err
        assert said in answer.err
        assert "a bug of losscli" not in answer.err

    def test_a_module_that_cannot_be_imported(self, here: Here, write: Write) -> None:
        write("own_cut.py", "def own(pred, label:\n")
        files = write("p.npy", [0.9, 0.2]), write("y.npy", [1, 0])
        answer = here(*files, "-l", "own_cut:own", "-q")
        assert (answer.code, answer.out) == (2, "")
        assert "own_cut:own" in answer.err
        assert "SyntaxError" in answer.err
