"""No thread but those of losscli calls Python: one that did so as the process ends would abort it.

Of Python's own threads each has a name; one that a library started has none that Python knows.
"""

from __future__ import annotations

import bz2
import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import losscli
from losscli.inputs.file import File

PRED = np.round(np.random.default_rng(0).random(40_000), 6)
LABEL = (PRED > 0.4).astype(int)
TABLE = pa.table({"prob": PRED, "label": LABEL, "word": [f'"{row}"' for row in range(len(PRED))]})
MANY = "".join(f"{p},{y},a\n" for p, y in zip(PRED, LABEL, strict=True))
TEXT = "prob,label,word\n" + MANY


def parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(TABLE, sink, row_group_size=10_000)
    return sink.getvalue().to_pybytes()


def arrow() -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=10_000)
    return sink.getvalue().to_pybytes()


FILES = {
    "plain.csv": TEXT.encode(),
    "utf-16.csv": TEXT.encode("utf-16"),
    "latin.csv": TEXT.replace(",a", ",é").encode("latin-1"),
    "quoted.csv": TEXT.replace(",a", ',"a\nb"').encode(),
    "quoted later.csv": (TEXT + MANY.replace(",a", ',"a"')).encode(),
    "mixed ends.csv": (TEXT.replace("\n", "\r\n") + MANY).encode(),
    "t.csv.gz": gzip.compress(TEXT.encode()),
    "t.csv.bz2": bz2.compress(TEXT.encode()),
    "t.csv.zst": pa.compress(TEXT.encode(), "zstd", asbytes=True),
    "t.jsonl": b"".join(
        b'{"prob": %f, "label": %d}\n' % row for row in zip(PRED, LABEL, strict=True)
    ),
    "t.parquet": parquet(),
    "t.arrow": arrow(),
}


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> set[type[threading.Thread]]:
    """The kinds of threads that read from a file of losscli's."""
    seen: set[type[threading.Thread]] = set()

    class Watched(FileIO):
        def read(self, size: int | None = -1) -> bytes:
            seen.add(type(threading.current_thread()))
            return super().read(-1 if size is None else size)

        def readinto(self, buffer: object) -> int:
            seen.add(type(threading.current_thread()))
            return super().readinto(buffer)  # type: ignore[arg-type]

    opened = File.opened

    @contextmanager
    def watched(file: File) -> Iterator[FileIO]:
        with opened(file) as handle:
            yield Watched(handle.fileno(), closefd=False)

    monkeypatch.setattr(File, "opened", watched)
    return seen


@pytest.mark.parametrize("name", FILES)
def test_files_are_read_by_threads_of_ours_alone(
    tmp_path: Path, name: str, readers: set[type[threading.Thread]]
) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    report = losscli.evaluate(str(tmp_path / name), losses="mae", threads=2)
    assert report["mae"].value == pytest.approx(np.abs(PRED - LABEL).mean())
    assert threading._DummyThread not in readers
