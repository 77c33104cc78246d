"""How the cost grows from a thousand rows to a hundred million: two NPY files, MSE and BCE."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from data import apart, save_pair
from npy import NAIVE
from timing import Peer, Race, losscli, python, race, table


def races(rounds: int = 5) -> list[Race]:
    """Whole processes of losscli and of the plain NumPy script, ten times the rows each time."""
    found = []
    for power in range(3, 9):
        with tempfile.TemporaryDirectory() as folder:
            pred, label = map(str, apart(save_pair, Path(folder), 10**power))
            found.append(
                race(
                    f"{10**power:,} rows",
                    partial(losscli, "eval", pred, label, "-l", "mse,bce", "--format", "json"),
                    [Peer("NumPy script", partial(python, "-c", NAIVE, pred, label))],
                    rounds,
                )
            )
    return found


if __name__ == "__main__":
    print(table(races()))
