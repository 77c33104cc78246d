"""How often 95 % intervals hold the truth, and how often equal models are called different.

    python benchmarks/intervals.py

Data are drawn again and again from where the true loss is known. Of so many trials, a share of
95 % (or 5 %) is uncertain by ± 0.7 % (4,000 trials) or ± 1.4 % (1,000), two standard errors.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import losscli

TRIALS = {200: 4000, 100_000: 1000}

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], tuple[Array, Array]]


@dataclass(frozen=True)
class Case:
    """A loss of data whose true loss is known."""

    title: str
    loss: str
    truth: float
    draw: Draw
    task: str = "regression"


def _normal(random: np.random.Generator, rows: int) -> tuple[Array, Array]:
    label = random.normal(size=rows)
    return label + random.normal(size=rows), label


def _close(random: np.random.Generator, rows: int) -> tuple[Array, Array]:
    label = random.normal(size=rows)
    return label + 0.5 * random.normal(size=rows), label


def _exponential(random: np.random.Generator, rows: int) -> tuple[Array, Array]:
    return random.exponential(size=rows), np.zeros(rows)


def _calibrated(random: np.random.Generator, rows: int) -> tuple[Array, Array]:
    pred = random.uniform(size=rows)
    return pred, (random.uniform(size=rows) < pred).astype(np.float64)


CASES = (
    Case("MAE, exponential errors", "mae", 1.0, _exponential),
    Case("MSE, normal errors", "mse", 1.0, _normal),
    Case("RMSE, normal errors", "rmse", 1.0, _normal),
    Case("MSE, exponential errors", "mse", 2.0, _exponential),
    # The mean entropy of a uniform probability is ½ nat.
    Case("BCE, calibrated", "bce", 0.5, _calibrated, "binary"),
    Case("R², normal errors", "r2", 0.75, _close),
)


def holds(case: Case, ci: str, rows: int, seed: int) -> bool:
    """Whether the interval of one draw holds the truth."""
    pred, label = case.draw(np.random.default_rng(seed), rows)
    report = losscli.evaluate(pred, label, case.loss, task=case.task, ci=ci, seed=seed, threads=1)
    interval = report.results[0].interval
    return interval is not None and interval[0] <= case.truth <= interval[1]


def alarms(rows: int, seed: int) -> bool:
    """Whether two models that are equally good are called different."""
    random = np.random.default_rng(seed)
    label = random.normal(size=rows)
    preds = [label + random.exponential(size=rows) for _ in range(2)]
    report = losscli.compare(preds, label, "mse", task="regression", seed=seed, threads=1)
    p = report.comparisons[0].p
    return p is not None and p <= 0.05


def _share(pool: ProcessPoolExecutor, trial: Callable[[int], bool], trials: int) -> float:
    return sum(pool.map(trial, range(trials), chunksize=20)) / trials


def table(trials: dict[int, int]) -> str:
    """The shares as a table in Markdown."""
    rows = list(trials)
    lines = ["| | " + " | ".join(f"n = {n:,}" for n in rows) + " |", "|---|" + "--:|" * len(rows)]

    def add(title: str, trial: Callable[..., bool]) -> None:
        shares = (_share(pool, partial(trial, n), trials[n]) for n in rows)
        lines.append(f"| {title} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")
        print(lines[-1], file=sys.stderr)

    with ProcessPoolExecutor() as pool:
        for case in CASES:
            ways: tuple[Any, ...] = ("normal", "bootstrap") if case.loss != "r2" else ("bootstrap",)
            for ci in ways:
                add(f"{case.title}: {ci}", partial(holds, case, ci))
        add("`compare`, equal models: false alarms", alarms)
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(TRIALS))
