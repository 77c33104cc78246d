"""URLs are fetched through fsspec, and nothing else asks the network."""

from __future__ import annotations

import functools
import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest

from losscli.errors import DataError, UsageError
from losscli.inputs.assembling import open_dataset
from losscli.inputs.remote import is_url
from tests.inputs.test_formats import parquet, read

TEXT = b"prob,label\n0.5,1\n0.25,0\n"


@pytest.fixture
def store() -> Iterator[Any]:
    memory = fsspec.filesystem("memory")
    yield memory
    memory.rm("/", recursive=True)


def test_a_url_is_read_as_a_file_and_called_by_its_name(store: Any) -> None:
    store.pipe("/run/a.csv", TEXT)
    dataset = open_dataset("memory://run/a.csv")
    for _ in range(2):
        assert read(dataset) == ([0.5, 0.25], [1, 0])
    assert dataset.error("pred", 1, "is odd").file == "memory://run/a.csv"
    assert dataset.error("pred", 1, "is odd").position == "line 3"


def test_any_format_may_be_there(store: Any, tmp_path: Path) -> None:
    store.pipe("/t.parquet", parquet())
    np.savez(tmp_path / "a.npz", p=np.arange(300.0), q=np.ones(3))
    store.pipe("/a.npz", (tmp_path / "a.npz").read_bytes())
    pred, label = read(open_dataset("memory://a.npz::p", "memory://a.npz::p"))
    assert pred == label == list(range(300))
    assert open_dataset("memory://t.parquet").rows == 300


@pytest.mark.parametrize("url", ["memory://run", "memory://run/*.csv", "memory://run/"])
def test_a_folder_or_a_pattern_of_a_store_is_its_files(store: Any, url: str) -> None:
    for number in range(12):
        store.pipe(f"/run/part-{number}.csv", f"prob\n0.{number}1\n".encode())
    pred = read(open_dataset(url))[0]
    assert pred == [float(f"0.{number}1") for number in range(12)]


@pytest.mark.usefixtures("store")
def test_what_is_not_there_is_a_missing_file() -> None:
    for url in ("memory://none.csv", "memory://none*"):
        with pytest.raises(DataError, match="there is no such file") as refused:
            open_dataset(url)
        assert refused.value.file == url


@pytest.mark.parametrize("url", ["nothing://a.csv", "://a", "http//a", "a://b/c::d"])
def test_a_protocol_that_nobody_knows_is_refused(url: str) -> None:
    with pytest.raises((UsageError, DataError)) as refused:
        open_dataset(url)
    assert url.split("::")[0] in str(refused.value)


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(UsageError, match=r"pip install 'losscli\[remote\]'"):
        open_dataset("s3://bucket/a.csv")


def test_an_error_of_a_store_is_one_of_the_data(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lost(Exception):
        pass

    def lose(*_: Any, **__: Any) -> Any:
        raise Lost("the line went dead\nat byte 7")

    store.pipe("/a.csv", TEXT)
    monkeypatch.setattr(type(store), "open", lose)
    with pytest.raises(DataError, match=r"cannot be fetched \(the line went dead\)"):
        open_dataset("memory://a.csv")


def test_nothing_of_a_fetched_file_is_left_behind(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store.pipe("/a.csv", TEXT)
    dataset = open_dataset("memory://a.csv")
    # On Linux the copy has no name, so that nothing can be left behind.
    assert sys.platform == "linux" or list(tmp_path.iterdir())
    del dataset
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.csv", "/x/a.csv", "a::b", "C:\\a.csv", "C:/a.csv", "-"])
def test_a_path_is_no_url(name: str) -> None:
    assert not is_url(name)


def test_a_web_server_is_asked_by_http(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(TEXT)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            assert read(open_dataset(f"{url}/a.csv")) == ([0.5, 0.25], [1, 0])
            with pytest.raises(DataError, match="there is no such file"):
                open_dataset(f"{url}/none.csv")
        finally:
            server.shutdown()
