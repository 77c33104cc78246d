"""Many rows from streams: the sum right to its last digit, in memory that does not grow."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import environment
from tests.cli.program import PATIENCE

PERIOD = np.arange(21)
PRED = (PERIOD % 7) * 0.1 + 0.05
LABEL = (PERIOD % 3) * 0.3

WRITER = """
import sys
import numpy as np
rows, values = int(sys.argv[1]), np.array(eval(sys.argv[2]))
block = np.tile(values, 50_000)
out = sys.stdout.buffer
header = {"descr": "<f8", "fortran_order": False, "shape": (rows,)}
np.lib.format.write_array_header_1_0(out, header)
while rows:
    count = min(rows, len(block))
    out.write(block[:count].tobytes())
    rows -= count
"""

# The peak of the process itself, and not of the one that it was copied from.
MEASURED = """
import sys
from losscli.cli.app import execute
code = execute(sys.argv[1:])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1], file=sys.stderr)
sys.exit(code)
"""


def mean_of_squares(rows: int) -> float:
    """The mean squared error of so many rows, from the exact sum of 21 of them."""
    squares = [Fraction(value) for value in ((PRED - LABEL) ** 2).tolist()]
    periods, rest = divmod(rows, len(squares))
    return float((periods * sum(squares) + sum(squares[:rest])) / rows)


def run(folder: Path, rows: int) -> tuple[float, int]:
    """The mean squared error of so many rows through pipes, and the peak of memory in KiB."""
    writers = []
    for name, values in (("p", PRED), ("y", LABEL)):
        if not (folder / name).exists():
            os.mkfifo(folder / name)
        words = f'"$PYTHON" -c "$WRITER" {rows} "{values.tolist()}" > {name}'
        env = {**os.environ, "PYTHON": sys.executable, "WRITER": WRITER}
        writers.append(subprocess.Popen(words, shell=True, cwd=folder, env=env))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "p", "y", "-l", "mse", "-q"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )
    assert [writer.wait() for writer in writers] == [0, 0]
    return float(done.stdout), int(done.stderr)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_ten_times_the_rows_take_no_more_memory(tmp_path: Path) -> None:
    few, many = 1_000_003, 10_000_019
    value, usual = run(tmp_path, few)
    assert value == mean_of_squares(few)
    value, peak = run(tmp_path, many)
    assert value == mean_of_squares(many)
    # 9 million rows more are 144 MB.
    assert peak - usual < 8 << 10
