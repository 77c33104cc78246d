"""Files of other formats are called what they are, with the one line that converts them."""

from __future__ import annotations

import ast
import io
import shlex
import sqlite3
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.errors import DataError


def archive(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return buffer.getvalue()


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        made.addfile(tarfile.TarInfo("a.csv"), io.BytesIO(b""))
    return buffer.getvalue()


FOREIGN = {
    "m.xlsx": (archive({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "Excel workbook"),
    "m.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel workbook"),
    "m.ods": (archive({"mimetype": b"", "content.xml": b""}), "OpenDocument"),
    "m.pt": (archive({"archive/data.pkl": b"", "archive/version": b"3"}), "PyTorch"),
    "m.keras": (archive({"config.json": b"{}", "model.weights.h5": b""}), "a model"),
    "m.h5": (b"\x89HDF\r\n\x1a\n", "HDF5"),
    "m.nc": (b"CDF\x01" + b"\0" * 8, "netCDF"),
    "m4.nc": (b"\x89HDF\r\n\x1a\n", "netCDF"),
    "m.orc": (b"ORC" + b"\0" * 9, "ORC"),
    "m.avro": (b"Obj\x01\x04", "Avro"),
    "m.mat": (b"MATLAB 5.0 MAT-file", "MATLAB"),
    "m.rds": (b"X\n\0\0\0\x03", "a file of R"),
    "m.dta": (b"<stata_dta><header>", "Stata"),
    "m.sav": (b"$FL2@(#)", "SPSS"),
    "m.pkl": (b"\x80\x04\x95", "pickle"),
    "m.tar": (tar(), "tar archive"),
    "m.7z": (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    "m.xz": (b"\xfd7zXZ\x00", "xz"),
    "m.html": (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "HTML page"),
    "m.xml": (b'<?xml version="1.0"?><rows/>', "XML"),
    "m.yaml": (b"y: [1, 0]\n", "YAML"),
    "m.md": (b"| y | p |\n|---|---|\n| 1 | 0.9 |\n", "Markdown"),
    "svm.txt": (b"1 1:0.5 3:0.25\n0 2:1e-3\n", "LIBSVM"),
    "lfs.csv": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4\n", "Git LFS"),
    "m.pdf": (b"%PDF-1.7", "PDF"),
}


@pytest.mark.parametrize(("name", "content", "said"), [(k, *v) for k, v in FOREIGN.items()])
def test_a_foreign_format_is_named_and_its_line_is_whole(
    name: str, content: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(content)
    with pytest.raises(DataError, match=said) as refused:
        losscli.evaluate(name)
    _, colon, command = refused.value.hint.partition(": ")
    words = shlex.split(command)
    if words[:2] == ["python", "-c"]:
        assert name in words[2]
        ast.parse(words[2])
    elif colon:
        assert words


def test_the_line_for_a_pickle_gives_a_file_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("p.npy", np.array([0.5, 0.25], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="Python objects") as refused:
        losscli.evaluate("p.npy", [1, 0], "bce")
    exec(shlex.split(refused.value.hint.partition(": ")[2])[2], {})
    assert losscli.evaluate("plain.npy", [1, 0], "bce").results


def test_an_sqlite_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("create table t(y)")
    with pytest.raises(DataError, match=r"SQLite database.*: sqlite3 -header -csv"):
        losscli.evaluate(path)


@pytest.mark.parametrize("header", ["ORC,y", "RDX,y", "Obj,y"])
def test_a_table_may_begin_with_such_words(header: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n0.5,1\n0.25,0\n")
    columns = losscli.Columns(pred=header.partition(",")[0], label="y")
    assert losscli.evaluate(path, losses="bce", columns=columns).results


def test_a_misspelt_file_gets_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "preds.csv").write_text("y,p\n1,0.5\n")
    for typed in ("pred.csv", "preds.cvs", "prdes.csv"):
        with pytest.raises(DataError, match=r"no such file.*Did you mean .*preds\.csv\?"):
            losscli.evaluate(tmp_path / typed)
    with pytest.raises(DataError, match="There is no folder"):
        losscli.evaluate(tmp_path / "gone" / "preds.csv")
