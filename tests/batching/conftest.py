"""Pairs of files, some of them broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Pairs = Callable[..., list[str]]


@pytest.fixture
def pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pairs:
    """Write folders `run0`, `run1`, … with preds.npy and labels.npy; the names of the former."""
    monkeypatch.chdir(tmp_path)

    def write(count: int, rows: int = 50, seed: int = 1) -> list[str]:
        random = np.random.default_rng(seed)
        names = []
        for number in range(count):
            folder = Path(f"run{number}")
            folder.mkdir()
            label = random.integers(0, 2, rows)
            noise = random.normal(0.0, 0.15, rows)
            np.save(folder / "labels.npy", label.astype(float))
            np.save(folder / "preds.npy", np.clip(0.35 + 0.3 * label + noise, 0.0, 1.0))
            names.append(str(folder / "preds.npy"))
        return names

    return write


BREAKS: dict[str, Callable[[Path], object]] = {
    "cut short": lambda file: file.write_bytes(file.read_bytes()[:-9]),
    "empty": lambda file: file.write_bytes(b""),
    "gone": lambda file: file.unlink(),
    "not NPY": lambda file: file.write_text("hello"),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
    "NaN": lambda file: np.save(file, np.array([0.5, np.nan] * 25)),
    "other length": lambda file: np.save(file, np.zeros(49)),
    "other shape": lambda file: np.save(file, np.zeros((50, 2, 2))),
    "words": lambda file: np.save(file, np.array(["cat", "dog"] * 25)),
    "pickle": lambda file: np.save(file, np.array([{}, None]), allow_pickle=True),
}
