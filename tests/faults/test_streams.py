"""Standard input that never ends, and what is left of it after a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.conftest import environment
from tests.cli.program import PATIENCE, Here


def test_a_device_as_standard_input_is_refused() -> None:
    words = [sys.executable, "-m", "losscli", "-", "-l", "bce"]
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run(
            words,
            stdin=endless,
            capture_output=True,
            env=environment(),
            timeout=PATIENCE,
            check=False,
        )
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"<stdin>: is a device" in done.stderr


def test_the_null_device_is_an_empty_file(here: Here) -> None:
    answer = here("/dev/null", "-l", "bce")
    assert (answer.code, answer.out) == (3, "")
    assert "is empty" in answer.err


def test_a_kill_leaves_no_copy_of_standard_input(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "losscli", "-", "-l", "bce"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(env={"TMPDIR": str(tmp_path)}),
    )
    assert process.stdin is not None
    process.stdin.write(b"prob,label\n" + b"0.5,1\n" * 100_000)
    process.stdin.flush()
    held = Path(f"/proc/{process.pid}/fd")
    while not any(str(each.readlink()).startswith(str(tmp_path)) for each in held.iterdir()):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    assert list(tmp_path.iterdir()) == []
