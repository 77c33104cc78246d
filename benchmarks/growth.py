"""How time and memory grow with the rows and with the classes: two NPY files, whole processes.

Rows: MSE and BCE of 10³ to 10⁸ rows. Classes: cross entropy and zero-one loss of 10 to 50,000
classes, always of 40 million logits in float32. `growth.svg` shows both.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import classes
from data import apart, save_pair
from npy import NAIVE
from picture import Curve, Panel, drawn
from timing import MIB, OURS, Peer, Race, losscli, python, race, table

PICTURE = Path(__file__).with_name("growth.svg")

POWERS = range(3, 9)


def races(rounds: int = 3) -> list[Race]:
    """All sizes; the picture is drawn when they are done."""
    by_rows = list(_by_rows(rounds))
    by_classes = classes.races(rounds=rounds)
    rows = [10.0**power for power in POWERS]
    widths = [float(count) for count in classes.CLASSES]
    panels = [
        Panel("rows", "processor time, s", _curves(rows, by_rows, memory=False)),
        Panel("rows", "memory, MiB", _curves(rows, by_rows, memory=True)),
        Panel("classes", "processor time, s", _curves(widths, by_classes, memory=False)),
        Panel("classes", "memory, MiB", _curves(widths, by_classes, memory=True)),
    ]
    PICTURE.write_text(drawn(panels), encoding="utf-8")
    return [*by_rows, *by_classes]


def _by_rows(rounds: int) -> Iterator[Race]:
    for power in POWERS:
        with tempfile.TemporaryDirectory() as folder:
            pred, label = map(str, apart(save_pair, Path(folder), 10**power))
            yield race(
                f"{10**power:,} rows",
                partial(losscli, "eval", pred, label, "-l", "mse,bce", "--format", "json"),
                [Peer("NumPy script", partial(python, "-c", NAIVE, pred, label))],
                rounds,
            )


def _curves(sizes: list[float], races: list[Race], *, memory: bool) -> list[Curve]:
    found = []
    for place, line in enumerate(races[0].lines):
        lines = [one.lines[place] for one in races]
        values = [
            (each.memory or 0) / MIB if memory else each.cost.processor if each.cost else 0.0
            for each in lines
        ]
        found.append(Curve(line.name, list(zip(sizes, values, strict=True)), line.name == OURS))
    return found


if __name__ == "__main__":
    print(table(races()))
