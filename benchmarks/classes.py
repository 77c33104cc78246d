"""How the cost grows with the classes: from ten to the 50,000 words of a vocabulary."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from data import apart
from timing import Peer, Race, losscli, python, race, table

# As many items in every file (160 MB of float32), so that only the width differs.
ITEMS = 40_000_000
CLASSES = (10, 100, 1_000, 10_000, 50_000)

NAIVE = """
import sys
import numpy as np
logits, label = np.load(sys.argv[1]).astype(float), np.load(sys.argv[2])
top = logits.max(axis=1, keepdims=True)
log_p = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
print(-log_p[np.arange(len(label)), label].mean())
print((logits.argmax(axis=1) != label).mean())
"""


def save_logits(folder: Path, classes: int, items: int) -> tuple[Path, Path]:
    """Files of logits (n, c) in float32 and of classes, block by block."""
    rng = np.random.default_rng(7)
    pred, label, rows = folder / "logits.npy", folder / "classes.npy", items // classes
    logits = np.lib.format.open_memmap(pred, "w+", np.float32, (rows, classes))
    for start in range(0, rows, 1 + rows // 16):
        block = logits[start : start + 1 + rows // 16]
        block[:] = rng.normal(scale=3.0, size=block.shape)
    np.save(label, rng.integers(0, classes, rows))
    return pred, label


def races(items: int = ITEMS, rounds: int = 3) -> list[Race]:
    """Whole processes of losscli and of a plain NumPy script: cross entropy and zero-one loss."""
    found = []
    for classes in CLASSES:
        with tempfile.TemporaryDirectory() as folder:
            pred, label = map(str, apart(save_logits, Path(folder), classes, items))
            words = ("eval", pred, label, "-l", "ce,zero_one", "--kind", "logit")
            found.append(
                race(
                    f"{items // classes:,} rows of {classes:,} classes",
                    partial(losscli, *words, "--format", "json"),
                    [Peer("NumPy script", partial(python, "-c", NAIVE, pred, label))],
                    rounds,
                )
            )
    return found


if __name__ == "__main__":
    print(table(races()))
