"""The peak of memory where a file is wide: it grows with the classes, not with their square."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import environment
from tests.cli.program import PATIENCE
from tests.faults.test_load import MEASURED

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")


def peak(folder: Path, *words: str) -> int:
    """What a command takes at most, in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr.decode()
    return int(done.stderr.split()[-1]) >> 10


def test_a_vocabulary_of_classes_takes_no_square_of_them(tmp_path: Path) -> None:
    rows, classes = 12, 50_000
    random = np.random.default_rng(0)
    np.save(tmp_path / "p.npy", random.dirichlet(np.ones(classes), rows))
    np.save(tmp_path / "y.npy", random.integers(0, classes, rows))
    losses = ("-l", "ce", "-l", "zero_one", "-l", "brier", "-l", "focal")
    # Their square is 20 GB.
    assert peak(tmp_path, "p.npy", "y.npy", *losses, "-q") < 400
