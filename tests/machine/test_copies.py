"""Copies of streams: gone with their owner, and without a name where the system allows it."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from losscli.inputs.assembling import open_dataset
from losscli.machine import copies
from losscli.machine.copies import copied


class Owner:
    pass


def write(copy: BinaryIO) -> None:
    copy.write(b"whole")


@pytest.fixture(params=[True, False], ids=["without a name", "by name"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param and not copies.FDS.is_dir():
        pytest.skip("needs /proc")
    if not request.param:
        monkeypatch.setattr(copies, "FDS", tmp_path / "none")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_copy_goes_with_its_owner(folder: Path) -> None:
    owner = Owner()
    copy = copied(write)
    copy.lasts_with(owner)
    assert copy.path.read_bytes() == copy.path.read_bytes() == b"whole"
    # One without a name is in no folder, the other alone in its own.
    assert bool(list(folder.iterdir())) != copies.FDS.is_dir()
    del owner
    assert not list(folder.iterdir())
    assert not copy.path.exists()


def test_nothing_is_left_of_one_that_fails(folder: Path) -> None:
    def fail(_: BinaryIO) -> None:
        raise OSError("full")

    held = len(os.listdir("/proc/self/fd")) if copies.FDS.is_dir() else 0  # noqa: PTH208
    with pytest.raises(OSError, match="full"):
        copied(fail)
    assert not list(folder.iterdir())
    assert not held or len(os.listdir("/proc/self/fd")) == held  # noqa: PTH208


def compressed_by_column() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asfortranarray(np.arange(12.0).reshape(6, 2)))
    return gzip.compress(buffer.getvalue())


def archived_table() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("t.csv", "prob,label\n0.9,1\n0.1,0\n")
    return buffer.getvalue()


@pytest.mark.skipif(not copies.FDS.is_dir(), reason="needs /proc")
@pytest.mark.parametrize(
    ("name", "content"), [("f.npy.gz", compressed_by_column()), ("t.zip", archived_table())]
)
def test_what_has_to_be_unpacked_has_no_name_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    dataset = open_dataset(tmp_path / name)
    assert dataset.rows in (None, 2, 6)
    assert not list((tmp_path / "temporary").iterdir())
