"""Snapshots: what a renderer printed, as text files to be read and compared.

LOSSCLI_UPDATE_SNAPSHOTS=1 writes them anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Snapshot = Callable[[str, str], None]

_FOLDER = Path(__file__).parent / "snapshots"


@pytest.fixture
def snapshot() -> Snapshot:
    def compare(name: str, text: str) -> None:
        file = _FOLDER / name
        if os.environ.get("LOSSCLI_UPDATE_SNAPSHOTS"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        assert text == file.read_bytes().decode("utf-8")

    return compare
