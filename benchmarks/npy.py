"""Two NPY files of 800 MB, beside a plain NumPy script and a Python that only reads both files."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from data import apart, save_pair
from timing import Peer, Race, losscli, python, race, table

ROWS = 10**8

NAIVE = """
import sys
import numpy as np
pred, label = np.load(sys.argv[1]), np.load(sys.argv[2])
print(np.mean((pred - label) ** 2))
pred = np.clip(pred, 1e-7, 1 - 1e-7)
print(-np.mean(label * np.log(pred) + (1 - label) * np.log(1 - pred)))
"""


READING = """
import sys
buffer = bytearray(1 << 20)
for path in sys.argv[1:]:
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
"""


def races(rows: int = ROWS, rounds: int = 5) -> list[Race]:
    """Whole processes; the files are in the page cache after the first round."""
    size = f"2 × {rows * 8 // 10**6} MB NPY"
    with tempfile.TemporaryDirectory() as folder:
        pred, label = map(str, apart(save_pair, Path(folder), rows))
        numpy = Peer("NumPy script", partial(python, "-c", NAIVE, pred, label))
        reading = Peer("Python that reads", partial(python, "-c", READING, pred, label))
        alone = Peer(
            "losscli, one thread", partial(losscli, "eval", pred, label, "-qlmse", "--threads", "1")
        )
        return [
            race(
                f"{size}, MSE",
                partial(losscli, "eval", pred, label, "-qlmse"),
                [alone, reading],
                rounds,
                {"losscli, one thread": 0.62, "Python that reads": 3.0},
            ),
            race(
                f"{size}, MSE and BCE",
                partial(losscli, "eval", pred, label, "-l", "mse,bce", "--format", "json"),
                [numpy, reading],
                rounds,
            ),
        ]


if __name__ == "__main__":
    print(table(races()))
