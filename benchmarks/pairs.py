"""A thousand small pairs of NPY files, each with its own MSE and BCE: `losscli batch --jobs 2`."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from data import apart, save_pairs
from timing import Peer, Race, losscli, python, race, table

PAIRS = 1000

_OPENING = """
import sys
from pathlib import Path
folder = Path(sys.argv[1])
pairs = [(folder / f"pred/{i}.npy", folder / f"label/{i}.npy") for i in range(int(sys.argv[2]))]
"""

_SKLEARN = """
import numpy as np
from sklearn.metrics import log_loss, mean_squared_error
for pred, label in pairs:
    pred, label = np.load(pred), np.load(label)
    print(mean_squared_error(label, pred), log_loss(label, pred))
"""

_NUMPY = """
import numpy as np
for pred, label in pairs:
    pred, label = np.load(pred), np.load(label)
    print(np.mean((pred - label) ** 2))
    pred = np.clip(pred, 1e-7, 1 - 1e-7)
    print(-np.mean(label * np.log(pred) + (1 - label) * np.log(1 - pred)))
"""


def races(pairs: int = PAIRS, rounds: int = 5) -> list[Race]:
    """Whole processes that go through all pairs."""
    with tempfile.TemporaryDirectory() as folder:
        apart(save_pairs, Path(folder), 1000, pairs)

        def script(body: str) -> partial[object]:
            return partial(python, "-c", _OPENING + body, folder, str(pairs))

        return [
            race(
                f"{pairs:,} pairs of 1,000 rows, MSE and BCE",
                partial(
                    losscli,
                    *("batch", f"{folder}/pred", "--label", "{dir}/../label/{file}"),
                    *("-l", "mse,bce", "--jobs", "2", "--format", "json"),
                ),
                [Peer("scikit-learn", script(_SKLEARN), "sklearn"), Peer("NumPy", script(_NUMPY))],
                rounds,
                {"NumPy": 3.0},
            )
        ]


if __name__ == "__main__":
    print(table(races()))
