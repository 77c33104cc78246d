"""Two NPY files of 800 MB, MSE and BCE in one run, beside a plain NumPy script and `cat`."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from data import apart, save_pair
from timing import Command, Peer, Race, losscli, python, race, table

ROWS = 10**8

NAIVE = """
import sys
import numpy as np
pred, label = np.load(sys.argv[1]), np.load(sys.argv[2])
print(np.mean((pred - label) ** 2))
pred = np.clip(pred, 1e-7, 1 - 1e-7)
print(-np.mean(label * np.log(pred) + (1 - label) * np.log(1 - pred)))
"""


def races(rows: int = ROWS, rounds: int = 5) -> list[Race]:
    """Whole processes; the files are in the page cache after the first round."""
    with tempfile.TemporaryDirectory() as folder:
        pred, label = map(str, apart(save_pair, Path(folder), rows))
        return [
            race(
                f"2 × {rows * 8 // 10**6} MB NPY, MSE and BCE",
                partial(losscli, "eval", pred, label, "-l", "mse,bce", "--format", "json"),
                [
                    Peer("NumPy script", partial(python, "-c", NAIVE, pred, label)),
                    Peer("cat to /dev/null", partial(Command, ("cat", pred, label))),
                ],
                rounds,
                {"NumPy script": 0.15, "cat to /dev/null": 2.0},
            )
        ]


if __name__ == "__main__":
    print(table(races()))
