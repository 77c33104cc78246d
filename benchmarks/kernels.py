"""One loss of arrays in memory: `losscli.evaluate` beside NumPy, torch, jax and scikit-learn.

losscli also reads the data for what they are, checks every item, counts what it clips and keeps
exact totals and a standard error; its peers give the mean alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import in_jax
import in_numpy
import in_sklearn
import in_torch
import numpy as np
from data import CASES, Case
from timing import InProcess, Peer, Race, race, table

SIZES = (10**6, 10**7)
TYPES = ("float64", "float32")


def goals_of() -> dict[str, float]:
    """How much of its peers' time losscli may take; jax, which checks nothing, is the limit."""
    return {"NumPy one-liner": 3.0}


def evaluated(case: Case, dtype: str, rows: int) -> Callable[[], Any]:
    """The public API, with the loss and the kind named."""
    import losscli

    pred, label = case.arrays(rows, dtype)
    return lambda: losscli.evaluate(pred, label, case.loss, kind=case.kind, task=case.task)


def peers_of(case: Case, dtype: str, rows: int) -> list[Peer]:
    """Everyone who can do that work."""
    makers: list[tuple[str, Callable[..., Callable[[], Any]], str]] = [
        ("NumPy one-liner", in_numpy.one_liner, ""),
        ("jax.jit", in_jax.jitted, "jax"),
        ("torch", in_torch.default, "torch"),
        ("torch, one thread", in_torch.one_thread, "torch"),
        ("torch, in blocks", in_torch.in_blocks, "torch"),
        ("torch.compile", in_torch.compiled, "torch"),
        ("scikit-learn", in_sklearn.metric, "sklearn"),
    ]
    return [
        Peer(name, partial(InProcess, make, case.name, dtype, rows), needs)
        for name, make, needs in makers
        if not (needs == "sklearn" and case.name not in in_sklearn.METRICS)
    ]


def overhead(rows: int) -> Callable[[], Any]:
    """A call whose arithmetic costs nothing: what is left is the fixed price of a call."""
    import losscli

    label = np.arange(rows) % 2.0
    pred = np.full(rows, 0.5)
    return lambda: losscli.evaluate(pred, label, "bce")


def races(rounds: int = 9) -> list[Race]:
    """All cases, types and sizes."""
    found = [
        race(
            "fixed price of a call (bce, 10 rows)",
            partial(InProcess, overhead, 10),
            [
                Peer("scikit-learn", partial(InProcess, in_sklearn.small, 10), "sklearn"),
            ],
            rounds=101,
            goals={"scikit-learn": 0.44},
        )
    ]
    for rows in SIZES:
        for dtype in TYPES:
            for case in CASES:
                shape = f"{rows // case.width:,}" + (f" × {case.width}" if case.width > 1 else "")
                found.append(
                    race(
                        f"{case.name}, {dtype}, {shape}",
                        partial(InProcess, evaluated, case, dtype, rows),
                        peers_of(case, dtype, rows),
                        rounds,
                        goals_of(),
                    )
                )
    return found


if __name__ == "__main__":
    print(table(races()))
