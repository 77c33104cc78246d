"""Builders of input files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli.inputs.file import File
from losscli.inputs.formats import open_file
from losscli.inputs.npy import NpySource
from losscli.inputs.source import Selection, Source

Write = Callable[..., Path]
Read = Callable[..., Any]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text or bytes to a new file."""
    count = 0

    def writer(content: str | bytes, name: str = "") -> Path:
        nonlocal count
        count += 1
        path = tmp_path / (name or f"file{count}.csv")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return writer


@pytest.fixture
def save(tmp_path: Path) -> Write:
    """Save an array as a new NPY file."""
    count = 0

    def saver(array: Any, name: str = "") -> Path:
        nonlocal count
        count += 1
        path = tmp_path / (name or f"array{count}.npy")
        np.save(path, np.asanyarray(array), allow_pickle=True)
        return path

    return saver


def whole(source: Source, selection: Selection, rows: int) -> Any:
    # A batch is valid only until the next one.
    batches: Iterator[dict[str, Any]] = source.batches({"it": selection}, rows)
    return np.concatenate([batch["it"].copy() for batch in batches])


@pytest.fixture
def read_npy() -> Read:
    """All of an NPY file, read in blocks of `rows` rows."""

    def reader(path: Path, rows: int = 4) -> Any:
        return whole(NpySource(File.at(path, path.name)), Selection(None), rows)

    return reader


@pytest.fixture
def read_text() -> Read:
    """Columns of a text file (all of them if none is named), read as numbers or as text."""

    def reader(path: Path, *columns: int, text: bool = False) -> Any:
        source = open_file(File.at(path, path.name))
        return whole(source, Selection(columns or None, text=text), sys.maxsize)

    return reader
